"""Bounds of windows: what is written, and which day is meant."""

from __future__ import annotations

from datetime import date

import pytest

from spinewise.know.bounds import Bound, parse_bound


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("index", Bound("index")),
        ("ever", Bound("ever")),
        ("index - 365 days", Bound("index", days=-365)),
        ("index + 1 day", Bound("index", days=1)),
        ("period end - 2 years", Bound("period end", months=-24)),
        ("year start", Bound("year start")),
        ("image + 3 months", Bound("image", months=3)),
        ("index - 1 year + 1 day", Bound("index", days=1, months=-12)),
    ],
)
def test_a_bound_is_read_and_written_back(text: str, bound: Bound) -> None:
    assert parse_bound(text) == bound
    assert parse_bound(str(bound)) == bound


@pytest.mark.parametrize(
    "text", ["", "Index", "index-3 days", "index - 3", "ever - 1 day", "visit", "index - 3 weeks"]
)
def test_what_is_no_bound(text: str) -> None:
    with pytest.raises(ValueError, match="is not a bound"):
        parse_bound(text)


@pytest.mark.parametrize(
    ("text", "day", "meant"),
    [
        ("index - 1 year", "2024-02-29", "2023-02-28"),
        ("index - 4 years", "2024-02-29", "2020-02-29"),
        ("index + 1 month", "2024-01-31", "2024-02-29"),
        ("index + 1 month + 1 day", "2024-01-31", "2024-03-01"),
        ("index + 3 months", "2023-11-30", "2024-02-29"),
        ("index - 12 months", "2024-03-15", "2023-03-15"),
        ("index + 365 days", "2024-01-01", "2024-12-31"),
        ("index", "2024-02-29", "2024-02-29"),
    ],
)
def test_months_and_years_are_those_of_the_calendar(text: str, day: str, meant: str) -> None:
    """A day that the month does not have is its last."""
    assert parse_bound(text).shift(date.fromisoformat(day)) == date.fromisoformat(meant)
