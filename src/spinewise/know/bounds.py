"""
Bounds of the windows of published rules, written as text.

    index - 365 days        days from the index
    period end              the last day of the measurement period
    period start - 1 year   the same day a year earlier (29 February: the 28th)
    year start, year end    first and last day of the calendar year of the index
    image                   the first image of the numerator, or the end of its window without one
    ever                    the beginning of the records (only as a first bound)

Months and years are those of the calendar; a day that the month does not have is its last. Several
can follow each other (``index - 1 year + 1 day``): months are counted first, then days.
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
    r"(?P<shifts>(?: [+-] \d+ (?:day|month|year)s?)*)"
)
_SHIFT: Final = re.compile(r"([+-]) (\d+) (day|month|year)")
_MONTHS: Final = {"month": 1, "year": 12}


@dataclass(frozen=True)
class Bound:
    """A day, said from another."""

    anchor: Anchor
    days: int = 0
    months: int = 0

    def __str__(self) -> str:
        said: str = self.anchor
        for number, unit in ((self.months, "month"), (self.days, "day")):
            if number:
                many = "" if abs(number) == 1 else "s"
                said += f" {'-' if number < 0 else '+'} {abs(number)} {unit}{many}"
        return said

    def shift(self, day: date) -> date:
        """The day that lies so far from ``day``."""
        if self.months:
            months = day.year * 12 + day.month - 1 + self.months
            year, month = months // 12, months % 12 + 1
            day = date(year, month, min(day.day, monthrange(year, month)[1]))
        return day + timedelta(self.days)


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
    if not found or (found["anchor"] == "ever" and found["shifts"]):
        raise ValueError(f"{text!r} is not a bound")
    days = months = 0
    for sign, number, unit in _SHIFT.findall(found["shifts"]):
        by = int(number) * (-1 if sign == "-" else 1)
        months += by * _MONTHS.get(unit, 0)
        days += by if unit == "day" else 0
    return Bound(cast("Anchor", found["anchor"]), days=days, months=months)
