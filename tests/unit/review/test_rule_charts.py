"""The run chart of a published rule: its measurement period, and those of as many months before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

import pytest
from tests.support.claims import ClaimMaker
from tests.support.population import FIRST, LAST, dictionary
from tests.support.tables import connect, day, fill

from spinewise.know.loader import load_package
from spinewise.records import Records
from spinewise.review.result import IndicatorResult, Rate, Review
from spinewise.review.run import reviewing
from spinewise.tables import TABLES, Extract

YEAR: Final = (date(2023, 1, 1), date(2023, 12, 31))
YEAR_BEFORE: Final = (date(2022, 1, 1), date(2022, 12, 31))
PACKAGE: Final = load_package()
RULES: Final = [rule.id for rule in PACKAGE.rules]
Period = tuple[date, date]


@pytest.fixture(scope="module")
def review_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Period], Review]:
    """Reviews the same people with claims over a period."""
    folder = tmp_path_factory.mktemp("records")
    codes, keys = dictionary(PACKAGE)
    listed = [{"code": key, "system": system, "value": value} for key, system, value in codes]
    connection = connect()
    fill(connection, {**ClaimMaker(PACKAGE, keys, 4).population(600), "codes": listed})
    for table in TABLES:
        connection.execute(f"COPY {table} TO '{folder / table}.parquet' (FORMAT parquet)")
    connection.close()
    whole = [(day(FIRST - 400), day(LAST + 100))]
    records = Records(
        folder,
        Extract(
            format="csv",
            digest="made up",
            cutoff=day(LAST),
            cutoff_from="declared",
            first_day=day(FIRST - 300),
            carried=dict.fromkeys(("visits", "imaging", "prescriptions", "consultations"), whole),
        ),
    )

    def review(period: Period) -> Review:
        with reviewing(
            records, PACKAGE, period, practice="made up", version="test", indicators=RULES
        ) as reviewed:
            return reviewed.review

    return review


@pytest.fixture(scope="module")
def year(review_of: Callable[[Period], Review]) -> Review:
    return review_of(YEAR)


@pytest.mark.parametrize("rule", RULES)
def test_the_period_is_its_own_months(year: Review, rule: str) -> None:
    """The months of the period add up to the rate of the period."""
    assert year[rule].rate.d > 0
    assert summed(year[rule], YEAR) == numbers(year[rule].rate)


def test_months_before_are_as_a_review_of_theirs_says(
    review_of: Callable[[Period], Review], year: Review
) -> None:
    """Everybody is counted in the year before as if that had been asked for."""
    before = review_of(YEAR_BEFORE)

    assert any(before[rule].rate.d > 0 for rule in RULES)
    for rule in RULES:
        assert summed(year[rule], YEAR_BEFORE) == numbers(before[rule].rate)


def test_earlier_years_stand_nowhere_else(year: Review) -> None:
    """A person is one unit of a rule, and is excluded once."""
    for rule in RULES:
        counts = year[rule].counts
        assert counts.units == year.trust.patients
        assert sum(group.rate.d for group in year[rule].clinicians) <= year[rule].rate.d
    assert any(agreement.neither > 0 for agreement in year.agreements)
    assert all(
        one.both + one.only_first + one.only_second + one.neither <= year.trust.patients
        for one in year.agreements
    )


def summed(result: IndicatorResult, period: Period) -> tuple[int, int]:
    """What the points of a chart within a period add up to."""
    assert result.run_chart is not None
    inside = [one.rate for one in result.run_chart.months if period[0] <= one.month <= period[1]]
    return sum(rate.n for rate in inside), sum(rate.d for rate in inside)


def numbers(rate: Rate) -> tuple[int, int]:
    return rate.n, rate.d


def test_a_period_of_part_of_a_month_has_no_others_before_it(
    review_of: Callable[[Period], Review],
) -> None:
    review = review_of((date(2023, 3, 10), date(2023, 9, 20)))

    for rule in RULES:
        chart = review[rule].run_chart
        assert chart is None or all(
            date(2023, 3, 1) <= one.month <= date(2023, 9, 1) for one in chart.months
        )


def test_shorter_periods_follow_each_other(review_of: Callable[[Period], Review]) -> None:
    """Of a quarter the chart shows the quarters before it, each measured by itself."""
    spring = date(2023, 4, 1), date(2023, 6, 30)
    winter = review_of((date(2023, 10, 1), date(2023, 12, 31)))["cms166v5"]
    before = review_of(spring)["cms166v5"]

    assert before.rate.d > 0
    assert summed(winter, spring) == numbers(before.rate)
