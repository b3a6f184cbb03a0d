"""Record tables in memory, filled from plain Python rows, for tests of the measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import duckdb

from spinewise.tables import SUMMARIES, TABLES

EPOCH = date(1970, 1, 1)


def connect() -> duckdb.DuckDBPyConnection:
    """A connection in memory that never reaches for an extension."""
    return duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    )


def fill(
    connection: duckdb.DuckDBPyConnection, rows: Mapping[str, Sequence[Mapping[str, Any]]]
) -> None:
    """
    Make every record table, and fill those that ``rows`` names; missing columns are NULL.

    The summaries are counted from the others.
    """
    for table, columns in TABLES.items():
        listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({listed})")
        given = rows.get(table, ())
        if given:
            unknown = {key for row in given for key in row} - columns.keys()
            assert not unknown, f"{table} has no columns {unknown}"
            values = [[row.get(name) for row in given] for name in columns]
            unnested = ", ".join(f"unnest(?::{kind}[])" for kind in columns.values())
            connection.execute(f"INSERT INTO {table} SELECT {unnested}", values)
    for table, query in SUMMARIES.items():
        counted = query.format(visits="visits", events="events")
        connection.execute(f"INSERT INTO {table} BY NAME {counted}")


def day(number: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=number)
