"""
Interrupted time series: what changed at a known date, against what would have been without it.

A segmented regression fits a line before the interruption, a step at it, and another slope after
it. The effect at a month is the fitted value less the counterfactual: the line from before, drawn
on. Three ways to allow for neighbouring months being alike: Newey-West standard errors (the line
of least squares, wider intervals), errors of order 1 by maximum likelihood, and Prais-Winsten.

What no series can tell is said by the faces: regression to the mean, other changes at the same
time, a season that one year cannot show.

Sources: Wagner et al, J Clin Pharm Ther 2002;27:299-309 (design and effect); Newey and West,
Econometrica 1987;55:703-708; Pinheiro and Bates, Mixed-Effects Models in S and S-PLUS (2000), 5.3
(errors of order 1); Prais and Winsten, Cowles Commission 383 (1954); McCullagh and Nelder,
Generalized Linear Models, 2nd edition (1989), 2.5 and 4.5 (shares).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from spinewise.statistics.distributions import (
    Floats,
    chi_square_tail,
    normal_quantile,
    normal_tail,
    quadratic_form_tail,
    student_quantile,
    student_tail,
)
from spinewise.statistics.run_chart import Bools

Link = Literal["identity", "logit"]

RUNAWAY: Final = 0.97
"""A correlation of neighbouring errors above this is a fit that ran away: the errors then stand in
for the level itself, and the intercept means nothing."""


# The design -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Design:
    """
    The columns of the regression, one row a month.

    ``time`` runs 1, 2, ...; for each interruption, ``level`` is 1 from its month on and ``trend``
    counts the months since (0 at its own). Season comes after these.
    """

    names: tuple[str, ...]
    matrix: Floats
    """(T, columns), all months."""
    kept: Bools
    """(T,): the months that are fitted; those of a transition are not."""
    without: Floats
    """``matrix`` with the interruptions taken out: the counterfactual. (T, columns)."""
    interruptions: tuple[int, ...]
    """The first month of each, numbered from 1."""


def design(
    length: int,
    interruptions: Sequence[int],
    *,
    season: Floats | None = None,
    season_names: Sequence[str] = (),
    transition: Sequence[int] = (),
) -> Design:
    """
    Parameters
    ----------
    length
        Months of the series.
    interruptions
        The first month of each change, numbered from 1; coefficients of a later one are changes
        against the segment before it.
    season
        Columns (T, k) of the season: :func:`harmonics` or :func:`calendar_months`; with their
        ``season_names``.
    transition
        Months (numbered from 1) that are left out of the fit, while a change takes hold.

    Raises
    ------
    ValueError
        An interruption leaves fewer than two months on a side.
    """
    for month in interruptions:
        if not 3 <= month <= length - 1:
            raise ValueError(
                f"an interruption at month {month} of {length} leaves too few months on a side:"
                " at least two before it and two from it on"
            )
    time = np.arange(1, length + 1, dtype=float)
    names, columns = ["(Intercept)", "time"], [np.ones(length), time]
    for number, month in enumerate(interruptions, start=1):
        suffix = "" if number == 1 else str(number)
        names += [f"level{suffix}", f"trend{suffix}"]
        columns += [(time >= month).astype(float), np.maximum(time - month, 0)]
    changes = len(columns)
    if season is not None:
        names += list(season_names) or [f"season{k + 1}" for k in range(season.shape[1])]
        columns += list(season.T)
    matrix = np.column_stack(columns)
    without = matrix.copy()
    without[:, 2:changes] = 0
    kept = ~np.isin(np.arange(1, length + 1), list(transition))
    return Design(tuple(names), matrix, kept, without, tuple(interruptions))


def harmonics(length: int, *, pairs: int = 1, period: float = 12, start: int = 1) -> Floats:
    """Sine and cosine of the season, (T, 2 x pairs): the first month is ``start`` of the period."""
    angle = 2 * np.pi * (np.arange(length) + start) / period
    return np.column_stack(
        [part(k * angle) for k in range(1, pairs + 1) for part in (np.sin, np.cos)]
    )


def calendar_months(length: int, *, start: int = 1) -> Floats:
    """A column for each calendar month but January, (T, 11); the first point is month ``start``."""
    month = (np.arange(length) + start - 1) % 12
    return np.asarray(month[:, None] == np.arange(1, 12), dtype=float)


# Fits -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fit:
    """A fitted regression: coefficients in the order of ``design.names``."""

    design: Design
    estimate: Floats
    covariance: Floats
    df: float | None
    """Degrees of freedom of Student's t; None: the normal distribution."""
    fitted: Floats
    """Of the kept months with a value, as ``residuals``."""
    residuals: Floats
    sigma: float
    r2: float = float("nan")
    link: Link = "identity"
    correlation: float | None = None
    """Of neighbouring errors, where the fit has one."""
    log_likelihood: float | None = None
    ran_away: bool = False
    """The fit is of no use: see :data:`RUNAWAY`; take Newey-West instead."""

    @property
    def se(self) -> Floats:
        """Standard errors."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def statistic(self) -> Floats:
        """Estimates in standard errors."""
        return np.asarray(self.estimate / self.se)

    @property
    def p(self) -> Floats:
        """Two-sided p-values."""
        if self.df is None:
            return np.asarray(2 * normal_tail(np.abs(self.statistic)))
        return student_tail(self.statistic, self.df)

    def quantile(self, level: float = 0.95) -> float:
        """Half the width of an interval, in standard errors."""
        return _half_width(level, self.df)

    def interval(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """Lower and upper limits of the coefficients."""
        half = self.quantile(level) * self.se
        return self.estimate - half, self.estimate + half


@cache
def _half_width(level: float, df: float | None) -> float:
    share = (1 + level) / 2
    return float(normal_quantile(share) if df is None else student_quantile(share, df))


def least_squares(y: ArrayLike, design: Design) -> Fit:
    """Ordinary least squares: right where months do not depend on each other."""
    y, x, _ = _kept(y, design)
    inverse = np.linalg.inv(x.T @ x)
    estimate: Floats = np.asarray(np.linalg.lstsq(x, y, rcond=None)[0], dtype=float)
    fitted = x @ estimate
    residuals = y - fitted
    df = len(y) - x.shape[1]
    variance = float(residuals @ residuals) / df
    spread = float(((y - y.mean()) ** 2).sum())
    r2 = 1 - float(residuals @ residuals) / spread if spread else float("nan")
    return Fit(
        design, estimate, variance * inverse, df, fitted, residuals, float(np.sqrt(variance)), r2
    )


def newey_west(y: ArrayLike, design: Design, *, lag: int, adjusted: bool = True) -> Fit:
    """
    Least squares with standard errors that allow for alike and unequally spread months.

    Months up to ``lag`` apart count, with Bartlett weights ``1 - j / (lag + 1)``; no prewhitening.
    ``adjusted`` multiplies the variance by n / (n - columns).
    """
    fit = least_squares(y, design)
    _, x, _ = _kept(y, design)
    scores = x * fit.residuals[:, None]
    middle = scores.T @ scores
    for j in range(1, lag + 1):
        cross = scores[j:].T @ scores[:-j]
        middle = middle + (1 - j / (lag + 1)) * (cross + cross.T)
    return replace(fit, covariance=_sandwich(x, middle, adjusted=adjusted))


def robust(y: ArrayLike, design: Design) -> Fit:
    """Least squares with standard errors for unequally spread months (HC1)."""
    return newey_west(y, design, lag=0)


def _sandwich(x: Floats, middle: Floats, *, adjusted: bool) -> Floats:
    inverse = np.linalg.inv(x.T @ x)
    factor = len(x) / (len(x) - x.shape[1]) if adjusted else 1.0
    return np.asarray(factor * inverse @ middle @ inverse)


def autoregressive(y: ArrayLike, design: Design, *, restricted: bool = True) -> Fit:
    """
    Errors of order 1: each month's error is ``correlation`` times the one before, plus chance.

    By (restricted) maximum likelihood; a gap of k months weakens the correlation to its k-th
    power. On a strongly correlated series the fit can run away (``ran_away``).
    """
    y, x, time = _kept(y, design)
    n, columns = x.shape

    def fit_at(correlation: float) -> tuple[Floats, Floats, float, float]:
        white_y, white_x, log_det = _whitened(y, x, time, correlation)
        inner = white_x.T @ white_x
        estimate = np.asarray(np.linalg.solve(inner, white_x.T @ white_y), dtype=float)
        squares = float(((white_y - white_x @ estimate) ** 2).sum())
        if restricted:
            free = n - columns
            likelihood = -0.5 * (
                free * np.log(2 * np.pi * squares / free)
                + free
                + log_det
                + np.linalg.slogdet(inner)[1]
            )
        else:
            likelihood = -0.5 * (n * np.log(2 * np.pi * squares / n) + n + log_det)
        return estimate, inner, squares, float(likelihood)

    correlation = float(np.tanh(_highest(lambda a: fit_at(float(np.tanh(a)))[3], -4.0, 4.0)))
    estimate, inner, squares, likelihood = fit_at(correlation)
    df = n - columns
    # The standard deviation that is shown is that of the criterion, the covariance that of n - p.
    variance = squares / (df if restricted else n)
    fitted = x @ estimate
    return Fit(
        design,
        estimate,
        squares / df * np.linalg.inv(inner),
        df,
        fitted,
        y - fitted,
        float(np.sqrt(variance)),
        correlation=correlation,
        log_likelihood=likelihood,
        ran_away=correlation > RUNAWAY,
    )


def _whitened(
    y: Floats, x: Floats, time: Floats, correlation: float
) -> tuple[Floats, Floats, float]:
    """Values with independent errors of the marginal variance, and the log-determinant of the
    correlation matrix."""
    shared = np.sign(correlation) ** np.diff(time) * np.abs(correlation) ** np.diff(time)
    left = np.sqrt(1 - shared**2)
    white_y = np.concatenate([y[:1], (y[1:] - shared * y[:-1]) / left])
    white_x = np.concatenate([x[:1], (x[1:] - shared[:, None] * x[:-1]) / left[:, None]])
    return white_y, white_x, float(2 * np.log(left).sum())


def prais_winsten(y: ArrayLike, design: Design, *, tolerance: float = 1e-6) -> Fit:
    """
    Errors of order 1, the correlation estimated from the residuals in turns until it stands still.

    The correlation of a turn is the slope of the residuals on those before them.
    """
    fit = least_squares(y, design)
    values, x, _ = _kept(y, design)
    correlation = 0.0
    for _ in range(200):
        e = values - x @ fit.estimate
        before, correlation = correlation, float(e[1:] @ e[:-1] / (e[:-1] @ e[:-1]))
        correlation = min(max(correlation, -0.999), 0.999)
        root = np.sqrt(1 - correlation**2)
        white_y = np.concatenate([root * values[:1], values[1:] - correlation * values[:-1]])
        white_x = np.concatenate([root * x[:1], x[1:] - correlation * x[:-1]])
        inverse = np.linalg.inv(white_x.T @ white_x)
        estimate = inverse @ white_x.T @ white_y
        left = white_y - white_x @ estimate
        df = len(values) - x.shape[1]
        variance = float(left @ left) / df
        fitted = x @ estimate
        fit = Fit(
            design,
            estimate,
            variance * inverse,
            df,
            fitted,
            values - fitted,
            float(np.sqrt(variance)),
            correlation=correlation,
            ran_away=correlation > RUNAWAY,
        )
        if abs(correlation - before) < tolerance:
            break
    return fit


def shares(n: ArrayLike, d: ArrayLike, design: Design, *, quasi: bool = True) -> Fit:
    """
    A regression of the monthly shares ``n / d`` on the log-odds.

    ``quasi``: the spread may be wider (or narrower) than chance makes it; ``sigma ** 2`` is the
    dispersion by Pearson's chi-square. Without it the normal distribution is used.
    """
    n, d = np.asarray(n, dtype=float), np.asarray(d, dtype=float)
    kept = design.kept & (d > 0)
    n, d, x = n[kept], d[kept], design.matrix[kept]
    estimate = np.zeros(x.shape[1])
    mean = (n + 0.5) / (d + 1)
    for _ in range(100):
        weight = d * mean * (1 - mean)
        working = np.log(mean / (1 - mean)) + (n / d - mean) / (mean * (1 - mean))
        inner = x.T @ (weight[:, None] * x)
        before, estimate = estimate, np.linalg.solve(inner, x.T @ (weight * working))
        mean = 1 / (1 + np.exp(-(x @ estimate)))
        if np.max(np.abs(estimate - before)) < 1e-12:
            break
    weight = d * mean * (1 - mean)
    inverse = np.linalg.inv(x.T @ (weight[:, None] * x))
    df = len(n) - x.shape[1]
    pearson = float(((n - d * mean) ** 2 / weight).sum()) / df
    return Fit(
        design,
        estimate,
        inverse * (pearson if quasi else 1.0),
        df if quasi else None,
        mean,
        n / d - mean,
        float(np.sqrt(pearson)) if quasi else 1.0,
        link="logit",
    )


def binomial_deviance(n: ArrayLike, d: ArrayLike, share: ArrayLike) -> float:
    """How far shares lie from fitted ones, in twice the log-likelihood."""
    n, d, share = (np.asarray(given, dtype=float) for given in (n, d, share))
    with np.errstate(divide="ignore", invalid="ignore"):
        yes = np.where(n > 0, n * np.log(n / (d * share)), 0.0)
        no = np.where(n < d, (d - n) * np.log((d - n) / (d * (1 - share))), 0.0)
    return float(2 * (yes + no).sum())


def against_controls(own: ArrayLike, controls: ArrayLike) -> Floats:
    """
    The series less the mean of its controls, (T,) less (C, T): what all of them share goes.

    Fitting this difference estimates the change beyond that of the controls, and its standard
    error needs no assumption about how alike the series are.
    """
    with np.errstate(invalid="ignore"):
        controls = np.asarray(controls, dtype=float)
        known = ~np.isnan(controls)
        count = known.sum(axis=0)
        mean = np.where(known, controls, 0).sum(axis=0) / np.where(count > 0, count, np.nan)
    return np.asarray(np.asarray(own, dtype=float) - mean)


def _kept(y: ArrayLike, design: Design) -> tuple[Floats, Floats, Floats]:
    y = np.asarray(y, dtype=float)
    if y.shape != (len(design.matrix),):
        raise ValueError(f"the design has {len(design.matrix)} months, the series {y.shape}")
    kept = design.kept & ~np.isnan(y)
    if kept.sum() <= design.matrix.shape[1]:
        raise ValueError(
            f"{int(kept.sum())} months cannot carry {design.matrix.shape[1]} coefficients"
        )
    return y[kept], design.matrix[kept], np.flatnonzero(kept).astype(float)


def _highest(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function is highest: the best of a grid, then golden sections about it."""
    grid = np.linspace(low, high, 81)
    best = int(np.argmax([function(float(point)) for point in grid]))
    low, high = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, 80)])
    golden = (np.sqrt(5) - 1) / 2
    while high - low > 1e-9:
        left, right = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, right) if function(left) > function(right) else (left, high)
    return (low + high) / 2


