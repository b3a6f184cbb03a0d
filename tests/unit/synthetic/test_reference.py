"""
The truth and the reference reading agree on every unit.

The books are kept from the plan, the reference reads the record tables; the two share no code.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import duckdb
import pytest

from spinewise.intake import read_export
from spinewise.know.loader import load_package
from spinewise.measures.frame import Frame, resolve_codes
from spinewise.measures.interpret import interpret
from spinewise.measures.outcome import Outcome
from spinewise.measures.run import to_date
from spinewise.records.people import day_number, people
from spinewise.synthetic import synthesize, truth_folder
from spinewise.synthetic.practice import Format
from spinewise.tables import DOMAINS, TABLES

_PEOPLE = 500
_START, _END = date(2021, 7, 1), date(2024, 12, 31)
_FLAGS = {True: "1", False: "0", None: "unknown"}

Key = tuple[str, ...]


def _tables(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for name in TABLES:
        connection.execute(f"CREATE VIEW {name} AS FROM read_parquet('{folder / name}.parquet')")
    return connection


def _reference(folder: Path) -> Counter[Key]:
    """The units as the reference reads them from the record tables."""
    package = load_package()
    connection = _tables(folder)
    codes = connection.execute("SELECT code, system, value FROM codes").fetchall()
    concepts, proposed = resolve_codes(package, codes)
    first, last = day_number(_START), day_number(_END)
    frame = Frame(
        package=package,
        concepts=concepts,
        proposed=proposed,
        scope=(first, last),
        cutoff=last,
        observed_from=first,
        carried=dict.fromkeys(DOMAINS, ((first, last),)),
    )
    found = Counter[Key]()
    for person in people(connection):
        for outcome in interpret(person, frame, package.own):
            key = _read(outcome)
            if key:
                found[key] += 1
    return found


def _read(outcome: Outcome) -> Key | None:
    if outcome.day is None:
        return None
    first, last = outcome.day
    day = to_date(first).isoformat() if first == last else to_date(first).isoformat()[:7]
    base = (outcome.indicator, outcome.patient_id, day, outcome.category)
    match outcome.category:
        case "in":
            numerator = _FLAGS[outcome.in_numerator]
            return (*base, outcome.clinician, numerator, str(outcome.places))
        case "undecided":
            return (*base, str(outcome.places))
        case "excluded":
            return (*base, ";".join(outcome.reasons))
        case "not-evaluated":
            return base
    return None  # not in the denominator: later visits of a bout, for one, are no units of ours


def _planned(folder: Path) -> Counter[Key]:
    """The same from the books."""
    months = defaultdict(str)
    with (folder / "images.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if len(row["order_date"]) == 7:
                months[row["patient_id"]] = row["order_date"]
    found = Counter[Key]()
    with (folder / "units.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            day = row["index_date"]
            if "date-unknown" in row["excluded_because"]:
                day = months[row["patient_id"]]
            base = (row["indicator"], row["patient_id"], day, row["category"])
            match row["category"]:
                case "in":
                    found[*base, row["clinician_id"], row["in_numerator"], row["places"]] += 1
                case "undecided":
                    found[*base, row["places"]] += 1
                case "excluded":
                    found[*base, row["excluded_because"]] += 1
                case "not-evaluated":
                    found[base] += 1
    return found


def test_the_reference_finds_what_was_planned(tmp_path: Path) -> None:
    synthesize(_PEOPLE, 3, "tables", tmp_path / "practice")
    planned = _planned(truth_folder(tmp_path / "practice"))
    found = _reference(tmp_path / "practice")
    assert len(planned) > 500
    assert sorted(planned - found) == []
    assert sorted(found - planned) == []


@pytest.mark.parametrize("name", ["csv", "fhir"])
def test_reading_the_files_gives_the_tables(tmp_path: Path, name: Format) -> None:
    """Row by row, but for what FHIR says in other words (an onset) or not at all."""
    synthesize(300, 6, name, tmp_path / name)
    synthesize(300, 6, "tables", tmp_path / "tables")
    (tmp_path / "read").mkdir()
    read_export(tmp_path / name, tmp_path / "read", today=date(2025, 1, 31))
    shown = {
        "visits": "patient, source_id, start_lo, start_time, setting, clinician",
        "events": "patient, kind, role, start_lo, start_hi, recorded_lo, end_lo, status, value,"
        " visit_lo, visit_setting, days_supply, clinician",
        "patients": "patient, patient_id, birth_lo, birth_hi, sex, death_lo, clinician, practice,"
        " language",
    }
    for table, columns in shown.items():
        if name == "fhir":
            columns = columns.replace(" start_time,", "").replace(" status,", "")
            columns = columns.replace(
                "start_lo, start_hi, recorded_lo", "if(kind = 'condition', recorded_lo, start_lo)"
            )
        where = "WHERE kind <> 'note'" if table == "events" else ""
        query = f"SELECT {columns} FROM {table} {where} ORDER BY ALL"
        rows = [_tables(tmp_path / of).execute(query).fetchall() for of in ("read", "tables")]
        assert rows[0] == rows[1]
