"""
The four rules of "Making data count", with its two icons: variation and assurance.

An XmR chart (limits 2.66 average moving ranges from the mean) with four rules: a point outside the
limits; a trend of seven points; two of three points on one side in the outer third; seven points
on one side of the mean. Limits and patterns belong to a phase. A point gets the first rule of this
order that it breaks. The series has no missing point (leave months without one out beforehand).

Source: NHS England, Making data count: strengthening your decisions (2023 edition), the pages on
special cause rules and icons. Checked against NHSRplotthedots 0.2.2.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinewise.statistics.charts import Basis, Chart, first_of_each, i_chart
from spinewise.statistics.distributions import Floats
from spinewise.statistics.rules import in_a_row, members, trend
from spinewise.statistics.run_chart import Bools, Ints

RANGES: Final = 2.66
"""From the mean to a limit, in average moving ranges: 3 / 1.128, as it is published."""
TRIAL: Final = 12
"""Limits of fewer points than this are trial limits: they will still move."""

Direction = Literal["increase", "decrease", "neutral"]
"""Where better lies."""
Variation = Literal["common cause", "improvement", "concern", "change"]
"""``change``: a signal where neither direction is better."""
Assurance = Literal["pass", "fail", "hit or miss"]


class Cause(IntEnum):
    """Why a point is marked; the order is that of precedence."""

    COMMON = 0
    OUTSIDE = 1
    TREND = 2
    TWO_OF_THREE = 3
    SHIFT = 4


class Dots(NamedTuple):
    """Arrays of the shape of the values, and the chart that they come from."""

    chart: Chart
    cause: NDArray[np.int8]
    """A :class:`Cause` for each point."""
    up: NDArray[np.int8]
    """1: the mark points to higher values; -1: to lower ones; 0: no mark."""
    trial: Bools
    """Whether the limits rest on fewer than 12 points."""


def dots(
    value: ArrayLike,
    *,
    phase: Ints | None = None,
    fixed_after: int | None = None,
    screened: bool = True,
) -> Dots:
    """
    Judge every point of the series.

    Parameters
    ----------
    value
        (T,) or (S, T), without a missing point.
    phase
        Numbers of the phases (T,); each has limits and patterns of its own.
    fixed_after
        The limits rest on the first so many points of each phase; None: on all.
    screened
        Leave out moving ranges at or above 3.267 times their average, once.

    Raises
    ------
    ValueError
        A value is missing.
    """
    value = np.asarray(value, dtype=float)
    if np.any(np.isnan(value)):
        raise ValueError("the rules need every point; leave months without one out")
    whole = np.zeros(value.shape[-1], dtype=np.int64) if phase is None else np.asarray(phase)
    if whole.ndim != 1:
        raise ValueError("the series share their phases: one number a point in time")
    basis = Basis(
        phase=phase, baseline=None if fixed_after is None else first_of_each(whole, fixed_after)
    )
    chart = i_chart(value, basis=basis, screened=screened, sigma_per_range=RANGES / 3)
    low, high = chart.limits()
    z = chart.z()
    cause = np.zeros(value.shape, dtype=np.int8)
    rising = np.zeros(value.shape, dtype=bool)
    trial = np.zeros(value.shape, dtype=bool)
    # Patterns do not go on from one phase to the next.
    for number in np.unique(whole):
        inside = whole == number
        points = value[..., inside]
        out = (points > _of_phase(high, inside)) | (points < _of_phase(low, inside))
        side = np.sign(points - _of_phase(chart.mean, inside))
        ends = trend(points, 7)
        found = np.select(
            [
                out,
                members(ends, 7),
                _two_of_three(_of_phase(z, inside), side, out),
                members(in_a_row(side, 7), 7),
            ],
            [Cause.OUTSIDE, Cause.TREND, Cause.TWO_OF_THREE, Cause.SHIFT],
            Cause.COMMON,
        )
        cause[..., inside] = found
        rising[..., inside] = _rises(points, members(ends, 7))
        # The published warning speaks of fewer than 12 and is given at 12 as well; ours is not.
        trial[..., inside] = inside.sum() < TRIAL
    side = np.sign(value - chart.mean).astype(np.int8)
    up = np.where(cause == Cause.TREND, np.where(rising, 1, -1), np.where(side > 0, 1, -1))
    return Dots(chart, cause, np.where(cause > 0, up, 0).astype(np.int8), trial)


def _of_phase(value: Floats, inside: Bools) -> Floats:
    return value[..., inside] if value.shape[-1] == len(inside) else value


def _two_of_three(z: Floats, side: Floats, out: Bools) -> Bools:
    """Points in an outer third that are among three on one side of which two or more are."""
    outer = (np.abs(z) > 2) & ~out
    ends = np.zeros(z.shape, dtype=bool)
    three = np.lib.stride_tricks.sliding_window_view
    if z.shape[-1] >= 3:
        ends[..., 2:] = (three(outer, 3, axis=-1).sum(axis=-1) >= 2) & (
            np.abs(three(side, 3, axis=-1).sum(axis=-1)) == 3
        )
    return outer & members(ends, 3)


def _rises(points: Floats, part: Bools) -> Bools:
    """Whether the trend that a point is part of rises; at a turn, the trend that begins there."""
    before = np.diff(points, axis=-1, prepend=np.nan)
    after = np.diff(points, axis=-1, append=np.nan)
    goes_on = np.zeros(part.shape, dtype=bool)
    goes_on[..., :-1] = part[..., 1:]
    return np.where(part & goes_on, after > 0, before > 0)


def point_kind(found: Dots, better: Direction) -> NDArray[np.str_]:
    """``common cause``, ``improvement``, ``concern`` or ``change`` for each point."""
    if better == "neutral":
        return np.where(found.up == 0, "common cause", "change")
    good = 1 if better == "increase" else -1
    return np.select(
        [found.up == 0, found.up == good], ["common cause", "improvement"], "concern"
    ).astype(np.str_)


class Icons(NamedTuple):
    """What the two icons of one series say."""

    variation: Variation
    up: int
    """1: towards higher values, -1: towards lower ones, 0: common cause."""
    assurance: Assurance | None
    """None: there is no target, or no direction is better."""


def icons(found: Dots, better: Direction, target: float | None = None) -> Icons:
    """
    The icons of one series (T,): the kind of its last point, and where the target lies.

    A target on a limit, or a series without limits, is hit or miss.
    """
    last = str(point_kind(found, better)[-1])
    low, high = (float(np.broadcast_to(x, found.cause.shape)[-1]) for x in found.chart.limits())
    return Icons(last, int(found.up[-1]), assurance(low, high, better, target))  # type: ignore[arg-type]


def assurance(low: float, high: float, better: Direction, target: float | None) -> Assurance | None:
    """Whether a process with these limits will pass its target, fail it, or hit and miss it."""
    if target is None or better == "neutral":
        return None
    if target > high:
        return "fail" if better == "increase" else "pass"
    if target < low:
        return "pass" if better == "increase" else "fail"
    return "hit or miss"
