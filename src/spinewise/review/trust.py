"""What the numbers rest on: coverage, lag, linkage, documentation, line sums, codes."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any, Final

import duckdb

from spinewise.know.model import Text
from spinewise.know.terms import Ongoing
from spinewise.know.walk import terms_in
from spinewise.measures.frame import Frame
from spinewise.measures.run import to_date
from spinewise.review.result import (
    CoverageMonth,
    DataTrust,
    LedgerRow,
    Linkage,
    QuarantineRow,
    Table,
)
from spinewise.review.words import has, say
from spinewise.tables import Extract

QUARANTINE_SHOWN: Final = 1_000
UNMAPPED_SHOWN: Final = 20
MONTHS_SHOWN: Final = 120

_COVERAGE: Final = """
    SELECT date_trunc('month', day)::DATE AS month, domain, CAST(sum(n) AS BIGINT)
    FROM (
        SELECT day, CASE kind WHEN 'visit' THEN 'visits' WHEN 'imaging' THEN 'imaging'
            WHEN 'medication' THEN 'prescriptions' WHEN 'answer' THEN 'answers'
            ELSE 'consultations' END AS domain, rows AS n
        FROM days WHERE kind IN ('visit', 'imaging', 'medication', 'answer', 'referral')
        UNION ALL SELECT day, 'hospital', rows FROM days
            WHERE kind = 'visit' AND setting IN ('inpatient', 'emergency')
        UNION ALL SELECT day, 'consultations', with_specialty FROM days
            WHERE kind = 'visit' AND with_specialty > 0
    )
    WHERE day BETWEEN CAST($cutoff AS DATE) - INTERVAL (31 * $months) DAY AND $cutoff
    GROUP BY ALL ORDER BY month, domain
"""
_TABLES: Final = """
    SELECT CASE kind WHEN 'visit' THEN 'visits' ELSE kind END AS name, rows, people, first, last
    FROM (
        SELECT kind, CAST(sum(rows) AS BIGINT) AS rows, min(day) AS first, max(day) AS last
        FROM days GROUP BY kind
    ) JOIN presence USING (kind)
"""
_LINKAGE: Final = """
    SELECT (SELECT CAST(coalesce(sum(rows), 0) AS BIGINT) FROM days WHERE kind <> 'visit'),
        (SELECT CAST(coalesce(sum(with_visit), 0) AS BIGINT) FROM days),
        (SELECT count(order_lo) FROM image),
        (SELECT count(*) FROM image WHERE order_lo IS NOT NULL AND shown_lo IS NOT NULL),
        (SELECT count(*) FROM image WHERE order_lo IS NULL),
        count(*), count(onset_lo),
        count(*) FILTER (WHERE is_episode AND complete), count(*) FILTER (WHERE is_episode)
    FROM candidate LEFT JOIN judged ON judged.unit = candidate.unit AND of_what = 'episode'
    WHERE index_lo <= $last AND index_hi >= $first
"""
_LEDGER: Final = """
    SELECT path, type, read, stored, merged, skipped, not_a_fact, quarantined, coalesce(reason, '')
    FROM ledger JOIN sources USING (file) ORDER BY path, type
"""
_QUARANTINE: Final = f"""
    SELECT coalesce(path, ''), line, coalesce(field, ''), coalesce(value, ''),
        coalesce(reason, ''), coalesce(mend, '')
    FROM quarantine LEFT JOIN sources USING (file)
    ORDER BY path, line LIMIT {QUARANTINE_SHOWN}
"""
_UNMAPPED: Final = f"""
    SELECT coalesce(min(c.system), ''), coalesce(min(c.value), ''), any_value(events)
    FROM uses JOIN codes AS c USING (code) ANTI JOIN code_is USING (code)
    GROUP BY code ORDER BY any_value(events) DESC, 1, 2 LIMIT {UNMAPPED_SHOWN}
"""
_RECORDED: Final = """
    SELECT coalesce(sum(rows), 0), coalesce(sum(with_recorded), 0)
    FROM days WHERE kind IN ('condition', 'finding')
"""
_PROPOSED: Final = """
    SELECT count(*), count(*) FILTER (WHERE proposed) FROM candidate
    WHERE index_lo <= $last AND index_hi >= $first
