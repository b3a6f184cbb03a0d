"""Runs a review: from the records and a change package to one result object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import duckdb

from spinewise.errors import SpinewiseError
from spinewise.intake.connection import NO_ROOM, no_room
from spinewise.know.ages import without_age_limits
from spinewise.know.history import Entry
from spinewise.know.model import Indicator
from spinewise.know.overlay import Tailored
from spinewise.know.package import Package
from spinewise.measures.compile import Plan, compile_plan
from spinewise.measures.compile.sql import text
from spinewise.measures.frame import Frame, Lack, resolve_codes
from spinewise.measures.run import Progress, run
from spinewise.measures.runs import Runs
from spinewise.records import Records
from spinewise.records.domains import carried
from spinewise.records.people import EPOCH, day_number
from spinewise.review.comparison import Side, compare, tailoring
from spinewise.review.indicators import Period, indicator_results, say_period
from spinewise.review.opportunities import areas
from spinewise.review.published import agreements
from spinewise.review.result import (
    Comparison,
    DataTrust,
    ImageCounts,
    IndicatorResult,
    Rate,
    Review,
)
from spinewise.review.spreadsheet import copy_csv
from spinewise.review.trust import data_trust
from spinewise.review.words import both, say
from spinewise.scratch import Scratch

SCHEMA: Final = "spinewise-review/1"
MONTHS: Final = 36
"""Run charts reach back so many months from the end of the period."""

RESULTS: Final = """
    SELECT indicator, {unit} AS unit, unit_id, patient_id,
        CASE WHEN day_lo = day_hi
            THEN CAST(DATE '1970-01-01' + CAST(day_lo AS INTEGER) AS VARCHAR)
            ELSE CAST(DATE '1970-01-01' + CAST(day_lo AS INTEGER) AS VARCHAR) || '/'
                || CAST(DATE '1970-01-01' + CAST(day_hi AS INTEGER) AS VARCHAR) END AS index_date,
        clinician AS clinician_id, {in_denominator} AS in_denominator, {excluded} AS excluded,
        CASE WHEN category = 'in' THEN '' ELSE reasons END AS excluded_because,
        {in_numerator} AS in_numerator, verdict
    FROM outcome
    WHERE NOT is_earlier AND coalesce(day_lo <= {last} AND day_hi >= {first}, TRUE)
    ORDER BY indicator, patient_id, day_lo, unit_id
"""
_FLAG: Final = (
    "CASE WHEN category = 'not-evaluated' THEN 'not_evaluated'"
    " WHEN {0} IS NULL THEN 'unknown' WHEN {0} THEN '1' ELSE '0' END"
)
_QUARANTINE: Final = """
    SELECT coalesce(path, '') AS path, line, field, value, reason, mend, raw
    FROM quarantine LEFT JOIN sources USING (file) ORDER BY path, line
