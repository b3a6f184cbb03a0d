"""Funnels: exact binomial limits, formulas as published, and those of FunnelPlotR."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from spinewise.statistics.distributions import binomial_quantile, normal_quantile
from spinewise.statistics.funnel import (
    COUNTS,
    OBSERVED_LOG,
    OBSERVED_ROOT,
    PROPORTION,
    Adjustment,
    Funnel,
    Scale,
    compared,
    funnel,
    interpolated_quantile,
    normal_limits,
)
from spinewise.statistics.intervals import poisson_exact

Z_95: Final = 1.959964
Z_998: Final = 3.090232
"""As FunnelPlotR writes them."""


def evaluate(given: dict[str, Any], _expected: dict[str, Any]) -> dict[str, Any]:
    if "probability" in given:
        return _binomial(given)
    if "data_type" in given:
        return _plotted(given)
    return _formulas(given)


def _binomial(given: dict[str, Any]) -> dict[str, Any]:
    d, target = np.array(given["denominator"], dtype=float), given["target"]
    asked = given["probability"]
    smooth = {name: interpolated_quantile(d, target, share) for name, share in asked.items()}
    normal = {}
    for low, high in (("l95", "u95"), ("l998", "u998")):
        z = float(normal_quantile(asked[high]))
        normal[low], normal[high] = normal_limits(d, target, z)
    return {
        **{name: np.clip(limit, 0, 1) for name, limit in smooth.items()},
        "unclipped": smooth,
        "quantile_over_n": {
            name: binomial_quantile(share, d, target) / d for name, share in asked.items()
        },
        "normal": normal,
    }


def _formulas(given: dict[str, Any]) -> dict[str, Any]:
    found = compared(given["numerator"], given["denominator"], outer=given["winsorise"])

    def limits(adjustment: Adjustment) -> dict[str, Any]:
        low, high = found.limits(float(normal_quantile(0.975)), adjustment)
        lowest, highest = found.limits(float(normal_quantile(0.999)), adjustment)
        return {"l95": low, "u95": high, "l998": lowest, "u998": highest}

    return {
        "target": found.target,
        "proportion": found.ratio,
        "z": found.z,
        "z_winsorised": found.kept,
        "phi": found.dispersion.phi,
        "tau2": found.dispersion.tau2,
        "limits_plain": limits("none"),
        "limits_multiplicative": limits("multiplicative"),
        "limits_additive": limits("additive"),
        "z_multiplicative": found.scores("multiplicative"),
        "z_additive": found.scores("additive"),
    }


def _plotted(given: dict[str, Any]) -> dict[str, Any]:
    kind = given["data_type"]
    n, d = (np.array(given[name], dtype=float) for name in ("numerator", "denominator"))
    scale = _scale(kind, given["sr_method"])
    if scale is OBSERVED_LOG:
        d = np.round(d, 2)  # as NHS Digital publishes what was expected
    found = funnel(n, d, scale, target=1.0 if kind == "SR" else None, outer=given["trim_by"])
    adjusted = bool(given["draw_adjusted"])
    multiplier = given["multiplier"] or 1
    lines = {
        **(_lines(found, d, adjusted=True, exact=False) if adjusted else {}),
        **_lines(found, d, adjusted=False, exact=kind == "SR"),
    }
    shown = {name: limit * multiplier for name, limit in lines.items()}
    edge = ("od" if adjusted else "") + "ll" + ("95" if given["limit"] == 95 else "998")
    low, high = lines[edge], lines[edge.replace("ll", "ul")]
    return {
        "phi": found.dispersion.phi if adjusted else 0,
        "tau2": found.dispersion.tau2 if adjusted else 0,
        "overall_ratio": float(n.sum() / d.sum()),
        "od_adjusted": adjusted,
        "per_group": {
            "denominator": d,
            "group": given["group"],
            "numerator": n,
            "rr": found.ratio,
            "target_transformed": np.full(len(n), found.scale.target(found.target)),
            "Y": found.y,
            "Uzscore": found.z,
            "winsorised": _winsorised(found, given["trim_by"]),
            "truncated": np.isnan(found.kept).astype(int),
            "Wuzscore": found.kept,
            "s": found.scale.expected(d, found.target),
            **{_name(name): limit for name, limit in shown.items()},
            "highlight": ["0"] * len(n),
            "outlier": ((found.ratio < low) | (found.ratio > high)).astype(int),
        },
        "limits_at_denominator": {"number_seq": d, **shown},
    }


def _lines(found: Funnel, d: Any, *, adjusted: bool, exact: bool) -> dict[str, Any]:
    prefix = "od" if adjusted else ""
    lines = {}
    for name, z, level in (("95", Z_95, 0.95), ("998", Z_998, 0.998)):
        if exact:
            low, high = poisson_exact(d, d, level)
        else:
            low, high = found.limits(d, z, adjusted=adjusted)
        lines[f"{prefix}ll{name}"], lines[f"{prefix}ul{name}"] = low, high
    return lines


def _name(line: str) -> str:
    """``odll95`` is ``OD95LCL`` in the table of groups."""
    prefix = "OD" if line.startswith("od") else ""
    level = "95" if line.endswith("95") else "99"
    side = "LCL" if "ll" in line else "UCL"
    return f"{prefix}{level}{side}" if prefix else f"{side}{level}"


def _scale(kind: str, method: str) -> Scale:
    if kind == "SR":
        return OBSERVED_LOG if method == "SHMI" else OBSERVED_ROOT
    return PROPORTION if kind == "PR" else COUNTS


def _winsorised(found: Funnel, outer: float) -> Any:
    low, high = np.quantile(found.z, [outer, 1 - outer])
    return 1 - ((found.z > low) & (found.z < high)).astype(int)