"""


def data_trust(
    connection: duckdb.DuckDBPyConnection,
    extract: Extract,
    frame: Frame,
    period: tuple[int, int],
    *,
    period_end: date | None,
) -> DataTrust:
    """
    What a review rests on.

    ``connection`` holds the tables of a plan that was run. ``period`` bounds the index days that
    linkage and documentation are counted over; ``period_end`` is the end of the period that is
    reviewed, None where nothing is.
    """
    bounds = {"first": period[0], "last": period[1]}
    events, recorded = _row(connection, _RECORDED)
    candidates, proposed = _row(connection, _PROPOSED, bounds)
    ledger = [LedgerRow(**_named(LedgerRow, row)) for row in _rows(connection, _LEDGER)]
    return DataTrust(
        format=extract.format,
        patients=_row(connection, "SELECT count(*) FROM patients")[0],
        consent_out=extract.consent_out,
        first_day=to_date(frame.observed_from)
        if frame.carried.get("visits") or extract.first_day
        else None,
        cutoff=extract.cutoff,
        cutoff_from=extract.cutoff_from,
        lag_days=(extract.cutoff - period_end).days if period_end else None,
        coverage=_coverage(connection, extract.cutoff),
        carried={
            domain: [(to_date(a), to_date(b)) for a, b in spans]
            for domain, spans in frame.carried.items()
        },
        linkage=Linkage(**_named(Linkage, _row(connection, _LINKAGE, bounds))),
        tables=_tables(connection),
        ledger=ledger,
        ledger_agrees=all(_agrees(row) for row in ledger),
        quarantined=_row(connection, "SELECT count(*) FROM quarantine")[0],
        quarantine=[
            QuarantineRow(**_named(QuarantineRow, r)) for r in _rows(connection, _QUARANTINE)
        ],
        recorded_missing_share=1.0 - recorded / events if events else None,
        proposed_share=proposed / candidates if candidates else None,
        unmapped_codes=_rows(connection, _UNMAPPED),
        assumptions=[_assumption(one) for one in extract.assumptions],
        ongoing_pain=_ongoing_pain(connection, frame),
    )


def _agrees(row: LedgerRow) -> bool:
    parts = row.stored + row.merged + row.skipped + row.not_a_fact + row.quarantined
    return row.read == parts


def _coverage(connection: duckdb.DuckDBPyConnection, cutoff: date) -> list[CoverageMonth]:
    by_month: dict[date, dict[str, int]] = defaultdict(dict)
    values = {"cutoff": cutoff, "months": MONTHS_SHOWN}
    for month, domain, n in connection.execute(_COVERAGE, values).fetchall():
        by_month[month][domain] = by_month[month].get(domain, 0) + n
    return [CoverageMonth(month=month, rows=rows) for month, rows in sorted(by_month.items())]


def _tables(connection: duckdb.DuckDBPyConnection) -> list[Table]:
    everybody = int(_row(connection, "SELECT count(*) FROM patients")[0])
    found = [
        Table(name=name, rows=rows, people=people, first=first, last=last)
        for name, rows, people, first, last in _rows(connection, _TABLES)
    ]
    if everybody:
        found.append(
            Table(name="patients", rows=everybody, people=everybody, first=None, last=None)
        )
    return sorted(found, key=lambda table: table.name)


def _assumption(one: str) -> Text:
    name, _, detail = one.partition(": ")
    return (
        say("assumption", name, detail=detail) if has("assumption", name) else Text(en=one, fr=one)
    )


def _ongoing_pain(connection: duckdb.DuckDBPyConnection, frame: Frame) -> int:
    """People with a problem of the package's condition on their list that has not ended."""
    whens = [exclusion.when for exclusion in frame.package.episode.exclusion]
    terms = [t for when in whens for t in terms_in(when) if isinstance(t, Ongoing)]
    listed = {name for term in terms for name in term.concepts}
    always = {name for term in terms for name in term.always}
    keys = [code for code, names in frame.concepts.items() if names & (listed | always)]
    always_keys = [code for code, names in frame.concepts.items() if names & always]
    row = connection.execute(
        """
        SELECT count(DISTINCT patient) FROM events
        WHERE kind = 'condition' AND status IS DISTINCT FROM 'refuted'
            AND code IN (SELECT unnest($keys::INTEGER[]))
            AND (category IS NOT DISTINCT FROM 'problem-list'
                OR code IN (SELECT unnest($always::INTEGER[]))
                OR (category IS NULL AND visit IS NULL AND claim IS NULL))
            AND CASE WHEN end_lo IS NULL THEN status IS DISTINCT FROM 'completed'
                ELSE end_lo >= $cutoff END
        """,
        {"keys": keys, "always": always_keys, "cutoff": to_date(frame.cutoff)},
    ).fetchone()
    assert row is not None
    return int(row[0])


def _row(
    connection: duckdb.DuckDBPyConnection, query: str, values: dict[str, Any] | None = None
) -> tuple[Any, ...]:
    row = connection.execute(query, values).fetchone()
    assert row is not None
    return row


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


def _named(kind: Any, row: tuple[Any, ...]) -> dict[str, Any]:
    """The fields of a result struct, in order, with the values of a row."""
    return dict(zip(kind.__struct_fields__, row, strict=True))
