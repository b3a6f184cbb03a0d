"""How many charts to read, and which: sample size, strata, and a seeded draw."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from math import ceil
from statistics import NormalDist
from typing import TypeVar

import numpy as np

Stratum = TypeVar("Stratum", bound=Hashable)
Case = TypeVar("Case")


def size_for_precision(
    population: int, half_width: float, share: float = 0.5, confidence: float = 0.95
) -> int:
    """
    The cases to read so that the interval of a share is at most ``half_width`` to either side.

    Parameters
    ----------
    population
        The cases there are; no more than these can be read, and few cases need fewer.
    half_width
        Between 0 and 1, for example 0.05 for plus or minus five points.
    share
        The share that is expected; 0.5, the default, needs the most.

    Raises
    ------
    ValueError
        A number is out of its bounds.

    Source: Cochran, Sampling Techniques, 3rd ed. 1977, 4.4 (normal approximation with the
    correction for a finite population).
    """
    if population < 0 or not 0 < half_width < 1 or not 0 < share < 1:
        raise ValueError(f"no sample of {population} cases for {share} plus or minus {half_width}")
    if population == 0:
        return 0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    endless = z * z * share * (1 - share) / half_width**2
    return min(population, ceil(endless / (1 + (endless - 1) / population)))


def allocate(size: int, strata: Mapping[Stratum, int], least: int = 0) -> dict[Stratum, int]:
    """
    Share ``size`` cases among strata in proportion to how many cases they have.

    A stratum gets ``least`` at least, or all that it has; so the whole may be more than ``size``.
    Rounding is by largest remainder; of equal remainders the earlier stratum is served first.
    """
    whole = sum(strata.values())
    size = min(size, whole)
    if whole == 0:
        return dict.fromkeys(strata, 0)
    exact = {name: size * cases / whole for name, cases in strata.items()}
    given = {name: int(part) for name, part in exact.items()}
    order = sorted(strata, key=lambda name: given[name] - exact[name])
    for name in order[: size - sum(given.values())]:
        given[name] += 1
    return {name: max(given[name], min(least, cases)) for name, cases in strata.items()}


def draw(cases: Sequence[Case], size: int, generator: np.random.Generator) -> list[Case]:
    """``size`` of the cases at random without replacement, in random order."""
    return [cases[place] for place in generator.permutation(len(cases))[:size]]
