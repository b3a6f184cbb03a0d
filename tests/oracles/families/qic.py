"""Run charts and control charts of qicharts2."""

from __future__ import annotations

from typing import Any

import numpy as np

from spinewise.statistics import charts
from spinewise.statistics.charts import Basis, Chart
from spinewise.statistics.distributions import Floats
from spinewise.statistics.rules import outside
from spinewise.statistics.run_chart import (
    fewest_crossings,
    longest_run_max,
    runs_of_many,
    sides,
)

RATED = {"p": charts.p_chart, "u": charts.u_chart}
PRIMED = {"pp": charts.p_prime_chart, "up": charts.u_prime_chart}
PLAIN = {
    "run": charts.run_chart,
    "c": charts.c_chart,
    "g": charts.g_chart,
}
SUMS = {"c", "g", "t", *RATED, *PRIMED}
"""Charts of counts: rows with one x add up."""
AVERAGES: dict[str, Any] = {"mean": np.nanmean, "median": np.nanmedian, "sum": np.nansum}


def evaluate(given: dict[str, Any], _expected: dict[str, Any]) -> dict[str, Any]:
    if "n_useful" in given:
        return {
            "longest_run_max": [longest_run_max(n) for n in given["n_useful"]],
            "n_crossings_min": [fewest_crossings(n) for n in given["n_useful"]],
        }
    points = _points(given)
    length = len(points["x"])
    part = charts.phases(given["part"], length) if given["part"] else np.zeros(length, dtype=int)
    baseline = np.ones(length, dtype=bool)
    if given["freeze"] and not given["part"]:
        baseline[given["freeze"] :] = False
    include = ~np.isin(np.arange(1, length + 1), given["exclude"] or [])
    basis = Basis(
        baseline=baseline if not baseline.all() else None,
        excluded=~include if not include.all() else None,
        phase=part if given["part"] else None,
    )
    chart = _chart(given, points, basis)
    multiply = given["multiply"] or 1
    value, centre = chart.value * multiply, np.broadcast_to(chart.centre, length) * multiply
    low, high = (_full(limit * multiply, length) for limit in chart.limits())
    low_2, high_2 = (_full(limit * multiply, length) for limit in chart.limits(2))
    missing = np.isnan(value)
    if given["chart"] in (*RATED, *PRIMED):
        low, high, low_2, high_2 = (
            np.where(missing, np.nan, limit) for limit in (low, high, low_2, high_2)
        )
    signal = outside(chart) & np.ones(length, dtype=bool)
    side = np.where(include, sides(value, centre), 0).astype(np.int8)
    parts = []
    for number in np.unique(part):
        inside = part == number
        found = runs_of_many(side[inside])
        some = bool(found.useful > 0)
        judged = given["chart"] != "mr" and given["x_type"] != "category"
        parts.append(
            {
                "part": int(number) + 1,
                "n_obs": int((inside & include).sum()),
                "n_useful": int(found.useful),
                "longest_run": int(found.longest_run) if some else None,
                "longest_run_max": int(found.longest_run_max) if some else None,
                "n_crossings": int(found.crossings) if some else None,
                "n_crossings_min": int(found.crossings_min) if some else None,
                "runs_signal": judged and some and bool(found.signal),
                "n_sigma_signals": int(signal[inside].sum()),
            }
        )
    return {
        "messages": [f"Runs analysis using {given['method']} method"]
        if given["method"] not in (None, "anhoej")
        else [],
        "points": {
            "index": np.arange(1, length + 1),
            "x": points["x"],
            "y": value,
            "n": points["n"],
            "y_sum": points["y_sum"],
            "y_length": points["y_length"],
            "part": part + 1,
            "baseline": baseline,
            "include": include,
            "cl": centre,
            "lcl": low,
            "ucl": high,
            "lcl_2sigma": low_2,
            "ucl_2sigma": high_2,
            "sigma_signal": signal,
        },
        "parts": parts,
    }


def _chart(given: dict[str, Any], points: dict[str, Any], basis: Basis) -> Chart:
    kind, centre, screened = given["chart"], given["cl"], given["screened_moving_ranges"]
    y, n = points["value"], points["n"]
    if kind in RATED:
        return RATED[kind](points["y_sum"], n, basis=basis, centre=centre)
    if kind in PRIMED:
        return PRIMED[kind](
            points["y_sum"],
            n,
            basis=basis,
            centre=centre,
            screened=screened,
            ordered=given["x_type"] != "category",
        )
    if kind == "mr":
        return charts.mr_chart(y, basis=basis)
    if kind == "i":
        return charts.i_chart(y, basis=basis, centre=centre, screened=screened)
    if kind == "t":
        return charts.t_chart(y, basis=basis, centre=centre, screened=screened)
    return PLAIN[kind](y, basis=basis, centre=centre)


def _points(given: dict[str, Any]) -> dict[str, Any]:
    """One point for each x, in order: numerators and denominators of its rows added up."""
    y = _floats(given["y"])
    n = None if given["n"] is None else _floats(given["n"])
    keys = given["x"] if given["x"] is not None else list(range(1, len(y) + 1))
    rows = {key: [i for i, other in enumerate(keys) if other == key] for key in sorted(set(keys))}
    average = AVERAGES[given["agg_fun"] or "mean"]
    known = ~np.isnan(y) & (True if n is None else ~np.isnan(n))
    found: dict[str, list[Any]] = {"value": [], "y_sum": [], "y_length": [], "n": []}
    for places in rows.values():
        kept = [i for i in places if known[i]]
        whole = float(y[kept].sum()) if kept else np.nan
        if n is not None:
            exposure = float(n[kept].sum())
            value = whole / exposure if exposure > 0 else np.nan
        else:
            exposure = np.nan
            counts = given["chart"] in SUMS
            value = np.nan if not kept else whole if counts else float(average(y[kept]))
        for name, number in zip(found, (value, whole, len(kept), exposure), strict=True):
            found[name].append(number)
    labels = [key if isinstance(key, str) else f"{key:.15g}" for key in rows]
    arrays = {name: np.array(numbers) for name, numbers in found.items()}
    return {"x": labels, **arrays}


def _floats(values: list[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def _full(limit: Floats, length: int) -> Floats:
    return np.array(np.broadcast_to(limit, length))
