"""The CSV form: ``patients.csv`` and ``events.csv``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import duckdb

from spinewise.synthetic.parts import Parts
from spinewise.synthetic.people import NEVER

PATIENTS: Final = f"""
SELECT patient_name(patient) AS patient_id,
    CASE WHEN birth_year_only THEN left(iso(birth), 4) ELSE iso(birth) END AS birth_date,
    sex, iso(nullif(died, {NEVER})) AS death_date, clinician AS clinician_id,
    'practice-' || (practice + 1) AS practice_id, iso(joined) AS enrolled_from,
    iso(nullif("left", {NEVER})) AS enrolled_to,
    CASE WHEN consent_out THEN 'out' ELSE 'in' END AS consent, language
FROM person ORDER BY patient
"""

EVENTS: Final = """
SELECT patient_name(patient) AS patient_id, kind, system_of(code) AS system, value_of(code) AS code,
    CASE WHEN month_only THEN left(iso(day), 7) ELSE moment(day, minute) END AS start,
    iso("end") AS "end", iso(recorded) AS recorded, status,
    visit_name(patient, visit) AS encounter_id, NULL AS claim_id, NULL AS claim_status,
    position, setting, modality, region, order_name(patient, order_no) AS order_id,
    clinician AS clinician_id, clinician_role, system_of(specialty) AS specialty_system,
    value_of(specialty) AS specialty,
    iso(onset) AS onset, value, unit, days_supply, text
FROM fact
"""

_STRANGER: Final = """
SELECT 'P' || lpad(CAST(9000000 + k AS VARCHAR), 7, '0') AS patient_id, 'condition' AS kind,
    'ICD-10-CM' AS system, 'I10' AS code, iso({end} - k % 300) AS start
FROM range({count}) t(k)
"""


class CsvForm:
    """Writes a practice in the CSV form, block by block."""

    def __init__(self, con: duckdb.DuckDBPyConnection, out: Path) -> None:
        self._patients = Parts(con, out / "patients.csv")
        self._events = Parts(con, out / "events.csv")

    def block(self) -> None:
        """Write the people and facts that are loaded."""
        self._patients.add(PATIENTS)
        self._events.add(EVENTS)

    def finish(self, strangers: int, end: int) -> None:
        """Close the files, with some rows of people whom the practice does not know."""
        columns = self._events.columns
        rows = _STRANGER.format(count=strangers, end=end)
        self._events.add(
            "SELECT "
            + ", ".join(f'NULL AS "{name}"' for name in columns)
            + f" WHERE false UNION ALL BY NAME {rows}"
        )
