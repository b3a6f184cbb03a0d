"""Damaged OMOP tables: nothing is lost, and what is no number or date is told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest
from tests.support.fhir import TODAY, Read

from spinewise.errors import IntakeError
from spinewise.intake import Export

PERSON = "person_id,year_of_birth,month_of_birth,day_of_birth\n"
VISIT = "visit_occurrence_id,person_id,visit_start_date\n1,1,2024-01-02\n"
CONDITION = "condition_occurrence_id,person_id,condition_start_date,condition_source_value\n"
ONE = PERSON + "1,1980,3,1\n"


def read(folder: Path, files: Mapping[str, str | bytes]) -> Read:
    export, tables = folder / "export", folder / "tables"
    export.mkdir()
    tables.mkdir()
    for name, data in files.items():
        (export / name).write_bytes(data.encode() if isinstance(data, str) else data)
    with Export(export, format="omop") as opened:
        return Read(tables, opened.read(tables, today=TODAY))


def test_birth_dates(tmp_path: Path) -> None:
    """1980.0 is 1980; a month 123, a year 1980.7 or abc is no date and is never rounded to one."""
    people = [
        "1,1980,3,1", "2,1980.0,12.0,", "3,1980,,", "4,1980,123,", "5,1980.7,,", "6,abc,,",
        "7,1980,3,311", "8,19800,,", "9,,,",
    ]  # fmt: skip
    result = read(
        tmp_path, {"person.csv": PERSON + "\n".join(people), "visit_occurrence.csv": VISIT}
    )
    assert result.rows("patients", "patient_id, birth_text") == [
        ("1", "1980-03-01"), ("2", "1980-12"), ("3", "1980"), ("9", None),
    ]  # fmt: skip
    assert result.rows("quarantine", "line, value") == [
        (5, "1980-123"), (6, "1980.7"), (7, "abc"), (8, "1980-03-311"), (9, "19800"),
    ]  # fmt: skip


def test_lines_of_a_table(tmp_path: Path) -> None:
    """Shifted, mixed and unknown rows are quarantined by line; their neighbours are stored."""
    rows = [
        "1,1,2024-01-02,M54.5", "2,1,2024-01-02", "3,1,02/01/2024,M54.5", "4,1,2024-02-31,M54.5",
        "5,nobody,2024-01-02,M54.5", "", '6,1,2024-01-02,"M54.5', "7,1,2024-01-03,=1+1",
        "8,1,,M54.5",
    ]  # fmt: skip
    files = {
        "person.csv": ONE,
        "visit_occurrence.csv": VISIT,
        "condition_occurrence.csv": CONDITION + "\r\n".join(rows),
    }
    result = read(tmp_path, files)
    assert result.rows("events", "line") == [(2,), (9,), (10,)]
    assert result.rows("quarantine", "line", "line") == [(3,), (4,), (5,), (6,), (8,)]
    assert result.ledger("condition_occurrence")["read"] == 6
    assert result.ledger("(blank)") == {"read": 1, "skipped": 1}
    assert result.ledger("(unreadable)") == {"read": 2, "quarantined": 2}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings_of_tables(encoding: str, tmp_path: Path) -> None:
    """They are read as those of the CSV form are."""
    note = CONDITION + "1,1,2024-01-02,été\n"
    result = read(
        tmp_path,
        {
            "person.csv": ONE.encode(encoding),
            "visit_occurrence.csv": VISIT.replace(",", ";"),
            "condition_occurrence.csv": note.encode(encoding),
        },
    )
    assert result.codes() == [("condition_source_value", "été")]


def test_a_table_without_a_column(tmp_path: Path) -> None:
    """A table that is read and lacks a column is refused by name."""
    with pytest.raises(IntakeError, match="has no visit_start_date"):
        read(
            tmp_path, {"person.csv": ONE, "visit_occurrence.csv": "visit_occurrence_id,person_id\n"}
        )


def test_tables_that_are_not_read(tmp_path: Path) -> None:
    """An empty file, or a text that is no table, does no harm where nothing reads it."""
    files = {
        "person.csv": ONE,
        "visit_occurrence.csv": VISIT,
        "note.csv": "",
        "x.csv": "a,a\n1,2\n",
    }
    result = read(tmp_path, files)
    assert result.ledger("note") == {"read": 1, "skipped": 1}
    assert result.ledger("x") == {"read": 1, "skipped": 1}
    assert result.ledger("visit_occurrence") == {"read": 1, "stored": 1}


def test_quotes_in_the_vocabulary(tmp_path: Path) -> None:
    """The concept table is not quoted: a quote in a name is a letter, and bad lines are told."""
    concepts = (
        "concept_id\tconcept_name\tvocabulary_id\tconcept_code\n"
        '1\t"Low" back pain, 6" long\tICD10CM\tM54.5\n'
        '2\t"open\tICD10CM\tM54.4\n3\tshort\n4\tLast\tICD10CM\tM54.3\n'
    )
    conditions = CONDITION.replace("source_value", "source_concept_id") + "".join(
        f"{number},1,2024-01-02,{number}\n" for number in (1, 2, 4)
    )
    files = {
        "person.csv": ONE,
        "visit_occurrence.csv": VISIT,
        "condition_occurrence.csv": conditions,
        "CONCEPT.csv": concepts,
    }
    result = read(tmp_path, files)
    assert [value for _, value in result.codes()] == ["M54.3", "M54.4", "M54.5"]
    assert result.ledger("(unreadable)") == {"read": 1, "quarantined": 1}


def test_a_damaged_parquet_file(tmp_path: Path) -> None:
    """At its end or within: the import is refused, the file named."""
    whole = tmp_path / "whole.parquet"
    duckdb.execute(
        f"""COPY (SELECT range AS visit_occurrence_id, 1 AS person_id,
        DATE '2024-01-02' AS visit_start_date, hash(range)::VARCHAR AS note FROM range(5000))
        TO '{whole}' (COMPRESSION zstd)"""
    )
    data = whole.read_bytes()
    for number, bad in enumerate((b"PAR1", data[:-9], data[:2000] + b"\xff" * 900 + data[2900:])):
        folder = tmp_path / str(number)
        folder.mkdir()
        with pytest.raises(IntakeError, match="Parquet file is damaged") as error:
            read(folder, {"person.csv": ONE, "visit_occurrence.parquet": bad})
        assert error.value.where == "visit_occurrence.parquet"
