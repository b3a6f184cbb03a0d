"""How far two ways of counting agree, beyond what chance alone would give."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import NamedTuple

_Z = 1.959963984540054
"""For a 95 % interval."""


class Kappa(NamedTuple):
    """Cohen's kappa with its interval; 1 is full agreement, 0 that of chance."""

    value: float
    low: float
    high: float


def kappa(pairs: Mapping[tuple[str, str], int]) -> Kappa | None:
    """
    Cohen's kappa of two gradings of the same things.

    Parameters
    ----------
    pairs
        How many things have each (first, second) grade.

    Returns
    -------
    With the 95 % interval of Cohen's large-sample error, cut to -1 to 1; None where there is
    nothing, or both give everything the same grade.

    Source: Cohen, Educ Psychol Meas 1960;20:37.
    """
    n = sum(pairs.values())
    grades = {grade for pair in pairs for grade in pair}
    if not n:
        return None
    agreed = sum(count for (a, b), count in pairs.items() if a == b) / n
    by_chance = sum(
        sum(count for (a, _), count in pairs.items() if a == grade)
        * sum(count for (_, b), count in pairs.items() if b == grade)
        for grade in grades
    ) / (n * n)
    if by_chance == 1:
        return None
    value = (agreed - by_chance) / (1 - by_chance)
    error = sqrt(agreed * (1 - agreed) / n) / (1 - by_chance)
    return Kappa(value, max(-1.0, value - _Z * error), min(1.0, value + _Z * error))
