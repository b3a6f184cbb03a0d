"""
The records of one person as plain Python values, for reading a definition patient by patient.

Days are integers: days since 1970-01-01, local as recorded. A day that the record gives only in
part is a pair of its first and last possible day; None where nothing is recorded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import duckdb

Days = tuple[int, int]
"""First and last possible day; equal for a full date."""

EPOCH: Final = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


@dataclass(frozen=True, slots=True)
class Visit:
    visit: int
    source: str
    """The source record: its id, or ``file:line``."""
    start: Days
    time: datetime | None
    end: Days | None
    setting: str | None
    code: int | None
    specialty: int | None
    clinician: str
    onset: Days | None


@dataclass(frozen=True, slots=True)
class Event:
    event: int
    source: str
    kind: str
    role: str | None
    code: int | None
    start: Days
    time: datetime | None
    end: Days | None
    recorded: Days | None
    recorded_time: datetime | None
    onset: Days | None
    status: str | None
    category: str | None
    visit: int | None
    visit_start: Days | None
    visit_setting: str | None
    claim: str | None
    denied: bool
    """Its claim was denied."""
    position: int | None
    """Place of a diagnosis on its claim or visit; 1 = principal."""
    setting: str | None
    modality: str | None
    region: str | None
    link: str | None
    reason: int | None
    clinician: str
    clinician_role: str | None
    specialty: int | None
    value: str | None
    number: float | None
    days_supply: int | None
    text: str | None


@dataclass(frozen=True, slots=True)
class Person:
    patient: int
    patient_id: str
    birth: tuple[date, date] | None
    """First and last possible date of birth."""
    death: Days | None
    died: bool
    """True also where only the fact of death is recorded."""
    enrolled_from: Days | None
    enrolled_to: Days | None
    coverage: list[tuple[int, int | None]] = field(default_factory=list)
    """Spans that are covered for sure; None: still covered."""
    perhaps_covered: list[tuple[int, int | None]] = field(default_factory=list)
    """The same spans at their longest, where a date is known only in part."""
    visits: list[Visit] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


_PATIENTS = """
    SELECT patient, patient_id, birth_lo, birth_hi, death_lo, death_hi, death_text,
        enrolled_from_lo, enrolled_from_hi, enrolled_to_lo, enrolled_to_hi
    FROM patients ORDER BY patient
"""
_COVERAGE = """
    SELECT patient, start_hi, end_lo, start_lo, end_hi FROM coverage ORDER BY patient, start_hi
"""
_VISITS = """
    SELECT patient, visit, coalesce(source_id, coalesce(path, file::VARCHAR) || ':' || line),
        start_lo, start_hi, start_time, end_lo, end_hi,
        setting, code, specialty, coalesce(clinician, ''), onset_lo, onset_hi
    FROM visits LEFT JOIN sources USING (file) WHERE start_lo IS NOT NULL ORDER BY patient, visit
"""
_EVENTS = """
    SELECT patient, event, coalesce(source_id, coalesce(path, file::VARCHAR) || ':' || line), kind,
        role, code,
        start_lo, start_hi, start_time, end_lo, end_hi, recorded_lo, recorded_hi, recorded_time,
        onset_lo, onset_hi, status, category, visit, visit_lo, visit_hi, visit_setting, claim,
        coalesce(claim_status = 'denied', FALSE), position, setting, modality, region, link,
        reason, coalesce(clinician, ''), clinician_role,
        specialty, value, number, days_supply, text
    FROM events LEFT JOIN sources USING (file) WHERE start_lo IS NOT NULL ORDER BY patient, event
"""


def people(connection: duckdb.DuckDBPyConnection) -> Iterator[Person]:
    """Every person of the records, with the rows that carry a date, in order of their key."""
    coverage: dict[int, list[tuple[int, int | None]]] = defaultdict(list)
    perhaps: dict[int, list[tuple[int, int | None]]] = defaultdict(list)
    for patient, *days in connection.execute(_COVERAGE).fetchall():
        start_hi, end_lo, start_lo, end_hi = (None if d is None else day_number(d) for d in days)
        if start_hi is not None and start_lo is not None:
            coverage[patient].append((start_hi, end_lo))
            perhaps[patient].append((start_lo, end_hi))
    visits: dict[int, list[Visit]] = defaultdict(list)
    for row in connection.execute(_VISITS).fetchall():
        visits[row[0]].append(_visit(row))
    events: dict[int, list[Event]] = defaultdict(list)
    for row in connection.execute(_EVENTS).fetchall():
        events[row[0]].append(_event(row))
    for row in connection.execute(_PATIENTS).fetchall():
        patient = row[0]
        yield Person(
            patient=patient,
            patient_id=row[1],
            birth=None if row[2] is None else (row[2], row[3]),
            death=_days(row[4], row[5]),
            died=row[6] is not None or row[4] is not None,
            enrolled_from=_days(row[7], row[8]),
            enrolled_to=_days(row[9], row[10]),
            coverage=coverage[patient],
            perhaps_covered=perhaps[patient],
            visits=visits[patient],
            events=events[patient],
        )


def _days(first: date | None, last: date | None) -> Days | None:
    return None if first is None or last is None else (day_number(first), day_number(last))


def _visit(row: tuple[Any, ...]) -> Visit:
    return Visit(
        visit=row[1],
        source=row[2],
        start=(day_number(row[3]), day_number(row[4])),
        time=row[5],
        end=_days(row[6], row[7]),
        setting=row[8],
        code=row[9],
        specialty=row[10],
        clinician=row[11],
        onset=_days(row[12], row[13]),
    )


def _event(row: tuple[Any, ...]) -> Event:
    return Event(
        event=row[1],
        source=row[2],
        kind=row[3],
        role=row[4] or ("performed" if row[3] == "imaging" else None),
        code=row[5],
        start=(day_number(row[6]), day_number(row[7])),
        time=row[8],
        end=_days(row[9], row[10]),
        recorded=_days(row[11], row[12]),
        recorded_time=row[13],
        onset=_days(row[14], row[15]),
        status=row[16],
        category=row[17],
        visit=row[18],
        visit_start=_days(row[19], row[20]),
        visit_setting=row[21],
        claim=row[22],
        denied=row[23],
        position=row[24],
        setting=row[25],
        modality=row[26],
        region=row[27],
        link=row[28],
        reason=row[29],
        clinician=row[30],
        clinician_role=row[31],
        specialty=row[32],
        value=row[33],
        number=row[34],
        days_supply=row[35],
        text=row[36],
    )
