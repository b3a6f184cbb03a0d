"""Limits of funnels hold the share of units that they promise, and over-dispersion widens them."""

from __future__ import annotations

import numpy as np
import pytest

from spinewise.statistics.distributions import binomial_pmf, gamma_cdf, gamma_quantile
from spinewise.statistics.funnel import (
    COUNTS,
    OBSERVED_LOG,
    OBSERVED_ROOT,
    PROPORTION,
    Z_998,
    compared,
    exact_limits,
    funnel,
    trimmed,
    winsorised,
)

SIZES = np.random.default_rng(1).integers(30, 600, 400)


def units(spread: float) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(2)
    rate = np.clip(0.3 + spread * chance.normal(size=len(SIZES)), 0.01, 0.99)
    return chance.binomial(SIZES, rate).astype(float), SIZES.astype(float)


def test_exact_limits_hold_the_chance_that_they_promise() -> None:
    d = np.array([20, 50, 200])
    low, high = exact_limits(d, 0.3, 0.025)
    for size, lower, upper in zip(d, low, high, strict=True):
        k = np.arange(size + 1)
        beyond = binomial_pmf(k, size, 0.3)[(k / size < lower) | (k / size > upper)].sum()
        assert 0.02 < beyond < 0.08
    assert exact_limits([1], 0.3, 0.001)[0].item() == 0


@pytest.mark.parametrize("scale", [PROPORTION, COUNTS, OBSERVED_LOG, OBSERVED_ROOT])
def test_stable_units_show_little_dispersion_and_few_outliers(scale) -> None:  # type: ignore[no-untyped-def]
    n, d = units(0.0)
    if scale is not PROPORTION:
        d = d * 0.3
        n = np.random.default_rng(3).poisson(d).astype(float)
    found = funnel(n, d, scale)
    assert found.dispersion.tau2 < 0.01
    assert found.outliers(d, Z_998, adjusted=False).mean() < 0.02


def test_units_that_differ_are_judged_against_each_other() -> None:
    n, d = units(0.08)
    found = funnel(n, d, PROPORTION)
    assert found.dispersion.phi > 2
    assert found.outliers(d, Z_998, adjusted=False).mean() > 0.1
    assert found.outliers(d, Z_998, adjusted=True).mean() < 0.03
    low, high = found.limits([100, 400], Z_998, adjusted=True)
    narrow_low, narrow_high = found.limits([100, 400], Z_998, adjusted=False)
    assert (low < narrow_low).all()
    assert (high > narrow_high).all()


def test_dispersion_below_chance_narrows_nothing() -> None:
    d = np.full(20, 100.0)
    found = compared(np.full(20, 30.0), d)
    assert found.dispersion.phi == 0
    assert found.limits(2, "multiplicative")[0] == pytest.approx(found.limits(2, "none")[0])
    assert found.scores("additive") == pytest.approx(np.zeros(20))


def test_outer_scores_are_pulled_in_or_left_out() -> None:
    z = np.arange(20.0)
    assert winsorised(z).min() == pytest.approx(1.9)
    assert np.isnan(trimmed(z)).tolist() == [True, True, *[False] * 16, True, True]


def test_a_unit_without_a_denominator_is_refused() -> None:
    with pytest.raises(ValueError, match="leave the others out"):
        funnel([1, 0], [4, 0], PROPORTION)


def test_quantiles_of_the_gamma_distribution_turn_its_shares_round() -> None:
    a = np.array([0.5, 1, 7, 400])
    for share in (0.001, 0.5, 0.999):
        assert gamma_cdf(gamma_quantile(share, a), a) == pytest.approx(np.full(4, share))
