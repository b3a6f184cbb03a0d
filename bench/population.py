"""
Made-up record tables of many people, for timing only: nothing in them is true of anybody.

Everything follows from hashes of row numbers, so that the same size gives the same tables (under
one version of DuckDB). A person has 20 visits and 10 diagnoses in five years, 3.5 % of the
diagnoses are low back pain and 2 % are red flags, 10 medicines, and about one image and one in
eight more after low back pain. A fifth of the low back pain visits have a complete screen and a
twentieth a survey, so that every indicator of the package has units.

The same facts are written twice: as the record tables of :mod:`spinewise.tables`, and as the five
narrow tables that the hand-written query of :mod:`bench.by_hand` reads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import Final

import duckdb
import msgspec

from spinewise.intake.connection import connect
from spinewise.know.package import Package
from spinewise.scratch import limited
from spinewise.tables import KINDS, PARQUET, SUMMARIES, TABLES, Extract, by_code

VISITS: Final = 20
DIAGNOSES: Final = 10
MEDICINES: Final = 10
BLOCK: Final = 100_000
"""People that are written at a time."""
CUTOFF: Final = date(2024, 12, 31)
PERIOD: Final = (date(2024, 1, 1), date(2024, 12, 31))

PAIN: Final = ("M54.50", "M54.51", "M54.59", "M54.16", "M54.41", "M54.31")
RED: Final = (
    "C79.51",
    "C50.911",
    "S32.010A",
    "F11.20",
    "B20",
    "G83.4",
    "Z94.0",
    "M46.26",
    "R63.4",
)
ELSE: Final = (
    "I10",
    "E11.9",
    "J06.9",
    "F32.9",
    "Z00.00",
    "M17.11",
    "K21.9",
    "J45.909",
    "N39.0",
    "L30.9",
    "E78.5",
    "R51.9",
    "G47.00",
    "H10.9",
    "B34.9",
)
LUMBAR: Final = ("72148", "72131", "72100", "72110")
OTHER_IMAGES: Final = ("71046", "73030", "70450", "76700", "77067")
MEDICINES_OF_NOTE: Final = ("H02AB07", "N02AA05", "N02AX02", "M05BA04", "L04AX03")
OTHER_MEDICINES: Final = (
    "C08CA01",
    "A10BA02",
    "C10AA05",
    "N06AB06",
    "A02BC01",
    "M01AE01",
    "N02BE01",
    "R03AC02",
)
FAMILY_MEDICINE: Final = "00"
SPECIALTIES: Final = ("04", "06", "33", "13")
OFFICE_VISIT: Final = "99213"

# The visit and diagnosis numbers of a person follow from the person's, and so do their days: a
# visit in every span of 91 days, which keeps the rows in the order of their days.
_MACROS: Final = (
    "h(x, salt, below) AS CAST(hash(x * 1000003 + salt) % below AS INTEGER)",
    "day_of(visit) AS DATE '2020-01-01'"
    f" + CAST(visit % {VISITS} AS INTEGER) * 91 + h(visit, 11, 91)",
    "doctor_of(person) AS h(person, 3, 200) * 10 + h(person, 4, 10)",
    "doctor_at(visit) AS CASE WHEN h(visit, 13, 10) < 9 THEN doctor_of(visit // 20)"
    " ELSE h(visit, 14, 2000) END",
    "doctor(number) AS 'prov-' || lpad(CAST(number AS VARCHAR), 5, '0')",
    "setting_of(visit) AS CASE WHEN h(visit, 12, 100) < 80 THEN 'office'"
    " WHEN h(visit, 12, 100) < 87 THEN 'emergency' WHEN h(visit, 12, 100) < 91 THEN 'inpatient'"
    " ELSE 'virtual' END",
    f"visit_of(diagnosis) AS (diagnosis // {DIAGNOSES}) * {VISITS} + h(diagnosis, 21, {VISITS})",
)

_PATIENTS: Final = """
    SELECT i AS patient, 'P' || lpad(CAST(i AS VARCHAR), 8, '0') AS patient_id, born AS birth_lo,
        born AS birth_hi, CAST(born AS VARCHAR) AS birth_text,
        CASE WHEN h(i, 2, 2) = 0 THEN 'female' ELSE 'male' END AS sex,
        doctor(doctor_of(i)) AS clinician, 'site-' || lpad(CAST(h(i, 3, 200) AS VARCHAR), 4, '0')
            AS practice, 0 AS file, i + 1 AS line
    FROM (SELECT i, DATE '1925-01-01' + h(i, 1, 36500) AS born FROM range({first}, {last}) AS t(i))
