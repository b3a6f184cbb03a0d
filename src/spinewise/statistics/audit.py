"""
Checking codes against charts: a rate corrected by an audit, and how many charts to read.

Sources: Rogan and Gladen, Am J Epidemiol 1978;107:71-76 (the corrected rate and its variance);
Cochran, Sampling Techniques, 3rd edition (1977), 4.4 (sample size). How far two readers agree is
:func:`spinewise.statistics.agreement.kappa`. Worked by hand in
docs/explanation/checking-codes-against-charts.md.
"""

from __future__ import annotations

from math import ceil, sqrt
from statistics import NormalDist
from typing import NamedTuple


class Corrected(NamedTuple):
    """A rate as it would be without misclassification; all shares from 0 to 1."""

    rate: float
    low: float
    high: float
    sensitivity: float
    specificity: float
    cut: bool
    """The formula gave less than 0 or more than 1: the audit and the rate do not fit together."""


class Audit(NamedTuple):
    """What reading charts found of the coded indicator."""

    true_positive: int
    """Coded as meeting it, and the chart says so."""
    false_negative: int
    """Not coded so, though the chart says so."""
    true_negative: int
    false_positive: int


def rogan_gladen(n: int, d: int, audit: Audit, level: float = 0.95) -> Corrected:
    """
    The rate ``n / d`` corrected by the sensitivity and specificity of an audit, with its interval.

    The charts that were read are a sample of their own of those with, and of those without; the
    interval allows for the chance of all three. Raises ValueError where the audit read no chart of
    one kind, or where coding tells no better than chance.
    """
    with_it = audit.true_positive + audit.false_negative
    without = audit.true_negative + audit.false_positive
    if not 0 <= n <= d or d == 0:
        raise ValueError(f"no share of {n} in {d}")
    if with_it == 0 or without == 0:
        raise ValueError("the audit needs charts with and charts without what is counted")
    sensitivity, specificity = audit.true_positive / with_it, audit.true_negative / without
    gain = sensitivity + specificity - 1
    if gain <= 0:
        raise ValueError(
            f"a sensitivity of {sensitivity:.2f} and a specificity of {specificity:.2f} tell no"
            " better than chance; the rate cannot be corrected"
        )
    share = n / d
    rate = (share + specificity - 1) / gain
    variance = (
        share * (1 - share) / d
        + rate**2 * sensitivity * (1 - sensitivity) / with_it
        + (1 - rate) ** 2 * specificity * (1 - specificity) / without
    ) / gain**2
    half = _z(level) * sqrt(variance)
    return Corrected(
        _inside(rate),
        _inside(rate - half),
        _inside(rate + half),
        sensitivity,
        specificity,
        cut=not 0 <= rate <= 1,
    )


def charts_to_read(
    half_width: float, *, expected: float = 0.5, of: int | None = None, level: float = 0.95
) -> int:
    """
    How many charts give a share to within ``half_width``: 0.05 for plus or minus 5 points.

    ``expected`` is the share that is thought likely; 0.5 is safe. ``of`` is how many charts there
    are: with few, fewer have to be read.
    """
    if not 0 < half_width < 1 or not 0 < expected < 1:
        raise ValueError("the half width and the expected share lie between 0 and 1")
    needed = _z(level) ** 2 * expected * (1 - expected) / half_width**2
    if of is not None:
        needed = needed / (1 + (needed - 1) / of)
    return min(ceil(needed - 1e-9), of) if of is not None else ceil(needed - 1e-9)


def _inside(share: float) -> float:
    return min(max(share, 0.0), 1.0)


def _z(level: float) -> float:
    if not 0 < level < 1:
        raise ValueError(f"a level lies between 0 and 1, not {level}")
    return NormalDist().inv_cdf((1 + level) / 2)
