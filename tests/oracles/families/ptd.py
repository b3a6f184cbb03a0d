"""Making data count: the four rules and the two icons."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from spinewise.statistics.charts import phases
from spinewise.statistics.plot_the_dots import Cause, Direction, Dots, dots, icons, point_kind

WORDS = {
    Cause.OUTSIDE: ("Above UCL", "Below LCL"),
    Cause.TREND: ("7 Point Trend (Increasing)", "7 Point Trend (Decreasing)"),
    Cause.TWO_OF_THREE: ("2 in 3 Above CL", "2 in 3 Below CL"),
    Cause.SHIFT: ("7 Points Above CL", "7 Points Below CL"),
}
KINDS = {
    "common cause": "common_cause",
    "improvement": "special_cause_improvement",
    "concern": "special_cause_concern",
}
ASSURED = {"pass": "consistent_pass", "fail": "consistent_fail", "hit or miss": "inconsistent"}


def evaluate(given: dict[str, Any], _expected: dict[str, Any]) -> dict[str, Any]:
    order = np.argsort([date.fromisoformat(day).toordinal() for day in given["x"]], kind="stable")
    x = [given["x"][place] for place in order]
    y = np.array([np.nan if v is None else v for v in given["y"]], dtype=float)[order]
    starts = given["rebase"] or []
    phase = phases([x.index(day) for day in starts], len(x)) if starts else None
    found = dots(
        y,
        phase=phase,
        fixed_after=given["fix_after_n_points"],
        screened=given["screen_outliers"],
    )
    better: Direction = given["improvement_direction"]
    group = np.zeros(len(x), dtype=int) if phase is None else phase
    low, high = (np.broadcast_to(limit, y.shape) for limit in found.chart.limits())
    mean = np.broadcast_to(found.chart.mean, y.shape)
    kinds = _kinds(found, better)
    target = given["target"]
    shown = icons(found, better, target)
    summary = [
        {
            **({"rebase_group": int(number)} if starts else {}),
            "mean_col": mean[inside][0],
            "lpl": low[inside][0],
            "upl": high[inside][0],
            "n": int(inside.sum()),
            "common_cause": kinds[inside].tolist().count("common_cause"),
            "special_cause_improvement": kinds[inside].tolist().count("special_cause_improvement"),
            "special_cause_concern": kinds[inside].tolist().count("special_cause_concern"),
            "variation_type": str(kinds[inside][-1]),
            "assurance_type": ASSURED.get(shown.assurance or "") if inside[-1] else None,
        }
        for number in np.unique(group)
        for inside in [group == number]
    ]
    z = np.abs(found.chart.z())
    out = (y > high) | (y < low)
    return {
        "warnings": _warnings(found),
        "points": {
            "x": x,
            "y": y,
            "rebase_group": group,
            "mean": mean,
            "lpl": low,
            "upl": high,
            "outside_limits": out,
            "relative_to_mean": np.sign(y - mean),
            "close_to_limits": ~out & (z > 2),
            "special_cause_type": [
                WORDS[Cause(cause)][0 if up > 0 else 1] if cause else "Common Cause"
                for cause, up in zip(found.cause, found.up, strict=True)
            ],
            "special_cause_flag": found.cause > 0,
            "point_type": kinds,
            "short_group_warning": found.trial,
        },
        "summary": summary,
        "variation_icon": _variation(shown.variation, shown.up),
        "assurance_icon": "inconsistent" if shown.assurance == "hit or miss" else shown.assurance,
    }


def _kinds(found: Dots, better: Direction) -> Any:
    sides = np.where(found.up > 0, "high", "low")
    return np.array(
        [
            KINDS.get(kind, f"special_cause_neutral_{side}")
            for kind, side in zip(point_kind(found, better), sides, strict=True)
        ]
    )


def _variation(variation: str, up: int) -> str:
    if variation == "common cause":
        return "common_cause"
    name = "neutral" if variation == "change" else variation
    return f"{name}_{'high' if up > 0 else 'low'}"


def _warnings(found: Dots) -> list[str]:
    if not found.trial.any():
        return []
    return [
        "Some groups have 'n < 12' observations. These have trial limits, which will be revised"
        " with each additional observation until 'n = fix_after_n_points' has been reached."
    ]
