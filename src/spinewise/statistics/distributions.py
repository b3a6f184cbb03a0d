"""
Distribution functions that numpy does not have, on arrays.

Accurate to about 12 digits in the body and in the tails, which is what intervals and p-values
need; not made for speed beyond some ten thousand values.

Sources: the continued fractions of the incomplete beta and gamma function, Abramowitz and Stegun,
Handbook of Mathematical Functions (10th printing, 1972), 26.5.8 and 6.5.31; the series 6.5.29.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import erfc, lgamma, pi, sqrt
from statistics import NormalDist
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_TINY: Final = 1e-300
_TERMS: Final = 10_000
"""Terms after which a continued fraction would have to be wrong; a few dozen are the rule."""


def _elementwise(function: Callable[[float], float]) -> Callable[[ArrayLike], Floats]:
    on_each = np.frompyfunc(function, 1, 1)
    return lambda x: np.asarray(on_each(np.asarray(x, dtype=float)), dtype=float)


log_gamma: Final = _elementwise(lgamma)
_erfc: Final = _elementwise(erfc)
normal_quantile: Final = _elementwise(
    lambda p: (
        NormalDist().inv_cdf(p)
        if 0 < p < 1
        else {0.0: float("-inf"), 1.0: float("inf")}.get(p, float("nan"))
    )
)
"""The z below which the share p of the standard normal distribution lies."""


def normal_tail(z: ArrayLike) -> Floats:
    """The share of the standard normal distribution above ``z``."""
    return _erfc(np.asarray(z, dtype=float) / sqrt(2)) / 2


# The beta distribution and its kin ---------------------------------------------------------------


def beta_cdf(share: ArrayLike, a: ArrayLike, b: ArrayLike) -> Floats:
    """The share of the beta distribution (a, b) at or below ``share``: the incomplete
    beta function."""
    x, p, q = (np.array(given, dtype=float) for given in np.broadcast_arrays(share, a, b))
    x = np.clip(x, 0, 1)
    swap = x > (p + 1) / (p + q + 2)
    x, p, q = np.where(swap, 1 - x, x), np.where(swap, q, p), np.where(swap, p, q)
    with np.errstate(divide="ignore", invalid="ignore", under="ignore"):
        front = np.exp(
            log_gamma(p + q)
            - log_gamma(p)
            - log_gamma(q)
            + _times_log(p, x)
            + q * np.log1p(-np.minimum(x, 1 - 1e-16))
        )
        below = front * _beta_fraction(x, p, q) / p
    return np.asarray(np.where(swap, 1 - below, below))


def _times_log(a: Floats, x: Floats) -> Floats:
    return np.asarray(
        np.where(x > 0, a * np.log(np.where(x > 0, x, 1)), np.where(a > 0, -np.inf, 0.0))
    )


def _beta_fraction(x: Floats, a: Floats, b: Floats) -> Floats:
    c = np.ones_like(x)
    d = 1 / _away_from_0(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = np.ones_like(x)
        for term in (even, odd):
            d = 1 / _away_from_0(1 + term * d)
            c = _away_from_0(1 + term / c)
            change = d * c
            value = value * change
        if not np.any(np.abs(change - 1) > 1e-15):
            break
    return value


def _away_from_0(x: Floats) -> Floats:
    return np.where(np.abs(x) < _TINY, _TINY, x)


def beta_quantile(p: ArrayLike, a: ArrayLike, b: ArrayLike) -> Floats:
    """The x at or below which the share ``p`` of the beta distribution (a, b) lies."""
    p, a, b = np.broadcast_arrays(*(np.asarray(given, dtype=float) for given in (p, a, b)))
    return _inverse(lambda x: beta_cdf(x, a, b), p, np.zeros(p.shape), np.ones(p.shape))


def binomial_cdf(k: ArrayLike, n: ArrayLike, p: ArrayLike) -> Floats:
    """The chance of at most ``k`` of ``n``, each with chance ``p`` (0 < p < 1)."""
    k, n, p = np.broadcast_arrays(*(np.asarray(given, dtype=float) for given in (k, n, p)))
    inside = np.clip(k, 0, np.maximum(n - 1, 0))
    share = beta_cdf(1 - p, np.maximum(n - inside, 1e-12), inside + 1)
    return np.where(k < 0, 0.0, np.where(k >= n, 1.0, share))


def binomial_pmf(k: ArrayLike, n: ArrayLike, p: ArrayLike) -> Floats:
    """The chance of exactly ``k`` of ``n``, each with chance ``p`` (0 < p < 1)."""
    k, n, p = np.broadcast_arrays(*(np.asarray(given, dtype=float) for given in (k, n, p)))
    ways = log_gamma(n + 1) - log_gamma(np.clip(k, 0, n) + 1) - log_gamma(n - np.clip(k, 0, n) + 1)
    chance = np.exp(ways + k * np.log(p) + (n - k) * np.log1p(-p))
    return np.where((k < 0) | (k > n), 0.0, chance)


def binomial_quantile(share: ArrayLike, n: ArrayLike, p: ArrayLike) -> Floats:
    """The smallest k for which the chance of at most ``k`` of ``n`` reaches ``share``."""
    share, n, p = np.broadcast_arrays(*(np.asarray(given, dtype=float) for given in (share, n, p)))
    low, high = np.full(n.shape, -1.0), n.copy()
    while np.any(high - low > 1):
        middle = np.floor((low + high) / 2)
        reached = binomial_cdf(middle, n, p) >= share * (1 - 64 * np.finfo(float).eps)
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    return np.asarray(high)


def student_tail(t: ArrayLike, df: ArrayLike) -> Floats:
    """Twice the share of Student's t with ``df`` degrees of freedom above ``|t|``."""
    t, df = np.asarray(t, dtype=float), np.asarray(df, dtype=float)
    return beta_cdf(df / (df + t * t), df / 2, 0.5)