# The effect -------------------------------------------------------------------------------------


class Effect(NamedTuple):
    """
    The difference from the counterfactual; arrays of one a time asked for, or single numbers.

    ``relative`` is the difference as a share of the counterfactual, with its own interval by the
    delta method.
    """

    absolute: Floats
    se: Floats
    low: Floats
    high: Floats
    counterfactual: Floats
    relative: Floats
    relative_low: Floats
    relative_high: Floats


def effect(fit: Fit, months_after: ArrayLike, *, level: float = 0.95) -> Effect:
    """
    The effect at months after the last interruption (0: its own month), all interruptions
    together against none.
    """
    rows = _months(fit, months_after)
    return _effect(fit, rows, np.eye(len(rows)), level)


def mean_effect(fit: Fit, months_after: ArrayLike, *, level: float = 0.95) -> Effect:
    """The mean effect over these months, such as the first twelve: each counts the same."""
    rows = _months(fit, months_after)
    return _effect(fit, rows, np.full((1, len(rows)), 1 / len(rows)), level)


def _months(fit: Fit, months_after: ArrayLike) -> list[int]:
    first, length = fit.design.interruptions[-1], len(fit.design.matrix)
    rows = [first - 1 + int(month) for month in np.atleast_1d(months_after)]
    if not all(0 <= row < length for row in rows):
        raise ValueError(f"the series has {length - first} months after the interruption's own")
    return rows


