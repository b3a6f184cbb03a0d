"""A synthetic practice is the same whenever it is made, and the same in every format."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest

from spinewise.errors import SpinewiseError
from spinewise.synthetic import Rates, practice, synthesize, truth_folder
from spinewise.synthetic.practice import Format

_PEOPLE = 400
_SEED = 11
_FHIR_KINDS = {
    "Encounter": "visit",
    "Condition": "condition",
    "ServiceRequest": "order or referral",
    "Procedure": "performed",
    "MedicationRequest": "medication",
    "Observation": "finding or answer",
    "DocumentReference": "note",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[Format, Path]:
    folder = tmp_path_factory.mktemp("practices")
    formats: tuple[Format, ...] = ("csv", "fhir", "tables")
    for name in formats:
        synthesize(_PEOPLE, _SEED, name, folder / name)
    return {name: folder / name for name in formats}


def _sums(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
    }


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _query(query: str) -> list[tuple[Any, ...]]:
    return duckdb.connect().execute(query).fetchall()


def _resources(folder: Path, kind: str) -> list[dict[str, Any]]:
    with (folder / f"{kind}.ndjson").open(encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


@pytest.mark.parametrize("name", ["csv", "fhir", "tables"])
def test_the_same_seed_gives_the_same_bytes(
    made: dict[Format, Path], tmp_path: Path, name: Format
) -> None:
    again = tmp_path / name
    synthesize(_PEOPLE, _SEED, name, again)
    assert _sums(again) == _sums(made[name])
    assert _sums(truth_folder(again)) == _sums(truth_folder(made[name]))


def test_another_seed_gives_another_practice(made: dict[Format, Path], tmp_path: Path) -> None:
    synthesize(_PEOPLE, _SEED + 1, "csv", tmp_path / "other")
    assert _sums(tmp_path / "other") != _sums(made["csv"])


def test_the_truth_is_the_same_in_every_format(made: dict[Format, Path]) -> None:
    truths = [_sums(truth_folder(folder)) for folder in made.values()]
    assert truths[0] == truths[1] == truths[2]


def test_csv_and_fhir_tell_the_same_facts(made: dict[Format, Path]) -> None:
    said = {
        "referral": "order or referral",
        "order": "order or referral",
        "finding": "finding or answer",
        "answer": "finding or answer",
    }
    rows = Counter[str]()
    for row in _rows(made["csv"] / "events.csv"):
        kind = row["kind"]
        if kind == "imaging":
            kind = "order" if row["clinician_role"] == "ordering" else "performed"
        rows[said.get(kind, kind)] += 1
    resources = {kind: len(_resources(made["fhir"], name)) for name, kind in _FHIR_KINDS.items()}
    assert dict(rows) == resources
    assert len(_rows(made["csv"] / "patients.csv")) == len(_resources(made["fhir"], "Patient"))


def test_csv_and_fhir_tell_of_the_same_days_and_codes(made: dict[Format, Path]) -> None:
    from_csv = Counter(
        (row["patient_id"], row["code"], row["start"])
        for row in _rows(made["csv"] / "events.csv")
        if row["kind"] == "medication"
    )
    from_fhir = Counter(
        (
            drug["subject"]["reference"].removeprefix("Patient/"),
            drug["medicationCodeableConcept"]["coding"][0]["code"],
            drug["authoredOn"],
        )
        for drug in _resources(made["fhir"], "MedicationRequest")
    )
    assert from_csv == from_fhir


def test_the_tables_hold_what_is_a_fact_of_people_who_consent(made: dict[Format, Path]) -> None:
    out = {
        row["patient_id"] for row in _rows(made["csv"] / "patients.csv") if row["consent"] == "out"
    }
    known = {row["patient_id"] for row in _rows(made["csv"] / "patients.csv")}
    rows = {
        tuple(row.items())
        for row in _rows(made["csv"] / "events.csv")
        if row["patient_id"] in known - out
        and row["status"] not in ("cancelled", "entered-in-error")
    }
    facts = Counter("visits" if dict(row)["kind"] == "visit" else "events" for row in rows)
    stored = {
        table: len(_query(f"FROM read_parquet('{made['tables'] / table}.parquet')"))
        for table in ("visits", "events")
    }
    assert out
    assert stored == dict(facts)


def test_ids_are_unique_but_for_rows_written_twice(made: dict[Format, Path]) -> None:
    ids = Counter(one["id"] for one in _resources(made["fhir"], "Condition"))
    twice = [name for name, count in ids.items() if count > 1]
    assert twice
    assert set(ids.values()) == {1, 2}


def test_nothing_happens_after_the_cut_off_or_a_death(made: dict[Format, Path]) -> None:
    people = {row["patient_id"]: row for row in _rows(made["csv"] / "patients.csv")}
    last = {
        name: min(day for day in ("2024-12-31", row["death_date"], row["enrolled_to"]) if day)
        for name, row in people.items()
    }
    rows = [row for row in _rows(made["csv"] / "events.csv") if row["patient_id"] in people]
    assert max(row["start"][:10] for row in rows) == "2024-12-31"
    assert all(row["start"][:10] <= last[row["patient_id"]] for row in rows)
    assert all(row["recorded"] <= "2024-12-31" for row in rows)


def test_blocks_join_into_one_practice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(practice, "BLOCK", 64)
    seen: list[tuple[int, int]] = []
    for name in ("csv", "tables"):
        synthesize(
            200, 5, name, tmp_path / name, progress=lambda what, done, of: seen.append((done, of))
        )
    assert seen[:5] == [(0, 200), (64, 200), (128, 200), (192, 200), (200, 200)]
    people = [row["patient_id"] for row in _rows(tmp_path / "csv" / "patients.csv")]
    assert people == [f"P{n:07d}" for n in range(200)]
    for table, key in (("visits", "visit"), ("events", "event"), ("patients", "patient")):
        path = tmp_path / "tables" / f"{table}.parquet"
        keys = _query(f"SELECT {key} FROM '{path}'")
        numbered = sorted(keys) if table == "events" else keys
        assert [row[0] for row in numbered] == list(range(len(keys)))
    stored = _query(f"SELECT kind, code, event FROM '{tmp_path / 'tables' / 'events.parquet'}'")
    assert stored == sorted(stored)


def test_every_domain_is_carried_from_the_first_day_to_the_last(made: dict[Format, Path]) -> None:
    """One person's check-ups leave no gap of 92 days, so that windows are never cut off."""
    own = [row for row in _rows(made["csv"] / "events.csv") if row["patient_id"] == "P0000000"]
    for kind in ("visit", "medication", "imaging", "answer", "referral"):
        days = sorted({date.fromisoformat(row["start"][:10]) for row in own if row["kind"] == kind})
        assert (days[0], days[-1]) == (date(2021, 7, 1), date(2024, 12, 31))
        gaps = [(b - a).days for a, b in pairwise(days)]
        assert max(gaps) < 92


