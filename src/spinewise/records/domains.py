"""
Over which days a source carries what: visits, imaging, prescriptions and so on (SEMANTICS 7).

A domain is carried from its first row to the cut-off, except where no row of it falls for more
than 92 days. Any row of the kind counts, whatever it shows: a chest X-ray says that imaging is
recorded. What a mapping file declares is used as declared.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import duckdb

from spinewise.tables import DOMAINS, Domain, Extract

LONGEST_GAP: Final = 92
"""Days without a row after which a domain is not taken to be carried."""

_ROWS: Final[dict[Domain, str]] = {
    "visits": "SELECT start_lo FROM visits",
    "imaging": "SELECT start_lo FROM events WHERE kind = 'imaging'",
    "prescriptions": "SELECT start_lo FROM events WHERE kind = 'medication'",
    # A referral, or somebody seen whose specialty is known.
    "consultations": "SELECT start_lo FROM events WHERE kind = 'referral' OR"
    " (kind = 'procedure' AND specialty IS NOT NULL)"
    " UNION ALL SELECT start_lo FROM visits WHERE specialty IS NOT NULL",
    "hospital": "SELECT start_lo FROM visits WHERE setting IN ('inpatient', 'emergency')",
    "clinicians": "SELECT start_lo FROM visits WHERE clinician IS NOT NULL"
    " UNION ALL SELECT start_lo FROM events WHERE clinician IS NOT NULL",
    "answers": "SELECT start_lo FROM events WHERE kind = 'answer'",
}


def carried(
    connection: duckdb.DuckDBPyConnection, extract: Extract
) -> dict[Domain, list[tuple[date, date]]]:
    """
    The spans, first and last day, in which each domain is carried; none for one without rows.

    ``connection`` sees the record tables of the extract.
    """
    return {
        domain: extract.carried[domain]
        if domain in extract.carried
        else _spans(connection, _ROWS[domain], extract.cutoff)
        for domain in DOMAINS
    }


def _spans(
    connection: duckdb.DuckDBPyConnection, rows: str, cutoff: date
) -> list[tuple[date, date]]:
    """Days that lie within the longest gap of each other, joined; the last reaches the cut-off."""
    found = connection.execute(
        f"""
        WITH days AS (
            SELECT DISTINCT start_lo AS day FROM ({rows}) WHERE start_lo <= $cutoff
            UNION SELECT $cutoff WHERE EXISTS (SELECT 1 FROM ({rows}) WHERE start_lo <= $cutoff)
        ), marked AS (
            SELECT day, day - lag(day) OVER (ORDER BY day) > {LONGEST_GAP} AS after_gap FROM days
        ), numbered AS (
            SELECT day, sum(CASE WHEN after_gap THEN 1 ELSE 0 END) OVER (ORDER BY day) AS span
            FROM marked
        )
        SELECT min(day), max(day) FROM numbered GROUP BY span ORDER BY span
        """,
        {"cutoff": cutoff},
    ).fetchall()
    # The cut-off alone, after a long gap, is no row: nothing is carried there.
    return [(first, last) for first, last in found if not (first == last == cutoff and found[1:])]
