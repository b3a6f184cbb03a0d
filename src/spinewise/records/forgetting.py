"""A snapshot without one person: all the rows, and every text that names the person."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import duckdb

from spinewise.intake import naming
from spinewise.intake.connection import connect, parquet, quoted
from spinewise.intake.settle import FORGOTTEN
from spinewise.tables import PARQUET, SUMMARIES, TABLES

_TYPES: Final = {"patients": "Patient", "visits": "Encounter", "coverage": "Coverage"}
"""Ledger types of the tables that do not carry their own, in files of several types."""


def knows(folder: Path, patient_id: str) -> bool:
    """Whether a snapshot has anything of this person."""
    with connect() as connection:
        _open(connection, folder, patient_id)
        row = connection.execute(
            """SELECT EXISTS (FROM patients WHERE patient_id = name()) OR EXISTS (
            FROM quarantine WHERE names(value) OR names(raw))"""
        ).fetchone()
        return bool(row and row[0])


def copy_without(old: Path, new: Path, patient_id: str) -> None:
    """
    Write the snapshot ``old`` to the empty folder ``new`` without one person.

    Keys stay dense. In the ledger the person's source rows move from stored to skipped. Rows of
    the quarantine that name the person keep their place and reason, and lose value and text.
    """
    spill = new / "spill"
    spill.mkdir()
    with connect(spill) as connection:
        _open(connection, old, patient_id)
        for table, query in _QUERIES.items():
            columns = ", ".join(f"{name}::{kind} AS {name}" for name, kind in TABLES[table].items())
            connection.execute(
                f"""COPY (SELECT {columns} FROM ({query}))
                TO {quoted(new / f"{table}.parquet")} ({PARQUET})"""
            )
    shutil.rmtree(spill)
    shutil.copyfile(old / "extract.json", new / "extract.json")


def _open(connection: duckdb.DuckDBPyConnection, folder: Path, patient_id: str) -> None:
    """Views of the tables, and what the queries below need to know of the person."""
    naming.install(connection)
    for table in TABLES:
        source = parquet(folder / f"{table}.parquet")
        connection.execute(f"CREATE VIEW {table} AS FROM {source}")
    name = patient_id.replace("'", "''")
    connection.execute(f"CREATE TEMP MACRO name() AS '{name}'")
    connection.execute("CREATE TEMP MACRO names(text) AS list_contains(words(text), name())")
    connection.execute(
        """CREATE TEMP TABLE gone AS SELECT
            (SELECT min(patient) FROM patients WHERE patient_id = name()) AS patient"""
    )
    # The visits of a person lie together: keys beyond them move down by their number.
    connection.execute(
        """CREATE TEMP TABLE shift AS SELECT
            (SELECT max(visit) FROM visits WHERE patient = gone.patient) AS last_visit,
            (SELECT count(*) FROM visits WHERE patient = gone.patient) AS visits,
            gone.patient AS person FROM gone"""
    )
    types = " ".join(f"WHEN '{table}' THEN '{type_}'" for table, type_ in _TYPES.items())
    connection.execute(
        f"""CREATE TEMP TABLE removed AS
        WITH rows AS (
            SELECT 'patients' AS place, file, NULL AS type, line, patient_id AS id FROM patients
                WHERE patient = (SELECT patient FROM gone)
            UNION SELECT 'coverage', file, NULL, line, start_lo::VARCHAR FROM coverage
                WHERE patient = (SELECT patient FROM gone)
            UNION SELECT 'visits', file, NULL, line, source_id FROM visits
                WHERE patient = (SELECT patient FROM gone)
            UNION SELECT 'events', file, source_type, line, source_id FROM events
                WHERE patient = (SELECT patient FROM gone)
        ), typed AS (
            SELECT file, line, id, coalesce(rows.type,
                (SELECT max(type) FROM ledger WHERE ledger.file = rows.file AND stored > 0
                    AND type = CASE place {types} END),
                (SELECT max(type) FROM ledger WHERE ledger.file = rows.file AND stored > 0)
            ) AS type FROM rows
        )
        SELECT file, type, count(*) AS n FROM (SELECT DISTINCT * FROM typed) GROUP BY ALL"""
    )


_OTHERS: Final = "patient IS DISTINCT FROM (SELECT patient FROM gone)"
_PATIENT: Final = "patient - if(patient > coalesce(person, patient), 1, 0) AS patient"
_VISIT: Final = "visit - if(coalesce(visit > last_visit, false), visits, 0) AS visit"

_QUERIES: Final = {
    "patients": f"""SELECT t.* REPLACE ({_PATIENT}) FROM patients AS t, shift
        WHERE t.{_OTHERS} ORDER BY patient""",
    "coverage": f"""SELECT t.* REPLACE ({_PATIENT}) FROM coverage AS t, shift
        WHERE t.{_OTHERS} ORDER BY patient, start_lo, file, line""",
    "visits": f"""SELECT t.* REPLACE ({_PATIENT}, {_VISIT}) FROM visits AS t, shift
        WHERE t.{_OTHERS} ORDER BY visit""",
    "events": f"""SELECT * REPLACE (row_number() OVER (ORDER BY event) - 1 AS event) FROM (
        SELECT t.* REPLACE ({_PATIENT}, {_VISIT}) FROM events AS t, shift
        WHERE t.{_OTHERS}) ORDER BY kind, code, event""",
    "codes": f"""FROM codes WHERE code IN (
        SELECT code FROM events WHERE {_OTHERS} UNION SELECT reason FROM events WHERE {_OTHERS}
        UNION SELECT specialty FROM events WHERE {_OTHERS}
        UNION SELECT code FROM visits WHERE {_OTHERS}
        UNION SELECT specialty FROM visits WHERE {_OTHERS}) ORDER BY ALL""",
    "sources": """SELECT * REPLACE (if(names(path), '(left out)', path) AS path)
        FROM sources ORDER BY file""",
    "ledger": f"""
        WITH moved AS (
            SELECT l.* EXCLUDE (read, stored, skipped),
                read - coalesce(if(reason IS NULL, n, 0), 0) AS read,
                stored - coalesce(if(reason IS NULL, n, 0), 0) AS stored, skipped
            FROM ledger AS l LEFT JOIN removed USING (file, type)
            UNION ALL BY NAME
            SELECT file, type, n AS read, 0 AS stored, 0 AS merged, n AS skipped,
                0 AS not_a_fact, 0 AS quarantined, '{FORGOTTEN}' AS reason FROM removed
        )
        SELECT file, type, sum(read) AS read, sum(stored) AS stored, sum(merged) AS merged,
            sum(skipped) AS skipped, sum(not_a_fact) AS not_a_fact,
            sum(quarantined) AS quarantined, reason
        FROM moved GROUP BY ALL HAVING sum(read) > 0 ORDER BY file, type, reason NULLS FIRST""",
    "quarantine": """SELECT * REPLACE (
            if(names(value) OR names(raw), NULL, value) AS value,
            if(names(value) OR names(raw), NULL, raw) AS raw)
        FROM quarantine ORDER BY file, line, field""",
    **{
        table: query.format(
            visits=f"(FROM visits WHERE {_OTHERS})", events=f"(FROM events WHERE {_OTHERS})"
        )
        for table, query in SUMMARIES.items()
    },
}
