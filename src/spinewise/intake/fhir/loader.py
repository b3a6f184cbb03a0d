"""
Loading: files of one type of resource, sound from end to end, into the staging tables.

A file is read by DuckDB's strict reader. ``sql/TYPE.sql`` says which element of a resource goes
into which staging column, in the words of :mod:`.words`.
"""

from __future__ import annotations

from copy import copy
from functools import cache
from importlib.resources import files as resource_files
from pathlib import Path
from typing import Final

import duckdb

from spinewise.intake import codesystems
from spinewise.intake.connection import one_file
from spinewise.intake.fhir import concepts, shapes, words

DATA_ERRORS: Final = (duckdb.InvalidInputException, duckdb.ConversionException)
"""What DuckDB raises for a fault in a file; anything else is a mistake of ours."""


class NotSoundError(Exception):
    """A file is not what its first line says."""


_IN_PART: Final = (
    "ServiceRequest",
    "DiagnosticReport",
    "Observation",
    "QuestionnaireResponse",
    "Claim",
    "ExplanationOfBenefit",
    "Consent",
)
"""Types of which only some rows are staged, or some rows several times."""

_STAGES: Final = {
    "Patient": "stage_patients",
    "Coverage": "stage_coverage",
    "Encounter": "stage_visits",
    "Medication": "fhir_medications",
    "Practitioner": "fhir_practitioners",
    "PractitionerRole": "fhir_roles",
    "Consent": "fhir_consents",
}
"""Where a type is staged; all others are events."""

_OWN_TABLES: Final = """
    CREATE TABLE fhir_medications (
        id VARCHAR, codings STRUCT(system VARCHAR, value VARCHAR, display VARCHAR)[], text VARCHAR);
    CREATE TABLE fhir_practitioners (id VARCHAR, names VARCHAR[]);
    CREATE TABLE fhir_roles (
        id VARCHAR, practitioner VARCHAR,
        specialty STRUCT(system VARCHAR, value VARCHAR, display VARCHAR)[]);
    CREATE TABLE fhir_consents (
        patient_id VARCHAR, consent VARCHAR, day VARCHAR, file INTEGER, line INTEGER);
    CREATE TABLE fhir_names (id VARCHAR, name VARCHAR);
    CREATE TABLE fhir_explained (claim VARCHAR);
    ALTER TABLE stage_events ADD COLUMN refers_to VARCHAR;
    ALTER TABLE stage_visits ADD COLUMN diagnoses STRUCT(condition VARCHAR, rank INTEGER)[];
    ALTER TABLE stage_visits ADD COLUMN reasons STRUCT(
        codings STRUCT(system VARCHAR, value VARCHAR, display VARCHAR)[], "text" VARCHAR)[];
"""
"""What rows say of other rows, and the reasons of visits; ``refers_to`` is the medication, or the
condition that is the reason, of an event."""

_EXPLAINED: Final = """INSERT INTO fhir_explained {source} SELECT ref(claim) FROM source
    WHERE claim IS NOT NULL"""
_NAMES: Final = """INSERT INTO fhir_names {source} SELECT source_id, i.value
    FROM (SELECT source_id, unnest(identifier) AS i FROM source)"""
_NUMBERED: Final = ("stage_patients", "stage_coverage", "stage_visits", "stage_events")
_NUMBER_LINES: Final = """UPDATE {table} SET line = {table}.rowid - first.row + 1
    FROM (SELECT file, min(rowid) AS row FROM {table} WHERE line IS NULL GROUP BY file) AS first
    WHERE {table}.file = first.file AND line IS NULL"""