"""
_VISITS: Final = """
    SELECT visit // 20 AS patient, visit, 'v' || visit AS source_id, day AS start_lo,
        day AS start_hi, CAST(day AS VARCHAR) AS start_text, day AS end_lo, day AS end_hi,
        setting_of(visit) AS setting, {office_visit} AS code,
        CASE WHEN h(visit, 16, 100) < 95 THEN {family_medicine}
            ELSE {specialties}[1 + h(visit, 17, {n_specialties})] END AS specialty,
        doctor(doctor_at(visit)) AS clinician, 1 AS file, visit + 1 AS line
    FROM (SELECT visit, day_of(visit) AS day
        FROM range({first} * 20, {last} * 20) AS t(visit))
"""
_EVENTS: Final = """
    WITH diagnosis AS (
        SELECT n, visit_of(n) AS visit, day_of(visit_of(n)) AS day,
            CASE WHEN h(n, 22, 1000) < 35 THEN 'pain' WHEN h(n, 22, 1000) < 55 THEN 'red'
                ELSE 'else' END AS what
        FROM range({first} * 10, {last} * 10) AS t(n)
    ), pain AS (
        SELECT * FROM diagnosis WHERE what = 'pain'
    ), image AS (
        SELECT n AS patient, day AS asked, day + h(n, 38, 21) AS day, NULL AS reason, code,
            'i' || n AS name
        FROM (SELECT n, DATE '2020-01-01' + h(n, 34, 1826) AS day,
                CASE WHEN h(n, 32, 10) < 4 THEN {lumbar}[1 + h(n, 33, {n_lumbar})]
                    ELSE {other_images}[1 + h(n, 33, {n_other_images})] END AS code
            FROM range({first}, {last}) AS t(n))
        UNION ALL
        SELECT n // 10, day, day + h(n, 36, 60), {pain}[1 + h(n, 23, {n_pain})],
            {lumbar}[1 + h(n, 35, {n_lumbar})], 'p' || n
        FROM pain WHERE h(n, 37, 100) < 35
    ), event AS (
        SELECT n // 10 AS patient, 'condition' AS kind, NULL AS role, day, visit,
            CASE what WHEN 'pain' THEN {pain}[1 + h(n, 23, {n_pain})]
                WHEN 'red' THEN {red}[1 + h(n, 23, {n_red})]
                ELSE {other}[1 + h(n, 23, {n_other})] END AS code, 'active' AS status,
            NULL AS value, NULL AS link, NULL AS reason, NULL AS days_supply, 'c' || n AS source_id,
            'Condition' AS source_type
        FROM diagnosis
        UNION ALL
        SELECT n // 10, 'medication', NULL, DATE '2020-01-01' + h(n, 43, 1826), NULL,
            CASE WHEN h(n, 41, 1000) < 30
                THEN {medicines_of_note}[1 + h(n, 42, {n_medicines_of_note})]
                ELSE {other_medicines}[1 + h(n, 42, {n_other_medicines})] END, 'completed', NULL,
            NULL, NULL, 7 + h(n, 44, 120), 'm' || n, 'MedicationRequest'
        FROM range({first} * 10, {last} * 10) AS t(n)
        UNION ALL
        SELECT patient, 'imaging', 'performed', day, NULL, code, 'completed', NULL, name, reason,
            NULL, name, 'Procedure' FROM image
        UNION ALL
        SELECT patient, 'imaging', 'order', asked, NULL, code, 'completed', NULL, name, reason,
            NULL, name || 'o', 'ServiceRequest'
        FROM image WHERE list_contains({lumbar}, code) AND h(hash(name) % 1000000, 39, 10) < 7
        UNION ALL
        SELECT n // 10, 'finding', NULL, day, visit, asked, 'active',
            CASE WHEN h(n * 100 + asked, 52, 100) < 1 THEN 'present' ELSE 'absent' END,
            NULL, NULL, NULL, 'f' || n || '-' || asked, 'QuestionnaireResponse'
        FROM (SELECT *, unnest({findings}) AS asked FROM pain WHERE h(n, 51, 100) < 20)
        UNION ALL
        SELECT n // 10, 'answer', NULL, day + follow_up, visit, item, 'active',
            CASE WHEN item = {number_item} THEN CAST(h(n + follow_up, 54, 11) AS VARCHAR)
                ELSE {choices}[1 + h(n, 55, {n_choices})] END,
            NULL, NULL, NULL, 'a' || n || '-' || item || '-' || follow_up, 'QuestionnaireResponse'
        FROM (SELECT *, unnest([0, 60]) AS follow_up FROM pain WHERE h(n, 53, 100) < 5),
            (SELECT unnest([{number_item}, {choice_item}]) AS item)
        WHERE item = {number_item} OR follow_up = 60
    )
    SELECT patient, row_number() OVER (PARTITION BY kind ORDER BY patient, day, source_id) - 1
            + CASE kind {of_kind} END AS event,
        kind, role, code, CAST(day AS VARCHAR) AS start_text, day AS start_lo, day AS start_hi,
        CASE WHEN kind = 'condition' THEN CAST(day AS VARCHAR) END AS recorded_text,
        CASE WHEN kind IN ('condition', 'finding') THEN day END AS recorded_lo,
        CASE WHEN kind IN ('condition', 'finding') THEN day END AS recorded_hi,
        status, CASE WHEN kind = 'condition' THEN 'encounter-diagnosis' END AS category,
        visit, CASE WHEN visit IS NOT NULL THEN day_of(visit) END AS visit_lo,
        CASE WHEN visit IS NOT NULL THEN day_of(visit) END AS visit_hi,
        CASE WHEN visit IS NOT NULL THEN setting_of(visit) END AS visit_setting,
        CASE WHEN visit IS NOT NULL THEN doctor(doctor_at(visit)) END AS visit_clinician,
        link, reason, doctor(doctor_at(coalesce(visit, patient * 20))) AS clinician,
        CASE WHEN role = 'order' THEN 'ordering' END AS clinician_role,
        value, TRY_CAST(value AS DOUBLE) AS number, days_supply, source_type, source_id,
        1 AS file, row_number() OVER (ORDER BY patient, day, source_id) + {events} AS line
    FROM event
    ORDER BY kind, code, event
