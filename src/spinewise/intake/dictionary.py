"""The dictionary of coded values: every distinct list of codings becomes one integer key."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import duckdb

from spinewise.intake import codesystems
from spinewise.intake.connection import quoted
from spinewise.tables import PARQUET

_COLUMNS: Final = {
    "stage_visits": {"codings": "concept", "specialty": "specialty_concept"},
    "stage_events": {
        "codings": "concept", "reason": "reason_concept", "specialty": "specialty_concept",
    },
}  # fmt: skip
"""The columns that hold lists of codings, and those that hold their keys instead."""


def build(connection: duckdb.DuckDBPyConnection) -> None:
    """
    Make ``coded (codings, code, imaging)``: each list of codings as staged, and its key.

    Two lists that differ only in how they spell the system or the code, or in the display, get the
    same key. Keys are dense and in order of first use in the export. ``coded_concepts (concept,
    code, imaging, concept_text, concept_setting)`` has the same for ``stage_concepts``.
    """
    codesystems.install(connection)
    uses = " UNION ALL ".join(
        f"""SELECT {column} AS codings, min(file::BIGINT << 32 | line) AS first
        FROM {table} WHERE len({column}) > 0 GROUP BY ALL
        UNION ALL
        SELECT codings, first FROM stage_concepts JOIN (
            SELECT {key} AS concept, min(file::BIGINT << 32 | line) AS first FROM {table}
            WHERE {key} IS NOT NULL GROUP BY ALL
        ) USING (concept) WHERE len(codings) > 0"""
        for table, columns in _COLUMNS.items()
        for column, key in columns.items()
    )
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE listed AS
        SELECT codings, min(first) AS first, row_number() OVER () AS id FROM (
            {uses}
            UNION ALL
            SELECT specialty, 1::BIGINT << 62 FROM stage_clinicians WHERE len(specialty) > 0
        ) GROUP BY codings"""
    )
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE parts AS
        SELECT id, generate_subscripts(codings, 1) AS place, unnest(codings) AS coding
        FROM listed"""
    )
    _spell(connection)
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE coded AS
        WITH named AS (
            SELECT id, list({system: short, value: code, display: coding.display} ORDER BY place)
                AS codings,
            list([short, code, if(code IS NULL, coding.display, NULL)] ORDER BY place) AS key
            FROM parts LEFT JOIN spelling ON
                spelling.system IS NOT DISTINCT FROM coding.system
                AND spelling.value IS NOT DISTINCT FROM coding.value
            GROUP BY id
        ), numbered AS (
            SELECT key, arg_min(named.codings, (first, id)) AS named,
                row_number() OVER (ORDER BY min(first), key) - 1 AS code
            FROM named JOIN listed USING (id) GROUP BY key
        )
        SELECT listed.codings, code::INTEGER AS code, named, is_imaging(named) AS imaging
        FROM listed JOIN named USING (id) JOIN numbered USING (key)"""
    )
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE coded_concepts AS
        SELECT concept, any_value(code) AS code, any_value(imaging) AS imaging,
            any_value(text) AS concept_text, any_value(setting) AS concept_setting
        FROM stage_concepts LEFT JOIN coded USING (codings) GROUP BY concept"""
    )
    connection.execute("DROP TABLE listed; DROP TABLE parts; DROP TABLE spelling")


def _spell(connection: duckdb.DuckDBPyConnection) -> None:
    """``spelling (system, value, short, code)``: how each coding is written by its system."""
    pairs: Iterable[tuple[str | None, str | None]] = connection.execute(
        "SELECT DISTINCT coding.system, coding.value FROM parts ORDER BY ALL"
    ).fetchall()
    systems, values, shorts, codes = [], [], [], []
    for system, value in pairs:
        short = codesystems.short_name(system)
        systems.append(system)
        values.append(value)
        shorts.append(short)
        codes.append(codesystems.code_value(short, value) if value and value.strip() else None)
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE spelling AS SELECT
        unnest($1::VARCHAR[]) AS system, unnest($2::VARCHAR[]) AS value,
        unnest($3::VARCHAR[]) AS short, unnest($4::VARCHAR[]) AS code""",
        [systems, values, shorts, codes],
    )


def joined(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[str, str]:
    """
    SQL that joins the keys to the rows of a staging table (named ``s``).

    Returns
    -------
    tuple of str
        The columns, each after a comma, and the joins. The columns are ``codings_code``,
        ``codings_imaging`` and so on, and what the row's ``concept`` says beside its codings,
        ``concept_text`` and ``concept_setting``.
    """
    columns: list[str] = []
    joins: list[str] = []
    for column, key in _COLUMNS.get(table, {}).items():
        found = ["NULL"]
        if _is_used(connection, table, key):
            found.append(f"{key}_key")
            joins.append(f"LEFT JOIN coded_concepts AS {key}_key ON s.{key} = {key}_key.concept")
        if _is_used(connection, table, column):
            found.append(f"{column}_key")
            joins.append(f"LEFT JOIN coded AS {column}_key ON s.{column} = {column}_key.codings")
        for name, kind in (("code", "INTEGER"), ("imaging", "BOOLEAN")):
            either = ", ".join("NULL" if one == "NULL" else f"{one}.{name}" for one in found)
            columns.append(f", coalesce({either})::{kind} AS {column}_{name}")
        if key == "concept":
            for name in ("concept_text", "concept_setting"):
                said = f"concept_key.{name}" if "concept_key" in found else "NULL::VARCHAR"
                columns.append(f", {said} AS {name}")
    return "".join(columns), " ".join(joins)


def _is_used(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> bool:
    row = connection.execute(f"SELECT count({column}) > 0 FROM {table}").fetchone()
    return row == (True,)


def write(connection: duckdb.DuckDBPyConnection, target: Path) -> None:
    """Write the ``codes`` table, with the keys that are in ``used_codes (code)`` only."""
    connection.execute(
        f"""COPY (
            SELECT DISTINCT code, coding.system, coding.value, coding.display FROM (
                SELECT code, unnest(any_value(named)) AS coding
                FROM coded SEMI JOIN used_codes USING (code) GROUP BY code
            ) ORDER BY ALL
        ) TO {quoted(target)} ({PARQUET})"""
    )
