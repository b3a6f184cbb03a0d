"""The same records under two packages: rates side by side, how far they agree, and who moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

import duckdb

from spinewise.know.history import Entry
from spinewise.know.model import Indicator
from spinewise.know.overlay import Tailored
from spinewise.review.result import (
    Comparison,
    Fate,
    Moved,
    Rate,
    TailoredChange,
    Tailoring,
)
from spinewise.statistics.agreement import kappa

EXAMPLES: Final = 20
"""So many units of each move are named."""
NOT_IN: Final = "not in"

_FATE: Final = """
    SELECT indicator, unit, reasons,
        CASE WHEN category = 'in' THEN CASE WHEN in_numerator THEN 'with' ELSE 'without' END
            ELSE category END AS fate
    FROM {schema}.unit_pattern JOIN {schema}.pattern USING (indicator, pattern)
    WHERE indicator IN (SELECT unnest($ids::VARCHAR[]))
        AND coalesce(day_lo <= $last AND day_hi >= $first, TRUE)
"""
_PAIRS: Final = """
    SELECT indicator, unit, coalesce(a.fate, 'no unit') AS before,
        coalesce(b.fate, 'no unit') AS after,
        CASE WHEN b.fate IS NULL OR b.reasons = '' THEN coalesce(a.reasons, '')
            ELSE b.reasons END AS why
    FROM ({first}) AS a FULL JOIN ({second}) AS b USING (indicator, unit)
"""


@dataclass(frozen=True)
class Side:
    """One of the two: the schema of its run, its indicators and their rates."""

    schema: str
    indicators: Mapping[str, Indicator]
    rates: Mapping[str, Rate]


def compare(
    connection: duckdb.DuckDBPyConnection,
    first: Side,
    second: Side,
    days: tuple[int, int],
    *,
    all_of_them: bool = False,
) -> list[Comparison]:
    """
    Every indicator of which the two say or count something different, in the report's order.

    Parameters
    ----------
    connection
        On which both were run (:class:`spinewise.measures.runs.Runs`).
    days
        First and last day of the period.
    all_of_them
        Those that differ in nothing as well.
    """
    ids = list(dict.fromkeys([*second.rates, *first.rates]))
    pairs, moved = _pairs(connection, first, second, ids, days)
    found = []
    for name in ids:
        one, other = first.rates.get(name), second.rates.get(name)
        differs = first.indicators.get(name) != second.indicators.get(name)
        if differs or moved[name] or one is None or other is None or all_of_them:
            shown = (second if name in second.indicators else first).indicators[name]
            found.append(_comparison(shown, one, other, pairs[name], moved[name]))
    return found


def _comparison(
    shown: Indicator,
    first: Rate | None,
    second: Rate | None,
    pairs: Mapping[tuple[str, str], int],
    moved: list[Moved],
) -> Comparison:
    inside = {pair: n for pair, n in pairs.items() if set(pair) & {"with", "without"}}
    graded: dict[tuple[str, str], int] = defaultdict(int)
    for (a, b), n in inside.items():
        graded[_grade(a), _grade(b)] += n
    both = first is not None and second is not None
    agreed = kappa(graded) if both else None
    units = sum(graded.values())
    return Comparison(
        indicator=shown.id,
        name=shown.name,
        first=first,
        second=second,
        units=units,
        share=sum(n for (a, b), n in graded.items() if a == b) / units if units and both else None,
        kappa=agreed.value if agreed else None,
        kappa_low=agreed.low if agreed else None,
        kappa_high=agreed.high if agreed else None,
        moved=moved if both else [],
    )


def _grade(fate: str) -> str:
    return fate if fate in ("with", "without") else NOT_IN


def _pairs(
    connection: duckdb.DuckDBPyConnection,
    first: Side,
    second: Side,
    ids: Sequence[str],
    days: tuple[int, int],
) -> tuple[dict[str, dict[tuple[str, str], int]], dict[str, list[Moved]]]:
    """How many units have each pair of fates, and of those that differ which, by indicator."""
    given = {"ids": list(ids), "first": days[0], "last": days[1]}
    query = _PAIRS.format(
        first=_FATE.format(schema=first.schema), second=_FATE.format(schema=second.schema)
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE pair AS {query}", given)
    pairs: dict[str, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    moved: dict[str, list[Moved]] = defaultdict(list)
    counted = connection.execute(
        "SELECT indicator, before, after, CASE WHEN before = after THEN '' ELSE why END AS why,"
        " count(*) AS units FROM pair GROUP BY ALL"
        " ORDER BY indicator, units DESC, before, after, why"
    ).fetchall()
    named = dict(_named(connection, first, second))
    for indicator, before, after, why, units in counted:
        pairs[indicator][before, after] += units
        if before != after:
            moved[indicator].append(
                Moved(
                    before=cast("Fate", before),
                    after=cast("Fate", after),
                    reasons=why.split(";") if why else [],
                    units=units,
                    examples=named.get((indicator, before, after, why), []),
                )
            )
    connection.execute("DROP TABLE pair")
    return pairs, moved


def _named(
    connection: duckdb.DuckDBPyConnection, first: Side, second: Side
) -> Iterator[tuple[tuple[str, str, str, str], list[str]]]:
    """The source records of a few units of each move."""
    # Few rows: that they are few is told to the engine by a table of their own.
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE moved AS
        SELECT * FROM pair WHERE before <> after
        QUALIFY row_number() OVER (
            PARTITION BY indicator, before, after, why ORDER BY unit) <= {EXAMPLES}
        """
    )
    row = connection.execute("SELECT count(*) FROM moved").fetchone()
    if not row or not row[0]:
        return
    outcomes = " UNION ".join(
        f"SELECT indicator, unit, unit_id FROM {side.schema}.outcome SEMI JOIN moved"
        " USING (indicator, unit)"
        for side in (first, second)
    )
    found = connection.execute(
        f"""
        SELECT indicator, before, after, why, list(DISTINCT unit_id ORDER BY unit_id)
        FROM moved JOIN ({outcomes}) USING (indicator, unit) GROUP BY ALL
        """
    ).fetchall()
    for indicator, before, after, why, units in found:
        yield (indicator, before, after, why), units


def tailoring(
    made: Tailored, history: Sequence[Entry], comparisons: Sequence[Comparison]
) -> Tailoring:
    """What a practice changed, as a review shows it."""
    last = {entry.id: entry for entry in history}
    return Tailoring(
        practice=made.package.tailored_for,
        overlay=made.package.overlay,
        changes=[
            TailoredChange(
                id=change.id,
                name=change.name,
                before=change.before,
                after=change.after,
                effect=change.effect,
                on=last[change.id].on if change.id in last else None,
                who=last[change.id].who if change.id in last else "",
                why=last[change.id].why if change.id in last else "",
            )
            for change in made.changes
        ],
        history=list(history),
        by_hand=bool(made.package.overlay)
        and (not history or history[-1].overlay != made.package.overlay),
        comparisons=list(comparisons),
    )