"""


@dataclass(frozen=True)
class Reviewed:
    """A review and the tables that it was counted from, open as long as its context lasts."""

    review: Review
    package: Package
    _connection: duckdb.DuckDBPyConnection
    _units: Mapping[str, str]

    def write_results(self, path: Path) -> None:
        """Write ``results.csv`` (SEMANTICS 8): a row for each indicator and candidate unit."""
        units = " ".join(f"WHEN {text(name)} THEN {text(u)}" for name, u in self._units.items())
        query = RESULTS.format(
            unit=f"CASE indicator {units} END",
            first=day_number(self.review.period[0]),
            last=day_number(self.review.period[1]),
            in_denominator=_FLAG.format("in_denominator"),
            excluded=_FLAG.format("excluded"),
            in_numerator=_FLAG.format("in_numerator"),
        )
        copy_csv(self._connection, query, str(path))

    def write_quarantine(self, path: Path) -> None:
        """Write ``quarantine.csv``: every line that could not be used, and how to mend it."""
        copy_csv(self._connection, _QUARANTINE, str(path))


@contextmanager
def reviewing(
    records: Records,
    package: Package,
    period: Period,
    *,
    practice: str,
    version: str,
    indicators: Sequence[str] | None = None,
    ages_open: bool = False,
    previous: Review | None = None,
    tailored: Tailored | None = None,
    history: Sequence[Entry] = (),
    progress: Progress | None = None,
) -> Iterator[Reviewed]:
    """
    Review the records of a practice over a period.

    Parameters
    ----------
    practice
        The name to put on the review where the records do not name one practice.
    version
        Of Spinewise, to put on the review.
    indicators
        Ids of those to compute; None: all of the package.
    ages_open
        Run published rules without their limits of age.
    previous
        An earlier review to compare with.
    tailored
        The practice's own changes, which made ``package``: every indicator that they touch is
        counted as the package has it as well.
    history
        Of these changes.

    Raises
    ------
    SpinewiseError
        An indicator is not in the package, or the period ends after the records do.
    """
    chosen = choose(package, indicators)
    if ages_open:
        chosen = [without_age_limits(indicator) for indicator in chosen]
        package = replace(
            package, indicators={**package.indicators, **{rule.id: rule for rule in chosen}}
        )
    scope = _scope(period)
    scratch = Scratch()
    connection = records.connect(scratch.path)
    try:
        days = (day_number(period[0]), day_number(period[1]))
        frame = build_frame(connection, records, package, scope, days, ages_open=ages_open)
        comparisons: list[Comparison] = []
        plan = compile_plan(frame, chosen)
        if tailored is None:
            run(connection, plan, progress)
        else:
            runs = Runs(connection)
            comparisons = _compared(
                connection,
                runs,
                (frame, chosen, plan),
                tailored.default,
                indicators,
                period,
                progress,
            )
            runs.use("second")
        earlier = {} if previous is None else _rates(previous)
        results = indicator_results(connection, frame, chosen, period, earlier)
        review = Review(
            schema=SCHEMA,
            practice=_only_practice(connection) or practice,
            period=period,
            package=package.file.id,
            package_version=package.file.version,
            edition=package.file.edition,
            package_digest=package.digest,
            overlay=package.overlay,
            tailoring=None if tailored is None else tailoring(tailored, history, comparisons),
            value_sets=package.value_sets,
            verified_only=package.verified_only,
            extract_digest=records.extract.digest,
            spinewise_version=version,
            compared_with=None if previous is None else say_period(previous.period).en,
            indicators=results,
            agreements=agreements(connection, chosen),
            ages_open=ages_open,
            areas=areas(results, package.indicators, say_period(period)),
            images=_images(connection, days, results),
            trust=data_trust(connection, records.extract, frame, days, period_end=period[1]),
            notice=both(say("notice", "holds"), package.file.intended_use),
        )
        yield Reviewed(review, package, connection, {i.id: i.unit for i in chosen})
    except NO_ROOM as error:
        raise no_room(error) from None
    finally:
        connection.close()
        scratch.close()


def _compared(
    connection: duckdb.DuckDBPyConnection,
    runs: Runs,
    ours: tuple[Frame, Sequence[Indicator], Plan],
    default: Package,
    indicators: Sequence[str] | None,
    period: Period,
    progress: Progress | None,
) -> list[Comparison]:
    """Run the package as it came and as it is, and compare what they count."""
    frame, chosen, plan = ours
    before = [
        one for one in default.indicators.values() if indicators is None or one.id in indicators
    ]
    before = [one for one in before if one.on]
    if frame.ages_open:
        before = [without_age_limits(one) for one in before]
    then = replace(frame, package=default, **codes_of(connection, default))
    sides = []
    for schema, of, units, what in (
        ("first", then, before, compile_plan(then, before)),
        ("second", frame, chosen, plan),
    ):
        runs.run(what, schema, progress)
        results = indicator_results(connection, of, units, period, {})
        sides.append(
            Side(schema, {one.id: one for one in units}, {one.id: one.rate for one in results})
        )
    days = (day_number(period[0]), day_number(period[1]))
    return compare(connection, sides[0], sides[1], days)


def check(records: Records, package: Package, progress: Progress | None = None) -> DataTrust:
    """The data-quality part alone, over the last 36 months of the records."""
    cutoff = records.extract.cutoff
    scope = _scope((cutoff, cutoff))
    scratch = Scratch()
    connection = records.connect(scratch.path)
    try:
        frame = build_frame(connection, records, package, scope)
        run(connection, compile_plan(frame, []), progress)
        return data_trust(connection, records.extract, frame, scope, period_end=None)
    except NO_ROOM as error:
        raise no_room(error) from None
    finally:
        connection.close()
        scratch.close()


def choose(package: Package, indicators: Sequence[str] | None) -> list[Indicator]:
    """The indicators of a package by id, in the package's order; None: those that are on."""
    for name in indicators or ():
        if name not in package.indicators:
            raise SpinewiseError(
                f"there is no indicator {name!r}",
                hint="The package has: " + ", ".join(package.indicators) + ".",
            )
    return [
        one
        for one in package.indicators.values()
        if (one.on if indicators is None else one.id in indicators)
    ]


