"""Runs a compiled plan on a connection to the record tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Final

import duckdb

from spinewise.measures.compile import Plan
from spinewise.measures.compile.screen import FINDING_CODE
from spinewise.measures.outcome import Outcome
from spinewise.records.people import EPOCH

OUTCOME_COLUMNS: Final = (
    "indicator, unit_id, patient_id, day_lo, day_hi, clinician, modality, category, reasons,"
    " in_denominator, excluded, in_numerator, places, verdict, also, assumed, proposed, is_earlier"
)

Progress = Callable[[str, int, int], None]


def run(
    connection: duckdb.DuckDBPyConnection, plan: Plan, progress: Progress | None = None
) -> None:
    """
    Fill the temporary tables of a plan and make its views, the last of which is ``outcome``.

    ``connection`` sees the record tables by their names (``events``, ``visits``, ...).
    """
    # The tables live for one run: tidying them up in between would only take time.
    connection.execute("SET checkpoint_threshold = '1TB'")
    columns, rows = plan.code_is
    fill(connection, "code_is", columns, rows)
    fill(connection, "finding_code", FINDING_CODE, plan.finding_code)
    for number, (name, query) in enumerate(plan.steps):
        if progress:
            progress("measure", number, len(plan.steps))
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")
    for name, query in plan.views:
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")


def outcomes(connection: duckdb.DuckDBPyConnection) -> Iterator[Outcome]:
    """The rows of the view ``outcome``, in no particular order."""
    found = connection.execute(f"SELECT {OUTCOME_COLUMNS} FROM outcome")
    while batch := found.fetchmany(10_000):
        for row in batch:
            yield Outcome(
                indicator=row[0],
                unit_id=row[1],
                patient_id=row[2],
                day=None if row[3] is None else (row[3], row[4]),
                clinician=row[5],
                modality=row[6],
                category=row[7],
                reasons=_split(row[8]),
                in_denominator=row[9],
                excluded=row[10],
                in_numerator=row[11],
                places=row[12],
                verdict=row[13],
                also=_split(row[14]),
                assumed=_split(row[15]),
                proposed=row[16],
                earlier=row[17],
            )


def to_date(day: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=day)


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split(";")) if text else ()


def fill(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: dict[str, str],
    rows: list[tuple[object, ...]],
) -> None:
    """Make a small table from rows, by column: much faster than row by row."""
    listed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    kind = "TABLE" if "." in name else "TEMP TABLE"
    connection.execute(f"CREATE OR REPLACE {kind} {name} ({listed})")
    if rows:
        values = [list(column) for column in zip(*rows, strict=True)]
        unnested = ", ".join(f"unnest(?::{kind}[])" for kind in columns.values())
        connection.execute(f"INSERT INTO {name} SELECT {unnested}", values)
