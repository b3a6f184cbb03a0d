"""
Who changed what in a practice's file, when and why: ``practice.history.jsonl`` beside it.

One line of JSON a change; lines are only ever added. A change is undone by another.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec

from spinewise.errors import PackageError


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One change, as it was made."""

    on: date
    who: str
    why: str
    id: str
    """Of the parameter, ``codes.LIST`` or ``indicator.ID``."""
    before: str
    """The value as it stood in TOML, or ``"package"`` for the package's own."""
    after: str
    overlay: str
    """The digest of the file after the change."""
    package_version: str


def history_file(practice: Path) -> Path:
    """Where the history of a practice's file is."""
    return practice.with_name(f"{practice.stem}.history.jsonl")


def read_history(practice: Path) -> list[Entry]:
    """
    The changes made to a practice's file, the oldest first; none where there is no history.

    PackageError where a line is not one.
    """
    file = history_file(practice)
    if not file.exists():
        return []
    found = []
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        try:
            found.append(msgspec.json.decode(line, type=Entry))
        except msgspec.DecodeError as error:
            raise PackageError(
                f"this line of the history cannot be read: {error}",
                where=f"{file.name}, line {number}",
                hint="Restore the file from a copy, or set it aside to begin a new history.",
            ) from None
    return found


def add_to_history(practice: Path, entry: Entry) -> None:
    """Add a change at the end of the history of a practice's file."""
    with history_file(practice).open("ab") as file:
        file.write(msgspec.json.encode(entry) + b"\n")
