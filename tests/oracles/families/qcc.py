"""Rules of Nelson and of Western Electric on charts of qcc."""

from __future__ import annotations

from typing import Any

import numpy as np

from spinewise.statistics.charts import Chart, c_chart, i_chart, p_chart, u_chart
from spinewise.statistics.rules import NELSON, WESTERN_ELECTRIC, broken


def evaluate(given: dict[str, Any], _expected: dict[str, Any]) -> dict[str, Any]:
    chart = _chart(given["type"], np.array(given["y"], dtype=float), given["sizes"])
    rules = NELSON if given["rule_set"] == "nelson" else WESTERN_ELECTRIC
    asked = {number: rule for number, rule in rules.items() if number in given["rules"]}
    marks = broken(chart.z(), asked)
    low, high = chart.limits()
    one = len(np.unique(low)) == 1
    return {
        "statistics": chart.value,
        "center": float(chart.centre.item()),
        "std_dev": [_spread(chart)],
        "lcl": low[:1] if one else low,
        "ucl": high[:1] if one else high,
        "violating_rule": [
            next((number for number in asked if marks[number][point]), None)
            for point in range(len(chart.value))
        ],
    }


def _chart(kind: str, y: Any, sizes: Any) -> Chart:
    if kind == "xbar.one":
        return i_chart(y, screened=False)
    if kind == "c":
        return c_chart(y)
    return {"u": u_chart, "p": p_chart}[kind](y, sizes)


def _spread(chart: Chart) -> float:
    """The standard deviation for one unit of exposure."""
    centre = float(chart.centre.item())
    if chart.kind == "i":
        return float(chart.sigma.item())
    return float(np.sqrt(centre * (1 - centre) if chart.kind == "p" else centre))
