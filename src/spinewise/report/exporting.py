"""Exports indicators as FHIR: definitions, and for records at hand their reports."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

import duckdb

from spinewise.errors import SpinewiseError
from spinewise.know.model import Indicator
from spinewise.know.package import Package
from spinewise.measures.compile import compile_plan
from spinewise.measures.export import definitions
from spinewise.measures.export.library import libraries
from spinewise.measures.export.records import bundle
from spinewise.measures.export.report import reports
from spinewise.measures.export.text import CannotSayError
from spinewise.measures.export.value_sets import uri
from spinewise.measures.run import outcomes, run
from spinewise.records import Records
from spinewise.records.people import day_number, people
from spinewise.report.fhir import write_definitions, write_lines, write_reports
from spinewise.review.run import build_frame, choose
from spinewise.scratch import Scratch


def export(
    package: Package,
    indicators: Sequence[str],
    out: Path,
    *,
    day: date,
    period: tuple[date, date] | None,
    records: AbstractContextManager[Records] | None,
    with_records: bool,
    leave_out: Sequence[str],
) -> list[Path]:
    """Write what :func:`spinewise.api.export_fhir` says; the files written."""
    chosen = choose(package, indicators) if indicators else sayable(package)
    if records is None:
        return write_definitions(out, *definitions(package, chosen, on=day, leave_out=leave_out))
    if period is None:
        raise SpinewiseError(
            "records were given without a period", hint="Say the period of the reports, say 2024."
        )
    with records as held, Scratch() as scratch:
        connection = held.connect(scratch)
        try:
            return _with_records(
                connection, held, package, chosen, out, day, period, leave_out, with_records
            )
        finally:
            connection.close()


def sayable(package: Package) -> list[Indicator]:
    """Every indicator of a package that CQL can say."""
    found = []
    for indicator in choose(package, None):
        try:
            libraries(package, [indicator])
        except CannotSayError:
            continue
        found.append(indicator)
    return found


def _with_records(
    connection: duckdb.DuckDBPyConnection,
    records: Records,
    package: Package,
    chosen: Sequence[Indicator],
    out: Path,
    day: date,
    period: tuple[date, date],
    leave_out: Sequence[str],
    with_records: bool,
) -> list[Path]:
    days = (day_number(period[0]), day_number(period[1]))
    frame = build_frame(connection, records, package, days, days)
    rows = connection.execute("SELECT code, system, value FROM codes ORDER BY ALL").fetchall()
    codes = [(system or "", value or "") for _, system, value in rows]
    written = write_definitions(
        out,
        *definitions(package, chosen, on=day, frame=frame, codes=codes, leave_out=leave_out),
    )
    run(connection, compile_plan(frame, chosen))
    found = [
        outcome
        for outcome in outcomes(connection)
        if not outcome.earlier
        and (outcome.day is None or (outcome.day[0] <= days[1] and outcome.day[1] >= days[0]))
    ]
    for indicator in chosen:
        own = (outcome for outcome in found if outcome.indicator == indicator.id)
        made = reports(package, indicator, own, period, on=day)
        written += write_reports(out, indicator.id, made)
    if with_records:
        codings: dict[int, list[dict[str, object]]] = {}
        for key, system, value in rows:
            if system and value:
                codings.setdefault(key, []).append({"system": uri(system), "code": value})
        path = out / "records.ndjson"
        write_lines(path, (bundle(person, codings) for person in people(connection)))
        written.append(path)
    return written
