"""
A rate corrected for what codes get wrong.

Codes say of each case that it counts or not; people who read the charts of some cases say what is
true of them. Two ways lead from both to the true share:

- :func:`rogan_gladen`, with a sensitivity and a specificity known from elsewhere;
- :func:`stratified`, with cases read from each stratum of the coded answer. The sensitivity and
  specificity that it gives are those of the whole population, each stratum weighted by its size:
  counted plainly among the cases read, they would be biased wherever one stratum was read more
  than another. With them :func:`rogan_gladen` gives the very same share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple


class Interval(NamedTuple):
    """A share and its interval, all from 0 to 1."""

    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Stratum:
    """Cases that the codes say the same of."""

    coded: bool
    """Whether codes count them."""
    cases: int
    read: int
    """How many were read; at least 1 where there are cases."""
    true: int
    """How many of these count by the chart."""


@dataclass(frozen=True)
class Corrected:
    """What reading charts says of a coded rate."""

    coded: float
    true: Interval
    sensitivity: float | None
    """Of the cases that count, the share that codes count; None where none does."""
    specificity: float | None
    """Of the others, the share that codes do not count; None where there are none."""


def rogan_gladen(
    n: int,
    d: int,
    *,
    sensitivity: tuple[int, int],
    specificity: tuple[int, int],
    confidence: float = 0.95,
) -> Interval | None:
    """
    The true share behind the coded share ``n / d``.

    Parameters
    ----------
    n, d
        How many of how many the codes count.
    sensitivity
        How many of how many true cases another study found coded.
    specificity
        How many of how many others it found not coded.

    Returns
    -------
    The share, cut to 0 and 1, and its interval; None where codes tell nothing (sensitivity +
    specificity at most 1) or a number of cases is 0.

    Source: Rogan and Gladen, Am J Epidemiol 1978;107:71-76; interval: Lang and Reiczigel, Prev Vet
    Med 2014;113:13-22.
    """
    if not d or not sensitivity[1] or not specificity[1]:
        return None
    se, sp = sensitivity[0] / sensitivity[1], specificity[0] / specificity[1]
    if se + sp <= 1:
        return None
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    cases, true, false = d + z * z, sensitivity[1] + 2, specificity[1] + 2
    coded = (n + z * z / 2) / cases
    se_, sp_ = (sensitivity[0] + 1) / true, (specificity[0] + 1) / false
    gain = se_ + sp_ - 1
    if gain <= 0:
        return None
    share = (coded + sp_ - 1) / gain
    of_se, of_sp = se_ * (1 - se_) / true, sp_ * (1 - sp_) / false
    moved = share + 2 * z * z * (share * of_se - (1 - share) * of_sp)
    variance = coded * (1 - coded) / cases + share**2 * of_se + (1 - share) ** 2 * of_sp
    half = z * sqrt(variance) / gain
    return Interval(_cut((n / d + sp - 1) / (se + sp - 1)), _cut(moved - half), _cut(moved + half))


def stratified(strata: Sequence[Stratum], confidence: float = 0.95) -> Corrected | None:
    """
    The true share in a population of which a sample of each stratum was read.

    The share is the mean over the strata, each weighted by its cases. Its interval is Wilson's for
    the effective number of cases read: so many as would give, drawn at random from all, the
    variance that this sample has (a stratum read as a whole adds none; one of which all cases read
    say the same adds a little, by half a case more of either kind).

    Returns
    -------
    None where there are no cases, or a stratum with cases was not read.

    Source: Cochran, Sampling Techniques, 3rd ed. 1977, 5.3 and 5.11; interval: Franco and others,
    J Surv Stat Methodol 2019;7:334-364.
    """
    strata = [stratum for stratum in strata if stratum.cases]
    whole = sum(stratum.cases for stratum in strata)
    if not whole or any(stratum.read == 0 for stratum in strata):
        return None
    share = variance = true_coded = false_not_coded = 0.0
    for one in strata:
        weight, part = one.cases / whole, one.true / one.read
        share += weight * part
        smooth = (one.true + 0.5) / (one.read + 1)
        left = 1 - one.read / one.cases
        variance += weight**2 * left * smooth * (1 - smooth) / max(one.read - 1, 1)
        if one.coded:
            true_coded += weight * part
        else:
            false_not_coded += weight * (1 - part)
    share = _cut(share)
    return Corrected(
        coded=sum(one.cases for one in strata if one.coded) / whole,
        true=_effective_wilson(share, variance, sum(one.read for one in strata), confidence),
        sensitivity=true_coded / share if share > 0 else None,
        specificity=false_not_coded / (1 - share) if share < 1 else None,
    )


def _effective_wilson(share: float, variance: float, read: int, confidence: float) -> Interval:
    if variance == 0:
        return Interval(share, share, share)
    smooth = (share * read + 0.5) / (read + 1)
    effective = smooth * (1 - smooth) / variance
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    weight = z * z / effective
    middle = (share + weight / 2) / (1 + weight)
    half = z * sqrt((share * (1 - share) + weight / 4) / effective) / (1 + weight)
    return Interval(share, min(_cut(middle - half), share), max(_cut(middle + half), share))


def _cut(share: float) -> float:
    return min(max(share, 0.0), 1.0)