def build_frame(
    connection: duckdb.DuckDBPyConnection,
    records: Records,
    package: Package,
    scope: tuple[int, int],
    period: tuple[int, int] | None = None,
    *,
    ages_open: bool = False,
) -> Frame:
    """
    The frame of a reading: the export's codes resolved, and what it carries when.

    ``period`` is the measurement period of published rules; None: the whole scope.
    """
    rows = connection.execute("SELECT code, system, value FROM codes").fetchall()
    row = connection.execute("SELECT min(day) FROM days WHERE kind = 'visit'").fetchone()
    first = records.extract.first_day or (row[0] if row else None) or records.extract.cutoff
    return Frame(
        package=package,
        **codes_of(connection, package),
        scope=scope,
        cutoff=day_number(records.extract.cutoff),
        observed_from=day_number(first),
        carried={
            domain: tuple((day_number(a), day_number(b)) for a, b in spans)
            for domain, spans in carried(connection, records.extract).items()
        },
        period=period,
        earlier=_periods_before(period) if period else (),
        lacks=_lacks(connection),
        systems=frozenset(system for _, system, _ in rows if system),
        ages_open=ages_open,
    )


def codes_of(connection: duckdb.DuckDBPyConnection, package: Package) -> dict[str, Any]:
    """What a package makes of the export's codes: the parts of a frame that depend on it."""
    rows = connection.execute("SELECT code, system, value FROM codes").fetchall()
    concepts, proposed = resolve_codes(
        package, [(code, system or "", value or "") for code, system, value in rows]
    )
    return {"concepts": concepts, "proposed": proposed}


def _lacks(connection: duckdb.DuckDBPyConnection) -> frozenset[Lack]:
    """What no row says, of that which published rules ask for."""
    row = connection.execute(
        """
        SELECT EXISTS (SELECT 1 FROM coverage WHERE start_lo IS NOT NULL) OR EXISTS (
                SELECT 1 FROM patients
                WHERE enrolled_from_lo IS NOT NULL OR enrolled_to_lo IS NOT NULL),
            EXISTS (SELECT 1 FROM events WHERE position IS NOT NULL),
            EXISTS (SELECT 1 FROM events
                WHERE kind = 'imaging' AND role IS DISTINCT FROM 'order'
                    AND (claim IS NOT NULL OR reason IS NOT NULL))
        """
    ).fetchone()
    assert row is not None
    lacks: tuple[Lack, ...] = ("enrolment", "principal-position", "image-diagnosis")
    return frozenset(lack for lack, carried_ in zip(lacks, row, strict=True) if not carried_)


def _scope(period: Period) -> tuple[int, int]:
    """The period, and the months before it that its run charts show."""
    last = period[1]
    first = _months_before(last.replace(day=1), MONTHS - 1)
    return day_number(min(first, period[0])), day_number(last)


def _periods_before(period: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    """
    The measurement periods before one, each as long, that lie in the months of run charts; the
    latest first. None where the period is not of whole months.
    """
    first, after = EPOCH + timedelta(period[0]), EPOCH + timedelta(period[1] + 1)
    if (first.day, after.day) != (1, 1):
        return ()
    length = (after.year - first.year) * 12 + after.month - first.month
    starts = [_months_before(first, back) for back in range(0, MONTHS, length)]
    return tuple(
        (day_number(start), day_number(end) - 1)
        for end, start in pairwise(starts)
        if start >= _months_before(after, MONTHS)
    )


def _months_before(first_of_month: date, months: int) -> date:
    number = first_of_month.year * 12 + first_of_month.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def _only_practice(connection: duckdb.DuckDBPyConnection) -> str | None:
    """The practice that the patients belong to, if there is just one."""
    names = connection.execute("SELECT DISTINCT practice FROM patients LIMIT 2").fetchall()
    return names[0][0] if len(names) == 1 else None


def _rates(previous: Review) -> dict[str, Rate]:
    return {result.id: result.rate for result in previous.indicators}


def _images(
    connection: duckdb.DuckDBPyConnection,
    days: tuple[int, int],
    results: Sequence[IndicatorResult],
) -> ImageCounts:
    excluded = [result.counts.excluded_units for result in results if result.unit == "image"]
    row = connection.execute(
        """
        SELECT count(*), count(*) FILTER (WHERE is_in), count(*) FILTER (WHERE p.unit IS NULL),
            count(*) FILTER (WHERE region IS NULL)
        FROM (
            SELECT *, unit IS NOT NULL AND certain AS is_in FROM placed
            WHERE day_lo <= $last AND day_hi >= $first
        ) AS p
        """,
        {"first": days[0], "last": days[1]},
    ).fetchone()
    assert row is not None
    verdicts = connection.execute(
        """
        SELECT verdict, count(*) FROM placed AS p JOIN judged AS j
            ON j.image = p.image AND j.of_what = 'image'
        WHERE p.day_lo <= $last AND p.day_hi >= $first GROUP BY verdict ORDER BY verdict
        """,
        {"first": days[0], "last": days[1]},
    ).fetchall()
    return ImageCounts(
        images=row[0],
        in_episode=row[1],
        in_excluded_episode=max(excluded, default=0),
        outside_episode=row[2],
        region_unknown=row[3],
        verdicts=dict(verdicts),
    )
