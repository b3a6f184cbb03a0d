"""The chart is chosen by the data, and a person's choice is kept with its reason."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from spinewise.statistics.charts import g_chart, p_chart, p_prime_chart
from spinewise.statistics.choose import (
    Annotation,
    Baseline,
    Override,
    cases_between,
    chart_of,
    choose,
    most_by_chance,
    spread_of,
)

N = np.array([12, 9, 14, 10, 11, 8, 13, 12, 9, 11, 10, 13])
D = np.full(12, 40)


def test_shares_that_vary_by_chance_get_a_p_chart() -> None:
    found = choose(N, D)
    assert (found.chart, found.step, found.why, found.trial) == ("p", "month", "chance", False)
    assert found.cases == 11
    assert np.array_equal(chart_of(found, N, D).sigma, p_chart(N, D).sigma)


def test_shares_that_vary_more_than_chance_get_p_prime() -> None:
    n = np.array([300, 520, 280, 510, 330, 470, 290, 540, 310, 480, 260, 500])
    found = choose(n, np.full(12, 1000))
    assert (found.chart, found.why) == ("p'", "over-dispersion")
    assert found.spread is not None
    assert found.spread > most_by_chance(12) > 1.4
    d = np.full(12, 1000)
    assert np.array_equal(chart_of(found, n, d).sigma, p_prime_chart(n, d).sigma)


def test_a_step_alone_is_no_over_dispersion() -> None:
    """A change of level moves one range, not all of them."""
    n = np.concatenate([np.tile([20, 22], 9), np.tile([8, 10], 9)])
    assert choose(n, np.full(36, 50)).chart == "p"


def test_eleven_points_give_trial_limits_and_twelve_do_not() -> None:
    assert choose(N[:11], D[:11]).trial
    assert not choose(N, D).trial


def test_under_six_points_there_are_no_limits() -> None:
    assert choose(N[:5], D[:5])[:3] == ("run", "month", "few")
    assert choose([], []).points == 0


def test_small_months_go_by_quarters_where_these_hold_enough() -> None:
    n, d = np.tile([2, 1, 3], 8), np.full(24, 10)
    quarters = n.reshape(8, 3).sum(axis=1), d.reshape(8, 3).sum(axis=1)
    found = choose(n, d, quarters=quarters)
    assert (found.step, found.why, found.points, found.trial) == ("quarter", "quarters", 8, True)
    assert choose(n, d)[:3] == ("run", "month", "small")


def test_rare_events_get_a_g_chart_where_the_cases_are_known_one_by_one() -> None:
    n, d = np.tile([0, 1, 0, 0], 6), np.full(24, 12)
    assert choose(n, d, one_by_one=True)[:3] == ("g", "month", "rare")
    with pytest.raises(ValueError, match="one by one"):
        chart_of(choose(n, d, one_by_one=True), n, d)


def test_cases_between_events_are_those_without_one() -> None:
    between = cases_between([0, 0, 1, 1, 0, 1, 0, 0])
    assert between.tolist() == [2, 0, 1]
    assert g_chart(between).mean.item() == 1


def test_nearly_all_is_as_rare_as_nearly_none() -> None:
    d = np.full(24, 12)
    assert choose(d - np.tile([0, 1, 0, 0], 6), d).why == "small"


def test_months_without_anybody_do_not_count() -> None:
    assert choose([*N, 0], [*D, 0]) == choose(N, D)


def test_a_person_may_choose_another_chart_and_has_to_say_why() -> None:
    other = Override(date(2024, 3, 1), "the team knows run charts", chart="run")
    assert choose(N, D, override=other)[:3] == ("run", "month", "override")
    with pytest.raises(ValueError, match="needs its reason"):
        Override(date(2024, 3, 1), " ")
    with pytest.raises(ValueError, match="needs its reason"):
        Baseline(date(2024, 3, 1), "")
    with pytest.raises(AttributeError):
        Annotation(date(2024, 3, 1), "PDSA cycle 2 begins", "pdsa").kind = "other"  # type: ignore[misc]


@pytest.mark.parametrize("points", [12, 36])
def test_about_one_stable_series_in_twenty_seems_to_vary_more_than_chance(points: int) -> None:
    chance = np.random.default_rng(7)
    d = chance.integers(40, 80, (2000, points)).astype(float)
    n = chance.binomial(d.astype(int), 0.3).astype(float)
    spread = (p_prime_chart(n, d).sigma / p_chart(n, d).sigma)[:, 0]
    assert 0.03 < (spread > most_by_chance(points)).mean() < 0.08
    assert spread_of(n[0], d[0]) == spread[0]
