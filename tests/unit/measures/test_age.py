"""A person has reached an age from the birthday on; partial dates leave it open or not."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from spinewise.measures.interpret.episodes import at_least_years
from spinewise.records.people import day_number

births = st.dates(date(1900, 1, 1), date(2024, 12, 31))


def birthday(birth: date, years: int) -> date:
    """The day on which an age is reached; of 29 February, 1 March where the year has none."""
    try:
        return birth.replace(year=birth.year + years)
    except ValueError:
        return date(birth.year + years, 3, 1)


@given(births, st.integers(0, 20), st.integers(-400, 400))
def test_from_the_birthday_on(birth: date, years: int, away: int) -> None:
    on = birthday(birth, years) + timedelta(away)

    assert at_least_years((birth, birth), (day_number(on),) * 2, years) is (away >= 0)


@given(births, st.integers(0, 40), st.integers(0, 40), st.integers(-45, 45))
def test_partial_dates(birth: date, wide: int, long: int, away: int) -> None:
    """Reached if it is for every possible birth and day, not if for none, else unknown."""
    first = day_number(birthday(birth, 16)) + away
    every = {
        at_least_years((b, b), (day, day), 16)
        for b in (birth, birth + timedelta(wide))
        for day in (first, first + long)
    }
    expected = every.pop() if len(every) == 1 else None

    found = at_least_years((birth, birth + timedelta(wide)), (first, first + long), 16)

    assert found is expected


def test_without_a_birth_date_it_is_unknown() -> None:
    assert at_least_years(None, (0, 0), 16) is None
