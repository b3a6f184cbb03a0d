"""
The Anhoej rules of a run chart: is this more than random variation about the centre?

Two tests look at the *useful* points, those not on the centre line: a run on one side that is
longer than chance makes it, or fewer crossings of the line than chance makes. A missing point and
a point on the line are passed over, and a run goes on across them.

Source: Anhoej and Olesen, PLoS ONE 2014;9:e113825.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise
from math import comb, log2
from statistics import median
from typing import Final, NamedTuple

ENOUGH: Final = 10
"""Fewer useful points than this are too few to judge."""


class Runs(NamedTuple):
    """What the rules find. The fields of :class:`spinewise.review.result.RunChart`, in part."""

    median: float | None
    """The centre line; None where there is no point."""
    useful: int
    longest_run: int | None
    """None, as all below, where no point is useful."""
    longest_run_max: int | None
    crossings: int | None
    crossings_min: int | None
    signal: bool | None
    """A run longer than ``longest_run_max`` or fewer crossings than ``crossings_min``; None where
    fewer than 10 points are useful."""


def runs(values: Sequence[float | None], centre: float | None = None) -> Runs:
    """
    Judge values in order of time about ``centre``, or about their median where it is None.

    None in ``values`` is a gap: a month without a denominator.
    """
    known = [value for value in values if value is not None]
    if centre is None and known:
        centre = median(known)
    above = [value > centre for value in known if value != centre] if centre is not None else []
    useful = len(above)
    if useful == 0:
        return Runs(centre, 0, None, None, None, None, None)
    longest = max(len(list(run)) for _, run in groupby(above))
    crossings = sum(before != after for before, after in pairwise(above))
    longest_max, crossings_min = longest_run_max(useful), fewest_crossings(useful)
    signal = longest > longest_max or crossings < crossings_min
    return Runs(
        centre,
        useful,
        longest,
        longest_max,
        crossings,
        crossings_min,
        signal if useful >= ENOUGH else None,
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