def _effect(fit: Fit, rows: list[int], weights: Floats, level: float) -> Effect:
    with_it, slope_with = _predicted(fit, fit.design.matrix[rows])
    without, slope_without = _predicted(fit, fit.design.without[rows])
    difference, base = weights @ (with_it - without), weights @ without
    slope, slope_base = weights @ (slope_with - slope_without), weights @ slope_without
    se = _errors(slope, fit.covariance)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = difference / base
        slope_relative = (slope - relative[:, None] * slope_base) / base[:, None]
    half = fit.quantile(level) * se
    half_relative = fit.quantile(level) * _errors(slope_relative, fit.covariance)
    return Effect(
        difference,
        se,
        difference - half,
        difference + half,
        base,
        relative,
        relative - half_relative,
        relative + half_relative,
    )


def _predicted(fit: Fit, rows: Floats) -> tuple[Floats, Floats]:
    """Values of rows of the design, and their slopes by the coefficients."""
    line = rows @ fit.estimate
    if fit.link == "identity":
        return line, rows
    share = 1 / (1 + np.exp(-line))
    return share, rows * (share * (1 - share))[:, None]


def _errors(slope: Floats, covariance: Floats) -> Floats:
    return np.asarray(np.sqrt(np.einsum("ij,jk,ik->i", slope, covariance, slope)))


