"""
The record tables: what every reader produces and every measure reads.

Rules that hold for all of them:

- A *day* is the recorded local date; it is never shifted to UTC.
- A date is kept three ways: the raw text (``*_text``), and the first and last day that the text
  allows (``*_lo``, ``*_hi``). ``2019-05`` is 2019-05-01 to 2019-05-31; a full date has
  ``lo = hi``; a missing date is NULL in both. ``*_time`` is the local wall-clock timestamp
  (no zone) when the text carries a time of day, else NULL.
- ``patient`` is an integer key, 0-based and dense, in order of ``patient_id``. Tables are sorted
  by it, but events by kind and code before it: who asks for some codes reads nothing of the others.
- ``code`` points into ``codes``, where one key may have several rows:
  the codings of one coded value (a SNOMED and an ICD code of the same diagnosis).
- ``file`` points into ``sources``; ``line`` is 1-based and counts physical lines; ``source_id`` is
  the FHIR id, or NULL for formats without one. Together they are the *source record*.
- Rows that are not facts (entered in error, cancelled, not done) are counted in ``ledger`` and not
  stored. Refuted conditions are stored: a finding is present until the day it was refuted.
"""

from __future__ import annotations

from datetime import date
from typing import Final, Literal, get_args

import msgspec

Kind = Literal[
    "condition",  # a diagnosis or problem
    "procedure",  # done to the patient, not imaging
    "imaging",  # an order, a performed image, a study or a report: see `role`
    "medication",  # prescribed or dispensed
    "referral",  # sent to somebody; not yet a visit
    "finding",  # a person's answer to a red or yellow flag: value present | absent
    "answer",  # a patient's answer to a survey item
    "note",  # free text
]

Setting = Literal["office", "virtual", "emergency", "inpatient", "home", "laboratory", "other"]

Status = Literal["active", "completed", "planned", "refuted"]
"""Stored states. ``cancelled``, ``entered-in-error`` and not-done rows are not facts."""

Role = Literal["order", "performed", "study", "report"]
"""What an imaging row is. ``order``: asked for; ``performed``: the procedure or claim line;
``study``: the picture archive's entry; ``report``: the radiologist's text."""

Domain = Literal[
    "visits", "imaging", "prescriptions", "consultations", "hospital", "clinicians", "answers"
]
"""Parts of a record that a source may or may not carry (SEMANTICS 7, states)."""

KINDS: Final = get_args(Kind)
SETTINGS: Final = get_args(Setting)
STATUSES: Final = get_args(Status)
ROLES: Final = get_args(Role)
DOMAINS: Final = get_args(Domain)

PATIENTS: Final[dict[str, str]] = {
    "patient": "INTEGER",
    "patient_id": "VARCHAR",
    "birth_text": "VARCHAR",
    "birth_lo": "DATE",
    "birth_hi": "DATE",
    "sex": "VARCHAR",  # female | male | other | unknown, else NULL
    "death_text": "VARCHAR",  # the raw text, or "true" when only the fact of death is recorded
    "death_lo": "DATE",
    "death_hi": "DATE",
    "clinician": "VARCHAR",  # the clinician the patient is rostered to
    "practice": "VARCHAR",
    "enrolled_from_lo": "DATE",
    "enrolled_from_hi": "DATE",
    "enrolled_to_lo": "DATE",
    "enrolled_to_hi": "DATE",
    "language": "VARCHAR",
    "file": "INTEGER",
    "line": "INTEGER",
}
"""One row a person. People whose consent is out are in no table."""

COVERAGE: Final[dict[str, str]] = {
    "patient": "INTEGER",
    "start_lo": "DATE",
    "start_hi": "DATE",
    "end_lo": "DATE",  # NULL: still covered
    "end_hi": "DATE",
    "file": "INTEGER",
    "line": "INTEGER",
}
"""Spans of insurance or roster coverage; several a person. Empty where the source has none."""

VISITS: Final[dict[str, str]] = {
    "patient": "INTEGER",
    "visit": "INTEGER",  # dense key over all visits, in order of (patient, start_lo, source_id)
    "source_id": "VARCHAR",  # FHIR Encounter.id; in the CSV form `encounter_id`
    "start_text": "VARCHAR",
    "start_lo": "DATE",
    "start_hi": "DATE",
    "start_time": "TIMESTAMP",
    "end_lo": "DATE",
    "end_hi": "DATE",
    "setting": "VARCHAR",  # Setting; NULL where the source does not say
    "code": "INTEGER",  # type of visit, or the fee code that stands for it
    "specialty": "INTEGER",  # codes key of the clinician's specialty, or NULL
    "clinician": "VARCHAR",
    "onset_lo": "DATE",
    "onset_hi": "DATE",
    "text": "VARCHAR",
    "file": "INTEGER",
    "line": "INTEGER",
}
"""One row an encounter that took place (planned and cancelled ones are not facts)."""