def student_quantile(p: ArrayLike, df: ArrayLike) -> Floats:
    """The t below which the share ``p`` of Student's t lies."""
    p, df = np.broadcast_arrays(np.asarray(p, dtype=float), np.asarray(df, dtype=float))
    x = beta_quantile(2 * np.minimum(p, 1 - p), df / 2, 0.5)
    with np.errstate(divide="ignore"):
        return np.asarray(np.sign(p - 0.5) * np.sqrt(df * (1 - x) / x))


# The gamma distribution and its kin --------------------------------------------------------------


def gamma_cdf(x: ArrayLike, a: ArrayLike) -> Floats:
    """The share of the gamma distribution of shape ``a`` and scale 1 at or below ``x``."""
    x, a = (np.array(given, dtype=float) for given in np.broadcast_arrays(x, a))
    with np.errstate(divide="ignore", invalid="ignore", under="ignore", over="ignore"):
        front = np.exp(_times_log(a, np.where(np.isinf(x), 1, x)) - x - log_gamma(a))
        low = x < a + 1
        share = np.where(
            low,
            front * _gamma_series(np.where(low, x, 0), a),
            1 - front * _gamma_fraction(np.where(low, a + 2, x), a),
        )
    return np.where(x <= 0, 0.0, share)


def _gamma_series(x: Floats, a: Floats) -> Floats:
    term = 1 / a
    total = term
    for k in range(1, _TERMS):
        term = term * x / (a + k)
        total = total + term
        if not np.any(np.abs(term) > np.abs(total) * 1e-16):
            break
    return total


def _gamma_fraction(x: Floats, a: Floats) -> Floats:
    b = x + 1 - a
    c = np.full_like(x, 1 / _TINY)
    d = 1 / _away_from_0(b)
    value = d
    for k in range(1, _TERMS):
        term = -k * (k - a)
        b = b + 2
        d = 1 / _away_from_0(term * d + b)
        c = _away_from_0(b + term / c)
        value = value * d * c
        if not np.any(np.abs(d * c - 1) > 1e-15):
            break
    return value


def gamma_quantile(p: ArrayLike, a: ArrayLike) -> Floats:
    """The x at or below which the share ``p`` of the gamma distribution (a, 1) lies."""
    p, a = np.broadcast_arrays(np.asarray(p, dtype=float), np.asarray(a, dtype=float))
    high = a + 10 * np.sqrt(a) + 40
    while np.any(gamma_cdf(high, a) < p):
        high = high * 2
    return _inverse(lambda x: gamma_cdf(x, a), p, np.zeros(p.shape), high)


def chi_square_tail(x: ArrayLike, df: ArrayLike) -> Floats:
    """The share of the chi-square distribution above ``x``."""
    return 1 - gamma_cdf(np.asarray(x, dtype=float) / 2, np.asarray(df, dtype=float) / 2)


def _inverse(cdf: Callable[[Floats], Floats], p: Any, low: Any, high: Any) -> Floats:
    """Where a growing function reaches ``p`` between ``low`` and ``high``, by halving."""
    for _ in range(200):
        # Halved by ratio near 0, so that a limit of a rare event has as many digits as another.
        middle = np.where((low > 0) & (high > 4 * low), np.sqrt(low * high), (low + high) / 2)
        below = cdf(middle) < p
        low, high = np.where(below, middle, low), np.where(below, high, middle)
        if not np.any(high - low > 4e-16 * high):
            break
    return np.asarray((low + high) / 2)


# Quadratic forms ---------------------------------------------------------------------------------


@cache
def _grid() -> tuple[Floats, Floats]:
    nodes, shares = np.polynomial.legendre.leggauss(400)
    return nodes, shares


def quadratic_form_tail(weights: Floats) -> float:
    """
    The chance that the sum of squares of independent standard normal values, each times its
    weight, is above 0: Imhof's integral, on a fixed grid.

    Source: Imhof, Biometrika 1961;48:419-426, formula 3.2.
    """
    weights = weights / np.max(np.abs(weights))
    # The integrand falls at least as fast as the product of the largest weights; u = s / (1 - s).
    nodes, shares = _grid()
    s = (nodes + 1) / 2
    u = s / (1 - s)
    angle = np.arctan(np.outer(u, weights)).sum(axis=1) / 2
    size = np.exp(np.log1p(np.outer(u, weights) ** 2).sum(axis=1) / 4)
    integrand = np.sin(angle) / (u * size) / (1 - s) ** 2
    return float(0.5 + (shares * integrand).sum() / 2 / pi)
