"""An effect that was built into a series is found again, and its interval means what it says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from spinewise.statistics import interrupted as its

MONTHS = 72
AT = 37


def line(step: float = -8.0, slope: float = 0.2) -> Any:
    """Without chance: 30 and rising by 0.1 a month, a step and another slope from month 37."""
    month = np.arange(1, MONTHS + 1)
    after = month >= AT
    return 30 + 0.1 * month + step * after + slope * np.maximum(month - AT, 0) * after


def test_a_series_without_chance_gives_what_was_built_in() -> None:
    design = its.design(MONTHS, [AT])
    fit = its.least_squares(line(), design)
    assert fit.estimate == pytest.approx([30, 0.1, -8, 0.2])
    found = its.effect(fit, [0, 12])
    assert found.absolute == pytest.approx([-8, -8 + 12 * 0.2])
    assert found.counterfactual == pytest.approx([30 + 0.1 * AT, 30 + 0.1 * (AT + 12)])


def test_the_mean_effect_of_a_year_is_the_mean_of_its_months() -> None:
    fit = its.least_squares(line(), its.design(MONTHS, [AT]))
    months = its.effect(fit, np.arange(12))
    year = its.mean_effect(fit, np.arange(12))
    assert year.absolute == pytest.approx([months.absolute.mean()])
    assert year.relative == pytest.approx([months.absolute.sum() / months.counterfactual.sum()])


def test_a_season_is_no_effect() -> None:
    """A season that peaks after the change looks like one, until it is allowed for."""
    season = 5 * its.harmonics(MONTHS)[:, 0]
    plain = its.least_squares(line() + season, its.design(MONTHS, [AT]))
    allowed = its.design(MONTHS, [AT], season=its.harmonics(MONTHS))
    fit = its.least_squares(line() + season, allowed)
    assert abs(plain.estimate[2] + 8) > 0.5
    assert fit.estimate[:4] == pytest.approx([30, 0.1, -8, 0.2])
    by_month = its.design(MONTHS, [AT], season=its.calendar_months(MONTHS))
    assert its.least_squares(line() + season, by_month).estimate[2:4] == pytest.approx([-8, 0.2])


def test_the_months_of_a_transition_are_left_out() -> None:
    y = line()
    y[AT - 1 : AT + 2] = 99
    design = its.design(MONTHS, [AT], transition=[AT, AT + 1, AT + 2])
    assert its.least_squares(y, design).estimate == pytest.approx([30, 0.1, -8, 0.2])
    assert design.kept.sum() == MONTHS - 3


def test_a_missing_month_is_left_out_and_correlation_goes_across_it() -> None:
    y = line()
    y[10] = np.nan
    design = its.design(MONTHS, [AT])
    assert its.least_squares(y, design).estimate == pytest.approx([30, 0.1, -8, 0.2])
    chance = np.random.default_rng(2)
    noisy = y + chance.normal(size=MONTHS)
    assert len(its.autoregressive(noisy, design).residuals) == MONTHS - 1


def test_what_controls_share_is_taken_off() -> None:
    """Something else happened to everybody in the same month."""
    chance = np.random.default_rng(5)
    shared = chance.normal(size=MONTHS) + 4 * (np.arange(MONTHS) >= AT - 1)
    controls = 20 + shared + 0.1 * chance.normal(size=(6, MONTHS))
    own = line(step=-8, slope=0) + shared + 0.1 * chance.normal(size=MONTHS)
    design = its.design(MONTHS, [AT])
    alone = its.least_squares(own, design)
    beyond = its.least_squares(its.against_controls(own, controls), design)
    assert abs(alone.estimate[2] + 8) > 2
    assert beyond.estimate[2] == pytest.approx(-8, abs=0.3)
    assert beyond.se[2] < alone.se[2] / 3


def test_shares_give_the_built_in_effect_on_their_own_scale() -> None:
    d = np.full(48, 100_000)
    n = np.where(np.arange(48) < 24, 30_000, 20_000)
    fit = its.shares(n, d, its.design(48, [25]))
    found = its.effect(fit, [0, 11])
    assert found.absolute == pytest.approx([-0.1, -0.1])
    assert found.counterfactual == pytest.approx([0.3, 0.3])
    assert found.relative == pytest.approx([-1 / 3, -1 / 3])


def errors(chance: np.random.Generator, correlation: float) -> Any:
    e = chance.normal(size=MONTHS)
    for month in range(1, MONTHS):
        e[month] = correlation * e[month - 1] + np.sqrt(1 - correlation**2) * e[month]
    return e


def held(fits: list[its.Fit]) -> float:
    inside = [fit.interval()[0][2] <= -3 <= fit.interval()[1][2] for fit in fits]
    return float(np.mean(inside))


def test_alike_months_need_an_interval_that_allows_for_it() -> None:
    """With a correlation of 0.5, plain least squares promises too much; the others less so."""
    chance = np.random.default_rng(11)
    design = its.design(MONTHS, [AT])
    series = [line(step=-3, slope=0) + errors(chance, 0.5) for _ in range(150)]
    plain = held([its.least_squares(y, design) for y in series])
    allowed = held([its.newey_west(y, design, lag=6) for y in series])
    modelled = held([its.autoregressive(y, design) for y in series])
    assert plain < 0.85
    assert allowed > plain
    assert modelled > 0.88


def test_an_interval_of_independent_months_holds_the_truth_nineteen_times_of_twenty() -> None:
    chance = np.random.default_rng(12)
    design = its.design(MONTHS, [AT])
    fits = [
        its.least_squares(line(step=-3, slope=0) + chance.normal(size=MONTHS), design)
        for _ in range(600)
    ]
    assert 0.92 < held(fits) < 0.98


def test_a_fit_that_runs_away_says_so() -> None:
    chance = np.random.default_rng(4)
    wandering = 50 + np.cumsum(chance.normal(size=MONTHS))
    design = its.design(MONTHS, [AT])
    steady = its.autoregressive(line() + errors(chance, 0.3), design)
    assert not steady.ran_away
    found = [
        its.autoregressive(50 + np.cumsum(chance.normal(size=MONTHS)), design) for _ in range(20)
    ]
    assert any(fit.ran_away for fit in [its.autoregressive(wandering, design), *found])


def test_alike_months_are_seen_in_the_residuals() -> None:
    chance = np.random.default_rng(6)
    design = its.design(MONTHS, [AT])
    for correlation, alike in ((0.0, False), (0.6, True)):
        y = line() + errors(chance, correlation)
        fit = its.least_squares(y, design)
        assert (its.durbin_watson(fit, y).p < 0.01) is alike
        assert (its.ljung_box(fit.residuals, 6).p < 0.01) is alike


@pytest.mark.parametrize("month", [2, MONTHS])
def test_a_change_at_the_very_edge_is_refused(month: int) -> None:
    with pytest.raises(ValueError, match="too few months"):
        its.design(MONTHS, [month])


def test_months_that_are_not_there_are_refused() -> None:
    design = its.design(MONTHS, [AT])
    with pytest.raises(ValueError, match="35 months after"):
        its.effect(its.least_squares(line(), design), [36])
    with pytest.raises(ValueError, match="the design has 72"):
        its.least_squares(line()[:-1], design)
    few = np.full(MONTHS, np.nan)
    few[:4] = 1
    with pytest.raises(ValueError, match="cannot carry"):
        its.least_squares(few, design)