EVENTS: Final[dict[str, str]] = {
    "patient": "INTEGER",
    "event": "INTEGER",  # dense key, in order of (kind, patient, start_lo, file, line)
    "kind": "VARCHAR",  # Kind
    "role": "VARCHAR",  # Role, for imaging only
    "code": "INTEGER",
    "start_text": "VARCHAR",
    "start_lo": "DATE",
    "start_hi": "DATE",
    "start_time": "TIMESTAMP",
    "end_lo": "DATE",
    "end_hi": "DATE",
    "recorded_text": "VARCHAR",
    "recorded_lo": "DATE",
    "recorded_hi": "DATE",
    "recorded_time": "TIMESTAMP",
    "onset_lo": "DATE",  # a recorded onset of symptoms
    "onset_hi": "DATE",
    "status": "VARCHAR",  # Status
    "category": "VARCHAR",  # problem-list | encounter-diagnosis, for conditions, else NULL
    "visit": "INTEGER",  # key of the linked visit, or NULL
    "visit_lo": "DATE",  # the linked visit's day and what else is asked of it, repeated here
    "visit_hi": "DATE",
    "visit_time": "TIMESTAMP",
    "visit_setting": "VARCHAR",
    "visit_clinician": "VARCHAR",
    "visit_onset_lo": "DATE",
    "visit_onset_hi": "DATE",
    "claim": "VARCHAR",
    "claim_status": "VARCHAR",  # paid | denied, or NULL
    "position": "INTEGER",  # 1 = principal diagnosis, or NULL
    "setting": "VARCHAR",  # Setting of the row itself, or NULL
    "modality": "VARCHAR",  # xray | ct | mri | bone-scan | other, where the source says
    "region": "VARCHAR",  # lumbar | spine | other, where the source says
    "link": "VARCHAR",  # one value for all rows that references tie to one imaging order; a finding
    # or condition taken from a report carries the link of that image
    "reason": "INTEGER",  # codes key of the reason on an order, procedure or claim line
    "clinician": "VARCHAR",
    "clinician_role": "VARCHAR",  # ordering | performing | prescribing, or NULL
    "specialty": "INTEGER",  # codes key, or NULL
    "value": "VARCHAR",  # answers and findings: the value as text
    "number": "DOUBLE",  # the same, where it is a number
    "unit": "VARCHAR",
    "days_supply": "INTEGER",
    "text": "VARCHAR",  # the order's or code's own words
    "source_type": "VARCHAR",  # FHIR resource type, or the CSV or OMOP table
    "source_id": "VARCHAR",
    "file": "INTEGER",
    "line": "INTEGER",
}
"""Every dated fact that is not a visit."""

CODES: Final[dict[str, str]] = {
    "code": "INTEGER",
    "system": "VARCHAR",  # the short names of code_systems.toml, or the source's own text
    "value": "VARCHAR",
    "display": "VARCHAR",
}
"""The dictionary of coded values. Order is that of first use; rows of one key share ``code``."""

SOURCES: Final[dict[str, str]] = {
    "file": "INTEGER",
    "path": "VARCHAR",  # relative to the export
    "sha256": "VARCHAR",
    "bytes": "BIGINT",
}

LEDGER: Final[dict[str, str]] = {
    "file": "INTEGER",
    "type": "VARCHAR",  # FHIR resource type or table name; "(blank)" and "(unreadable)" for lines
    "read": "BIGINT",
    "stored": "BIGINT",
    "merged": "BIGINT",  # duplicates: the newest is stored
    "skipped": "BIGINT",  # types that are not used, blank lines, people whose consent is out
    "not_a_fact": "BIGINT",  # entered in error, cancelled, not done
    "quarantined": "BIGINT",
    "reason": "VARCHAR",  # why skipped, where skipped > 0
}
"""``read = stored + merged + skipped + not_a_fact + quarantined`` on every row."""

QUARANTINE: Final[dict[str, str]] = {
    "file": "INTEGER",
    "line": "INTEGER",
    "field": "VARCHAR",
    "value": "VARCHAR",
    "reason": "VARCHAR",
    "mend": "VARCHAR",
    "raw": "VARCHAR",
}

