"""
What a reader hands over: staging tables, before keys, dates and duplicates are settled.

A reader (FHIR, CSV, OMOP) fills the four staging tables below in a DuckDB connection, its own
rows of the ledger, and the quarantine. :mod:`spinewise.intake.settle` does the rest for all of
them alike: it parses dates, drops what is not a fact, merges duplicates, leaves out people whose
consent is out, quarantines rows that name an unknown patient, links visits, makes integer keys
and writes the record tables of :mod:`spinewise.tables`.

Dates are handed over as the raw text. ``codings`` is a list of ``{system, value, display}`` with
the system as the source wrote it (a URI or a short name); settling maps it to the short names of
``code_systems.toml``.
"""

from __future__ import annotations

from typing import Final

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
    "updated_text": "VARCHAR",  # newest of duplicates wins; NULL: the later in the export
    "file": "INTEGER",
    "line": "INTEGER",
}

STAGE_COVERAGE: Final[dict[str, str]] = {
    "patient_id": "VARCHAR",
    "start_text": "VARCHAR",
    "end_text": "VARCHAR",
    "status": "VARCHAR",
    "source_id": "VARCHAR",
    "updated_text": "VARCHAR",
    "file": "INTEGER",
    "line": "INTEGER",
}

STAGE_VISITS: Final[dict[str, str]] = {
    "patient_id": "VARCHAR",
    "source_id": "VARCHAR",
    "start_text": "VARCHAR",
    "end_text": "VARCHAR",
    "status": "VARCHAR",  # Status, or cancelled | entered-in-error | not-done
    "setting": "VARCHAR",
    "codings": _CODINGS,
    "specialty": _CODINGS,
    "clinician": "VARCHAR",
    "onset_text": "VARCHAR",
    "text": "VARCHAR",
    "source_type": "VARCHAR",
    "updated_text": "VARCHAR",
    "file": "INTEGER",
    "line": "INTEGER",
}

STAGE_EVENTS: Final[dict[str, str]] = {
    "patient_id": "VARCHAR",
    "kind": "VARCHAR",
    "role": "VARCHAR",
    "codings": _CODINGS,
    "start_text": "VARCHAR",
    "end_text": "VARCHAR",
    "recorded_text": "VARCHAR",
    "onset_text": "VARCHAR",
    "status": "VARCHAR",  # Status, or cancelled | entered-in-error | not-done
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
    "clinician": "VARCHAR",
    "clinician_role": "VARCHAR",
    "specialty": _CODINGS,
    "value": "VARCHAR",
    "unit": "VARCHAR",
    "days_supply": "INTEGER",
    "text": "VARCHAR",
    "source_type": "VARCHAR",
    "source_id": "VARCHAR",
    "part": "INTEGER",  # which of several events that one source row gives (a claim's lines), from 0
    "updated_text": "VARCHAR",
    "file": "INTEGER",
    "line": "INTEGER",
}

STAGES: Final[dict[str, dict[str, str]]] = {
    "stage_patients": STAGE_PATIENTS,
    "stage_coverage": STAGE_COVERAGE,
    "stage_visits": STAGE_VISITS,
    "stage_events": STAGE_EVENTS,
}
