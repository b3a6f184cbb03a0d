"""
The evidence table: what definitions may read, kept apart from the records (SEMANTICS 9).

Kept are all rows of the people who ever had the package's diagnosis, of the codes that any of its
concepts knows, of all days; and every image. It has the tables of the records and their columns, so
that the queries of a plan run over it as they stand. Windows, washout, ages, settings, strengths,
look-backs and fewer codes are answered from it; a code that it does not hold is not.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from spinewise.measures.frame import Frame

SCHEMA = "kept"


def codes_of(frames: Iterable[Frame]) -> tuple[frozenset[int], frozenset[int]]:
    """The code keys that definitions may ask for, and those of the diagnosis of an episode."""
    known: set[int] = set()
    pain: set[int] = set()
    for frame in frames:
        names = set(frame.package.episode.index.diagnosis)
        known.update(frame.concepts)
        pain.update(code for code, found in frame.concepts.items() if found & names)
    return frozenset(known), frozenset(pain)


def keep(connection: duckdb.DuckDBPyConnection, frames: Iterable[Frame]) -> None:
    """Make the evidence tables of all frames in a schema of their own, from the records."""
    known, pain = codes_of(frames)
    connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    connection.execute(f"CREATE SCHEMA {SCHEMA}")
    for name, codes in (("known_code", known), ("pain_code", pain)):
        connection.execute(
            f"CREATE TABLE {SCHEMA}.{name} AS SELECT unnest(?::INTEGER[]) AS code", [sorted(codes)]
        )
    for name, query in {
        "person": f"""
            SELECT DISTINCT patient FROM main.events SEMI JOIN {SCHEMA}.pain_code USING (code)
            WHERE kind = 'condition'
            UNION
            SELECT patient FROM main.visits SEMI JOIN {SCHEMA}.pain_code USING (code)
        """,
        "visits": f"SELECT * FROM main.visits SEMI JOIN {SCHEMA}.person USING (patient)",
        "events": f"""
            SELECT * FROM main.events AS e
            WHERE kind = 'imaging' OR (patient IN (SELECT patient FROM {SCHEMA}.person)
                AND (kind = 'referral' OR code IN (SELECT code FROM {SCHEMA}.known_code)
                    OR specialty IN (SELECT code FROM {SCHEMA}.known_code)))
        """,
        "patients": f"""
            SELECT * FROM main.patients WHERE patient IN (
                SELECT patient FROM {SCHEMA}.person UNION SELECT patient FROM {SCHEMA}.events)
        """,
        "coverage": f"SELECT * FROM main.coverage SEMI JOIN {SCHEMA}.person USING (patient)",
    }.items():
        connection.execute(f"CREATE TABLE {SCHEMA}.{name} AS {query}")
