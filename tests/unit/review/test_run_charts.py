"""The run chart of an indicator shows every month, also those without a case."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from tests.unit.review.conftest import PERIOD, Seen

from spinewise.know.loader import load_package

each_indicator = pytest.mark.parametrize("indicator", [one.id for one in load_package().own])


@each_indicator
@pytest.mark.parametrize("size", ["many", "few"])
def test_months_follow_each_other(
    indicator: str, size: str, request: pytest.FixtureRequest
) -> None:
    """From the first month with a unit to the last, none left out."""
    seen: Seen = request.getfixturevalue(size)
    chart = seen.review[indicator].run_chart
    assert chart is not None
    months = [one.month for one in chart.months]

    assert all(month.day == 1 for month in months)
    for one, following in pairwise(months):
        assert following == (one + timedelta(31)).replace(day=1)
    assert months[-1] <= PERIOD[1]


def test_a_month_without_cases_is_a_gap(few: Seen) -> None:
    """It is listed, it has no share, and it is no point of the chart: nothing is drawn as 0 %."""
    chart = few.review["imaging-early"].run_chart
    assert chart is not None
    empty = [one for one in chart.months if one.rate.d == 0]
    shares = [one.rate.recorded for one in chart.months if one.rate.recorded is not None]

    assert empty
    assert all(one.rate.recorded is None and one.rate.state == "no cases" for one in empty)
    assert chart.median == sorted(shares)[len(shares) // 2] or len(shares) % 2 == 0
    assert chart.useful == sum(share != chart.median for share in shares)


@each_indicator
def test_months_of_the_period_add_up_to_the_rate(many: Seen, indicator: str) -> None:
    result = many.review[indicator]
    assert result.run_chart is not None
    inside = [one.rate for one in result.run_chart.months if _in_period(one.month)]

    assert sum(rate.n for rate in inside) == result.rate.n
    assert sum(rate.d for rate in inside) == result.rate.d


def test_the_chart_reaches_back_before_the_period(many: Seen) -> None:
    """Up to 36 months, so that a year can be seen against those before it."""
    chart = many.review["red-flag-documentation"].run_chart
    assert chart is not None

    assert chart.months[0].month < PERIOD[0]
    assert len(chart.months) <= 36


def _in_period(month: date) -> bool:
    return PERIOD[0] <= month <= PERIOD[1]
