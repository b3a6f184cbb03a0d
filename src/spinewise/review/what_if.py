"""
What another value would have counted: from the evidence table, without reading the records again.

Every value runs the whole plan's own queries (:mod:`spinewise.measures.runs`), those of its tables
that no other value has made, over the evidence table (:mod:`spinewise.measures.evidence`). So an
answer is that of a full review under the value, unit by unit. What the evidence table does not hold
needs a rebuild, which is said and done.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import duckdb

from spinewise.errors import SpinewiseError
from spinewise.intake.connection import NO_ROOM, no_room
from spinewise.intake.reader import Progress, silent
from spinewise.know.model import Indicator, Text
from spinewise.know.package import Package
from spinewise.know.walk import terms_in
from spinewise.measures import evidence
from spinewise.measures.compile import compile_plan
from spinewise.measures.compile.evidence import all_terms
from spinewise.measures.frame import Frame
from spinewise.measures.runs import Runs
from spinewise.records import Records
from spinewise.records.people import day_number
from spinewise.review.comparison import Side, compare
from spinewise.review.indicators import Period
from spinewise.review.rates import Tally
from spinewise.review.result import Answer, Rate
from spinewise.review.run import build_frame, codes_of
from spinewise.scratch import Scratch

_COUNTS = """
    SELECT indicator, category, in_numerator, places, units
    FROM (
        SELECT indicator, pattern, count(*) AS units FROM unit_pattern
        WHERE coalesce(day_lo <= $last AND day_hi >= $first, TRUE) GROUP BY ALL
    ) JOIN pattern USING (indicator, pattern)
"""


@dataclass
class Asking:
    """A practice's evidence, ready to be asked; made by :func:`asking`."""

    connection: duckdb.DuckDBPyConnection
    """On which the evidence is."""
    _records: Records
    _frame: Frame
    _period: tuple[int, int]
    _indicators: list[str]
    _runs: Runs
    _known: tuple[frozenset[int], frozenset[int]]
    _base: Side
    _asked: int = 0

    def answer(self, package: Package, id_: str, value: Text) -> Answer:
        """What a package, changed from the one at hand, would have counted."""
        with self.changed(package) as (side, made, rebuilt):
            found = compare(self.connection, self._base, side, self._period)
        return Answer(id=id_, value=value, comparisons=found, made=len(made), rebuilt=rebuilt)

    @contextmanager
    def changed(self, package: Package) -> Iterator[tuple[Side, list[str], bool]]:
        """
        A changed package run over the evidence, as long as the context lasts: its rates, the tables
        that had to be made, and whether the evidence had to be built again.
        """
        frame = replace(self._frame, package=package)
        if package.concepts != self._frame.package.concepts:
            frame = replace(frame, **codes_of(self.connection, package))
        known, pain = evidence.codes_of([frame])
        rebuilt = not (known <= self._known[0] and pain <= self._known[1])
        if rebuilt:
            self._known, self._runs, self._base = _built(
                self.connection, [self._frame, frame], self._period, self._indicators
            )
        self._asked += 1
        schema = f"value_{self._asked}"
        units = _chosen(package, self._indicators)
        with self._runs.once(compile_plan(frame, units), schema, beside="base") as made:
            yield _side(self.connection, schema, frame, units, self._period), made, rebuilt

    @property
    def today(self) -> Mapping[str, Rate]:
        """The rates as they are."""
        return self._base.rates


@contextmanager
def asking(
    records: Records,
    package: Package,
    others: Sequence[Package],
    period: Period,
    progress: Progress = silent,
) -> Iterator[Asking]:
    """
    Build the evidence table of a practice, wide enough for some packages.

    Parameters
    ----------
    package
        As it is.
    others
        The changed packages that will be asked for: the evidence holds what their windows reach.
    """
    scratch = Scratch()
    connection = records.connect(scratch.path)
    try:
        days = (day_number(period[0]), day_number(period[1]))
        touched = _touched(package, others)
        _check_touched(touched)
        frame = build_frame(connection, records, package, days, days)
        frame = replace(frame, reach=_reach(frame, [package, *others]))
        progress("evidence", 0, 0)
        known, runs, base = _built(connection, [frame], days, touched)
        yield Asking(connection, records, frame, days, touched, runs, known, base)
    except NO_ROOM as error:
        raise no_room(error) from None
    finally:
        connection.close()
        scratch.close()


def _built(
    connection: duckdb.DuckDBPyConnection,
    frames: Sequence[Frame],
    days: tuple[int, int],
    touched: Sequence[str],
) -> tuple[tuple[frozenset[int], frozenset[int]], Runs, Side]:
    """The evidence of some frames, and the first of them run over it."""
    connection.execute("SET search_path = 'main'")
    evidence.keep(connection, frames)
    runs = Runs(connection, records=evidence.SCHEMA)
    units = _chosen(frames[0].package, touched)
    runs.run(compile_plan(frames[0], units), "base")
    return evidence.codes_of(frames), runs, _side(connection, "base", frames[0], units, days)


def _touched(package: Package, others: Sequence[Package]) -> list[str]:
    """The package's own indicators that a change may concern."""
    found = []
    for name, one in package.indicators.items():
        if one.published is None and any(
            _shared(package) != _shared(other) or other.indicators.get(name) != one
            for other in others
        ):
            found.append(name)
    return found


def _check_touched(touched: Sequence[str]) -> None:
    if not touched:
        raise SpinewiseError(
            "these values change nothing that the package's own indicators count",
            hint="Try a window, an age, a setting, a strength, a look-back or codes.",
        )


def _shared(package: Package) -> tuple[object, ...]:
    """What every indicator of the package's own rests on."""
    return (
        package.episode,
        package.imaging,
        package.red_flags,
        {name: (one.rows, one.only, one.without) for name, one in package.concepts.items()},
    )


def _chosen(package: Package, ids: Sequence[str]) -> list[Indicator]:
    return [one for name, one in package.indicators.items() if name in ids and one.on]


def _reach(frame: Frame, packages: Sequence[Package]) -> tuple[int, int]:
    """The first and last day, from the index, that any of the packages asks about."""
    first, last = 0, 0
    for package in packages:
        for term in all_terms(replace(frame, package=package), package.own):
            for inner in terms_in(term):
                for key in ("days", "baseline", "follow_up"):
                    days = getattr(inner, key, None)
                    if days:
                        first = min(first, days[0] if isinstance(days[0], int) else 0)
                        last = max(last, days[1])
    return first, last


def _side(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    frame: Frame,
    units: Sequence[Indicator],
    days: tuple[int, int],
) -> Side:
    tallies: dict[str, Tally] = defaultdict(Tally)
    for name, *row in connection.execute(_COUNTS, {"first": days[0], "last": days[1]}).fetchall():
        tallies[name].add(*row)
    least = frame.package.file.display_minimum
    return Side(
        schema,
        {one.id: one for one in units},
        {one.id: tallies[one.id].rate(least) for one in units},
    )
