"""
Rules that mark points of a control chart: outside the limits, and patterns within them.

Rules look at z, how many sigmas each point lies from the mean (``Chart.z``). A missing or excluded
point is passed over, as if the points beside it followed each other; it is never marked. A point
exactly on the mean ends a run on one side. Unless it says otherwise, a rule marks the point that
completes a pattern: that is when it can be acted on.

Every further rule finds more changes and gives more false alarms; how many is tabled in
docs/reference/false-signals.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from spinewise.statistics.charts import Chart
from spinewise.statistics.distributions import Floats
from spinewise.statistics.run_chart import Bools

Rule = Callable[[Floats], Bools]


def outside(chart: Chart, sigmas: float = 3.0) -> Bools:
    """Points beyond the limits; a point on a limit is within."""
    low, high = chart.limits(sigmas)
    value = chart.counted()
    return np.asarray((value > high) | (value < low))


def beyond(z: Floats, sigmas: float) -> Bools:
    """Points more than so many sigmas from the mean, on either side."""
    return np.asarray(np.abs(z) > sigmas)


def in_a_row(z: Floats, length: int) -> Bools:
    """Points that complete so many in a row on one side of the mean."""
    return _passing_over(z, lambda dense: _either(dense > 0, dense < 0, length, length))


def trend(value: Floats, length: int) -> Bools:
    """Points that complete so many in a row, each above (or each below) the one before."""

    def rule(dense: Floats) -> Bools:
        step = _steps(dense)
        return _either(step > 0, step < 0, length - 1, length - 1)

    return _passing_over(value, rule)


def alternating(value: Floats, length: int) -> Bools:
    """Points that complete so many in a row that go up and down in turn."""

    def rule(dense: Floats) -> Bools:
        step = np.sign(_steps(dense))
        turns = step[..., 1:] * step[..., :-1] == -1
        first = np.zeros((*dense.shape[:-1], 1), dtype=bool)
        return _all_of(np.concatenate([first, turns], axis=-1), length - 2)

    return _passing_over(value, rule)


def some_of(z: Floats, least: int, window: int, sigmas: float) -> Bools:
    """Points beyond so many sigmas on one side that make at least ``least`` of the last
    ``window``."""
    return _passing_over(z, lambda dense: _either(dense > sigmas, dense < -sigmas, least, window))


def close_by(z: Floats, length: int, sigmas: float = 1.0) -> Bools:
    """Points that complete so many in a row within so many sigmas, on both sides or one."""
    return _passing_over(z, lambda dense: _all_of(np.abs(dense) < sigmas, length))


def far_off(z: Floats, length: int, sigmas: float = 1.0) -> Bools:
    """Points that complete so many in a row beyond so many sigmas, on both sides or one."""
    return _passing_over(z, lambda dense: _all_of(np.abs(dense) > sigmas, length))


NELSON: Final[dict[int, Rule]] = {
    1: lambda z: beyond(z, 3),
    2: lambda z: in_a_row(z, 9),
    3: lambda z: trend(z, 6),
    4: lambda z: alternating(z, 14),
    5: lambda z: some_of(z, 2, 3, 2),
    6: lambda z: some_of(z, 4, 5, 1),
    7: lambda z: close_by(z, 15),
    8: lambda z: far_off(z, 8),
}
"""
The rules of Nelson, J Qual Technol 1984;16:237-239. On a chart whose limits differ from point to
point, trends are those of z.
"""

WESTERN_ELECTRIC: Final[dict[int, Rule]] = {
    1: lambda z: beyond(z, 3),
    2: lambda z: some_of(z, 2, 3, 2),
    3: lambda z: some_of(z, 4, 5, 1),
    4: lambda z: in_a_row(z, 8),
}
"""The zone rules of the Western Electric Statistical Quality Control Handbook, 1956, 23-28."""


def broken(z: Floats, rules: dict[int, Rule]) -> dict[int, Bools]:
    """The points that each rule marks, by its number."""
    return {number: rule(z) for number, rule in rules.items()}


def _steps(dense: Floats) -> Floats:
    """From each point to the next; none between points that are both infinitely many sigmas off
    (limits of no width)."""
    with np.errstate(invalid="ignore"):
        return np.diff(dense, axis=-1, prepend=np.nan)


# Windows ----------------------------------------------------------------------------------------


def _either(above: Bools, below: Bools, least: int, window: int) -> Bools:
    return _enough_of(above, least, window) | _enough_of(below, least, window)


def _all_of(mark: Bools, length: int) -> Bools:
    return _enough_of(mark, length, length)


def _enough_of(mark: Bools, least: int, window: int) -> Bools:
    """Marked points whose window, which ends with them, holds at least so many marked ones."""
    counted = np.cumsum(mark, axis=-1, dtype=np.int32)
    ended = counted.copy()
    ended[..., window:] -= counted[..., :-window]
    return mark & (ended >= least)


def _passing_over(value: Floats, rule: Rule) -> Bools:
    """The rule on the points that are there, moved together; its marks moved back."""
    missing = np.isnan(value)
    if not np.any(missing):
        return rule(value)
    order = np.argsort(missing, axis=-1, kind="stable")
    marks = rule(np.take_along_axis(value, order, axis=-1))
    found = np.zeros(value.shape, dtype=bool)
    np.put_along_axis(found, order, marks, axis=-1)
    return found & ~missing


def members(ends: Bools, length: int) -> Bools:
    """All points of the patterns of so many points in a row that end with the marked ones."""
    counted = np.cumsum(ends[..., ::-1], axis=-1, dtype=np.int32)
    within = counted.copy()
    within[..., length:] -= counted[..., :-length]
    return np.asarray(within[..., ::-1] > 0)
