"""Intervals for a share."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist


def wilson(n: int, d: int, confidence: float = 0.95) -> tuple[float, float] | None:
    """
    The Wilson score interval of the share ``n / d``, without continuity correction.

    Parameters
    ----------
    n, d
        How many of how many; ``0 <= n <= d``.
    confidence
        The level, between 0 and 1.

    Returns
    -------
    The lower and upper limit, shares from 0 to 1; None where ``d`` is 0.

    Raises
    ------
    ValueError
        ``n`` is not between 0 and ``d``, or the level not between 0 and 1.

    Source: Wilson, J Am Stat Assoc 1927;22:209-212.
    """
    if not 0 <= n <= d:
        raise ValueError(f"no share of {n} in {d}")
    if not 0 < confidence < 1:
        raise ValueError(f"a level lies between 0 and 1, not {confidence}")
    if d == 0:
        return None
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, weight = n / d, z * z / d
    middle = (share + weight / 2) / (1 + weight)
    half = z * sqrt((share * (1 - share) + weight / 4) / d) / (1 + weight)
    return (0.0 if n == 0 else middle - half), (1.0 if n == d else middle + half)
