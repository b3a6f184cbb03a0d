"""
Intervals for a share and for a rate.

Each function takes arrays (or numbers) and gives the lower and the upper limits, NaN where there
is no denominator. ``level`` is the confidence level, 0.95 for a 95 % interval.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from spinewise.statistics.distributions import Floats, beta_quantile, gamma_quantile


class Interval(NamedTuple):
    """Lower and upper limits, arrays of the shape of what was given."""

    low: Floats
    high: Floats


def wilson(n: int, d: int, confidence: float = 0.95) -> tuple[float, float] | None:
    """The Wilson score interval of one share, as :func:`wilson_of_many`; None where ``d`` is 0."""
    low, high = wilson_of_many(n, d, confidence)
    return (low.item(), high.item()) if d else None


def wilson_of_many(n: ArrayLike, d: ArrayLike, level: float = 0.95) -> Interval:
    """
    The score interval of the share ``n / d``, without continuity correction.

    Raises ValueError where ``n`` is not between 0 and ``d``, or the level not between 0 and 1.

    Source: Wilson, J Am Stat Assoc 1927;22:209-212.
    """
    n, d = _shares(n, d)
    z = _z(level)
    with np.errstate(invalid="ignore", divide="ignore"):
        share, weight = n / d, z * z / d
        middle = (share + weight / 2) / (1 + weight)
        half = z * np.sqrt((share * (1 - share) + weight / 4) / d) / (1 + weight)
    return _ending(n, d, middle - half, middle + half)


def wilson_corrected(n: ArrayLike, d: ArrayLike, level: float = 0.95) -> Interval:
    """
    The score interval of ``n / d`` with continuity correction: wider, and never anti-conservative
    by much.

    Source: Newcombe, Stat Med 1998;17:857-872, method 4.
    """
    n, d = _shares(n, d)
    z = _z(level)
    # A correction of half a case cannot take the share past the middle of the interval.
    with np.errstate(invalid="ignore", divide="ignore"):
        share = n / d
        below = z * np.sqrt(z * z - 2 - 1 / d + 4 * share * (d * (1 - share) + 1))
        above = z * np.sqrt(z * z + 2 - 1 / d + 4 * share * (d * (1 - share) - 1))
        low = (2 * d * share + z * z - 1 - below) / (2 * (d + z * z))
        high = (2 * d * share + z * z + 1 + above) / (2 * (d + z * z))
    return _ending(n, d, np.maximum(low, 0), np.minimum(high, 1))


def clopper_pearson(n: ArrayLike, d: ArrayLike, level: float = 0.95) -> Interval:
    """
    The exact interval of ``n / d``: at least the level for every true share, so rather wide.

    Source: Clopper and Pearson, Biometrika 1934;26:404-413.
    """
    return _by_beta(n, d, level, low=(0, 1), high=(1, 0))


def jeffreys(n: ArrayLike, d: ArrayLike, level: float = 0.95) -> Interval:
    """
    The equal-tailed interval of ``n / d`` after a Beta(1/2, 1/2) prior; 0 and 1 at the ends.

    Source: Brown, Cai and DasGupta, Stat Sci 2001;16:101-133, section 4.1.
    """
    return _by_beta(n, d, level, low=(0.5, 0.5), high=(0.5, 0.5))


def poisson_exact(count: ArrayLike, exposure: ArrayLike = 1.0, level: float = 0.95) -> Interval:
    """
    The exact interval of a rate: ``count`` events over ``exposure`` (in any unit of time).

    Source: Garwood, Biometrika 1936;28:437-442.
    """
    count, exposure = _counts(count, exposure)
    tail = (1 - _checked(level)) / 2
    low = np.where(count > 0, gamma_quantile(tail, np.maximum(count, 1)), 0)
    return Interval(low / exposure, gamma_quantile(1 - tail, count + 1) / exposure)


def byar(count: ArrayLike, exposure: ArrayLike = 1.0, level: float = 0.95) -> Interval:
    """
    Byar's approximation to :func:`poisson_exact`, in closed form.

    Source: Breslow and Day, Statistical Methods in Cancer Research II (IARC 1987), page 69.
    """
    count, exposure = _counts(count, exposure)
    z, more = _z(level), count + 1

    def cube(of: Floats, sign: int) -> Floats:
        return of * (1 - 1 / (9 * of) + sign * z / (3 * np.sqrt(of))) ** 3

    low = np.where(count > 0, cube(np.maximum(count, 1), -1), 0)
    return Interval(low / exposure, cube(more, 1) / exposure)


Method = Callable[..., Interval]
"""One of the functions above."""


def _by_beta(
    n: ArrayLike,
    d: ArrayLike,
    level: float,
    low: tuple[float, float],
    high: tuple[float, float],
) -> Interval:
    n, d = _shares(n, d)
    tail = (1 - _checked(level)) / 2
    inside = np.where(n > 0, n, 1), np.where(n < d, n, 0), np.maximum(d, 1)
    return _ending(
        n,
        d,
        beta_quantile(tail, inside[0] + low[0], np.maximum(inside[2] - inside[0], 0) + low[1]),
        beta_quantile(1 - tail, inside[1] + high[0], inside[2] - inside[1] + high[1]),
    )


def _ending(n: Floats, d: Floats, low: Floats, high: Floats) -> Interval:
    """None of many begins at 0 and all of many ends at 1; without a denominator there is none."""
    none = d == 0
    return Interval(
        np.where(none, np.nan, np.where(n == 0, 0.0, low)),
        np.where(none, np.nan, np.where(n == d, 1.0, high)),
    )


def _shares(n: ArrayLike, d: ArrayLike) -> tuple[Floats, Floats]:
    n, d = np.asarray(n, dtype=float), np.asarray(d, dtype=float)
    wrong = ~((n >= 0) & (n <= d))
    if np.any(wrong):
        some_n, some_d = (np.broadcast_to(x, wrong.shape)[wrong][0] for x in (n, d))
        raise ValueError(f"no share of {some_n:g} in {some_d:g}")
    return n, d


def _counts(count: ArrayLike, exposure: ArrayLike) -> tuple[Floats, Floats]:
    count, exposure = np.asarray(count, dtype=float), np.asarray(exposure, dtype=float)
    if np.any(~(count >= 0)) or np.any(~(exposure > 0)):
        raise ValueError("a count is 0 or more, and its exposure more than 0")
    return count, exposure


def _checked(level: float) -> float:
    if not 0 < level < 1:
        raise ValueError(f"a level lies between 0 and 1, not {level}")
    return level


def _z(level: float) -> float:
    return NormalDist().inv_cdf((1 + _checked(level)) / 2)