"""

# The hand-written query has tables that hold what it needs and no more, with codes as text.
_BY_HAND: Final = {
    "patient": "SELECT patient AS patient_id, birth_lo AS birth_date FROM patients",
    "encounter": "SELECT visit AS encounter_id, patient AS patient_id, start_lo AS start_date,"
    " setting AS class, clinician AS provider_id,"
    " 'site-' || lpad(CAST(CAST(right(clinician, 5) AS INTEGER) // 10 AS VARCHAR), 4, '0')"
    " AS site_id FROM visits",
    "condition": "SELECT event AS condition_id, patient AS patient_id, visit AS encounter_id,"
    " start_lo AS onset_date, c.value AS code FROM events JOIN codes AS c USING (code)"
    " WHERE kind = 'condition' ORDER BY event",
    "medication": "SELECT event AS med_id, patient AS patient_id, c.value AS code,"
    " start_lo AS start_date, days_supply FROM events JOIN codes AS c USING (code)"
    " WHERE kind = 'medication' ORDER BY event",
    "imaging": "SELECT event AS imaging_id, patient AS patient_id, c.value AS code,"
    " start_lo AS study_date FROM events JOIN codes AS c USING (code)"
    " WHERE kind = 'imaging' AND role = 'performed' ORDER BY event",
}


def write_population(people: int, package: Package, folder: Path) -> None:
    """
    Write ``folder/records`` (a snapshot) and ``folder/by_hand`` for so many people.

    Nothing is done where they are there already, made as they are made now: the last file to be
    written says so.
    """
    records, by_hand = folder / "records", folder / "by_hand"
    codes = _codes(package)
    values = _values(package, codes)
    digest = _digest(people, codes, values)
    written_last = records / "extract.json"
    if written_last.exists():
        if msgspec.json.decode(written_last.read_bytes())["digest"] == digest:
            return
        written_last.unlink()
    for place in (records, by_hand):
        place.mkdir(parents=True, exist_ok=True)
        for left_over in place.iterdir():
            left_over.unlink()
    with limited("3GB"):
        connection = connect(folder)
    for macro in _MACROS:
        connection.execute(f"CREATE MACRO {macro}")
    kinds = dict.fromkeys(sorted(KINDS), 0)  # how many events there are of each
    for number, first in enumerate(range(0, people, BLOCK)):
        values |= {
            "first": first,
            "last": min(first + BLOCK, people),
            "events": sum(kinds.values()),
            "of_kind": " ".join(f"WHEN '{kind}' THEN {count}" for kind, count in kinds.items()),
        }
        for table, query in (("patients", _PATIENTS), ("visits", _VISITS), ("events", _EVENTS)):
            part = records / f"{table}-{number:04}.part"
            _write(connection, table, query.format(**values), part)
        counts = f"SELECT kind, count(*) FROM read_parquet('{_quoted(part)}') GROUP BY kind"
        for kind, count in connection.execute(counts).fetchall():
            kinds[kind] += count
    for table in ("patients", "visits", "events"):
        parts = f"read_parquet('{_quoted(records)}/{table}-*.part')"
        query = f"SELECT * FROM {parts}"
        if table == "events":
            query = _by_code(connection, parts, kinds)
        _copy(connection, query, records / f"{table}.parquet")
        for part in records.glob(f"{table}-*.part"):
            part.unlink()
    _write_small_tables(connection, codes, records)
    _write_summaries(connection, records)
    for table in TABLES:
        path = _quoted(records / f"{table}.parquet")
        connection.execute(f"CREATE VIEW {table} AS FROM read_parquet('{path}')")
    for table, query in _BY_HAND.items():
        _copy(connection, query, by_hand / f"{table}.parquet", "FORMAT parquet, COMPRESSION zstd")
    connection.close()
    extract = Extract(format="csv", digest=digest, cutoff=CUTOFF, cutoff_from="last record")
    written_last.write_bytes(msgspec.json.encode(extract))


def _digest(people: int, codes: list[tuple[str, str]], values: dict[str, object]) -> str:
    """Names a population, and with it the layout of the tables that it is written in."""
    layout = (TABLES, PARQUET, SUMMARIES, by_code("events"))
    made = (layout, _MACROS, _PATIENTS, _VISITS, _EVENTS, _BY_HAND, codes, values)
    return f"bench-{people}-{hashlib.sha256(repr(made).encode()).hexdigest()[:16]}"


def _by_code(connection: duckdb.DuckDBPyConnection, parts: str, kinds: dict[str, int]) -> str:
    """
    Events that are numbered within their kind, in the order of :func:`spinewise.tables.by_code`:
    each part has it already, so nothing has to be sorted.
    """
    before = dict(zip(kinds, accumulate(kinds.values(), initial=0), strict=False))
    found = connection.execute(f"SELECT DISTINCT kind, code FROM {parts} ORDER BY ALL").fetchall()
    return " UNION ALL ".join(
        f"SELECT * REPLACE (CAST(event + {before[kind]} AS INTEGER) AS event)"
        f" FROM {parts} WHERE kind = '{kind}' AND code = {code}"
        for kind, code in found
    )


def _codes(package: Package) -> list[tuple[str, str]]:
    """(system, value) of every code; the key is the place in the list."""
    listed = [("ICD-10-CM", value) for value in (*PAIN, *RED, *ELSE)]
    listed += [("CPT", value) for value in (*LUMBAR, *OTHER_IMAGES, OFFICE_VISIT)]
    listed += [("ATC", value) for value in (*MEDICINES_OF_NOTE, *OTHER_MEDICINES)]
    listed += [("OHIP-SPECIALTY", value) for value in (FAMILY_MEDICINE, *SPECIALTIES)]
    listed += [("spinewise-finding", finding.id) for finding in package.red_flags.finding]
    return listed + [("spinewise-item", item) for item in package.items]


def _values(package: Package, codes: list[tuple[str, str]]) -> dict[str, object]:
    """What the queries are filled with: code keys for names."""
    key = {value: number for number, (_, value) in enumerate(codes)}
    choice, number = (
        next(item for item in package.items.values() if (item.values[0] == "0") is numeric)
        for numeric in (False, True)
    )
    lists: dict[str, Iterable[str]] = {
        "pain": PAIN,
        "red": RED,
        "other": ELSE,
        "lumbar": LUMBAR,
        "other_images": OTHER_IMAGES,
        "medicines_of_note": MEDICINES_OF_NOTE,
        "other_medicines": OTHER_MEDICINES,
        "specialties": SPECIALTIES,
        "findings": [finding.id for finding in package.red_flags.finding],
    }
    keys = {name: [key[value] for value in listed] for name, listed in lists.items()}
    return {
        **keys,
        **{f"n_{name}": len(listed) for name, listed in keys.items()},
        "choices": list(choice.values),
        "n_choices": len(choice.values),
        "choice_item": key[choice.id],
        "number_item": key[number.id],
        "office_visit": key[OFFICE_VISIT],
        "family_medicine": key[FAMILY_MEDICINE],
    }


def _write_small_tables(
    connection: duckdb.DuckDBPyConnection, codes: list[tuple[str, str]], records: Path
) -> None:
    rows = ", ".join(f"({n}, '{system}', '{value}')" for n, (system, value) in enumerate(codes))
    small = {
        "codes": f"SELECT * FROM (VALUES {rows}) AS t(code, system, value)",
        "sources": "SELECT * FROM (VALUES (0, 'patients.csv'), (1, 'events.csv')) AS t(file, path)",
        "ledger": "SELECT 1 AS file WHERE FALSE",
        "quarantine": "SELECT 1 AS file WHERE FALSE",
        "coverage": "SELECT 1 AS patient WHERE FALSE",
    }
    for table, query in small.items():
        _write(connection, table, query, records / f"{table}.parquet")


def _write_summaries(connection: duckdb.DuckDBPyConnection, records: Path) -> None:
    visits, events = (
        f"read_parquet('{_quoted(records / f'{table}.parquet')}')" for table in ("visits", "events")
    )
    for table, query in SUMMARIES.items():
        counted = query.format(visits=visits, events=events)
        _write(connection, table, counted, records / f"{table}.parquet")


def _write(connection: duckdb.DuckDBPyConnection, table: str, query: str, path: Path) -> int:
    """Write rows with the columns of a record table, NULL where the query has none; count them."""
    has = {row[0] for row in connection.execute(f"DESCRIBE {query}").fetchall()}
    columns = ", ".join(
        f"CAST({name if name in has else 'NULL'} AS {kind}) AS {name}"
        for name, kind in TABLES[table].items()
    )
    return _copy(connection, f"SELECT {columns} FROM ({query})", path)


def _copy(
    connection: duckdb.DuckDBPyConnection, query: str, path: Path, written_as: str = PARQUET
) -> int:
    """Write rows, as a snapshot does if nothing else is said; count them."""
    written = connection.execute(f"COPY ({query}) TO '{_quoted(path)}' ({written_as})").fetchone()
    assert written is not None
    return int(written[0])


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
