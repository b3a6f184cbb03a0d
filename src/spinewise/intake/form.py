"""
The form that CSV extracts, mapped extracts and OMOP tables share, on the way to staging.

Each of them is a ``SELECT`` with a physical ``line``, optionally a ``part``, and any of the
columns of :mod:`~spinewise.intake.form_columns` as text. Here their values are checked and put into
the staging tables.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

import duckdb

from spinewise.intake.csv_table import literal, quoted
from spinewise.intake.form_columns import COLUMNS, MORE, Target
from spinewise.intake.form_sql import (
    ASSUMED,
    CLAIM_REASONS,
    FAULT,
    LINKED_CONDITIONS,
    MISSING,
    READ,
    SHARED_VISIT_IDS,
    STAGE,
)
from spinewise.intake.staging import FAULTS


class Place(NamedTuple):
    """Where rows come from: the file's key in ``sources``, and the type that the ledger shows."""

    file: int
    type: str


# Staging ---------------------------------------------------------------------------------------


def stage(
    connection: duckdb.DuckDBPyConnection,
    target: Target,
    select: str,
    columns: Collection[str],
    place: Place,
    *,
    read: int,
    skipped: Mapping[str, int],
    raw: Callable[[Collection[int]], Mapping[int, str]],
    wide: bool = False,
) -> set[str]:
    """
    Check the rows of ``select`` and put them into the staging tables, ``faults`` and the counts.

    Parameters
    ----------
    select
        A query with ``line``, with ``part`` if ``wide``, and with ``columns`` as text.
    read
        All source rows of the place, also those that ``select`` leaves out.
    skipped
        How many of those it leaves out, by reason.
    raw
        Gives the raw text of physical lines.
    wide
        One source row may give several rows of one kind, told apart by ``part``.

    Returns
    -------
    set of str
        The ids of what had to be assumed.
    """
    known = COLUMNS[target] + MORE[target]
    clean = ", ".join(
        f"nullif(trim({quoted(name)}), '') AS {quoted(name)}"
        if name in columns
        else f"CAST(NULL AS VARCHAR) AS {quoted(name)}"
        for name in known
    )
    read_as = "".join(f", {expression} AS own_{name}" for name, expression in READ[target])
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW form_rows AS SELECT *, {FAULT[target]} AS fault FROM ("
        f"SELECT *{read_as} FROM ("
        f"SELECT line, {'part' if wide else '0 AS part'}, {clean} FROM ({select})))"
    )
    # One look at all rows tells which of the statements below have anything to do.
    counted = {
        "faulty": "fault IS NOT NULL",
        **{table: which for table, _, which in STAGE[target]},
        **{name: f"fault IS NULL AND {when}" for name, when in ASSUMED[target].items()},
    }
    looks = ", ".join(f"count(*) FILTER ({when})" for when in counted.values())
    [row] = connection.execute(f"SELECT {looks} FROM form_rows").fetchall()
    found = dict(zip(counted, row, strict=True))
    faulty = _put_value_faults(connection, place, raw) if found["faulty"] else 0
    sound = "fault IS NULL"
    if wide and faulty:
        sound += f" AND line NOT IN (SELECT line FROM faults WHERE {_at(place)})"
    staged = sum(
        _insert(connection, table, expressions, f"{sound} AND {which}", place)
        for table, expressions, which in STAGE[target]
        if found[table]
    )
    count_read(connection, place, read)
    for reason, rows in skipped.items():
        count_skipped(connection, place, rows, reason)
    left = read - sum(skipped.values()) - faulty - staged
    count_skipped(connection, place, left, "a question without an answer: not documented")
    return {name for name in ASSUMED[target] if found[name]}


