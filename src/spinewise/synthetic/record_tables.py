"""The record tables themselves, as reading the CSV form would give them: a fast way to many."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import duckdb
import msgspec

from spinewise.synthetic.facts import ALL_CODES
from spinewise.synthetic.people import NEVER
from spinewise.tables import KINDS, OF_VISIT, PARQUET, SUMMARIES, TABLES, Extract, by_code

_EPOCH: Final = date(1970, 1, 1)


def _day(column: str) -> str:
    return f"date_of({column})"


_FIRST_OF_CODE: Final = [
    min(n for n, same in enumerate(ALL_CODES.values()) if same[:2] == code[:2])
    for code in ALL_CODES.values()
]
"""Names that stand for one code share the key of the first."""

_BOTH: Final = '{0} AS "{1}_lo", {0} AS "{1}_hi"'

_KEYS: Final = """
CREATE OR REPLACE TABLE key AS
SELECT n AS person, patient, row_number() OVER (ORDER BY patient) - 1 + {patients} AS key
FROM person WHERE NOT consent_out
"""

_PATIENTS: Final = f"""
SELECT key AS patient, patient_name(person.patient) AS patient_id,
    CASE WHEN birth_year_only THEN left(iso(birth), 4) ELSE iso(birth) END AS birth_text,
    CASE WHEN birth_year_only THEN date_trunc('year', {_day("birth")})
        ELSE {_day("birth")} END AS birth_lo,
    CASE WHEN birth_year_only THEN last_day(date_trunc('year', {_day("birth")})
        + INTERVAL 11 MONTH) ELSE {_day("birth")} END AS birth_hi,
    sex, iso(opt(died)) AS death_text, {_BOTH.format(_day("opt(died)"), "death")},
    clinician, 'practice-' || (practice + 1) AS practice,
    {_BOTH.format(_day("joined"), "enrolled_from")},
    {_BOTH.format(_day(f'nullif("left", {NEVER})'), "enrolled_to")},
    language, 1 AS file, key + 2 AS line
FROM key JOIN person ON person.n = key.person ORDER BY key
"""

_FACTS: Final = """
CREATE OR REPLACE VIEW stored AS
SELECT fact.* EXCLUDE (code, specialty), key AS who, fact.rowid + 2 + {lines} AS line,
    code_key(code) AS code, code_key(specialty) AS specialty
FROM fact JOIN key ON key.person = fact.person
WHERE copy = 1 AND status NOT IN ('cancelled', 'entered-in-error')
"""

_VISITS: Final = f"""
CREATE OR REPLACE TABLE visits AS
SELECT who AS patient, row_number() OVER () - 1 + {{visits}} AS visit, patient AS place,
    visit AS number, visit_name(patient, visit) AS source_id, moment(day, minute) AS start_text,
    {_BOTH.format(_day("day"), "start")},
    {_day("day")} + minute * INTERVAL 1 MINUTE AS start_time,
    setting, code, specialty, clinician, NULL::DATE AS onset_lo, NULL::DATE AS onset_hi, text,
    0 AS file, line
