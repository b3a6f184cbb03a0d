"""
What was shared from a workspace, and what may follow.

Who gets two reports can subtract one from the other. So a later report says nothing again that an
earlier one said, or kept back, unless in the very same words:

- A period is shared once. Asked for again, it is given as it was first made, whatever has become
  of the records since: one patient more must not show.
- Periods are shared in order of time and never overlap, so that no number of one is part of a
  number of another.
- The points of a chart that an earlier report had are repeated as they stood there, gaps included.
  A point that reaches over an end of a shared period is never drawn.

What is shared is kept in ``shared.json`` in the workspace, with what each clinician is called.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from spinewise.errors import SpinewiseError, WorkspaceError
from spinewise.records.lock import locked
from spinewise.records.store import write_file
from spinewise.share.result import SharedReview

FILE: Final = "shared.json"
_LETTERS: Final = "ACDEFGHJKLMNPRTUVWXY"
_DIGITS: Final = "23456789"

Period = tuple[date, date]


class PeriodError(SpinewiseError):
    """A period cannot be shared beside those that were shared before."""


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was shared from a workspace."""

    clinicians: dict[str, str] = {}
    """What each one is called in shared reports, by the id in the records."""
    reports: list[SharedReview] = []
    """As they were shared, in order of time."""

    def of(self, period: Period) -> SharedReview | None:
        """The report of this very period, if it was shared."""
        return next((report for report in self.reports if report.period == period), None)

    def check(self, period: Period) -> None:
        """
        Refuse a period that does not come after all that were shared.

        Raises
        ------
        PeriodError
            It overlaps with one of them, or comes before.
        """
        for report in self.reports:
            first, last = report.period
            if period[0] <= last:
                raise PeriodError(
                    f"the period {period[0]}/{period[1]} does not come after {first}/{last}, which"
                    f" was shared from this workspace on {report.shared_on}: the difference"
                    " between the two reports could be a few people",
                    hint=f"Share {first}/{last} again as it was, or a period that begins later.",
                )

    def naming(self, clinicians: Iterable[str]) -> Ledger:
        """With a name for each of these: drawn by chance, so that nothing can be read from it."""
        names = dict(self.clinicians)
        for clinician in sorted(set(clinicians) - set(names) - {""}):
            names[clinician] = _draw(set(names.values()))
        return msgspec.structs.replace(self, clinicians=names)

    def adding(self, report: SharedReview) -> Ledger:
        """With one more report."""
        return msgspec.structs.replace(self, reports=[*self.reports, report])


def read_ledger(workspace: Path) -> Ledger:
    """
    What was shared from a workspace.

    Raises
    ------
    WorkspaceError
        The file is damaged: nothing can be compared with it, so nothing more may be shared.
    """
    path = workspace / FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Ledger)
    except FileNotFoundError:
        return Ledger()
    except msgspec.DecodeError as error:
        raise WorkspaceError(
            f"what was shared before cannot be read: {error}",
            where=str(path),
            hint="Restore this file from a backup: without it, nothing can be shared safely.",
        ) from None


def sharing(
    workspace: Path, period: Period, make: Callable[[Ledger], tuple[SharedReview, Ledger]]
) -> SharedReview:
    """
    The shared report of a period: as it was shared before, or as ``make`` makes it now.

    Nobody else shares from the workspace in the meantime, and a report is on disk before it is
    returned: none gets out unremembered.

    Raises
    ------
    PeriodError
        The period may not be shared any more.
    WorkspaceError
        What was shared before cannot be read.
    """
    with locked(workspace):
        ledger = read_ledger(workspace)
        before = ledger.of(period)
        if before is not None:
            return before
        ledger.check(period)
        report, ledger = make(ledger)
        content = msgspec.json.format(msgspec.json.encode(ledger), indent=1)
        write_file(workspace / FILE, content + b"\n")
        return report


def _draw(taken: set[str]) -> str:
    """A letter and a digit, and more digits where those are used up: never anyone's initials."""
    length, tries = 1, 0
    while True:
        digits = "".join(secrets.choice(_DIGITS) for _ in range(length))
        name = secrets.choice(_LETTERS) + digits
        if name not in taken:
            return name
        tries += 1
        length += tries % 50 == 0