def finish(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """
    What can only be said when all rows are staged; returns the ids of what had to be assumed.

    A diagnosis on the claim of an image is a reason for that image. Visit ids that several
    people share are made unique by the person. Where no condition of an export names a visit or
    a claim, its conditions are diagnoses, not entries of a problem list.
    """
    connection.execute(CLAIM_REASONS)
    shared = _one(connection, SHARED_VISIT_IDS)
    if shared:
        connection.execute(
            "UPDATE stage_visits SET source_id = patient_id || '/' || source_id;"
            "UPDATE stage_events SET visit_id = patient_id || '/' || visit_id"
        )
    if not _one(connection, LINKED_CONDITIONS):
        connection.execute(
            "UPDATE stage_events SET category = 'encounter-diagnosis'"
            " WHERE category = 'problem-list (read)'"
        )
    listed = _one(connection, "SELECT count(*) FROM stage_events WHERE category LIKE '%(read)'")
    if listed:
        connection.execute(
            "UPDATE stage_events SET category = 'problem-list' WHERE category LIKE '%(read)'"
        )
    missing = {name for name, when in MISSING.items() if _one(connection, f"SELECT {when}")}
    found = {"problem-list-read": listed, "visit-ids-by-patient": shared}
    return missing | {name for name, rows in found.items() if rows}


def count_read(connection: duckdb.DuckDBPyConnection, place: Place, rows: int) -> None:
    """Count source rows as read."""
    connection.execute("INSERT INTO read_lines VALUES (?, ?, ?, 0, NULL)", [*place, rows])


def count_skipped(
    connection: duckdb.DuckDBPyConnection, place: Place, rows: int, reason: str
) -> None:
    """Count source rows, already counted as read, as skipped."""
    if rows:
        connection.execute("INSERT INTO read_lines VALUES (?, ?, 0, ?, ?)", [*place, rows, reason])


class ValueFault(NamedTuple):
    """A fault for the quarantine; ``raw`` is the line's own text."""

    line: int | None
    field: str | None
    value: str | None
    reason: str
    mend: str
    raw: str | None
    patient_id: str | None = None


def put_faults(
    connection: duckdb.DuckDBPyConnection, place: Place, rows: Sequence[ValueFault]
) -> None:
    """Add rows to ``faults``."""
    if not rows:
        return
    names = ValueFault._fields
    lists = {name: [getattr(row, name) for row in rows] for name in names}
    connection.execute(
        f"INSERT INTO faults BY NAME SELECT {place.file} AS file, {literal(place.type)} AS type, "
        + ", ".join(f"unnest(${name}::{FAULTS[name]}[]) AS {name}" for name in names),
        lists,
    )


def _put_value_faults(
    connection: duckdb.DuckDBPyConnection,
    place: Place,
    raw: Callable[[Collection[int]], Mapping[int, str]],
) -> int:
    found = connection.execute(
        "SELECT line, arg_min(fault, part), any_value(patient_id) FROM form_rows"
        " WHERE fault IS NOT NULL GROUP BY line ORDER BY line"
    ).fetchall()
    texts = raw({line for line, _, _ in found})
    put_faults(
        connection,
        place,
        [
            ValueFault(line, raw=texts.get(line), patient_id=patient, **fault)
            for line, fault, patient in found
        ],
    )
    return len(found)


def _insert(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    expressions: Mapping[str, str],
    which: str,
    place: Place,
) -> int:
    """Stage rows and return of how many source rows they are."""
    listed = ", ".join(f"{expression} AS {name}" for name, expression in expressions.items())
    connection.execute(
        f"INSERT INTO {table} BY NAME SELECT {listed}, line, {place.file} AS file,"
        f" {literal(place.type)} AS source_type FROM form_rows WHERE {which}"
    )
    return _one(
        connection,
        f"SELECT count(DISTINCT line) FROM {table}"
        f" WHERE file = {place.file} AND source_type = {literal(place.type)}",
    )


def _one(connection: duckdb.DuckDBPyConnection, select: str) -> int:
    row = connection.execute(select).fetchone()
    return int(row[0] or 0) if row else 0


def _at(place: Place) -> str:
    return f"file = {place.file} AND type = {literal(place.type)}"