FROM stored WHERE kind = 'visit'
"""

_EVENTS: Final = f"""
SELECT * REPLACE (row_number() OVER () - 1 + {{events}} AS event) FROM (
SELECT who AS patient, 0 AS event, kind, role, s.code,
    CASE WHEN month_only THEN left(iso(day), 7) ELSE iso(day) END AS start_text,
    CASE WHEN month_only THEN date_trunc('month', {_day("day")}) ELSE {_day("day")} END
        AS start_lo,
    CASE WHEN month_only THEN last_day({_day("day")}) ELSE {_day("day")} END AS start_hi,
    {_BOTH.format(_day('s."end"'), "end")},
    iso(recorded) AS recorded_text, {_BOTH.format(_day("recorded"), "recorded")},
    {_BOTH.format(_day("onset"), "onset")},
    status, category, {", ".join(f"visits.{of} AS {name}" for name, of in OF_VISIT.items())},
    position, s.setting, modality, region,
    order_name(s.patient, order_no) AS link, s.clinician, clinician_role, s.specialty, value,
    TRY_CAST(value AS DOUBLE) AS number, unit, days_supply, s.text, 'events' AS source_type,
    0 AS file, s.line
FROM stored s LEFT JOIN visits ON visits.patient = s.who AND visits.number = s.visit
WHERE kind <> 'visit' ORDER BY s.line)
"""


class RecordTables:
    """Writes the tables of :mod:`spinewise.tables`, block by block; nothing is left to read."""

    def __init__(self, con: duckdb.DuckDBPyConnection, out: Path) -> None:
        self._con = con
        self._out = out
        self._blocks = 0
        self._rows = {"patients": 0, "visits": 0, "events": 0, "lines": 0, "out": 0}
        con.execute(f"CREATE MACRO code_key(number) AS {_FIRST_OF_CODE!r}[number + 1]")

    def block(self) -> None:
        """Write the people and facts that are loaded."""
        con, rows = self._con, self._rows
        con.execute(_KEYS.format(**rows))
        con.execute(_FACTS.format(**rows))
        con.execute(_VISITS.format(**rows))
        self._write("patients", _PATIENTS)
        self._write("visits", "SELECT * FROM visits ORDER BY visit")
        self._write("events", _EVENTS.format(**rows))
        for name, query in {
            "patients": "key",
            "visits": "visits",
            "events": "stored WHERE kind <> 'visit'",
            "lines": "stored",
            "out": "person WHERE consent_out",
        }.items():
            rows[name] += self._count(query)
        self._blocks += 1

    def finish(self, strangers: int, end: int) -> None:
        """Join the parts and write the small tables; ``strangers`` are rows of files, not facts."""
        for table in ("patients", "visits", "events"):
            parts = [str(self._part(table, block)) for block in range(self._blocks)]
            listed = ", ".join(f"'{_quoted(part)}'" for part in parts)
            whole = f"read_parquet([{listed}])"
            query = _numbered(whole) if table == "events" else f"SELECT * FROM {whole}"
            self._copy(query, self._out / f"{table}.parquet")
            for part in parts:
                Path(part).unlink()
        visits, events = (
            f"read_parquet('{_quoted(str(self._out / f'{table}.parquet'))}')"
            for table in ("visits", "events")
        )
        for table, query in SUMMARIES.items():
            self._small(table, query.format(visits=visits, events=events))
        rows = self._rows
        with (self._out / "events.parquet").open("rb") as stream:
            sum_ = hashlib.file_digest(stream, "sha256").hexdigest()
        self._small("coverage", "SELECT 1 WHERE false")
        self._small("quarantine", "SELECT 1 WHERE false")
        self._small(
            "codes",
            "SELECT number AS code, system_of(number) AS system, value_of(number) AS value,"
            " display_of(number) AS display FROM code WHERE number = code_key(number)"
            " ORDER BY number",
        )
        files = ((0, "events.csv", rows["lines"]), (1, "patients.csv", rows["patients"]))
        self._small(
            "sources",
            " UNION ALL ".join(
                f"SELECT {file} AS file, '{path}' AS path, '{sum_}' AS sha256, 0 AS bytes"
                for file, path, _ in files
            ),
        )
        self._small(
            "ledger",
            " UNION ALL ".join(
                f"SELECT {file} AS file, '{path[:-4]}' AS type, {count} AS read, {count} AS stored,"
                " 0 AS merged, 0 AS skipped, 0 AS not_a_fact, 0 AS quarantined, NULL AS reason"
                for file, path, count in files
            ),
        )
        extract = Extract(
            format="csv",
            digest=sum_,
            cutoff=_EPOCH + timedelta(days=end),
            cutoff_from="last record",
            consent_out=rows["out"],
        )
        (self._out / "extract.json").write_bytes(msgspec.json.format(msgspec.json.encode(extract)))

    def _write(self, table: str, query: str) -> None:
        self._copy(self._shaped(table, query), self._part(table, self._blocks))

    def _small(self, table: str, query: str) -> None:
        self._copy(self._shaped(table, query), self._out / f"{table}.parquet")

    def _shaped(self, table: str, query: str) -> str:
        """The rows of ``query`` with the columns of a record table, NULL where it has none."""
        has = {row[0] for row in self._con.execute(f"DESCRIBE {query}").fetchall()}
        columns = ", ".join(
            (f'CAST("{name}" AS {kind})' if name in has else f"CAST(NULL AS {kind})")
            + f' AS "{name}"'
            for name, kind in TABLES[table].items()
        )
        return f"SELECT {columns} FROM ({query})"

    def _copy(self, query: str, path: Path) -> None:
        self._con.execute(f"COPY ({query}) TO '{_quoted(str(path))}' ({PARQUET})")

    def _part(self, table: str, block: int) -> Path:
        return self._out / f".{table}-{block:05d}.parquet"

    def _count(self, query: str) -> int:
        return int(self._con.execute(f"SELECT count(*) FROM {query}").fetchall()[0][0])


def _numbered(events: str) -> str:
    """Events that are sorted by patient, numbered by kind and in the order of the table."""
    by_kind = " UNION ALL ".join(
        f"(SELECT * FROM {events} WHERE kind = '{kind}')" for kind in sorted(KINDS)
    )
    event = "CAST(row_number() OVER () - 1 AS INTEGER) AS event"
    return by_code(f"(SELECT * REPLACE ({event}) FROM ({by_kind}))")


def _quoted(text: str) -> str:
    return text.replace("'", "''")