# Are neighbouring months alike? -----------------------------------------------------------------


def autocorrelation(residuals: Floats, lags: int) -> Floats:
    """The correlation of residuals with those 1 to ``lags`` before them."""
    e = residuals - residuals.mean()
    return np.array([e[j:] @ e[:-j] for j in range(1, lags + 1)], dtype=float) / float(e @ e)


class Tested(NamedTuple):
    """A test statistic and its p-value."""

    statistic: float
    p: float


def durbin_watson(fit: Fit, y: ArrayLike) -> Tested:
    """
    Below 2 where neighbouring residuals are alike; p is for that side, and exact.

    Source: Durbin and Watson, Biometrika 1950;37:409-428.
    """
    _, x, _ = _kept(y, fit.design)
    e, n = fit.residuals, len(fit.residuals)
    statistic = float((np.diff(e) ** 2).sum() / (e @ e))
    first = np.diff(np.eye(n), axis=0)
    outside = np.eye(n) - x @ np.linalg.inv(x.T @ x) @ x.T
    weights = np.sort(np.linalg.eigvalsh(outside @ first.T @ first @ outside))[x.shape[1] :]
    return Tested(statistic, 1 - quadratic_form_tail(weights - statistic))


def ljung_box(residuals: Floats, lag: int) -> Tested:
    """
    Whether the first ``lag`` autocorrelations together are more than chance.

    Source: Ljung and Box, Biometrika 1978;65:297-303.
    """
    n = len(residuals)
    r = autocorrelation(residuals, lag)
    statistic = float(n * (n + 2) * (r**2 / (n - np.arange(1, lag + 1))).sum())
    return Tested(statistic, float(chi_square_tail(statistic, lag)))
