"""Reads golden cases through the real intake, each once a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from spinewise.know.loader import load_package
from spinewise.know.package import Package
from spinewise.measures.frame import Frame
from spinewise.records import Records, import_export
from spinewise.records.people import Person, day_number, people
from spinewise.review.run import build_frame
from tests.golden.case import Case

TODAY: Final = date(2027, 1, 1)


@dataclass(frozen=True)
class Read:
    """A case's records, and everything that its measures need."""

    records: Records
    package: Package
    frame: Frame
    people: tuple[Person, ...]


class Reader:
    """Reads cases into workspaces below a folder; what was read is kept at hand."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._at_hand: dict[str, Read] = {}

    def __call__(self, case: Case) -> Read:
        if case.id not in self._at_hand:
            self._at_hand[case.id] = self._read(case)
        return self._at_hand[case.id]

    def _read(self, case: Case) -> Read:
        records = import_export(case.folder, self._folder / case.id, today=TODAY)
        package = _package(case.lists, case.verified_only)
        first, last = (day_number(day) for day in case.period)
        connection = records.connect()
        frame = build_frame(connection, records, package, (first, last))
        found = tuple(people(connection))
        connection.close()
        return Read(records, package, frame, found)


@cache
def _package(lists: Path | None, verified_only: bool) -> Package:
    return load_package(value_sets=lists, verified_only=verified_only)
