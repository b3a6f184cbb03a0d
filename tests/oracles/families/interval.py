"""Intervals of shares and rates."""

from __future__ import annotations

from typing import Any

from spinewise.statistics import intervals
from spinewise.statistics.intervals import Interval


def evaluate(given: dict[str, Any], _expected: dict[str, Any]) -> dict[str, Any]:
    level = given["level"]
    if "count" in given:
        found = {
            "exact": intervals.poisson_exact(given["count"], given["person_time"], level),
            "byar": intervals.byar(given["count"], given["person_time"], level),
        }
    else:
        methods = {
            "wilson": intervals.wilson_of_many,
            "wilson_continuity_corrected": intervals.wilson_corrected,
            "clopper_pearson": intervals.clopper_pearson,
            "jeffreys": intervals.jeffreys,
            "hmisc_exact": intervals.clopper_pearson,
            "hmisc_wilson": intervals.wilson_of_many,
        }
        found = {name: method(given["x"], given["n"], level) for name, method in methods.items()}
    return {name: _limits(interval) for name, interval in found.items()}


def _limits(interval: Interval) -> dict[str, Any]:
    return {"lower": interval.low, "upper": interval.high}
