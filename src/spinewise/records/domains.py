"""
Which parts of a record a source carries, and over which days.

A domain is carried from its first row to the cut-off, except where more than 92 days pass without
a row, or as a mapping declares it. Any row of the kind counts, whatever it is of: a chest X-ray
shows that the source carries imaging.

What is a row of a domain:

- ``visits``: any visit. ``hospital``: an emergency visit or an admission.
- ``imaging``: an order, image, study or report. ``prescriptions``: a medication.
- ``consultations``: a visit or a service with the specialty of who gave it. Referrals do not
  count: they say that somebody was sent, not whether the source would know of the visit.
- ``clinicians``: a visit or event that names a clinician.
- ``answers``: a patient's answer to a survey item.

Rows dated only by a year say too little and are left out; a month counts from its first day.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import duckdb

from spinewise.tables import DOMAINS, Domain, Extract

LONGEST_GAP: Final = 92
"""Days without a row after which a domain is no longer carried."""

Span = tuple[date, date]

_ROWS: Final[dict[Domain, str]] = {
    "visits": "kind = 'visit'",
    "imaging": "kind = 'imaging'",
    "prescriptions": "kind = 'medication'",
    "consultations": "kind IN ('visit', 'procedure') AND with_specialty > 0",
    "hospital": "kind = 'visit' AND setting IN ('emergency', 'inpatient')",
    "clinicians": "with_clinician > 0",
    "answers": "kind = 'answer'",
}
"""Which rows of the table ``days`` are rows of a domain."""


def carried(connection: duckdb.DuckDBPyConnection, extract: Extract) -> dict[Domain, list[Span]]:
    """
    The spans of days, first and last both in, over which each domain is carried.

    Parameters
    ----------
    connection
        Has the record tables (:meth:`spinewise.records.Records.connect`).

    Returns
    -------
    dict
        A list for every domain, in order of time; empty where it is not carried at all.
    """
    found: dict[Domain, list[Span]] = {domain: [] for domain in DOMAINS}
    days = " UNION ".join(
        f"""SELECT DISTINCT '{domain}' AS domain, day FROM days
        WHERE day <= $cutoff AND within_month AND ({condition})"""
        for domain, condition in _ROWS.items()
    )
    spans = connection.execute(
        f"""WITH carried AS ({days}), numbered AS (
            SELECT domain, day, count(*) FILTER (fresh) OVER (
                PARTITION BY domain ORDER BY day) AS span
            FROM (SELECT domain, day, coalesce(day - lag(day) OVER (
                PARTITION BY domain ORDER BY day) > $gap, true) AS fresh FROM carried)
        )
        SELECT domain, min(day), max(day) FROM numbered
        GROUP BY domain, span ORDER BY domain, span""",
        {"cutoff": extract.cutoff, "gap": LONGEST_GAP},
    ).fetchall()
    for domain, first, last in spans:
        reaches = (extract.cutoff - last).days <= LONGEST_GAP
        found[domain].append((first, extract.cutoff if reaches else last))
    for domain, declared in extract.carried.items():
        found[domain] = [
            (first, min(last, extract.cutoff))
            for first, last in sorted(declared)
            if first <= extract.cutoff
        ]
    return found
