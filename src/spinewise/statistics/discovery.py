"""
Signals among many series: which are left when chance alone would give some.

Of 50,000 stable series a rule with one false alarm in 20 marks 2,500. So each series gets one
p-value, and the false-discovery rate keeps the share of false ones among those that are marked
below a bound.

Source: Benjamini and Hochberg, J R Stat Soc B 1995;57:289-300; Benjamini and Yekutieli, Ann Stat
2001;29:1165-1188.
"""

from __future__ import annotations

from functools import cache, lru_cache
from math import comb

import numpy as np
from numpy.typing import ArrayLike

from spinewise.statistics.charts import Chart
from spinewise.statistics.distributions import Floats, normal_tail
from spinewise.statistics.run_chart import Bools, RunsOfMany, runs_of_many, sides


def benjamini_hochberg(
    p: ArrayLike, rate: float = 0.05, *, any_dependence: bool = False
) -> tuple[Bools, Floats]:
    """
    Which p-values to take as discoveries, and their q-values: the smallest rate at which each
    would be one. Missing p-values are none, and do not count among the tests.

    ``any_dependence``: hold the rate whatever the tests have to do with each other (Yekutieli);
    otherwise for tests that are independent or positively related.
    """
    given = np.asarray(p, dtype=float)
    flat = given.ravel()
    order = np.argsort(flat, kind="stable")  # NaN goes last
    tests = int((~np.isnan(flat)).sum())
    ordered = flat[order[:tests]]
    factor = float((1 / np.arange(1, tests + 1)).sum()) if any_dependence else 1.0
    raised = ordered * tests * factor / np.arange(1, tests + 1)
    q = np.full(len(flat), np.nan)
    q[order[:tests]] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1)
    shaped = np.asarray(q.reshape(given.shape))
    return np.asarray(shaped <= rate), shaped


def series_p(chart: Chart, runs: RunsOfMany | None = None) -> Floats:
    """
    One p-value a series that nothing but chance is in it, NaN where it has no limits.

    The smallest of three, times three (Bonferroni): of the furthest point among its points (normal
    tails, Sidak), of the longest run, of the crossings (fair coins). ``runs`` are those of
    :func:`run_chart.runs_of_many`, where they are at hand. Limits are taken as known: with few
    points they are estimates, and the p-value is rough.
    """
    z = chart.z()
    if runs is None:
        runs = runs_of_many(sides(chart.counted(), chart.centre))
    missing = np.isnan(z)
    if missing.any():
        points = (~missing).sum(axis=-1)
        furthest = np.max(np.where(missing, 0.0, np.abs(z)), axis=-1)
    else:
        points = np.full(z.shape[:-1], z.shape[-1])
        furthest = np.maximum(z.max(axis=-1), -z.min(axis=-1))
    tail = np.minimum(2 * normal_tail(furthest), 1 - 1e-16)
    outside = -np.expm1(points * np.log1p(-tail))
    by_run, by_crossings = coin_tables(z.shape[-1])
    smallest = np.minimum(
        outside,
        np.minimum(
            by_run[runs.useful, runs.longest_run], by_crossings[runs.useful, runs.crossings]
        ),
    )
    return np.asarray(np.where(points > 0, np.minimum(1, 3 * smallest), np.nan))


@lru_cache
def coin_tables(most: int) -> tuple[Floats, Floats]:
    """
    Of ``n`` fair coins (rows, 0 to ``most``): the chance of a run of at least k (columns), and of
    at most k changes of side.
    """
    longest = np.ones((most + 1, most + 2))
    changes = np.ones((most + 1, most + 2))
    for n in range(1, most + 1):
        for k in range(1, n + 2):
            longest[n, k] = 1 - _sequences_without(n, k) / 2**n
        longest[n, n + 1 :] = 0.0
        ways = 0
        for k in range(n):
            ways += comb(n - 1, k)
            changes[n, k] = ways / 2 ** (n - 1)
    return longest, changes


@cache
def _sequences_without(n: int, k: int) -> int:
    """How many sequences of ``n`` coins have no run of ``k`` or more."""
    if n == 0:
        return 1
    if k <= 1:
        return 0
    # By the length of the first run; the first side is free, each later one is the other.
    if n < k:
        return 1 << n
    return sum(_sequences_without(n - length, k) for length in range(1, k))
