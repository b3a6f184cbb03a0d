"""A deck: people, a frame and definitions, written so that an engine can run them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb

from spinewise.know.model import Indicator
from spinewise.measures.compile import compile_plan
from spinewise.measures.export import definitions
from spinewise.measures.export.library import library_name
from spinewise.measures.export.records import bundle
from spinewise.measures.export.value_sets import uri
from spinewise.measures.frame import Frame
from spinewise.measures.interpret import interpret
from spinewise.measures.outcome import Outcome
from spinewise.measures.run import outcomes, run
from spinewise.records.people import EPOCH, Person

ON: Final = date(2026, 11, 24)
"""The day that expansions say; any would do."""


@dataclass(frozen=True)
class Deck:
    """People and what is asked of them."""

    title: str
    frame: Frame
    codes: Sequence[tuple[int, str, str]]
    """Rows (key, system, value) of the dictionary of codes."""
    people: Sequence[Person]
    indicators: Sequence[Indicator]
    connection: duckdb.DuckDBPyConnection | None = None
    """Sees the same records, for the compiled plan."""

    def interpreted(self) -> list[Outcome]:
        """Every unit of the period, person by person."""
        found = (o for one in self.people for o in interpret(one, self.frame, self.indicators))
        return [outcome for outcome in found if not outcome.earlier]

    def compiled(self) -> list[Outcome] | None:
        """The same from the compiled plan, where there is a connection to the records."""
        if self.connection is None:
            return None
        run(self.connection, compile_plan(self.frame, self.indicators))
        return [outcome for outcome in outcomes(self.connection) if not outcome.earlier]

    def write(self, folder: Path) -> None:
        """Write the libraries, the value sets, the people and what is to be run."""
        folder.mkdir(parents=True, exist_ok=True)
        written, resources = definitions(
            self.frame.package,
            self.indicators,
            on=ON,
            frame=self.frame,
            codes=[(system, value) for _, system, value in self.codes],
        )
        for library in written:
            (folder / f"{library.name}.cql").write_text(library.text, encoding="utf-8")
        for resource in resources:
            _dump(folder / f"{resource['resourceType']}-{resource['id']}.json", resource)
        with (folder / "people.ndjson").open("w", encoding="utf-8") as file:
            for one in self.bundles():
                file.write(json.dumps(one) + "\n")
        first, last = (EPOCH + timedelta(number) for number in self.frame.measured)
        run = {
            "libraries": [library.name for library in written],
            "run": [library_name(indicator.id) for indicator in self.indicators],
            "measures": [indicator.id for indicator in self.indicators],
            "period": [first.isoformat(), last.isoformat()],
        }
        _dump(folder / "run.json", run)

    def bundles(self) -> Iterator[dict[str, Any]]:
        """Each person's records as FHIR."""
        codings: dict[int, list[dict[str, Any]]] = {}
        for key, system, value in self.codes:
            codings.setdefault(key, []).append({"system": uri(system), "code": value})
        for person in self.people:
            yield bundle(person, codings)


def _dump(path: Path, value: object) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")
