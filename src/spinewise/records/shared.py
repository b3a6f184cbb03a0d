"""
What was shared from a workspace: ``shared.json`` in it.

It holds what each clinician is called outside, and the numbers of every shared report, those that
were hidden too: what is shared next is compared with them. No patient is in it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from spinewise.errors import WorkspaceError
from spinewise.records.lock import locked
from spinewise.records.store import write_file

Result = TypeVar("Result")

FILE: Final = "shared.json"
_LETTERS: Final = "ACDEFGHJKLMNPRTUVWXY"
_DIGITS: Final = "23456789"


class SharedReport(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of one shared report."""

    day: date
    """When it was made."""
    period: tuple[date, date]
    least: int
    """The smallest number that was shown, beside zero."""
    steps: dict[str, str]
    """Of its run charts, by indicator: ``month``, ``quarter`` or ``half-year``."""
    shown: dict[str, int]
    """By place."""
    hidden: dict[str, int]
    """By place, as counted: they never leave the workspace."""


class Shared(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was shared from a workspace."""

    clinicians: dict[str, str] = {}
    """What each one is called in shared reports, by the id in the records."""
    reports: list[SharedReport] = []
    """In the order in which they were made."""

    def naming(self, clinicians: Iterable[str]) -> Shared:
        """With a name for each of these: drawn by chance, so that nothing can be read from it."""
        names = dict(self.clinicians)
        for clinician in sorted(set(clinicians) - set(names) - {""}):
            names[clinician] = _draw(set(names.values()))
        return msgspec.structs.replace(self, clinicians=names)

    def adding(self, report: SharedReport) -> Shared:
        """With one more report; the same one a second time is not kept twice."""
        last = [msgspec.structs.replace(one, day=report.day) for one in self.reports[-1:]]
        kept = self.reports if report in last else [*self.reports, report]
        return msgspec.structs.replace(self, reports=kept)


def read_shared(workspace: Path) -> Shared:
    """
    What was shared from a workspace.

    Raises
    ------
    WorkspaceError
        The file is damaged: nothing can be compared with it, so nothing more may be shared.
    """
    path = workspace / FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Shared)
    except FileNotFoundError:
        return Shared()
    except msgspec.DecodeError as error:
        raise WorkspaceError(
            f"what was shared before cannot be read: {error}",
            where=str(path),
            hint="Restore this file from a backup: without it, nothing can be shared safely.",
        ) from None


def sharing(workspace: Path, change: Callable[[Shared], tuple[Result, Shared]]) -> Result:
    """
    Keep what ``change`` makes of what was shared before, and return what else it makes.

    Nobody else shares from the workspace in the meantime, and what is shared is on disk before
    it is returned: a report never gets out unremembered.
    """
    with locked(workspace):
        result, shared = change(read_shared(workspace))
        content = msgspec.json.format(msgspec.json.encode(shared), indent=1)
        write_file(workspace / FILE, content + b"\n")
        return result


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
