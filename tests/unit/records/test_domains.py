"""What a source carries: from the first row to the cut-off, but for long gaps."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from spinewise.records.domains import carried
from spinewise.tables import DOMAINS, EVENTS, SUMMARIES, VISITS, Domain, Extract

CUTOFF = date(2024, 12, 31)


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for table, columns in (("visits", VISITS), ("events", EVENTS)):
        fields = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        connection.execute(f"CREATE TABLE {table} ({fields})")
    days = SUMMARIES["days"].format(visits="visits", events="events")
    connection.execute(f"CREATE VIEW days AS {days}")
    return connection


def add(connection: duckdb.DuckDBPyConnection, table: str, day: date, **fields: Any) -> None:
    row = {"start_lo": day, "start_hi": day, **fields}
    marks = ", ".join("?" * len(row))
    connection.execute(
        f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values())
    )


def extract(**more: Any) -> Extract:
    return Extract(format="csv", digest="", cutoff=CUTOFF, cutoff_from="declared", **more)


def test_nothing_is_carried_by_an_empty_source(connection: duckdb.DuckDBPyConnection) -> None:
    """Every domain is there, without a span."""
    assert carried(connection, extract()) == {domain: [] for domain in DOMAINS}


@pytest.mark.parametrize(
    ("table", "fields", "domains"),
    [
        ("visits", {}, {"visits"}),
        ("visits", {"setting": "inpatient"}, {"visits", "hospital"}),
        ("visits", {"setting": "emergency"}, {"visits", "hospital"}),
        ("visits", {"setting": "office", "clinician": "dr"}, {"visits", "clinicians"}),
        ("visits", {"specialty": 3}, {"visits", "consultations"}),
        ("events", {"kind": "imaging", "region": "other"}, {"imaging"}),
        ("events", {"kind": "medication", "clinician": "dr"}, {"prescriptions", "clinicians"}),
        ("events", {"kind": "procedure", "specialty": 3}, {"consultations"}),
        ("events", {"kind": "referral", "specialty": 3}, set()),
        ("events", {"kind": "answer"}, {"answers"}),
        ("events", {"kind": "finding"}, set()),
    ],
)
def test_any_row_of_the_kind_counts(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    fields: dict[str, Any],
    domains: set[Domain],
) -> None:
    """And no row of another."""
    add(connection, table, date(2024, 12, 1), **fields)
    spans = carried(connection, extract())
    assert {domain for domain, found in spans.items() if found} == domains
    assert all(spans[domain] == [(date(2024, 12, 1), CUTOFF)] for domain in domains)


def test_a_gap_over_92_days_splits(connection: duckdb.DuckDBPyConnection) -> None:
    """92 days are still carried, 93 are not; the same holds up to the cut-off."""
    first = date(2024, 1, 1)
    second = first + timedelta(days=92)
    third = second + timedelta(days=93)
    for day in (first, second, third):
        add(connection, "visits", day)
    assert carried(connection, extract())["visits"] == [(first, second), (third, third)]
    add(connection, "visits", CUTOFF - timedelta(days=92))
    assert carried(connection, extract())["visits"][-1][1] == CUTOFF


def test_rows_after_the_cut_off_and_years_alone_say_nothing(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """A typo carries nothing; a month counts from its first day."""
    add(connection, "visits", date(2204, 5, 1))
    add(connection, "visits", date(2020, 1, 1), start_hi=date(2020, 12, 31))
    assert carried(connection, extract())["visits"] == []
    add(connection, "visits", date(2024, 12, 1), start_hi=date(2024, 12, 31))
    assert carried(connection, extract())["visits"] == [(date(2024, 12, 1), CUTOFF)]


def test_what_is_declared_stands(connection: duckdb.DuckDBPyConnection) -> None:
    """A mapping's word wins over the rows, also when it says "not at all"."""
    add(connection, "visits", date(2024, 12, 1))
    said = {"visits": [], "hospital": [(date(2020, 1, 1), date(2030, 1, 1))]}
    spans = carried(connection, extract(carried=said))
    assert spans["visits"] == []
    assert spans["hospital"] == [(date(2020, 1, 1), CUTOFF)]
