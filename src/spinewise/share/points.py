"""
The points of a shared run chart: months, or quarters or half-years where months are too small.

A chart with every second month hidden says little and misleads, as the months that are left are
the large ones. So months are added up to the finest step at which every point can be shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from spinewise.review.result import Month

Step = Literal["month", "quarter", "half-year"]

MONTHS: Final[dict[Step, int]] = {"month": 1, "quarter": 3, "half-year": 6}


@dataclass(frozen=True)
class Point:
    """What the months of one step add up to."""

    first: date
    last: date
    n: int
    d: int

    def within(self, period: tuple[date, date]) -> bool:
        """Whether all of its days lie in the period."""
        return period[0] <= self.first and self.last <= period[1]

    def straddles(self, period: tuple[date, date]) -> bool:
        """Whether some of its days lie in the period, and some do not."""
        apart = self.last < period[0] or period[1] < self.first
        return not apart and not self.within(period)


def points(months: Sequence[Month], step: Step) -> list[Point]:
    """
    The months added up, by steps of the calendar year; in order of time.

    A step that begins before the months do is not whole, and left out.
    """
    found: dict[date, Point] = {}
    for month in months:
        first = _first(month.month, MONTHS[step])
        before = found.get(first, Point(first, _last(first, MONTHS[step]), 0, 0))
        found[first] = Point(first, before.last, before.n + month.rate.n, before.d + month.rate.d)
    return [point for point in found.values() if point.first >= months[0].month]


def finest(
    months: Sequence[Month], least: int, periods: Sequence[tuple[date, date]]
) -> tuple[Step, list[Point]]:
    """
    The finest step at which no point is small or nearly all or none, else the coarsest; with its
    points, but for those that straddle one of ``periods``.
    """
    for step in MONTHS:
        found = whole(points(months, step), periods)
        small = any(
            0 < number < least
            for point in found
            for number in (point.n, point.d, point.d - point.n)
        )
        if found and not small:
            return step, found
    return step, found


def whole(found: Sequence[Point], periods: Sequence[tuple[date, date]]) -> list[Point]:
    """The points that straddle none of the periods."""
    return [point for point in found if not any(map(point.straddles, periods))]


def _first(month: date, length: int) -> date:
    return month.replace(month=(month.month - 1) // length * length + 1, day=1)


def _last(first: date, length: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + length, 12)
    return date(year, month + 1, 1) - timedelta(days=1)
