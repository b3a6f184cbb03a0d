"""FHIR resources for tests, and what becomes of them when they are read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from spinewise.intake import Export
from spinewise.tables import Extract

TODAY = date(2025, 6, 1)

Resource = dict[str, Any]


def concept(code: str, system: str = "http://snomed.info/sct", text: str | None = None) -> Resource:
    """A CodeableConcept of one coding."""
    said: Resource = {"coding": [{"system": system, "code": code}]}
    return said | ({"text": text} if text else {})


def ref(reference: str) -> Resource:
    return {"reference": reference}


def patient(name: str = "ann", **more: Any) -> Resource:
    return {"resourceType": "Patient", "id": name, "birthDate": "1980-03-01", **more}


def encounter(name: str = "v1", who: str = "ann", **more: Any) -> Resource:
    return {
        "resourceType": "Encounter", "id": name, "status": "finished",
        "class": {"code": "AMB"}, "subject": ref(f"Patient/{who}"),
        "period": {"start": "2024-05-01T09:30:00-04:00", "end": "2024-05-01T09:50:00-04:00"},
        **more,
    }  # fmt: skip


def condition(name: str = "c1", who: str = "ann", **more: Any) -> Resource:
    return {
        "resourceType": "Condition", "id": name, "subject": ref(f"Patient/{who}"),
        "code": concept("279039007", text="Low back pain"), "onsetDateTime": "2024-05-01", **more,
    }  # fmt: skip


def order(name: str = "o1", who: str = "ann", **more: Any) -> Resource:
    return {
        "resourceType": "ServiceRequest", "id": name, "status": "active", "intent": "order",
        "subject": ref(f"Patient/{who}"), "authoredOn": "2024-05-01",
        "code": concept("72100", "http://www.ama-assn.org/go/cpt", "X-ray, lumbar spine"), **more,
    }  # fmt: skip


def ndjson(resources: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(resource) + "\n" for resource in resources)


class Read:
    """The tables of one export."""

    def __init__(self, folder: Path, extract: Extract) -> None:
        self.folder = folder
        self.extract = extract

    def rows(self, table: str, columns: str, order: str = "ALL") -> list[tuple[Any, ...]]:
        query = f"SELECT {columns} FROM '{self.folder / table}.parquet' ORDER BY {order}"
        return duckdb.execute(query).fetchall()

    def row(self, table: str, columns: str) -> tuple[Any, ...]:
        """The only row of a table."""
        [row] = self.rows(table, columns)
        return row

    def codes(self, column: str = "code", table: str = "events") -> list[tuple[str, str]]:
        """The codings of a column's keys, system and value."""
        keys = f"(SELECT {column} FROM '{self.folder / table}.parquet')"
        return duckdb.execute(
            f"SELECT system, value FROM '{self.folder}/codes.parquet' WHERE code IN {keys}"
            " ORDER BY ALL"
        ).fetchall()

    def ledger(self, type_: str) -> dict[str, int]:
        """The sums of a type that are not zero."""
        names = ("read", "stored", "merged", "skipped", "not_a_fact", "quarantined")
        sums = ", ".join(f"coalesce(sum({name}), 0)::BIGINT" for name in names)
        path = self.folder / "ledger.parquet"
        row = duckdb.execute(f"SELECT {sums} FROM '{path}' WHERE type = ?", [type_]).fetchone()
        assert row is not None
        return {name: value for name, value in zip(names, row, strict=True) if value}


def read(export: Path, folder: Path, today: date = TODAY) -> Read:
    """Read an export into ``folder``, and hold its sums."""
    folder.mkdir()
    with Export(export, format="fhir") as opened:
        extract = opened.read(folder, today=today)
    result = Read(folder, extract)
    for row in result.rows(
        "ledger", "read, stored, merged, skipped, not_a_fact, quarantined, reason"
    ):
        assert row[0] == sum(row[1:6])
        assert (row[3] > 0) == (row[6] is not None)
    return result


def read_resources(folder: Path, *resources: Mapping[str, Any], ann: bool = True) -> Read:
    """Read resources from one NDJSON file a type; Ann is there unless she is not wanted."""
    export = folder / "export"
    export.mkdir()
    by_type: dict[str, list[Mapping[str, Any]]] = {}
    for resource in ([patient()] if ann else []) + list(resources):
        by_type.setdefault(resource["resourceType"], []).append(resource)
    for name, rows in by_type.items():
        (export / f"{name}.ndjson").write_text(ndjson(rows), encoding="utf-8")
    return read(export, folder / "tables")
