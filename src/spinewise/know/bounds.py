"""
Bounds of the windows of published rules, written as text.

    index - 365 days        days from the index
    period end              the last day of the measurement period
    period start - 1 year   the same day a year earlier (29 February: the 28th)
    year start, year end    first and last day of the calendar year of the index
    image                   the first image of the numerator, or the end of its window without one
    ever                    the beginning of the records (only as a first bound)

Months and years are those of the calendar; a day that the month does not have is its last.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final, Literal, cast

Anchor = Literal["index", "image", "period start", "period end", "year start", "year end", "ever"]

_BOUND: Final = re.compile(
    r"(?P<anchor>index|image|period start|period end|year start|year end|ever)"
    r"(?: (?P<sign>[+-]) (?P<number>\d+) (?P<unit>day|month|year)s?)?"
)
_MONTHS: Final = {"month": 1, "year": 12}


@dataclass(frozen=True)
class Bound:
    """A day, said from another."""

    anchor: Anchor
    days: int = 0
    months: int = 0

    def __str__(self) -> str:
        for number, unit in ((self.days, "day"), (self.months, "month")):
            if number:
                many = "" if abs(number) == 1 else "s"
                return f"{self.anchor} {'-' if number < 0 else '+'} {abs(number)} {unit}{many}"
        return self.anchor

    def shift(self, day: date) -> date:
        """The day that lies so far from ``day``."""
        if not self.months:
            return day + timedelta(self.days)
        months = day.year * 12 + day.month - 1 + self.months
        year, month = months // 12, months % 12 + 1
        return date(year, month, min(day.day, monthrange(year, month)[1]))


@cache
def parse_bound(text: str) -> Bound:
    """
    The bound written as ``text``.

    Raises
    ------
    ValueError
        It is none.
    """
    found = _BOUND.fullmatch(text)
    if not found or (found["anchor"] == "ever" and found["sign"]):
        raise ValueError(f"{text!r} is not a bound")
    anchor = cast("Anchor", found["anchor"])
    number = int(found["number"] or 0) * (-1 if found["sign"] == "-" else 1)
    unit = found["unit"]
    if unit in _MONTHS:
        return Bound(anchor, months=number * _MONTHS[unit])
    return Bound(anchor, days=number)
