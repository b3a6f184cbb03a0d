"""The smallest and largest rate that the unknowns of a set of units allow (SEMANTICS 7)."""

from __future__ import annotations

from collections.abc import Mapping

from spinewise.measures.outcome import IN_WITH, IN_WITHOUT, OUT


def rate_range(places: Mapping[int, int]) -> tuple[float, float] | None:
    """
    The range of numerator / denominator over every assignment of the unknown units.

    Numerator and denominator move together; assignments with an empty denominator are left out.

    Parameters
    ----------
    places
        How many units have each set of places (sums of OUT, IN_WITHOUT, IN_WITH).

    Returns
    -------
    (smallest, largest), shares from 0 to 1; None if no assignment gives a denominator.
    """
    largest = _largest(places)
    if largest is None:
        return None
    mirrored = _largest({_mirror(mask): count for mask, count in places.items()})
    assert mirrored is not None
    without, of = mirrored
    return (of - without) / of, largest[0] / largest[1]


def _largest(places: Mapping[int, int]) -> tuple[int, int] | None:
    """
    Numerator and denominator of the largest rate.

    Every unit that may be in with the numerator is; every other that may stay out does. Each of
    these moves raises the rate or leaves it. Where they leave the denominator empty, only a unit
    without the numerator can fill it, and the rate is 0.
    """
    with_numerator = sum(count for mask, count in places.items() if mask & IN_WITH)
    without = places.get(IN_WITHOUT, 0)
    if with_numerator + without:
        return with_numerator, with_numerator + without
    return (0, 1) if places.get(OUT | IN_WITHOUT) else None


def _mirror(mask: int) -> int:
    """The places with the numerator turned round."""
    mirrored = mask & OUT
    if mask & IN_WITH:
        mirrored |= IN_WITHOUT
    if mask & IN_WITHOUT:
        mirrored |= IN_WITH
    return mirrored
