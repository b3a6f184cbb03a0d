"""
The Anhoej rules of a run chart: is this more than random variation about the centre?

Two tests look at the *useful* points, those not on the centre line: a run on one side that is
longer than chance makes it, or fewer crossings of the line than chance makes. A missing point and
a point on the line are passed over, and a run goes on across them. Many crossings are no signal.

Source: Anhoej and Olesen, PLoS ONE 2014;9:e113825.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import comb, log2
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinewise.statistics.distributions import Floats

ENOUGH: Final = 10
"""Fewer useful points than this are too few to judge."""

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Sides = NDArray[np.int8]


class RunsOfMany(NamedTuple):
    """What the rules find in each series; arrays without the axis of time."""

    useful: Ints
    longest_run: Ints
    """0, as the numbers below, where no point is useful."""
    longest_run_max: Ints
    crossings: Ints
    crossings_min: Ints
    signal: Bools
    """A run longer than ``longest_run_max`` or fewer crossings than ``crossings_min``, whatever
    the number of useful points (:data:`ENOUGH`)."""


class Runs(NamedTuple):
    """The same for one series. The fields of :class:`spinewise.review.result.RunChart`, in part."""

    median: float | None
    """The centre line; None where there is no point."""
    useful: int
    longest_run: int | None
    """None, as all below, where no point is useful."""
    longest_run_max: int | None
    crossings: int | None
    crossings_min: int | None
    signal: bool | None
    """None where fewer than 10 points are useful."""


def sides(value: ArrayLike, centre: ArrayLike) -> Sides:
    """1 above the centre, -1 below, 0 on it or missing; of the shape of ``value``."""
    value = np.asarray(value, dtype=float)
    return (value > centre).view(np.int8) - (value < centre).view(np.int8)


def runs_of_many(side: Sides) -> RunsOfMany:
    """Judge series of :func:`sides`; one result for each."""
    # Time is few and series are many: one step a point in time, over all series at once.
    by_time = np.ascontiguousarray(np.moveaxis(side, -1, 0))
    shape = by_time.shape[1:]
    counter = np.int16 if len(by_time) < 2**15 else np.int64
    last = np.zeros(shape, dtype=np.int8)
    run, longest, useful, crossings = (np.zeros(shape, dtype=counter) for _ in range(4))
    for here in by_time:
        counts = here != 0
        same = here == last
        # Where the point counts, the run goes on or begins again; elsewhere nothing changes.
        run *= same | ~counts
        run += counts
        np.maximum(longest, run, out=longest)
        useful += counts
        crossings += here * last == -1
        last += counts * (here - last)
    longest_max, crossings_min = _limits(len(by_time))
    found = useful.astype(np.int64)
    return RunsOfMany(
        useful=found,
        longest_run=longest.astype(np.int64),
        longest_run_max=longest_max[found],
        crossings=crossings.astype(np.int64),
        crossings_min=crossings_min[found],
        signal=np.asarray((longest > longest_max[found]) | (crossings < crossings_min[found])),
    )


def runs(values: Sequence[float | None], centre: float | None = None) -> Runs:
    """
    Judge one series in order of time about ``centre``, or about its median where it is None.

    None in ``values`` is a gap: a month without a denominator.
    """
    series = np.array([np.nan if value is None else value for value in values], dtype=float)
    if centre is None and not np.all(np.isnan(series)):
        centre = float(np.nanmedian(series))
    if centre is None:
        return Runs(None, 0, None, None, None, None, None)
    found = runs_of_many(sides(series, centre))
    useful = int(found.useful)
    if useful == 0:
        return Runs(centre, 0, None, None, None, None, None)
    return Runs(
        median=centre,
        useful=useful,
        longest_run=int(found.longest_run),
        longest_run_max=int(found.longest_run_max),
        crossings=int(found.crossings),
        crossings_min=int(found.crossings_min),
        signal=bool(found.signal) if useful >= ENOUGH else None,
    )


def medians(value: Floats) -> Floats:
    """The median of each series, NaN where it has no point; the axis of time is kept, of length
    1, so that it can stand beside the values."""
    ordered = np.sort(value, axis=-1)  # NaN goes last
    known = (~np.isnan(value)).sum(axis=-1, keepdims=True)
    low, high = np.maximum((known - 1) // 2, 0), np.minimum(known // 2, value.shape[-1] - 1)
    middle = (
        np.take_along_axis(ordered, low, axis=-1) + np.take_along_axis(ordered, high, axis=-1)
    ) / 2
    return np.asarray(np.where(known > 0, middle, np.nan))


@lru_cache
def _limits(most: int) -> tuple[Ints, Ints]:
    """Both limits for 0 to ``most`` useful points, as tables."""
    return (
        np.array([0] + [longest_run_max(n) for n in range(1, most + 1)]),
        np.array([0] + [fewest_crossings(n) for n in range(1, most + 1)]),
    )


def longest_run_max(useful: int) -> int:
    """The longest run that chance explains among so many useful points: ``log2(n) + 3``."""
    return round(log2(useful) + 3)


def fewest_crossings(useful: int) -> int:
    """The fewest crossings that chance explains: the 5th percentile of binomial(n - 1, 1/2)."""
    chances = useful - 1
    crossings, ways = 0, 1  # ways: sequences with at most so many crossings, of 2 ** chances
    while 20 * ways < 2**chances:
        crossings += 1
        ways += comb(chances, crossings)
    return crossings
