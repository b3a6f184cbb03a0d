"""
Whatever the open questions of a record turn out to be, the result was in the range.

Drawn records are settled: partial dates become one of their days, questions that nobody answered
are answered. Each unit must then stand in one of the places that it was allowed before.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random
from typing import Final

import duckdb
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from spinewise.know.loader import load_package
from spinewise.know.model import Finding
from spinewise.measures.frame import Frame
from spinewise.measures.interpret import interpret
from spinewise.measures.outcome import IN_WITH, IN_WITHOUT, OUT, Outcome
from spinewise.records.people import people
from tests.generative.populations import Populations, Row, Rows
from tests.support.population import dictionary, frame
from tests.support.tables import connect, fill

relaxed = settings(
    max_examples=int(os.environ.get("SPINEWISE_EXAMPLES", "20")),
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)
Reading = Callable[[Rows], dict[tuple[str, str], Outcome]]

PACKAGE: Final = load_package()
CODES, KEYS = dictionary(PACKAGE)
VIEW: Final[Frame] = frame(PACKAGE, CODES)
POPULATIONS: Final = Populations(PACKAGE, KEYS).populations()
SEEDS: Final = st.integers(0, 9)
"""Of the choices that settle a record."""


@pytest.fixture(scope="module")
def read() -> Iterator[Reading]:
    """Reads records person by person; outcomes by indicator and unit."""
    connection: duckdb.DuckDBPyConnection = connect()
    indicators = list(PACKAGE.indicators.values())

    def reading(rows: Rows) -> dict[tuple[str, str], Outcome]:
        fill(connection, rows)
        return {
            (outcome.indicator, outcome.unit_id): outcome
            for person in people(connection)
            for outcome in interpret(person, VIEW, indicators)
        }

    yield reading
    connection.close()


@relaxed
@given(rows=POPULATIONS)
def test_the_recorded_place_is_an_allowed_one(read: Reading, rows: Rows) -> None:
    """A unit of the recorded rate stands where its places let it."""
    for outcome in read(rows).values():
        if outcome.category == "in":
            assert outcome.places & (IN_WITH if outcome.in_numerator else IN_WITHOUT)
        if outcome.category in ("excluded", "not-evaluated", "beside"):
            assert outcome.places == OUT
        if outcome.places == OUT:
            assert outcome.category in ("excluded", "not-evaluated", "beside", "outside")


@relaxed
@given(rows=POPULATIONS, seed=SEEDS)
def test_settled_dates_stay_in_the_range(read: Reading, rows: Rows, seed: int) -> None:
    """Every partial date as one of its days; visits have full dates here."""
    rows = _with_dated_visits(rows)
    before = read(rows)
    after = read(_settled(rows, Random(seed)))

    for key, outcome in before.items():
        if outcome.category in ("not-evaluated", "beside"):
            continue
        places = after[key].places if key in after else OUT
        if key in after and after[key].category in ("not-evaluated", "beside"):
            continue
        note(f"{outcome}\n{after.get(key)}")
        assert places & outcome.places == places, key


@relaxed
@given(rows=POPULATIONS, seed=SEEDS)
def test_answered_questions_stay_in_the_range(read: Reading, rows: Rows, seed: int) -> None:
    """Every question of the needed families that nobody answered, answered on the index days."""
    rows = _with_dated_visits(rows)
    before = read(rows)
    after = read(_answered(rows, before, Random(seed)))

    for key, outcome in before.items():
        if key[0] in ("imaging-early", "imaging-without-recorded-flag"):
            note(f"{outcome}\n{after[key]}")
            assert after[key].places & outcome.places == after[key].places, key


def _with_dated_visits(rows: Rows) -> Rows:
    """Visits, what is linked to them, and coverage with full dates: the first of the possible."""
    rows = copy.deepcopy(rows)
    for table in ("visits", "coverage"):
        for row in rows[table]:
            for name in ("start", "end"):
                if row.get(f"{name}_lo"):
                    row[f"{name}_hi"] = row[f"{name}_lo"]
    for row in rows["events"]:
        if row.get("visit_lo"):
            row["visit_hi"] = row["visit_lo"]
            row["start_hi"] = row["start_lo"]
    return rows


def _settled(rows: Rows, random: Random) -> Rows:
    rows = copy.deepcopy(rows)
    for table in ("patients", "visits", "events"):
        for row in rows[table]:
            for name in ("birth", "death", "enrolled_from", "enrolled_to", "start", "end", "onset"):
                _settle(row, name, random)
            _settle(row, "recorded", random)
    return rows


def _settle(row: Row, name: str, random: Random) -> None:
    first: date | None = row.get(f"{name}_lo")
    if first and first != row[f"{name}_hi"]:
        days = (row[f"{name}_hi"] - first).days
        row[f"{name}_lo"] = row[f"{name}_hi"] = first + timedelta(random.randint(0, days))


def _answered(rows: Rows, outcomes: dict[tuple[str, str], Outcome], random: Random) -> Rows:
    rows = copy.deepcopy(rows)
    index_days = {
        (outcome.patient_id, first)
        for (name, _), outcome in outcomes.items()
        for first, last in [outcome.day or (0, 1)]
        if name == "red-flag-documentation" and first == last
    }
    for person in rows["patients"]:
        days = sorted(day for patient, day in index_days if patient == person["patient_id"])
        coded = {row["code"] for row in rows["events"] if row["patient"] == person["patient"]}
        coded |= {row["code"] for row in rows["visits"] if row["patient"] == person["patient"]}
        for finding in VIEW.needed_findings:
            if not _spoken_of(finding, coded):
                for day in days:
                    start = date(1970, 1, 1) + timedelta(day)
                    rows["events"].append(
                        {
                            "patient": person["patient"],
                            "event": len(rows["events"]),
                            "kind": "finding",
                            "code": KEYS[f"@{finding.id}"][0],
                            "value": random.choice(("absent", "present")),
                            "start_lo": start,
                            "start_hi": start,
                            "recorded_lo": start,
                            "recorded_hi": start,
                            "source_id": f"a{len(rows['events'])}",
                            "file": 1,
                            "line": 9_000,
                        }
                    )
    return rows


def _spoken_of(finding: Finding, coded: set[int | None]) -> bool:
    """Whether a person has an answer to a finding, or a code that may show it."""
    names = set(finding.codes)
    return KEYS[f"@{finding.id}"][0] in coded or any(VIEW.of(code) & names for code in coded)