class Loader:
    """
    Stages files of one type.

    Parameters
    ----------
    connection
        Has the empty tables of :data:`spinewise.intake.staging.STAGES`.
    work
        A private folder.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, work: Path) -> None:
        self._connection = connection
        self._work = work
        connection.execute(_OWN_TABLES)
        self._install()

    def beside(self, name: str) -> Loader:
        """Another loader into the same tables, for another thread; it works in a folder."""
        other = copy(self)
        other._connection = self._connection.cursor()
        other._work = self._work / name
        other._work.mkdir()
        other._install()
        return other

    def close(self) -> None:
        """Close the connection of a loader that was made by :meth:`beside`."""
        self._connection.close()

    def _install(self) -> None:
        codesystems.install(self._connection)
        words.install(self._connection)

    def load(self, path: Path, name: str, file: int | None, lines: int | None = None) -> None:
        """
        Stage the resources of a file, all of them or none.

        Parameters
        ----------
        name
            Their type, one of :data:`spinewise.intake.fhir.shapes.TYPES`.
        file
            The file's key. None: the lines say themselves where they are from.
        lines
            How many there have to be; None: any number.

        Raises
        ------
        NotSoundError, or one of DATA_ERRORS
            Where a resource is not as it should be.
        """
        self._connection.execute("BEGIN")
        try:
            rows = self._load(path, name, file)
            if lines is not None and rows != lines:
                raise NotSoundError
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def _load(self, path: Path, name: str, file: int | None) -> int:
        """How many resources there are."""
        resources = _resources(path, name, placed=file is None)
        statement = _statement(name)
        if statement is None:
            return self._number(f"SELECT count(*) FROM ({resources})")
        table = _STAGES.get(name, "stage_events")
        insert = f"INSERT INTO {table} BY NAME"
        if name not in _IN_PART:  # lines are counted off when all is staged
            before = self._number(f"SELECT count(*) FROM {table}")
            source = _source(f"({resources})", name, file, "NULL")
            rows = self._number(f"{insert} {source} SELECT * FROM ({statement})")
            staged = f"(FROM {table} WHERE rowid >= {before})"
            concepts.learn(self._connection, name, staged, self._work)
            return rows
        rows = self._number(f"CREATE OR REPLACE TEMP TABLE resources AS {resources}")
        first = self._number("SELECT coalesce(min(rowid), 0) FROM resources")
        source = _source("resources", name, file, f"resources.rowid - {first} + 1")
        self._connection.execute(f"{insert} {source} SELECT * FROM ({statement})")
        if name == "ExplanationOfBenefit":
            self._connection.execute(_EXPLAINED.format(source=source))
        self._connection.execute("DROP TABLE resources")
        return rows

    def number_lines(self) -> None:
        """Say the lines of rows that are staged one for one, in the order of their lines."""
        for table in _NUMBERED:
            self._connection.execute(_NUMBER_LINES.format(table=table))

    def load_names(self, path: Path, *, placed: bool) -> None:
        """Put the identifiers of patients into ``fhir_names (id, name)``."""
        resources = f"({_resources(path, 'Patient', placed=placed)})"
        source = _source(resources, "Patient", None if placed else 0, "NULL")
        self._connection.execute(_NAMES.format(source=source))

    def count(self, path: Path, name: str) -> tuple[int, int]:
        """How many lines there are, and how many of them are resources of a type."""
        row = self._connection.execute(
            f"""SELECT count(*), count(*) FILTER ("resourceType" ->> '$' = $1) FROM read_ndjson(
            {one_file(path)}, columns={{'resourceType': 'JSON'}}, compression='uncompressed',
            hive_partitioning=false)""",
            [name],
        ).fetchone()
        assert row is not None
        return row[0], row[1]

    def _number(self, query: str) -> int:
        row = self._connection.execute(query).fetchone()
        assert row is not None
        return int(row[0])


@cache
def _statement(name: str) -> str | None:
    """The SELECT of a resource type; None where nothing of it is staged."""
    path = resource_files(__package__).joinpath("sql", f"{name}.sql")
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _resources(path: Path, name: str, *, placed: bool) -> str:
    """A SELECT of the resources in a file; an unsound one stops it."""
    unsound = (
        f"""id IS NULL OR id = '""' OR "resourceType" IS DISTINCT FROM '{name}'"""
        f" OR {shapes.misread(name)}"
    )
    unread = '"resourceType"'
    if not placed:  # a file of the export says nothing of its own lines
        unsound += ' OR "(line)" IS NOT NULL'
        unread += "".join(f', "{column}"' for column in shapes.PLACE)
    return f"""SELECT * EXCLUDE ({unread})
        FROM read_ndjson({one_file(path)}, columns={shapes.columns(name)},
            compression='uncompressed', hive_partitioning=false)
        WHERE CASE WHEN {unsound} THEN error('unsound') ELSE true END"""


def _source(resources: str, name: str, file: int | None, line: str) -> str:
    """The beginning of a statement that reads ``source``: resources and their places."""
    place = '"(file)" AS file, "(line)" AS line, "(entry)" AS entry'
    if file is not None:
        place = f"{file}::INTEGER AS file, ({line})::INTEGER AS line, 0 AS entry"
    return f"""WITH source AS (
        SELECT *, {place}, '{name}' AS source_type, str(id) AS source_id,
            meta."lastUpdated" AS updated_text
        FROM {resources} AS resources
    )"""
