"""
Coded elements: each distinct text of a CodeableConcept (or of a list of them) is read once.

A practice says the same few hundred things a million times. So coded elements
(:data:`spinewise.intake.fhir.shapes.CODED`) are staged as the text that stands in the file, and
each text that is new goes through DuckDB's strict reader by itself.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb

from spinewise.intake.connection import one_file
from spinewise.intake.fhir import shapes


def learn(connection: duckdb.DuckDBPyConnection, resource_type: str, rows: str, work: Path) -> None:
    """
    Put the texts that are new into ``stage_concepts``.

    Parameters
    ----------
    rows
        SQL for the staged rows whose texts may be new.
    work
        A private folder.

    Raises
    ------
    duckdb.InvalidInputException
        An element is not as FHIR R4 has it.
    """
    shape = shapes.shape(resource_type)
    for element, column in shapes.CODED.get(resource_type, {}).items():
        part = shape[element]
        is_list = isinstance(part, list)
        new = connection.execute(
            f"""FROM (SELECT DISTINCT {column} AS said FROM {rows})
            WHERE said IS NOT NULL AND (starts_with(said, '[') <> {is_list}
                OR said NOT IN (SELECT concept FROM stage_concepts))
            ORDER BY said"""
        ).fetchall()
        if new:
            _read(connection, part, [text for (text,) in new], work)


def _read(connection: duckdb.DuckDBPyConnection, part: Any, texts: list[str], work: Path) -> None:
    path = work / "concepts.ndjson"
    with path.open("w", encoding="utf-8") as file:
        for text in texts:
            file.write(f'{{"text":{json.dumps(text)},"read":{text}}}\n')
    misread = shapes.misread_part("read", part)
    connection.execute(
        f"""INSERT INTO stage_concepts BY NAME
        WITH concepts AS (
            SELECT text AS concept, {"read" if isinstance(part, list) else "[read]"} AS said
            FROM read_ndjson({one_file(path)}, compression='uncompressed', hive_partitioning=false,
                columns={{text: 'VARCHAR', read: '{shapes.sql_type(part)}'}})
            WHERE CASE WHEN {misread} THEN error('unsound') ELSE true END
        )
        SELECT concept, all_codings(said) AS codings, wording(said[1]) AS text,
            if(is_emergency_type(code_values(codings)), 'emergency', NULL) AS setting
        FROM concepts"""
    )
    path.unlink()
