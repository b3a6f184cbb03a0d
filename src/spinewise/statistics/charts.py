"""
Control charts: the centre line and the limits that chance alone gives, for many series at once.

A chart function takes values, or numerators and denominators, and gives a :class:`Chart`. What the
limits are computed from is said by a :class:`Basis`: a baseline (frozen limits), phases (limits of
their own after a change), points left out. All charts are three-sigma charts after Shewhart;
``Chart.limits(2)`` gives the warning lines.

| Function | For | Sigma of a point |
|---|---|---|
| :func:`run_chart` | anything | none; the centre is the median |
| :func:`i_chart` | one measurement a point (XmR) | average moving range / 1.128 |
| :func:`mr_chart` | the moving ranges of these | upper limit 3.267 x average moving range |
| :func:`c_chart` | counts in equal time | root of the mean |
| :func:`u_chart`, :func:`u_prime_chart` | counts in unequal time | root of the mean / exposure |
| :func:`p_chart`, :func:`p_prime_chart` | shares | root of p (1 - p) / n |
| :func:`g_chart` | cases between rare events | root of m (m + 1) |
| :func:`t_chart` | time between rare events | as i, of value ** (1 / 3.6) |

Sources: Montgomery, Introduction to Statistical Quality Control, 8th edition (2019), 6.4 (i, mr),
7.2 (p), 7.3 (c, u, t); Laney, Qual Eng 2002;14:531-537 (p', u'); Provost and Murray, The Health
Care Data Guide (2011), chapter 7 (g, t, and the screening of moving ranges).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from spinewise.statistics.distributions import Floats
from spinewise.statistics.run_chart import Bools, Ints, medians

Kind = Literal["run", "i", "mr", "c", "u", "u'", "p", "p'", "g", "t"]

RANGE_TO_SIGMA: Final = 1.128
"""d2 for two points: the mean range of two draws from a normal distribution, in sigmas."""
RANGE_LIMIT: Final = 3.267
"""D4 for two points: the upper limit of a moving range, in mean ranges."""
MEDIAN_OF_G: Final = 0.693
"""The median of a geometric distribution in means: the natural logarithm of 2."""
POWER_OF_T: Final = 3.6
"""The root that makes a time between events nearly normal."""


class Basis(NamedTuple):
    """
    Which points the limits rest on. Arrays of T, or of one row a series; None is the usual case.
    """

    baseline: Bools | None = None
    """The points that limits are computed from; None: all. Frozen limits hold for the others."""
    excluded: Bools | None = None
    """Points that count for nothing: neither for the limits nor for a signal."""
    phase: Ints | None = None
    """The number of the phase that a point is in; each phase has limits of its own."""

    def used(self) -> Bools | None:
        """The points that limits are computed from; None: all."""
        if self.excluded is None:
            return self.baseline
        kept = ~np.asarray(self.excluded, dtype=bool)
        return kept if self.baseline is None else kept & self.baseline


ALL: Final = Basis()


def frozen(points: int, length: int) -> Basis:
    """Limits from the first ``points`` of ``length``, held for all that follow."""
    return Basis(baseline=np.arange(length) < points)


def phases(ends: ArrayLike, length: int) -> Ints:
    """Numbers from 0 for the phases that end with the points ``ends`` (numbered from 1)."""
    return np.searchsorted(np.asarray(ends), np.arange(1, length + 1), side="left").astype(np.int64)


def first_of_each(phase: Ints, points: int) -> Bools:
    """The first ``points`` of each phase (which goes on in one stretch): a baseline for each."""
    phase = np.asarray(phase)
    place = np.arange(phase.shape[-1])
    begins = np.concatenate(
        [np.ones((*phase.shape[:-1], 1), dtype=bool), phase[..., 1:] != phase[..., :-1]], axis=-1
    )
    since = place - np.maximum.accumulate(np.where(begins, place, 0), axis=-1)
    return np.asarray(since < points)


@dataclass(frozen=True)
class Chart:
    """
    A chart of one series or of many: arrays that broadcast to the shape of ``value``.

    ``mean`` and ``sigma`` are on the working scale, which is that of the values on all charts but
    the t chart (``power``). NaN in ``sigma``: there are no limits.
    """

    kind: Kind
    value: Floats
    centre: Floats
    """The line that is drawn and that runs are counted about."""
    mean: Floats
    """What the limits lie about."""
    sigma: Floats
    floor: float = -np.inf
    ceiling: float = np.inf
    power: float = 1.0
    excluded: Bools | None = None

    def limits(self, sigmas: float = 3.0) -> tuple[Floats, Floats]:
        """Lower and upper limits at so many sigmas, cut at what the value can be."""
        low, high = self.mean - sigmas * self.sigma, self.mean + sigmas * self.sigma
        if self.power != 1:
            low = np.where(low > 0, low, 0.0) ** self.power
            high = high**self.power
        if self.floor > -np.inf:
            low = np.maximum(low, self.floor)
        if self.ceiling < np.inf:
            high = np.minimum(high, self.ceiling)
        return low, high

    def z(self) -> Floats:
        """How many sigmas each point lies from the mean; NaN where it is missing, is excluded or
        has no limits."""
        value = self.value if self.power == 1 else self.value ** (1 / self.power)
        with np.errstate(invalid="ignore", divide="ignore"):
            z = (value - self.mean) / self.sigma
        if self.excluded is not None:
            z = np.where(self.excluded, np.nan, z)
        return np.asarray(z)

    def counted(self) -> Floats:
        """The values, with those that are excluded as missing."""
        if self.excluded is None:
            return self.value
        return np.where(self.excluded, np.nan, self.value)


# The charts -------------------------------------------------------------------------------------


def run_chart(value: ArrayLike, *, basis: Basis = ALL, centre: float | None = None) -> Chart:
    """A run chart: the median and no limits."""
    value = np.asarray(value, dtype=float)
    line = _by_phase(value, basis, medians) if centre is None else _line(value, centre)
    return Chart("run", value, line, line, np.array(np.nan), excluded=basis.excluded)


def i_chart(
    value: ArrayLike,
    *,
    basis: Basis = ALL,
    centre: float | None = None,
    screened: bool = True,
    sigma_per_range: float = 1 / RANGE_TO_SIGMA,
) -> Chart:
    """
    A chart of individual values (XmR): the mean, and limits by the average moving range.

    ``screened``: moving ranges at or above 3.267 x their average are left out, once, and the
    average taken again. A constant series loses every range and has no limits.
    """
    value = np.asarray(value, dtype=float)
    line = _by_phase(value, basis, _mean) if centre is None else _line(value, centre)
    sigma = sigma_per_range * _average_range(value, basis, screened=screened)
    return Chart("i", value, line, line, sigma, excluded=basis.excluded)


def mr_chart(value: ArrayLike, *, basis: Basis = ALL) -> Chart:
    """
    A chart of the moving ranges of values; its points depend on each other, so that counts of runs
    and crossings mean nothing. The warning line is two thirds of the upper limit.
    """
    value = np.asarray(value, dtype=float)
    ranges = _ranges_by_phase(value, Basis(excluded=basis.excluded, phase=basis.phase))
    line = _average_range(value, basis, screened=False)
    return Chart(
        "mr",
        ranges,
        line,
        np.zeros_like(line),
        line * RANGE_LIMIT / 3,
        floor=0.0,
        excluded=basis.excluded,
    )


def c_chart(count: ArrayLike, *, basis: Basis = ALL, centre: float | None = None) -> Chart:
    """A chart of counts with the same chance for each point."""
    count = np.asarray(count, dtype=float)
    line = _by_phase(count, basis, _mean) if centre is None else _line(count, centre)
    return Chart("c", count, line, line, np.sqrt(line), floor=0.0, excluded=basis.excluded)


def u_chart(
    count: ArrayLike, exposure: ArrayLike, *, basis: Basis = ALL, centre: float | None = None
) -> Chart:
    """A chart of counts over their exposure, such as events per 1,000 days."""
    value, line, sigma = _rated(count, exposure, basis, centre, spread=lambda mean: mean)
    return Chart("u", value, line, line, sigma, floor=0.0, excluded=basis.excluded)


def u_prime_chart(
    count: ArrayLike,
    exposure: ArrayLike,
    *,
    basis: Basis = ALL,
    centre: float | None = None,
    screened: bool = True,
    ordered: bool = True,
) -> Chart:
    """A u chart whose limits allow for more (or less) spread than chance; see p_prime_chart."""
    value, line, sigma = _rated(count, exposure, basis, centre, spread=lambda mean: mean)
    sigma = sigma * _sigma_z((value - line) / sigma, basis, screened=screened, ordered=ordered)
    return Chart("u'", value, line, line, sigma, floor=0.0, excluded=basis.excluded)


def p_chart(
    n: ArrayLike, d: ArrayLike, *, basis: Basis = ALL, centre: float | None = None
) -> Chart:
    """
    A chart of the shares ``n / d``. The centre is the share of all, not the mean of the shares;
    a point without a denominator is missing.
    """
    value, line, sigma = _rated(n, d, basis, centre, spread=_binomial)
    return Chart("p", value, line, line, sigma, floor=0.0, ceiling=1.0, excluded=basis.excluded)


def p_prime_chart(
    n: ArrayLike,
    d: ArrayLike,
    *,
    basis: Basis = ALL,
    centre: float | None = None,
    screened: bool = True,
    ordered: bool = True,
) -> Chart:
    """
    A p chart whose limits are as wide as the shares vary from point to point (Laney).

    Each share becomes a z; the limits are those of a p chart times the spread of the z: their
    average moving range / 1.128, or their standard deviation where the points have no order
    (``ordered`` False). A spread below 1 narrows the limits.
    """
    value, line, sigma = _rated(n, d, basis, centre, spread=_binomial)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (value - line) / sigma
    sigma = sigma * _sigma_z(z, basis, screened=screened, ordered=ordered)
    return Chart("p'", value, line, line, sigma, floor=0.0, ceiling=1.0, excluded=basis.excluded)


def g_chart(between: ArrayLike, *, basis: Basis = ALL, centre: float | None = None) -> Chart:
    """
    A chart of the number of cases between two rare events; a longer gap is fewer events.

    The line drawn is the median, so that runs mean something; the limits lie about the mean.
    ``centre`` is a mean, and drawn at 0.693 of it.
    """
    between = np.asarray(between, dtype=float)
    if centre is None:
        mean, line = _by_phase(between, basis, _mean), _by_phase(between, basis, medians)
    else:
        mean, line = _line(between, centre), _line(between, MEDIAN_OF_G * centre)
    sigma = np.sqrt(mean * (mean + 1))
    return Chart("g", between, line, mean, sigma, floor=0.0, excluded=basis.excluded)


def t_chart(
    between: ArrayLike, *, basis: Basis = ALL, centre: float | None = None, screened: bool = True
) -> Chart:
    """
    A chart of the time between two rare events, which must be above 0.

    Raises ValueError where a time is 0 or less: give the hour, or use a g chart.
    """
    between = np.asarray(between, dtype=float)
    if np.any(between <= 0):
        raise ValueError("a time between events is above 0; give it in smaller units")
    root = between ** (1 / POWER_OF_T)
    given = None if centre is None else centre ** (1 / POWER_OF_T)
    chart = i_chart(root, basis=basis, centre=given, screened=screened)
    return Chart(
        "t",
        between,
        chart.centre**POWER_OF_T,
        chart.mean,
        chart.sigma,
        floor=0.0,
        power=POWER_OF_T,
        excluded=basis.excluded,
    )


# What they are made of --------------------------------------------------------------------------


def _rated(
    count: ArrayLike,
    exposure: ArrayLike,
    basis: Basis,
    centre: float | None,
    spread: Callable[[Floats], Floats],
) -> tuple[Floats, Floats, Floats]:
    """The ratios, their weighted mean, and the sigma of each: root of ``spread`` / exposure."""
    count, exposure = np.asarray(count, dtype=float), np.asarray(exposure, dtype=float)
    known = (exposure > 0) & ~np.isnan(count)
    if not np.all(known):
        count, exposure = np.where(known, count, np.nan), np.where(known, exposure, np.nan)
    value = count / exposure
    line = _share(count, exposure, basis) if centre is None else _line(value, centre)
    sigma = np.sqrt(np.maximum(spread(line), 0.0)) / np.sqrt(exposure)
    return value, line, sigma


def _binomial(share: Floats) -> Floats:
    return share * (1 - share)


def _share(count: Floats, exposure: Floats, basis: Basis) -> Floats:
    whole = _by_phase(exposure, basis, _sum)
    part = _by_phase(count, basis, _sum)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(whole > 0, part / whole, np.nan))


def _by_phase(value: Floats, basis: Basis, statistic: Callable[[Floats], Floats]) -> Floats:
    """The statistic of the points that count in each phase; of length 1 in time without phases."""
    used = basis.used()
    kept = value if used is None else np.where(used, value, np.nan)
    if basis.phase is None:
        return statistic(kept)
    phase = np.asarray(basis.phase)
    found = np.full(np.broadcast_shapes(value.shape, phase.shape), np.nan)
    for number in np.unique(phase):
        inside = phase == number
        found = np.where(inside, statistic(np.where(inside, kept, np.nan)), found)
    return found


def _sum(value: Floats) -> Floats:
    return np.asarray(np.nansum(value, axis=-1, keepdims=True))


def _mean(value: Floats) -> Floats:
    known = ~np.isnan(value)
    count = known.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        total = np.where(known, value, 0.0).sum(axis=-1, keepdims=True)
        return np.asarray(np.where(count > 0, total / count, np.nan))


def _line(value: Floats, level: float) -> Floats:
    return np.full((*value.shape[:-1], 1), float(level))


def moving_ranges(value: Floats, used: Bools | None = None) -> Floats:
    """
    How far each point lies from the one before it; NaN at the first one, and on both sides of a
    missing point. Points that are not ``used`` are passed over: their neighbours make a pair.
    """
    if used is None:
        first = np.full((*value.shape[:-1], 1), np.nan)
        return np.concatenate([first, np.abs(np.diff(value, axis=-1))], axis=-1)
    used = np.broadcast_to(used, value.shape)
    ranges = np.full(value.shape, np.nan)
    before = np.full(value.shape[:-1], np.nan)
    for t in range(value.shape[-1]):
        here, now = used[..., t], value[..., t]
        ranges[..., t] = np.where(here, np.abs(now - before), np.nan)
        before = np.where(here, now, before)
    return ranges


def _ranges_by_phase(value: Floats, basis: Basis) -> Floats:
    used = basis.used()
    if basis.phase is None:
        return moving_ranges(value, used)
    ranges = np.full(value.shape, np.nan)
    for number in np.unique(np.asarray(basis.phase)):
        inside = np.asarray(basis.phase) == number
        ranges = np.where(
            inside, moving_ranges(value, inside if used is None else inside & used), ranges
        )
    return ranges


def _average_range(value: Floats, basis: Basis, *, screened: bool) -> Floats:
    def average(ranges: Floats) -> Floats:
        mean = _mean(ranges)
        if not screened:
            return mean
        with np.errstate(invalid="ignore"):
            return _mean(np.where(ranges < RANGE_LIMIT * mean, ranges, np.nan))

    return _by_phase(_ranges_by_phase(value, basis), Basis(phase=basis.phase), average)


def _sigma_z(z: Floats, basis: Basis, *, screened: bool, ordered: bool) -> Floats:
    if ordered:
        return _average_range(z, basis, screened=screened) / RANGE_TO_SIGMA

    def deviation(points: Floats) -> Floats:
        known = (~np.isnan(points)).sum(axis=-1, keepdims=True)
        squares = _sum((points - _mean(points)) ** 2)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.where(known > 1, np.sqrt(squares / (known - 1)), np.nan))

    return _by_phase(z, basis, deviation)
