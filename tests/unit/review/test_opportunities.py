"""How large an area for improvement is, and that documenting less never makes it smaller."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.review.conftest import Seen

from spinewise.know.loader import load_package
from spinewise.know.model import Indicator, Target
from spinewise.review.opportunities import opportunities
from spinewise.review.result import Counts, OpportunityPart, Rate
from spinewise.statistics.intervals import wilson

YEAR = (date(2023, 1, 1), date(2023, 12, 31))
LOWER = load_package().indicators["imaging-early"]
HIGHER = load_package().indicators["red-flag-documentation"]


@dataclass(frozen=True)
class Units:
    """So many decided units against the indicator, decided others, and undecided ones."""

    against: int
    others: int
    undecided: int

    def parts(
        self, indicator: Indicator, period: tuple[date, date] = YEAR
    ) -> dict[str, OpportunityPart]:
        found = opportunities(self._rate(indicator), self._counts(), indicator, period)
        return {part.kind: part for part in found}

    def total(self, indicator: Indicator, period: tuple[date, date] = YEAR) -> float:
        return sum(part.a_year for part in self.parts(indicator, period).values())

    def _rate(self, indicator: Indicator) -> Rate:
        d = self.against + self.others
        n = self.against if indicator.better == "lower" else self.others
        interval = wilson(n, d)
        return Rate(
            n=n,
            d=d,
            recorded=n / d if d else None,
            low=n / (d + self.undecided) if d else None,
            high=(n + self.undecided) / (d + self.undecided) if d else None,
            wilson_low=interval[0] if interval else None,
            wilson_high=interval[1] if interval else None,
            unknown=self.undecided,
            state="computable",
        )

    def _counts(self) -> Counts:
        nothing: dict[str, Any] = {
            "excluded": {},
            "excluded_units": 0,
            "outside": {},
            "not_evaluated": {},
            "undecided": {},
            "screened_absent": 0,
            "not_documented": 0,
        }
        decided = self.against + self.others
        return Counts(
            units=decided + self.undecided,
            decided=decided,
            decided_against=self.against,
            **nothing,
        )


def aiming_at(indicator: Indicator, target: float) -> Indicator:
    assert indicator.target
    aimed: Target = msgspec.structs.replace(indicator.target, value=target)
    return msgspec.structs.replace(indicator, target=aimed)


units = st.builds(Units, *[st.integers(0, 500)] * 3)
indicators = st.builds(aiming_at, st.sampled_from((LOWER, HIGHER)), st.floats(0, 1))
periods = st.builds(
    lambda first, days: (first, date.fromordinal(first.toordinal() + days)),
    st.dates(date(2000, 1, 1), date(2020, 1, 1)),
    st.integers(0, 1500),
)


@given(units, indicators, periods)
def test_documenting_less_never_looks_better(
    found: Units, indicator: Indicator, period: tuple[date, date]
) -> None:
    """Whichever decided unit becomes undecided, the opportunities together do not shrink."""
    before = found.total(indicator, period)
    less = [
        replace(found, against=found.against - 1, undecided=found.undecided + 1),
        replace(found, others=found.others - 1, undecided=found.undecided + 1),
    ]

    for one in less:
        if min(one.against, one.others) >= 0:
            assert one.total(indicator, period) >= before - 1e-9 * (1 + before)


@given(units, indicators, periods)
def test_the_arithmetic(found: Units, indicator: Indicator, period: tuple[date, date]) -> None:
    """Against a year, less what the target allows of the decided a year; never below 0."""
    assert indicator.target
    target = Fraction(indicator.target.value)
    allowed = target if indicator.better == "lower" else 1 - target
    years = Fraction((period[1] - period[0]).days + 1) / Fraction(1461, 4)
    over = (found.against - allowed * (found.against + found.others)) / years
    parts = found.parts(indicator, period)

    assert parts.keys() <= {"decided", "undecided"}
    decided, undecided = parts.get("decided"), parts.get("undecided")
    if decided:
        assert decided.a_year == pytest.approx(float(over), rel=1e-9, abs=1e-9)
        assert decided.a_year > 0
        assert (decided.against, decided.decided) == (found.against, found.against + found.others)
        assert decided.years == pytest.approx(float(years))
    else:
        assert over <= 1e-9
    assert (undecided is not None) == (found.undecided > 0)
    if undecided:
        assert undecided.a_year == pytest.approx(float(found.undecided / years))
        assert undecided.against == found.undecided


def test_an_example_in_numbers() -> None:
    """30 of 100 in two years, target 24 %: 15 a year less 0.24 x 50 are 3 a year."""
    two_years = (date(2023, 1, 1), date(2024, 12, 31))
    part = Units(against=30, others=70, undecided=0).parts(LOWER, two_years)["decided"]

    assert part.a_year == pytest.approx(3 * 365.25 * 2 / 731)
    assert part.may_be_chance


def test_chance_or_records() -> None:
    """Marked where the target lies in the interval or in the range, and nowhere else."""
    clear = Units(against=400, others=100, undecided=0)
    by_chance = Units(against=7, others=13, undecided=0)
    by_records = Units(against=400, others=100, undecided=1_500)

    assert not clear.parts(LOWER)["decided"].may_be_chance
    assert by_chance.parts(LOWER)["decided"].may_be_chance
    assert by_records.parts(LOWER)["decided"].may_be_chance
    assert not by_records.parts(LOWER)["undecided"].may_be_chance


def test_without_a_target_only_the_undecided_are_an_area() -> None:
    aimless = msgspec.structs.replace(LOWER, target=None)

    assert Units(against=50, others=0, undecided=0).parts(aimless) == {}
    assert Units(against=50, others=0, undecided=3).parts(aimless).keys() == {"undecided"}


# In a review --------------------------------------------------------------------------------------


def test_areas_are_all_opportunities_largest_first(many: Seen) -> None:
    """Emergencies stand first; then the largest, undecided ones in the same list."""
    areas = many.review.areas
    parts = [(r.id, part) for r in many.review.indicators for part in r.opportunities]
    first = [area for area in areas if area.indicator == "imaging-missed"]

    assert sorted(map(repr, parts)) == sorted(repr((a.indicator, a.part)) for a in areas)
    assert first
    assert areas[0].indicator == "imaging-missed"
    assert areas[0].part.kind == "decided"
    sizes = [area.part.a_year for area in areas[1:]]
    assert sizes == sorted(sizes, reverse=True)
    assert {area.part.kind for area in areas} == {"decided", "undecided"}


def test_parts_are_those_of_the_counts(many: Seen) -> None:
    """What an area says is what the result counted."""
    for result in many.review.indicators:
        for part in result.opportunities:
            if part.kind == "decided":
                assert (part.against, part.decided) == (
                    result.counts.decided_against,
                    result.counts.decided,
                )
            else:
                assert part.against == result.rate.unknown