def test_one_person_is_a_practice(tmp_path: Path) -> None:
    expected = synthesize(1, 0, "csv", tmp_path / "one")
    assert all(
        year["d"] == 0 for years in expected["indicators"].values() for year in years.values()
    )


def test_more_visits_can_be_asked_for(tmp_path: Path) -> None:
    synthesize(200, 1, "tables", tmp_path / "few", rates=Rates(visits_a_year=1))
    synthesize(200, 1, "tables", tmp_path / "many", rates=Rates(visits_a_year=10))
    few, many = (
        len(_query(f"FROM '{tmp_path / name / 'visits.parquet'}'")) for name in ("few", "many")
    )
    assert many > 4 * few


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"patients": 0}, "0 people"),
        ({"seed": -1}, "-1"),
        ({"format": "xml"}, "'xml'"),
        ({"end": date(2021, 1, 1)}, "2021-01-01"),
        ({"practices": 9}, "9 practices"),
    ],
)
def test_arguments_that_make_no_practice_are_refused(
    tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    arguments: dict[str, Any] = {"patients": 5, "seed": 1, "format": "csv", "out": tmp_path / "x"}
    with pytest.raises(SpinewiseError, match=says) as error:
        synthesize(**(arguments | change))
    assert error.value.hint
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("taken", ["practice", "practice-truth"])
def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).mkdir()
    (tmp_path / taken / "mine.txt").write_text("mine")
    with pytest.raises(SpinewiseError, match="not an empty folder"):
        synthesize(5, 1, "csv", tmp_path / "practice")
    assert (tmp_path / taken / "mine.txt").read_text() == "mine"
