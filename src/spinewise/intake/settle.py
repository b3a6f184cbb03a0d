"""
Settling: from staging rows to the record tables, the same for every format.

Each source row of the export comes to exactly one end, told by the first rule that holds:

1. ``skipped``: it is of a person whose consent is out, or who was forgotten.
2. ``merged``: a newer version of it, or an equal row, is in the export.
3. ``not_a_fact``: entered in error, cancelled, not done (and, for visits, only planned).
4. ``quarantined``: it names nobody or somebody unknown, has a day that no calendar has, or a word
   where only certain words can stand.
5. ``stored``.

The ledger counts them; :func:`settle` refuses to end where its sums do not agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

import duckdb
import msgspec

from spinewise.intake import dates, dictionary, links, naming
from spinewise.intake.connection import parquet, quoted
from spinewise.intake.reader import Format, Progress, Reading, SourceFile
from spinewise.intake.staging import STAGE_COVERAGE, STAGE_EVENTS, STAGE_VISITS
from spinewise.tables import (
    KINDS,
    OF_VISIT,
    PARQUET,
    ROLES,
    SETTINGS,
    STATUSES,
    SUMMARIES,
    TABLES,
    Extract,
    by_code,
)

NOT_FACTS: Final = ("cancelled", "entered-in-error", "not-done")
_OUT: Final = "consent is out"
FORGOTTEN: Final = "forgotten"

_PLACE: Final = ("file", "line", "entry", "updated_text")
"""Columns that say where a row stands, not what it says."""


class Forgotten(msgspec.Struct, frozen=True):
    """People to leave out, by keyed digests of their ids (the ids themselves are not kept)."""

    key: str = ""
    digests: list[str] = []


class SourceRow(msgspec.Struct, frozen=True):
    """A row of the ``sources`` table."""

    file: SourceFile
    sha256: str
    bytes: int


def settle(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    *,
    format: Format,  # noqa: A002 - the word of the contract
    digest: str,
    sources: Sequence[SourceRow],
    reading: Reading,
    today: date,
    forgotten: Forgotten = Forgotten(),  # noqa: B008 - immutable
    progress: Progress,
) -> Extract:
    """
    Write the record tables of what was staged in ``connection`` to ``folder``.

    Parameters
    ----------
    folder
        Exists and is empty. Gets ``TABLE.parquet`` for each of :data:`spinewise.tables.TABLES`
        and ``extract.json``.
    digest
        What identifies the export; stored as it is.
    today
        Days after it are mistakes: they are stored, but do not move the cut-off.

    Returns
    -------
    Extract
        What is known of the export as a whole.
    """
    steps = iter(range(1, 9))

    def step(what: str) -> None:
        progress(what, next(steps), 8)

    dates.install(connection)
    naming.install(connection)
    step("people")
    _people(connection, forgotten)
    step("duplicates")
    for table in ("stage_visits", "stage_events", "stage_coverage"):
        _find_merged(connection, table)
    step("codes")
    dictionary.build(connection)
    step("rules")
    _judge(connection)
    _store_faults(connection)
    step("visits")
    _write_visits(connection, folder)
    step("events")
    _link_images(connection)
    _write_events(connection, folder)
    step("people and sums")
    _write_people(connection, folder)
    _write_codes(connection, folder)
    _write_summaries(connection, folder)
    _write_sources(connection, folder, sources)
    _write_ledger(connection, folder)
    step("cut-off")
    extract = _extract(
        connection, folder, format=format, digest=digest, reading=reading, today=today
    )
    (folder / "extract.json").write_bytes(msgspec.json.format(msgspec.json.encode(extract)))
    return extract


# Judging ---------------------------------------------------------------------------------------


def _newest(*more: str) -> str:
    """The order of versions of one source row: the newest first, else the later in the export."""
    order = ("try_cast(updated_text AS TIMESTAMPTZ)", "file", "line", "coalesce(entry, 0)", *more)
    return ", ".join(f"{column} DESC NULLS LAST" for column in order)


def _people(connection: duckdb.DuckDBPyConnection, forgotten: Forgotten) -> None:
    """Make ``person (patient_id, patient, state, row)``, state: in | out | forgotten | faulty."""
    leave_out = "sha256($key || patient_id) IN (SELECT unnest($digests::VARCHAR[]))"
    connection.execute(
        f"""CREATE TEMP TABLE person AS
        WITH newest AS (
            FROM ({_with_days("stage_patients")}) WHERE trim(patient_id) <> ''
            QUALIFY row_number() OVER (PARTITION BY patient_id ORDER BY {_newest()}) = 1
        ), stated AS (
            SELECT patient_id, row, CASE
                WHEN len($digests::VARCHAR[]) > 0 AND {leave_out} THEN 'forgotten'
                WHEN consent = 'out' THEN 'out'
                WHEN {_any_fault(_PATIENT_FAULTS)} THEN 'faulty'
                ELSE 'in'
            END AS state FROM newest
        )
        SELECT patient_id, state, row, if(
            state = 'in', row_number() OVER (PARTITION BY state ORDER BY patient_id) - 1, NULL
        )::INTEGER AS patient FROM stated""",
        {"key": forgotten.key, "digests": forgotten.digests},
    )
    if forgotten.digests:
        stages = ("stage_visits", "stage_events", "stage_coverage")
        ids = " UNION ".join(f"SELECT patient_id FROM {table}" for table in stages)
        ids += " UNION SELECT unnest(words(raw) || words(value)) FROM faults"
        connection.execute(
            f"""INSERT INTO person (patient_id, state)
            SELECT patient_id, 'forgotten' FROM ({ids}) ANTI JOIN person USING (patient_id)
            WHERE {leave_out}""",
            {"key": forgotten.key, "digests": forgotten.digests},
        )


def _find_merged(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """
    Make ``merged_TABLE (row)``: rows of which a newer version, or an equal row, is there.

    Candidates are found by hash, then compared in full.
    """
    columns = {
        "stage_visits": STAGE_VISITS,
        "stage_events": STAGE_EVENTS,
        "stage_coverage": STAGE_COVERAGE,
    }[table]
    fields = ", ".join(column for column in columns if column not in _PLACE)
    extremes = " OR ".join(
        f"min({place}) <> max({place})" for place in ("file", "line", "coalesce(entry, 0)")
    )
    connection.execute(
        f"""CREATE TEMP TABLE merged_{table} AS
        WITH named AS (
            SELECT hash(source_type, source_id) AS sum FROM {table} WHERE source_id IS NOT NULL
            GROUP BY sum HAVING {extremes}
        ), unnamed AS (
            SELECT hash({fields}) AS sum FROM {table} WHERE source_id IS NULL
            GROUP BY sum HAVING count(*) > 1
        )
        SELECT row FROM (
            SELECT rowid AS row, dense_rank() OVER (
                PARTITION BY source_type, source_id ORDER BY {_newest()}) AS place
            FROM {table} WHERE source_id IS NOT NULL
                AND hash(source_type, source_id) IN (SELECT sum FROM named)
        ) WHERE place > 1
        UNION ALL
        SELECT row FROM (
            SELECT rowid AS row, row_number() OVER (
                PARTITION BY {fields} ORDER BY file, line, coalesce(entry, 0)) AS place
            FROM {table} WHERE source_id IS NULL
                AND hash({fields}) IN (SELECT sum FROM unnamed)
        ) WHERE place > 1"""
    )


_Fault = tuple[str, str, str, str]
"""When (SQL), which field, why, and what to do; the value is that of the staging column."""

_CALENDAR: Final = "no calendar has this day"
_MEND_DATE: Final = "write the date as YYYY-MM-DD, YYYY-MM or YYYY"


def _dates(*columns: str) -> list[_Fault]:
    return [
        (f"impossible({column}_lo, {column}_text)", f"{column}_text", _CALENDAR, _MEND_DATE)
        for column in columns
    ]


def _words(column: str, words: Sequence[str], *, needed: bool = False) -> _Fault:
    listed = ", ".join(f"'{word}'" for word in words)
    return (
        f"{column} NOT IN ({listed})" + (f" OR {column} IS NULL" if needed else ""),
        column,
        "this word is not one of those that can stand here",
        f"use one of: {', '.join(words)}",
    )


_UNKNOWN: Final[list[_Fault]] = [
    ("state IS NULL AND coalesce(trim(patient_id), '') = ''", "patient_id",
     "the row names no patient", "say whose row this is"),
    ("state IS NULL", "patient_id", "the export has no patient of this name",
     "add the patient's own row, or correct the name"),
    ("state = 'faulty'", "patient_id", "the patient's own row is in quarantine",
     "mend the patient's own row"),
]  # fmt: skip
_PATIENT_FAULTS: Final = [
    *_dates("birth", "enrolled_from", "enrolled_to"),
    # That somebody died may be known without the day.
    ("death_text <> 'true' AND impossible(death_lo, death_text)", "death_text", _CALENDAR,
     _MEND_DATE),
]  # fmt: skip
_COVERAGE_FAULTS: Final = [*_UNKNOWN, *_dates("start", "end")]
_STATUS_FAULT: Final = _words("status", (*STATUSES, *NOT_FACTS, "superseded"))
_VISIT_FAULTS: Final = [
    *_UNKNOWN, *_dates("start", "end", "onset"),
    _words("setting", SETTINGS), _STATUS_FAULT,
]  # fmt: skip
_EVENT_FAULTS: Final = [
    *_UNKNOWN, *_dates("start", "end", "recorded", "onset"),
    _words("kind", KINDS, needed=True), _words("role", ROLES), _words("setting", SETTINGS),
    _STATUS_FAULT,
]  # fmt: skip


def _any_fault(faults: list[_Fault]) -> str:
    return "(" + " OR ".join(f"coalesce({when}, false)" for when, *_ in faults) + ")"


def _describe(faults: list[_Fault]) -> str:
    """The first fault of a row, as a struct."""
    cases = " ".join(
        f"WHEN {when} THEN {{field: '{column.removesuffix('_text')}', value: {column},"
        f" reason: '{reason}', mend: '{mend}'}}"
        for when, column, reason, mend in (
            (when, column, _quote(reason), _quote(mend)) for when, column, reason, mend in faults
        )
    )
    return f"CASE {cases} END"


def _quote(text: str) -> str:
    return text.replace("'", "''")


_DATED: Final = {
    "stage_patients": ("birth", "death", "enrolled_from", "enrolled_to"),
    "stage_coverage": ("start", "end"),
    "stage_visits": ("start", "end", "onset"),
    "stage_events": ("start", "end", "recorded", "onset"),
}

_FAULTS: Final = {
    "stage_patients": [_UNKNOWN[0], *_PATIENT_FAULTS],
    "stage_coverage": _COVERAGE_FAULTS,
    "stage_visits": _VISIT_FAULTS,
    "stage_events": _EVENT_FAULTS,
}


def _with_days(table: str) -> str:
    """A staging table with its row numbers and the first day of each of its dates."""
    days = ", ".join(f"day_lo({name}_text) AS {name}_lo" for name in _DATED[table])
    return f"SELECT *, rowid AS row, {days} FROM {table}"


def _judge(connection: duckdb.DuckDBPyConnection) -> None:
    """
    Make the views ``judged_TABLE``: staging rows with ``patient``, ``state`` and ``outcome``, the
    first day of each of their dates, and the keys of their codes.

    Also ``staged_outcomes (file, type, outcome, state, n)``, which counts source rows.
    """
    for table in _FAULTS:
        _judge_rows(connection, table)
    connection.execute(_PART_OUTCOMES)
    connection.execute(_OUTCOMES)


def _judge_rows(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    not_facts = [*NOT_FACTS, *(["planned"] if table == "stage_visits" else [])]
    listed = ", ".join(f"'{status}'" for status in not_facts)
    rules = [("state IN ('out', 'forgotten')", "skipped")]
    merged = ""
    if table == "stage_patients":
        rules += [("row <> person_row", "merged")]
        faults = "state IS NULL OR state = 'faulty'"
    else:
        merged = f"LEFT JOIN (SELECT row AS merged_row FROM merged_{table}) ON row = merged_row"
        rules += [
            ("merged_row IS NOT NULL OR status = 'superseded'", "merged"),
            (f"status IN ({listed})", "not_a_fact"),
        ]
        faults = _any_fault(_FAULTS[table])
    rules += [(faults, "quarantined")]
    cases = " ".join(f"WHEN {when} THEN '{outcome}'" for when, outcome in rules)
    days = ", ".join(f"{name}_lo" for name in _DATED[table])
    codes, joins = dictionary.joined(connection, table)
    connection.execute(
        f"""CREATE TEMP TABLE verdict_{table} AS
        SELECT row, {days}, patient, state, CASE {cases} ELSE 'stored' END AS outcome {codes}
        FROM ({_with_days(table)}) AS s
        LEFT JOIN (SELECT patient_id, patient, state, row AS person_row FROM person)
            USING (patient_id)
        {merged} {joins}"""
    )
    connection.execute(
        f"""CREATE TEMP VIEW judged_{table} AS
        FROM (SELECT *, rowid AS row FROM {table}) JOIN verdict_{table} USING (row)"""
    )


def _store_faults(connection: duckdb.DuckDBPyConnection) -> None:
    """
    Add the rows quarantined here to ``faults``.

    Makes ``reader_faults (row, file, type)``, those that were there before, and ``named_by_fault
    (row, state)``, those that name people who are left out.
    """
    connection.execute(
        "CREATE TEMP TABLE reader_faults AS SELECT rowid AS row, file, type FROM faults"
    )
    shown = {
        "stage_patients": "{patient: patient_id, birth: birth_text, death: death_text}",
        "stage_coverage": '{patient: patient_id, start: start_text, "end": end_text}',
        "stage_visits": '{patient: patient_id, id: source_id, start: start_text, "end": end_text,'
        " status: status, setting: setting, codings: codings}",
        "stage_events": "{patient: patient_id, id: source_id, kind: kind, start: start_text,"
        ' "end": end_text, recorded: recorded_text, status: status, setting: setting,'
        " codings: codings}",
    }
    found = connection.execute(
        "SELECT DISTINCT stage FROM part_outcomes WHERE outcome = 'quarantined'"
    ).fetchall()
    for (table,) in found:
        rows = f"judged_{table} AS s"
        if table in ("stage_visits", "stage_events"):
            rows = f"""(SELECT s.* REPLACE (coalesce(s.codings, c.codings) AS codings)
                FROM {rows} LEFT JOIN (
                    SELECT concept, any_value(codings) AS codings FROM stage_concepts
                    GROUP BY concept) AS c USING (concept)) AS s"""
        connection.execute(
            f"""INSERT INTO faults BY NAME
            SELECT file, source_type AS type, line, fault.field, fault.value::VARCHAR AS value,
                fault.reason, fault.mend, to_json({shown[table]})::VARCHAR AS raw, patient_id
            FROM (SELECT *, {_describe(_FAULTS[table])} AS fault
                FROM {rows} WHERE outcome = 'quarantined')"""
        )
    connection.execute(
        """CREATE TEMP TABLE named_by_fault AS
        SELECT DISTINCT fault_row AS row, state FROM (
            SELECT rowid AS fault_row, unnest(
                if(patient_id IS NULL, words(raw) || words(value), [patient_id])) AS patient_id
            FROM faults
        ) JOIN person USING (patient_id) WHERE state IN ('out', 'forgotten')"""
    )


# Writing ---------------------------------------------------------------------------------------


def _write(connection: duckdb.DuckDBPyConnection, folder: Path, table: str, query: str) -> None:
    columns = ", ".join(f"{name}::{kind} AS {name}" for name, kind in TABLES[table].items())
    connection.execute(
        f"""COPY (SELECT {columns} FROM ({query}))
        TO {quoted(folder / f"{table}.parquet")} ({PARQUET})"""
    )


def _read(folder: Path, table: str) -> str:
    return parquet(folder / f"{table}.parquet")


def _span(column: str) -> str:
    return f"span_hi({column}_lo, {column}_text) AS {column}_hi"


_CLINICIAN: Final = "coalesce(known.known_as, s.clinician)"
_SPECIALTY: Final = "coalesce(specialty_code, by_clinician.code)"
_CLINICIAN_JOINS: Final = """LEFT JOIN (
        SELECT clinician, min(known_as) AS known_as, min(specialty) AS specialty
        FROM stage_clinicians GROUP BY clinician
    ) AS known ON s.clinician = known.clinician
    LEFT JOIN coded AS by_clinician ON known.specialty = by_clinician.codings"""


def _write_visits(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    query = f"""SELECT *, row_number() OVER () - 1 AS visit FROM (
        SELECT s.* EXCLUDE (clinician, specialty, setting, text),
            coalesce(concept_setting, setting) AS setting, coalesce(s.text, concept_text) AS text,
            {_span("start")}, {_span("end")},
            {_span("onset")}, clock(start_lo, start_text) AS start_time, codings_code AS code,
            {_SPECIALTY} AS specialty, {_CLINICIAN} AS clinician
        FROM judged_stage_visits AS s
        {_CLINICIAN_JOINS}
        WHERE outcome = 'stored'
        ORDER BY patient, start_lo, source_id, file, line, entry)"""
    _write(connection, folder, "visits", query)


def _link_images(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        """CREATE TEMP TABLE link_names AS
        SELECT s.row, unnest(s.links) AS name,
            kind = 'imaging' OR (kind = 'procedure' AND coalesce(codings_imaging, false)) AS imaging
        FROM judged_stage_events AS s
        WHERE len(s.links) > 0 AND outcome = 'stored'"""
    )
    links.build(connection)


def _write_events(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    # A visit is found by the hash of its id among the visits of the same person.
    repeated = ", ".join(f"{of_visit} AS {name}" for name, of_visit in OF_VISIT.items())
    query = f"""SELECT *, row_number() OVER (
            ORDER BY kind, patient, start_lo, file, line, entry, part) - 1 AS event FROM (
        SELECT s.* EXCLUDE (clinician, specialty, kind, role, reason, text),
            coalesce(s.text, concept_text) AS text, {_span("start")},
            {_span("end")}, {_span("recorded")}, {_span("onset")},
            clock(start_lo, start_text) AS start_time,
            clock(recorded_lo, recorded_text) AS recorded_time,
            if(kind = 'procedure' AND codings_imaging, 'imaging', kind) AS kind,
            if(kind = 'procedure' AND codings_imaging, coalesce(role, 'performed'), role) AS role,
            codings_code AS code, reason_code AS reason, linked.link,
            {_SPECIALTY} AS specialty, {_CLINICIAN} AS clinician,
            try_cast(s.value AS DOUBLE) AS number,
            {", ".join(OF_VISIT)}
        FROM judged_stage_events AS s
        {_CLINICIAN_JOINS}
        LEFT JOIN linked ON s.row = linked.row
        LEFT JOIN (
            SELECT patient AS visit_patient, hash(source_id) AS visit_hash, {repeated}
            FROM {_read(folder, "visits")} WHERE source_id IS NOT NULL
        ) ON hash(s.visit_id) = visit_hash AND s.patient = visit_patient
        WHERE outcome = 'stored')"""
    _write(connection, folder, "events", by_code(f"({query})"))


def _write_people(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    spans = ", ".join(_span(name) for name in _DATED["stage_patients"])
    query = f"""SELECT s.* EXCLUDE (clinician), {spans},
            coalesce(known_as, s.clinician) AS clinician
        FROM judged_stage_patients AS s
        LEFT JOIN (SELECT clinician, min(known_as) AS known_as
            FROM stage_clinicians GROUP BY clinician) AS known ON s.clinician = known.clinician
        WHERE outcome = 'stored' ORDER BY patient"""
    _write(connection, folder, "patients", query)
    query = f"""SELECT *, {_span("start")}, {_span("end")} FROM judged_stage_coverage
        WHERE outcome = 'stored' ORDER BY patient, start_lo, file, line"""
    _write(connection, folder, "coverage", query)


def _write_codes(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    events, visits = _read(folder, "events"), _read(folder, "visits")
    connection.execute(
        f"""CREATE TEMP TABLE used_codes AS
        SELECT code FROM {events} UNION SELECT reason FROM {events}
        UNION SELECT specialty FROM {events} UNION SELECT code FROM {visits}
        UNION SELECT specialty FROM {visits}"""
    )
    dictionary.write(connection, folder / "codes.parquet")


def _write_summaries(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    events, visits = _read(folder, "events"), _read(folder, "visits")
    for table, query in SUMMARIES.items():
        _write(connection, folder, table, query.format(visits=visits, events=events))


def _write_sources(
    connection: duckdb.DuckDBPyConnection, folder: Path, sources: Sequence[SourceRow]
) -> None:
    connection.execute(
        """CREATE TEMP TABLE source_rows AS SELECT unnest($1::INTEGER[]) AS file,
        unnest($2::VARCHAR[]) AS path, unnest($3::VARCHAR[]) AS sha256,
        unnest($4::BIGINT[]) AS bytes""",
        [
            [row.file.file for row in sources],
            [row.file.name for row in sources],
            [row.sha256 for row in sources],
            [row.bytes for row in sources],
        ],
    )
    # A file may be named for its patient.
    query = """SELECT * EXCLUDE (path), if(file IN (
            SELECT file FROM (SELECT file, unnest(words(path)) AS patient_id FROM source_rows)
            JOIN person USING (patient_id) WHERE state IN ('out', 'forgotten')
        ), '(left out)', path) AS path
        FROM source_rows ORDER BY file"""
    _write(connection, folder, "sources", query)


# Sums ------------------------------------------------------------------------------------------


def _write_ledger(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """
    Count every source row once and hold the sums.

    A source row of several events is stored if one of them is, else quarantined if one is, and so
    on. What was skipped has a row of its own for each reason.
    """
    connection.execute(
        f"""CREATE TEMP TABLE counts AS
        SELECT file, type, outcome, reason, sum(n)::BIGINT AS n FROM (
            SELECT file, type, outcome, CASE state WHEN 'out' THEN '{_OUT}'
                WHEN 'forgotten' THEN '{FORGOTTEN}' END AS reason, n
            FROM (
                SELECT file, type, outcome, state, n FROM staged_outcomes
                UNION ALL
                SELECT file, type, if(state IS NULL, 'quarantined', 'skipped'), state, 1
                FROM reader_faults LEFT JOIN (
                    SELECT row, min(state) AS state FROM named_by_fault GROUP BY row
                ) USING (row)
            )
            UNION ALL
            SELECT file, type, 'skipped', reason, skipped FROM read_lines WHERE skipped > 0
        ) GROUP BY ALL"""
    )
    wrong = connection.execute(
        """SELECT file, type, coalesce(read, 0), coalesce(ended, 0) FROM
            (SELECT file, type, sum(read) AS read FROM read_lines GROUP BY ALL)
            FULL JOIN (SELECT file, type, sum(n) AS ended FROM counts GROUP BY ALL)
            USING (file, type)
        WHERE coalesce(read, 0) <> coalesce(ended, 0) ORDER BY ALL LIMIT 5"""
    ).fetchall()
    assert not wrong, f"(file, type, read, accounted for): {wrong}"
    query = """
        SELECT file, type, sum(n) AS read,
            coalesce(sum(n) FILTER (outcome = 'stored'), 0) AS stored,
            coalesce(sum(n) FILTER (outcome = 'merged'), 0) AS merged,
            coalesce(sum(n) FILTER (outcome = 'skipped'), 0) AS skipped,
            coalesce(sum(n) FILTER (outcome = 'not_a_fact'), 0) AS not_a_fact,
            coalesce(sum(n) FILTER (outcome = 'quarantined'), 0) AS quarantined,
            reason
        FROM counts GROUP BY file, type, reason ORDER BY file, type, reason NULLS FIRST"""
    _write(connection, folder, "ledger", query)
    query = """SELECT * EXCLUDE (type, patient_id) FROM faults
        WHERE rowid NOT IN (SELECT row FROM named_by_fault)
        ORDER BY file, line, field, value"""
    _write(connection, folder, "quarantine", query)


_STAGES: Final = {
    "stage_patients": "0",
    "stage_coverage": "0",
    "stage_visits": "0",
    "stage_events": "part",
}

_PART_OUTCOMES: Final = "CREATE TEMP TABLE part_outcomes AS " + " UNION ALL ".join(
    f"""SELECT '{table}' AS stage, file, source_type AS type, outcome, state, count(*) AS n,
        coalesce(max({part}), 0) > 0 AS has_parts FROM judged_{table} GROUP BY ALL"""
    for table, part in _STAGES.items()
)
"""Staged rows, several of which may come from one source row."""

_ROWS: Final = " UNION ALL ".join(
    f"""SELECT file, source_type AS type, line, coalesce(entry, 0) AS entry, outcome, state
        FROM judged_{table}"""
    for table in _STAGES
)

_OUTCOMES: Final = f"""CREATE TEMP TABLE staged_outcomes AS
WITH several AS (
    SELECT file, type FROM part_outcomes GROUP BY ALL
    HAVING count(DISTINCT stage) > 1 OR bool_or(has_parts)
)
SELECT file, type, outcome, state, sum(n) AS n
FROM part_outcomes ANTI JOIN several USING (file, type) GROUP BY ALL
UNION ALL
SELECT file, type, outcome, state, count(*) FROM (
    SELECT file, type, line, entry,
        (['stored', 'quarantined', 'merged', 'not_a_fact', 'skipped'])[min(CASE outcome
            WHEN 'stored' THEN 1 WHEN 'quarantined' THEN 2 WHEN 'merged' THEN 3
            WHEN 'not_a_fact' THEN 4 ELSE 5 END)] AS outcome,
        min(state) AS state
    FROM ({_ROWS}) SEMI JOIN several USING (file, type) GROUP BY file, type, line, entry
) GROUP BY ALL"""
"""Source rows, each by the best that became of its parts."""


# The whole -------------------------------------------------------------------------------------


def _extract(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    *,
    format: Format,  # noqa: A002
    digest: str,
    reading: Reading,
    today: date,
) -> Extract:
    events, visits = _read(folder, "events"), _read(folder, "visits")
    row = connection.execute(
        f"""SELECT max(day) FILTER (day <= $today), coalesce(bool_or(day > $today), false) FROM (
            SELECT start_lo AS day FROM {visits}
            UNION ALL SELECT start_lo FROM {events}
            UNION ALL SELECT recorded_lo FROM {events})""",
        {"today": today},
    ).fetchone()
    assert row is not None
    last, beyond = row
    lacks = connection.execute(
        f"""SELECT
            (SELECT count(*) > 0 AND count(recorded_lo) = 0 FROM {events}),
            (SELECT count(*) > 0 AND count(setting) = 0 FROM {visits}),
            (SELECT count(*) = 0 FROM {visits})"""
    ).fetchone()
    assert lacks is not None
    found = {
        "dates-after-today": beyond,
        "no-recorded-dates": lacks[0],
        "no-settings": lacks[1],
        "no-visits": lacks[2],
    }
    out = connection.execute("SELECT count(*) FROM person WHERE state = 'out'").fetchone()
    assert out is not None
    said = reading.cutoff if reading.cutoff is not None and reading.cutoff <= today else None
    return Extract(
        format=format,
        digest=digest,
        cutoff=said or last or today,
        cutoff_from=reading.cutoff_from if said else "last record",
        first_day=reading.first_day,
        carried=reading.carried,
        consent_out=out[0],
        assumptions=sorted(
            {*reading.assumptions, *(name for name, is_so in found.items() if is_so)}
        ),
    )
