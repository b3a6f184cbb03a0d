"""
Shared reports are compared by those who get them: what one hides, the next must not give away.

The rule:

- Periods of shared reports are the same, or they do not overlap. Else the difference between two
  reports could be a few people, and there is no end to how three can be combined.
- A number that stands where an earlier report had one, and that differs from it by less than the
  least number shown, is hidden, be it that the earlier one was shown or hidden: the few who came
  or went stay hidden. The same number as was shown before may be shown again.
- What was shown before counts as known: hiding it now protects nothing else.
- Run charts keep the step that they had, so that no month can be told from a quarter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from spinewise.errors import SpinewiseError
from spinewise.records.shared import SharedReport
from spinewise.share.cells import Key, Sheet
from spinewise.share.points import MONTHS, Step

_LASTING = ("point",)
"""Cells that stand in reports of several periods."""


class OverlapError(SpinewiseError):
    """A period cannot be shared beside one that was shared before."""


@dataclass(frozen=True)
class Before:
    """What earlier reports mean for the cells of the next one."""

    hide: frozenset[Key]
    known: frozenset[Key]


def before(
    sheet: Sheet, period: tuple[date, date], least: int, reports: Sequence[SharedReport]
) -> Before:
    """Which cells earlier reports forbid to show, and which they have told already."""
    hide, known = set[Key](), set[Key]()
    for key, cell in sheet.cells.items():
        place = written(key, period)
        shown = [report.shown[place] for report in reports if place in report.shown]
        near = [
            number
            for report in reports
            for number in (report.shown.get(place), report.hidden.get(place))
            if number is not None and abs(number - cell.number) < max(least, report.least)
        ]
        if shown and shown[-1] == cell.number:
            known.add(key)
        if any(number != cell.number for number in near) or (near and not shown):
            hide.add(key)
    return Before(frozenset(hide - known), frozenset(known))


def no_overlap(period: tuple[date, date], reports: Sequence[SharedReport]) -> None:
    """
    Refuse a period that overlaps with one that was shared, unless it is the same.

    Raises
    ------
    OverlapError
        The period overlaps.
    """
    for report in reports:
        first, last = report.period
        if report.period != period and period[0] <= last and first <= period[1]:
            raise OverlapError(
                f"the period {period[0]}/{period[1]} overlaps with {first}/{last}, which was"
                f" shared from this workspace on {report.day}: the difference between the two"
                " could be a few people",
                hint="Share the same period again, or one that does not touch it.",
            )


def step_before(indicator: str, reports: Sequence[SharedReport]) -> Step | None:
    """The step of the run charts of an indicator that were shared; None where none was."""
    found = [report.steps[indicator] for report in reports if indicator in report.steps]
    return next((step for step in MONTHS if found and step == found[-1]), None)


def written(key: Key, period: tuple[date, date]) -> str:
    """Where a cell stands, as the file of the workspace writes it."""
    lasting = key[0] == "trust" or (len(key) > 1 and key[1] in _LASTING and key[2] != "")
    parts = key if lasting else (f"{period[0]}/{period[1]}", *key)
    return " ".join(parts)
