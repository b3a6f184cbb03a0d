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
    With its large-sample 95 % interval, cut to -1 to 1; None where there is nothing, or both give
    everything the same grade.

    Sources: Cohen, Educ Psychol Meas 1960;20:37; Fleiss, Cohen and Everitt, Psychol Bull
    1969;72:323-327, formula 13 (the error).
    """
    n = sum(pairs.values())
    grades = {grade for pair in pairs for grade in pair}
    if not n:
        return None
    agreed = sum(count for (a, b), count in pairs.items() if a == b) / n
    first, second = (
        {grade: sum(c for pair, c in pairs.items() if pair[k] == grade) / n for grade in grades}
        for k in (0, 1)
    )
    by_chance = sum(first[grade] * second[grade] for grade in grades)
    if by_chance == 1:
        return None
    value = (agreed - by_chance) / (1 - by_chance)
    on, off = 0.0, 0.0
    for (a, b), count in pairs.items():
        shares = second[a] + first[b]
        if a == b:
            on += count / n * (1 - by_chance - shares * (1 - agreed)) ** 2
        else:
            off += count / n * (shares * (1 - agreed)) ** 2
    rest = agreed * by_chance - 2 * by_chance + agreed
    variance = (on + off - rest**2) / (n * (1 - by_chance) ** 4)
    error = sqrt(max(variance, 0.0))
    return Kappa(value, max(-1.0, value - _Z * error), min(1.0, value + _Z * error))
