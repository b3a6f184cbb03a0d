"""Reads golden cases through the real intake, each once a run."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
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
from tests.golden.case import Case, all_cases

TODAY: Final = date(2027, 1, 1)
PEOPLE: Final = ("patient", "patient-year")
"""Units of published rules."""


@dataclass(frozen=True)
class Read:
    """A case's people, and the records, perhaps of several cases, that they were read from."""

    records: Records
    package: Package
    frame: Frame
    people: tuple[Person, ...]
    together: tuple[Case, ...]
    """The cases of these records: this one, and others that say the same of their extract."""
    prefix: str
    """What stands before the ids of this case's people, ``""`` where it was read alone."""


class Reader:
    """Reads cases into workspaces below a folder; what was read is kept at hand."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._at_hand: dict[str, Read] = {}
        self._together = {case.id: cases for cases in together(all_cases()) for case in cases}

    def __call__(self, case: Case) -> Read:
        if case.id not in self._at_hand:
            self._read(self._together[case.id])
        return self._at_hand[case.id]

    def _read(self, cases: Sequence[Case]) -> None:
        first = cases[0]
        alone = len(cases) == 1
        export = first.folder if alone else _joined(cases, self._folder / f"{first.id}-joined")
        records = import_export(export, self._folder / first.id, today=TODAY)
        package = _package(first.lists, first.verified_only)
        connection = records.connect()
        period = tuple(day_number(day) for day in first.period)
        frame = build_frame(connection, records, package, (period[0], period[1]))
        found = tuple(people(connection))
        connection.close()
        for case in cases:
            prefix = "" if alone else f"{case.id}/"
            own = tuple(person for person in found if person.patient_id.startswith(prefix))
            self._at_hand[case.id] = Read(records, package, frame, own, tuple(cases), prefix)


def together(cases: Iterable[Case]) -> list[list[Case]]:
    """
    Cases whose records can be read as one, to read them once: those of published rules, where they
    say the same of the extract and carry the same. All others are read alone.
    """
    alike: dict[object, list[Case]] = defaultdict(list)
    for case in cases:
        alike[_alike(case) if _of_people(case) else case.id].append(case)
    return list(alike.values())


def _of_people(case: Case) -> bool:
    """Whether people are counted, one by one, and nothing is asked of the review as a whole."""
    indicators = _package(None, verified_only=False).indicators
    asked = {word for expected in case.indicators.values() for word in expected}
    return not asked & {"state", "because", "assumed"} and all(
        indicators[name].unit in PEOPLE for name in case.indicators
    )


def _alike(case: Case) -> object:
    extract = (case.folder / "extract.toml").read_text(encoding="utf-8")
    carried = (
        (case.folder / "coverage.csv").exists(),
        "enrolled_from" in _rows(case.folder / "patients.csv")[0],
        "position" in _rows(case.folder / "events.csv")[0],
    )
    return extract, case.period, case.lists, case.verified_only, carried


def _joined(cases: Sequence[Case], folder: Path) -> Path:
    """One export of several cases; the ids of people and visits begin with the name of the case."""
    folder.mkdir()
    extract = (cases[0].folder / "extract.toml").read_text(encoding="utf-8")
    (folder / "extract.toml").write_text(extract, encoding="utf-8")
    for name in ("patients.csv", "events.csv", "coverage.csv"):
        rows = [row for case in cases for row in _own(case, name)]
        if rows:
            columns = dict.fromkeys(column for row in rows for column in row)
            with (folder / name).open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, columns)
                writer.writeheader()
                writer.writerows(rows)
    return folder


def _own(case: Case, name: str) -> list[dict[str, str]]:
    path = case.folder / name
    rows = _rows(path) if path.exists() else []
    for row in rows:
        for column in ("patient_id", "encounter_id"):
            if row.get(column):
                row[column] = f"{case.id}/{row[column]}"
    return rows


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def _package(lists: Path | None, verified_only: bool) -> Package:
    return load_package(value_sets=lists, verified_only=verified_only)
