"""The chart of an indicator: run rules for the signal, limits where the data carry them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np

from spinewise import numerals
from spinewise.know.model import Text
from spinewise.review.result import ChartNote, ControlChart, ControlPoint, Month, RunChart
from spinewise.review.words import both, say
from spinewise.statistics.charts import Basis, Chart
from spinewise.statistics.choose import NONE, Baseline, Chosen, Decisions, chart_of, choose
from spinewise.statistics.distributions import Floats
from spinewise.statistics.rules import outside
from spinewise.statistics.run_chart import Ints, runs

Point = tuple[date, int, int]
"""First day, numerator, denominator."""

_MONTHS: Final = {"month": 1, "quarter": 3}


def run_chart(months: list[Month], decisions: Decisions = NONE) -> RunChart:
    """
    The chart of months that follow each other, as the data and ``decisions`` of people have it.

    The signal is that of the run rules, about the median since the latest new baseline.
    """
    by_month = [(one.month, one.rate.n, one.rate.d) for one in months]
    by_quarter = quarters(by_month)
    chosen = choose(*_arrays(by_month), quarters=_arrays(by_quarter), override=decisions.override)
    found = runs([one.rate.recorded for one in _since(months, decisions.baselines)])
    points = by_quarter if chosen.step == "quarter" else by_month
    control = None if chosen.chart in ("run", "g") else _control(chosen, points, decisions)
    return RunChart(
        months=months,
        median=found.median,
        useful=found.useful,
        longest_run=found.longest_run,
        longest_run_max=found.longest_run_max,
        crossings=found.crossings,
        crossings_min=found.crossings_min,
        signal=found.signal,
        why=_why(chosen, control, decisions),
        control=control,
        notes=_notes(decisions),
    )


def quarters(months: Sequence[Point]) -> list[Point]:
    """The months added up by quarters of the year; one that is not whole is left out."""
    found: dict[date, list[Point]] = {}
    for month in months:
        first = month[0].replace(month=(month[0].month - 1) // 3 * 3 + 1)
        found.setdefault(first, []).append(month)
    return [
        (first, sum(n for _, n, _ in three), sum(d for _, _, d in three))
        for first, three in found.items()
        if len(three) == _MONTHS["quarter"]
    ]


def _arrays(points: Sequence[Point]) -> tuple[Floats, Floats]:
    n, d = (np.array([point[place] for point in points], dtype=float) for place in (1, 2))
    return n, d


def _since(months: list[Month], baselines: Sequence[Baseline]) -> list[Month]:
    latest = max((one.day for one in baselines), default=None)
    return [one for one in months if latest is None or _last_day(one.month, "month") >= latest]


def _last_day(first: date, step: str) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + _MONTHS[step], 12)
    return date(year, month + 1, 1) - timedelta(days=1)


def _control(chosen: Chosen, points: list[Point], decisions: Decisions) -> ControlChart:
    basis = Basis(phase=_phases(points, chosen.step, decisions.baselines))
    chart = chart_of(chosen, *_arrays(points), basis)
    return ControlChart(
        chart="p" if chosen.chart == "p" else "p'",
        step=chosen.step,
        trial=chosen.trial,
        points=_points(chart, points),
    )


def _phases(points: list[Point], step: str, baselines: Sequence[Baseline]) -> Ints | None:
    """A new phase begins with the point that holds the day of a new baseline."""
    if not baselines:
        return None
    return np.array(
        [sum(one.day <= _last_day(first, step) for one in baselines) for first, _, _ in points]
    )


def _points(chart: Chart, points: list[Point]) -> list[ControlPoint]:
    length = len(points)
    low, high = chart.limits()
    lines = [np.broadcast_to(line, length) for line in (chart.centre, low, high)]
    marked = np.broadcast_to(outside(chart), length)
    return [
        ControlPoint(
            first=first,
            n=n,
            d=d,
            centre=_number(lines[0][place]),
            lower=_number(lines[1][place]),
            upper=_number(lines[2][place]),
            outside=bool(marked[place]),
        )
        for place, (first, n, d) in enumerate(points)
    ]


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


# Words ------------------------------------------------------------------------------------------


def _why(chosen: Chosen, control: ControlChart | None, decisions: Decisions) -> Text:
    override = decisions.override
    if override is not None:
        said = say(
            "chart",
            "override",
            chart=say("chart_name", chosen.chart),
            day=lambda language: numerals.day(override.day, language),
            reason=override.reason,
        )
    else:
        said = say(
            "chart",
            chosen.why,
            cases=lambda language: numerals.count(round(chosen.cases), language),
            spread=lambda language: numerals.decimal(chosen.spread or 1.0, language),
            step=say("chart_step", chosen.step),
        )
    parts = [said]
    if control is not None and control.trial:
        parts.append(
            say(
                "chart",
                "trial",
                points=lambda language: numerals.count(chosen.points, language),
            )
        )
    if control is not None:
        count = sum(point.outside for point in control.points)
        words = "none_outside" if count == 0 else "one_outside" if count == 1 else "some_outside"
        parts.append(say("chart", words, number=lambda language: numerals.count(count, language)))
    return both(*parts)


def _notes(decisions: Decisions) -> list[ChartNote]:
    override = decisions.override
    found = [
        *([ChartNote(day=override.day, kind="override", text=override.reason)] if override else []),
        *(ChartNote(day=one.day, kind="baseline", text=one.reason) for one in decisions.baselines),
        *(ChartNote(day=one.day, kind=one.kind, text=one.reason) for one in decisions.annotations),
    ]
    return sorted(found, key=lambda note: (note.day, note.kind, note.text))
