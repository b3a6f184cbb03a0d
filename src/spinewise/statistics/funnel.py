"""
Funnel plots: is a practice further from the target than chance allows at its size?

Two questions have two answers. Plain limits ask whether chance alone explains the distance.
Practices always differ by more than chance, since no measure allows for all that differs between
them; limits that allow for this *over-dispersion* ask whether a practice differs by more than
practices do.

Source: Spiegelhalter, Stat Med 2005;24:1185-1202 (the formulas by section in each function); the
scales of NHS Digital's SHMI (log) and of the Care Quality Commission (root) after FunnelPlotR
0.6.0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from spinewise.statistics.distributions import (
    Floats,
    binomial_cdf,
    binomial_pmf,
    binomial_quantile,
    normal_quantile,
)
from spinewise.statistics.run_chart import Bools

Z_95: Final = float(normal_quantile(0.975))
Z_998: Final = float(normal_quantile(0.999))

Adjustment = Literal["none", "multiplicative", "additive"]


# Limits of a share -------------------------------------------------------------------------------


def exact_limits(d: ArrayLike, target: float, tail: float) -> tuple[Floats, Floats]:
    """
    The shares below and above which chance ``tail`` lies at each denominator, exact for the
    binomial distribution and interpolated so that the lines are smooth; cut at 0 and 1.

    Source: Spiegelhalter 2005, appendix A.1.1.
    """
    low = interpolated_quantile(d, target, tail)
    high = interpolated_quantile(d, target, 1 - tail)
    return np.clip(low, 0, 1), np.clip(high, 0, 1)


def interpolated_quantile(d: ArrayLike, target: float, share: float) -> Floats:
    """The quantile of the share, between whole numbers of cases; below 0 where 0 is not rare."""
    d = np.asarray(d, dtype=float)
    k = binomial_quantile(share, d, target)
    part = (binomial_cdf(k, d, target) - share) / binomial_pmf(k, d, target)
    return np.asarray((k - part) / d)


def normal_limits(d: ArrayLike, target: float, z: float) -> tuple[Floats, Floats]:
    """The limits of the normal approximation; below 0 or above 1 where it does not hold."""
    half = z * np.sqrt(target * (1 - target) / np.asarray(d, dtype=float))
    return target - half, target + half


# Over-dispersion ---------------------------------------------------------------------------------


class Dispersion(NamedTuple):
    """How much more the units differ than chance makes them."""

    phi: float
    """Mean squared z: 1 is chance alone. Above 1 it widens limits by its root, below it does
    nothing."""
    tau2: float
    """The variance between units beside that within them; 0 where there is none to see."""


def winsorised(z: Floats, share: float = 0.1) -> Floats:
    """``z`` with the outer ``share`` at each end pulled in to their quantile (type 7)."""
    low, high = np.quantile(z, [share, 1 - share])
    return np.clip(z, low, high)


def trimmed(z: Floats, share: float = 0.1) -> Floats:
    """``z`` without the outer ``share`` of the ranks at each end, as SHMI does: NaN there."""
    order = _ranks(z)
    tenth = np.floor(order / share / (len(z) + 1) + 1e-9)
    return np.where((tenth > 0) & (tenth < round(1 / share) - 1), z, np.nan)


def _ranks(z: Floats) -> Floats:
    """Ranks from 1; equal values share the mean of theirs."""
    _, place, count = np.unique(z, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return np.asarray((last - (count - 1) / 2)[place], dtype=float)


def dispersion(z: Floats, s: Floats) -> Dispersion:
    """
    Dispersion from (winsorised or trimmed) z-scores and the standard errors behind them.

    Source: Spiegelhalter 2005, section 5 (phi) and A.2 (tau2, after DerSimonian and Laird).
    """
    known = ~np.isnan(z)
    units, w = int(known.sum()), 1 / s[known] ** 2
    if units < 2:
        return Dispersion(0.0, 0.0)
    phi = float((z[known] ** 2).sum() / units)
    excess = units * phi - (units - 1)
    return Dispersion(phi, float(max(0.0, excess / (w.sum() - (w**2).sum() / w.sum()))))


# Funnels on a scale ------------------------------------------------------------------------------


class Scale(NamedTuple):
    """The scale on which ratios are nearly normal with a spread that the denominator gives."""

    there: Callable[[Floats, Floats], Floats]
    """From numerators and denominators to the scale."""
    target: Callable[[float], float]
    back: Callable[[Floats], Floats]
    """From the scale to ratios."""
    error: Callable[[Floats, Floats], Floats]
    """The standard error of a unit on the scale, from its numerator and denominator."""
    expected: Callable[[Floats, float], Floats]
    """The same at the target, from the denominator: what limits are drawn with."""
    trims: bool = False
    """Whether the outer z-scores are left out, instead of pulled in."""


def _arcsine_back(y: Floats) -> Floats:
    return np.sin(np.clip(y, 0, np.pi / 2)) ** 2


def _root_back(y: Floats) -> Floats:
    return np.maximum(y, 0) ** 2


PROPORTION: Final = Scale(
    there=lambda n, d: np.arcsin(np.sqrt(n / d)),
    target=lambda ratio: float(np.arcsin(np.sqrt(ratio))),
    back=_arcsine_back,
    error=lambda n, d: 1 / (2 * np.sqrt(d)),
    expected=lambda d, target: 1 / (2 * np.sqrt(d)),
)
"""Shares, on the arcsine of the root."""

OBSERVED_LOG: Final = Scale(
    there=lambda n, d: np.log(n / d),
    target=lambda ratio: float(np.log(ratio)),
    back=np.exp,
    error=lambda n, d: 1 / np.sqrt(d),
    expected=lambda d, target: 1 / np.sqrt(d),
    trims=True,
)
"""Observed over expected, on the logarithm, trimmed: as NHS Digital does for SHMI."""

OBSERVED_ROOT: Final = Scale(
    there=lambda n, d: np.sqrt(n / d),
    target=lambda ratio: float(np.sqrt(ratio)),
    back=_root_back,
    error=lambda n, d: 1 / (2 * np.sqrt(d)),
    expected=lambda d, target: 1 / (2 * np.sqrt(d)),
)
"""Observed over expected, on the root, winsorised: as the Care Quality Commission does."""

COUNTS: Final = Scale(
    there=lambda n, d: np.log((n + 0.5) / (d + 0.5)),
    target=lambda ratio: float(np.log(ratio)),
    back=np.exp,
    error=lambda n, d: np.sqrt(n / (n + 0.5) ** 2 + d / (d + 0.5) ** 2),
    expected=lambda d, target: np.sqrt(1 / (target * d) + 1 / d),
)
"""One count over another, both by chance, on the logarithm."""


@dataclass(frozen=True)
class Funnel:
    """Units on a scale about their target, with the dispersion among them."""

    scale: Scale
    target: float
    ratio: Floats
    y: Floats
    """The ratio on the scale."""
    s: Floats
    """Its standard error there."""
    z: Floats
    """Unadjusted z-scores."""
    kept: Floats
    """The z-scores that the dispersion rests on: winsorised, or NaN where trimmed."""
    dispersion: Dispersion

    def limits(self, d: ArrayLike, z: float, *, adjusted: bool) -> tuple[Floats, Floats]:
        """The limits at denominators ``d``; ``adjusted`` allows for variance between units."""
        tau2 = self.dispersion.tau2 if adjusted else 0.0
        error = self.scale.expected(np.asarray(d, dtype=float), self.target)
        half = z * np.sqrt(error**2 + tau2)
        middle = self.scale.target(self.target)
        return self.scale.back(middle - half), self.scale.back(middle + half)

    def outliers(self, d: ArrayLike, z: float, *, adjusted: bool) -> Bools:
        """Which units lie beyond the limits at their denominators ``d``."""
        low, high = self.limits(d, z, adjusted=adjusted)
        return np.asarray((self.ratio < low) | (self.ratio > high))


def funnel(
    n: ArrayLike, d: ArrayLike, scale: Scale, *, target: float | None = None, outer: float = 0.1
) -> Funnel:
    """
    The funnel of units with numerators ``n`` and denominators ``d``, each above 0.

    ``target`` None: the ratio of all. ``outer``: the share of z-scores at each end that the
    dispersion is protected from.
    """
    n, d = np.asarray(n, dtype=float), np.asarray(d, dtype=float)
    if np.any(~(d > 0)):
        raise ValueError("every unit needs a denominator above 0; leave the others out")
    middle = float(n.sum() / d.sum()) if target is None else target
    with np.errstate(divide="ignore"):
        y, s = scale.there(n, d), scale.error(n, d)
        z = (y - scale.target(middle)) / s
    kept = trimmed(z, outer) if scale.trims else winsorised(z, outer)
    return Funnel(scale, middle, n / d, y, s, z, kept, dispersion(kept, s))


class Compared(NamedTuple):
    """Shares about a target on their own scale, by the formulas as published."""

    target: float
    ratio: Floats
    z: Floats
    kept: Floats
    """The z-scores that the dispersion rests on: winsorised."""
    error: Floats
    dispersion: Dispersion

    def widened(self, adjustment: Adjustment) -> Floats:
        """The standard errors with which the units are compared."""
        if adjustment == "multiplicative":
            return np.asarray(self.error * np.sqrt(max(1.0, self.dispersion.phi)))
        if adjustment == "additive":
            return np.asarray(np.sqrt(self.error**2 + self.dispersion.tau2))
        return self.error

    def limits(self, z: float, adjustment: Adjustment) -> tuple[Floats, Floats]:
        """The limits at each unit's denominator; not cut at 0 and 1."""
        half = z * self.widened(adjustment)
        return self.target - half, self.target + half

    def scores(self, adjustment: Adjustment) -> Floats:
        """The z-scores after the adjustment."""
        return np.asarray((self.ratio - self.target) / self.widened(adjustment))


def compared(
    n: ArrayLike, d: ArrayLike, *, target: float | None = None, outer: float = 0.1
) -> Compared:
    """
    Shares compared on their own scale, with multiplicative or additive over-dispersion.

    Source: Spiegelhalter 2005, sections 4 and 5, appendix A.2.
    """
    n, d = np.asarray(n, dtype=float), np.asarray(d, dtype=float)
    middle = float(n.sum() / d.sum()) if target is None else target
    error = np.sqrt(middle * (1 - middle) / d)
    z = (n / d - middle) / error
    kept = winsorised(z, outer)
    return Compared(middle, n / d, z, kept, error, dispersion(kept, error))
