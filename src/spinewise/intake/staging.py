"""
What a reader hands over: staging tables, before keys, dates and duplicates are settled.

A reader (FHIR, CSV, OMOP) fills the staging tables below in a DuckDB connection, counts the source
rows it saw in ``read_lines``, and puts the unreadable ones into ``faults``
(:mod:`spinewise.intake.reader` has the rules). :mod:`spinewise.intake.settle` does the rest for
all of them alike: it parses dates, drops what is not a fact, merges duplicates, leaves out people
whose consent is out, quarantines rows that name an unknown patient, links visits, makes integer
keys and writes the record tables of :mod:`spinewise.tables`.

Dates are handed over as the raw text. ``codings`` is a list of ``{system, value, display}`` with
the system as the source wrote it (a URI or a short name); settling maps it to the short names of
``code_systems.toml``. Where the same codings come again and again, a row may name them instead
(``concept`` for ``codings``, ``reason_concept`` for ``reason``, ``specialty_concept`` for
``specialty``), and ``stage_concepts`` says once what the name means.

``entry`` tells source rows on the same line apart (entries of a Bundle), from 0; NULL is 0.
Rows with the same ``source_type`` and ``source_id`` on different lines (or entries) are versions of
one source row, of which the newest is kept with all its parts; ``superseded`` marks a row that
another type says better (a claim that has its explanation of benefit). Rows without a
``source_id`` are merged where all their fields are equal.
``source_type`` is the FHIR resource type or the table's name: the ``type`` of the ledger.
"""

from __future__ import annotations

from typing import Final

import duckdb

_CODINGS: Final = "STRUCT(system VARCHAR, value VARCHAR, display VARCHAR)[]"

STAGE_PATIENTS: Final[dict[str, str]] = {
    "patient_id": "VARCHAR",
    "birth_text": "VARCHAR",
    "sex": "VARCHAR",
    "death_text": "VARCHAR",
    "clinician": "VARCHAR",
    "practice": "VARCHAR",
    "enrolled_from_text": "VARCHAR",
    "enrolled_to_text": "VARCHAR",
    "consent": "VARCHAR",  # in | out | NULL
    "language": "VARCHAR",
    "source_type": "VARCHAR",
    "updated_text": "VARCHAR",  # newest of duplicates wins; NULL: the later in the export
    "file": "INTEGER",
    "line": "INTEGER",
    "entry": "INTEGER",
}

STAGE_COVERAGE: Final[dict[str, str]] = {
    "patient_id": "VARCHAR",
    "start_text": "VARCHAR",
    "end_text": "VARCHAR",
    "status": "VARCHAR",
    "source_type": "VARCHAR",
    "source_id": "VARCHAR",
    "updated_text": "VARCHAR",
    "file": "INTEGER",
    "line": "INTEGER",
    "entry": "INTEGER",
}

STAGE_VISITS: Final[dict[str, str]] = {
    "patient_id": "VARCHAR",
    "source_id": "VARCHAR",
    "start_text": "VARCHAR",
    "end_text": "VARCHAR",
    "status": "VARCHAR",  # Status, or cancelled | entered-in-error | not-done | superseded
    "setting": "VARCHAR",
    "codings": _CODINGS,
    "concept": "VARCHAR",
    "specialty": _CODINGS,
    "specialty_concept": "VARCHAR",
    "clinician": "VARCHAR",
    "onset_text": "VARCHAR",
    "text": "VARCHAR",
    "source_type": "VARCHAR",
    "updated_text": "VARCHAR",
    "file": "INTEGER",
    "line": "INTEGER",
    "entry": "INTEGER",
}

STAGE_EVENTS: Final[dict[str, str]] = {
    "patient_id": "VARCHAR",
    "kind": "VARCHAR",
    "role": "VARCHAR",
    "codings": _CODINGS,
    "concept": "VARCHAR",
    "start_text": "VARCHAR",
    "end_text": "VARCHAR",
    "recorded_text": "VARCHAR",
    "onset_text": "VARCHAR",
    "status": "VARCHAR",  # Status, or cancelled | entered-in-error | not-done | superseded
    "category": "VARCHAR",
    "visit_id": "VARCHAR",
    "claim": "VARCHAR",
    "claim_status": "VARCHAR",
    "position": "INTEGER",
    "setting": "VARCHAR",
    "modality": "VARCHAR",
    "region": "VARCHAR",
    "links": "VARCHAR[]",  # names of the row itself and of rows it points at, for example
    # ServiceRequest/1; rows that share a name, however far, get one `link`
    "reason": _CODINGS,
    "reason_concept": "VARCHAR",
    "clinician": "VARCHAR",
    "clinician_role": "VARCHAR",
    "specialty": _CODINGS,
    "specialty_concept": "VARCHAR",
    "value": "VARCHAR",
    "unit": "VARCHAR",
    "days_supply": "INTEGER",
    "text": "VARCHAR",
    "source_type": "VARCHAR",
    "source_id": "VARCHAR",
    "part": "INTEGER",  # which of the events of one source row (a claim's lines), from 0; NULL is 0
    "updated_text": "VARCHAR",
    "file": "INTEGER",
    "line": "INTEGER",
    "entry": "INTEGER",
}

STAGE_CONCEPTS: Final[dict[str, str]] = {
    "concept": "VARCHAR",
    "codings": _CODINGS,
    "text": "VARCHAR",  # of a row of this concept that has no text
    "setting": "VARCHAR",  # of a visit of this concept, whatever the visit says
}
"""What concepts mean: any text that stands for a list of codings. May stay empty; several rows of
one concept say the same."""

STAGE_CLINICIANS: Final[dict[str, str]] = {
    "clinician": "VARCHAR",  # as rows name the clinician
    "known_as": "VARCHAR",  # the one name to keep, where a source has several; NULL: the same
    "specialty": _CODINGS,  # for the clinician's rows that do not carry one
}
"""What is known of clinicians apart from the rows that name them. May stay empty."""

READ_LINES: Final[dict[str, str]] = {
    "file": "INTEGER",
    "type": "VARCHAR",
    "read": "BIGINT",  # all source rows of the type; 0 on the rows that only say what was skipped
    "skipped": "BIGINT",  # by the reader; 0 on the row that counts them all
    "reason": "VARCHAR",  # why skipped
}
"""Summed by settling: several rows of a file and type add up."""

FAULTS: Final[dict[str, str]] = {
    "file": "INTEGER",
    "type": "VARCHAR",
    "line": "INTEGER",
    "field": "VARCHAR",
    "value": "VARCHAR",
    "reason": "VARCHAR",
    "mend": "VARCHAR",
    "raw": "VARCHAR",
    "patient_id": "VARCHAR",  # where the reader could still tell
}
"""One row a source row that the reader could not stage; settling adds its own."""

STAGES: Final[dict[str, dict[str, str]]] = {
    "stage_patients": STAGE_PATIENTS,
    "stage_coverage": STAGE_COVERAGE,
    "stage_visits": STAGE_VISITS,
    "stage_events": STAGE_EVENTS,
    "stage_concepts": STAGE_CONCEPTS,
    "stage_clinicians": STAGE_CLINICIANS,
    "read_lines": READ_LINES,
    "faults": FAULTS,
}


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the empty staging tables."""
    for table, columns in STAGES.items():
        fields = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        connection.execute(f"CREATE TABLE {table} ({fields})")