DAYS: Final[dict[str, str]] = {
    "kind": "VARCHAR",  # visit, or Kind
    "setting": "VARCHAR",  # of visits
    "day": "DATE",  # start_lo
    "within_month": "BOOLEAN",  # whether the date is known to a month or better
    "rows": "BIGINT",
    "with_specialty": "BIGINT",  # how many of them have one, and so on
    "with_clinician": "BIGINT",
    "with_visit": "BIGINT",  # of events: linked to one
    "with_recorded": "BIGINT",
}
"""How many visits and events start on each day."""

PRESENCE: Final[dict[str, str]] = {
    "kind": "VARCHAR",  # visit, or Kind
    "people": "BIGINT",
}
"""How many people have a row of each kind."""

USES: Final[dict[str, str]] = {
    "code": "INTEGER",
    "events": "BIGINT",
}
"""How many events have each code as their own."""

TABLES: Final[dict[str, dict[str, str]]] = {
    "patients": PATIENTS,
    "coverage": COVERAGE,
    "visits": VISITS,
    "events": EVENTS,
    "codes": CODES,
    "sources": SOURCES,
    "ledger": LEDGER,
    "quarantine": QUARANTINE,
    "days": DAYS,
    "presence": PRESENCE,
    "uses": USES,
}


OF_VISIT: Final = {
    "visit": "visit",
    "visit_lo": "start_lo",
    "visit_hi": "start_hi",
    "visit_time": "start_time",
    "visit_setting": "setting",
    "visit_clinician": "clinician",
    "visit_onset_lo": "onset_lo",
    "visit_onset_hi": "onset_hi",
}
"""What an event repeats of the visit that it is linked to."""


def by_code(events: str) -> str:
    """The query of numbered events in the order in which the table holds them."""
    return f"SELECT * FROM {events} ORDER BY kind, code, event"


PARQUET: Final = "FORMAT parquet, COMPRESSION lz4_raw, PARQUET_VERSION v2"
"""How record tables are written: as small as with zstd (keys and days are stored as differences),
and read in two thirds of the time."""

_WHO_HAS: Final = " ".join(f"WHEN '{kind}' THEN {1 << n}" for n, kind in enumerate(KINDS))

SUMMARIES: Final[dict[str, str]] = {
    "days": """
        SELECT 'visit' AS kind, setting, start_lo AS day, start_hi - start_lo <= 30 AS within_month,
            count(*) AS rows, count(specialty) AS with_specialty,
            count(clinician) AS with_clinician, 0 AS with_visit, 0 AS with_recorded
        FROM {visits} GROUP BY ALL
        UNION ALL
        SELECT kind, NULL, start_lo AS day, start_hi - start_lo <= 30 AS within_month,
            count(*), count(specialty), count(clinician), count(visit), count(recorded_lo)
        FROM {events} GROUP BY ALL
        ORDER BY ALL
    """,
    # Who has rows of which kinds, a bit a kind: much less work than distinct people of each kind.
    "presence": f"""
        SELECT 'visit' AS kind, count(DISTINCT patient) AS people FROM {{visits}}
        UNION ALL
        SELECT kind, sum(people) FILTER (bits & CASE kind {_WHO_HAS} END <> 0)
        FROM (
            SELECT bits, count(*) AS people FROM (
                SELECT patient, bit_or(CASE kind {_WHO_HAS} ELSE 0 END) AS bits
                FROM {{events}} GROUP BY patient
            ) GROUP BY bits
        ), (SELECT unnest([{", ".join(f"'{kind}'" for kind in KINDS)}]) AS kind)
        GROUP BY kind
        ORDER BY ALL
    """,
    "uses": """
        SELECT code, count(*) AS events FROM {events} WHERE code IS NOT NULL
        GROUP BY code ORDER BY code
    """,
}
"""
How the small tables that are counted once follow from ``{visits}`` and ``{events}``, as SQL.

Whatever depends on the records alone, and on no definition and no period, is read from them.
"""


class Extract(msgspec.Struct, frozen=True, kw_only=True):
    """
    What is known of an export as a whole; stored beside its tables as ``extract.json``.

    ``carried`` holds only what a mapping file declares; spans that follow from the rows
    themselves are computed by :mod:`spinewise.records.domains`.
    """

    format: Literal["fhir", "csv", "omop"]
    digest: str
    """SHA-256 over the content and names of the files, the mapping and the reader's version."""
    cutoff: date
    """The last day that the export speaks of."""
    cutoff_from: Literal["declared", "export", "last record"]
    first_day: date | None = None
    """The first day that the source observes, where a mapping declares it."""
    carried: dict[Domain, list[tuple[date, date]]] = {}
    consent_out: int = 0
    """People left out because their consent is out."""
    assumptions: list[str] = []
    """What had to be assumed because the source does not carry it: ids such as
    ``no-recorded-dates``, ``no-settings``; the report words them."""
