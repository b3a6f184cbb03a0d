"""
Which chart a series of shares can carry, and why.

Four questions, in this order:

1. Does a point hold enough cases? Limits of a p chart need about five cases on the rarer side
   (Montgomery 2019, 7.2.1). Where months hold fewer, quarters are tried; where these do as well, a
   g chart counts cases between events, if the cases are known one by one; else the run chart, whose
   rules need no limits.
2. Are there points enough? Below :data:`FEWEST` there are no limits.
3. Do the shares vary more than chance makes them from point to point? Then p' (Laney).
4. Below :data:`TRIAL` points the limits are *trial limits*: they will still move.

A person may know better: see :class:`Override`, :class:`Baseline` and :class:`Annotation`, each of
which keeps its reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from spinewise.statistics.charts import ALL, Basis, Chart, p_chart, p_prime_chart, run_chart
from spinewise.statistics.distributions import Floats
from spinewise.statistics.plot_the_dots import TRIAL

Step = Literal["month", "quarter"]
ChartName = Literal["p", "p'", "g", "run"]
Why = Literal["chance", "over-dispersion", "quarters", "rare", "small", "few", "override"]

CASES: Final = 5.0
"""The least mean number of cases a point on the rarer side, for limits of a share."""
FEWEST: Final = 6
"""With fewer points limits are guesses."""


class Chosen(NamedTuple):
    """A chart for a series, and why it is this one."""

    chart: ChartName
    step: Step
    why: Why
    trial: bool
    """The limits rest on fewer than 12 points."""
    cases: float
    """The mean number of cases a point of the step, on the rarer side."""
    spread: float | None
    """How many times as much as chance the shares vary from point to point (Laney's sigma of z);
    None where that was not asked."""
    points: int


@dataclass(frozen=True)
class _Reasoned:
    """What a person decided about a chart, and why: kept with the chart, and shown."""

    day: date
    reason: str

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("a decision about a chart needs its reason: say why in a sentence")


@dataclass(frozen=True)
class Override(_Reasoned):
    """A person chose the chart. ``day``: when."""

    chart: ChartName = "run"
    step: Step = "month"


@dataclass(frozen=True)
class Baseline(_Reasoned):
    """New limits from the point that holds ``day`` on, because the process is another one."""


@dataclass(frozen=True)
class Annotation(_Reasoned):
    """Something that happened on ``day``; ``reason`` says what. It moves no limit."""

    kind: Literal["pdsa", "package", "policy", "other"] = "other"


class Decisions(NamedTuple):
    """All that people decided and noted about one chart."""

    override: Override | None = None
    baselines: tuple[Baseline, ...] = ()
    annotations: tuple[Annotation, ...] = ()


NONE: Final = Decisions()


def choose(
    n: ArrayLike,
    d: ArrayLike,
    *,
    quarters: tuple[ArrayLike, ArrayLike] | None = None,
    one_by_one: bool = False,
    override: Override | None = None,
) -> Chosen:
    """
    The chart for monthly numerators ``n`` and denominators ``d`` of one series.

    Parameters
    ----------
    n, d
        (T,); a month without a denominator is missing.
    quarters
        The same by quarter; None: they are not at hand.
    one_by_one
        Whether the cases are known in their order, as a g chart needs them.
    override
        What a person chose instead.
    """
    months = _known(n, d)
    found = _by_data(months, _known(*quarters) if quarters else None, one_by_one=one_by_one)
    if override is None:
        return found
    points, cases = _size(*months)
    if override.step == "quarter" and quarters:
        points, cases = _size(*_known(*quarters))
    return Chosen(override.chart, override.step, "override", points < TRIAL, cases, None, points)


def _by_data(
    months: tuple[Floats, Floats], quarters: tuple[Floats, Floats] | None, *, one_by_one: bool
) -> Chosen:
    points, cases = _size(*months)
    if points < FEWEST:
        return Chosen("run", "month", "few", True, cases, None, points)
    if cases >= CASES:
        return _of_shares(*months, "month", "chance")
    if quarters is not None:
        wider, more = _size(*quarters)
        if more >= CASES and wider >= FEWEST:
            return _of_shares(*quarters, "quarter", "quarters")
    if one_by_one:
        events = int(min(months[0].sum(), (months[1] - months[0]).sum()))
        return Chosen("g", "month", "rare", events < TRIAL, cases, None, events)
    return Chosen("run", "month", "small", points < TRIAL, cases, None, points)


def _of_shares(n: Floats, d: Floats, step: Step, why: Why) -> Chosen:
    points, cases = _size(n, d)
    spread = spread_of(n, d)
    if spread is not None and spread > most_by_chance(points):
        return Chosen("p'", step, "over-dispersion", points < TRIAL, cases, spread, points)
    return Chosen("p", step, why, points < TRIAL, cases, spread, points)


def spread_of(n: Floats, d: Floats) -> float | None:
    """Laney's sigma of z: 1 is chance alone; None where it cannot be told."""
    plain, primed = p_chart(n, d).sigma, p_prime_chart(n, d).sigma
    if not plain[0] > 0 or np.isnan(primed[0]):
        return None
    return float(primed[0] / plain[0])


def most_by_chance(points: int) -> float:
    """
    What the sigma of z stays below in about 19 of 20 stable series of so many points.

    Source: the variance of an average moving range, Cryer and Ryan, J Qual Technol 1990;22:187-192.
    """
    return 1 + 1.645 * sqrt(0.826 / max(points - 1, 1))


def chart_of(chosen: Chosen, n: ArrayLike, d: ArrayLike, basis: Basis = ALL) -> Chart:
    """The chosen chart of shares, of the step that was chosen. A g chart is made from the cases
    themselves (:func:`cases_between`)."""
    if chosen.chart == "p":
        return p_chart(n, d, basis=basis)
    if chosen.chart == "p'":
        return p_prime_chart(n, d, basis=basis)
    if chosen.chart == "run":
        return run_chart(p_chart(n, d).value, basis=basis)
    raise ValueError("a g chart is made from the cases one by one, not from shares")


def cases_between(happened: ArrayLike) -> Floats:
    """
    The cases between events, from cases in order of time that an event ``happened`` in or not:
    from one event to the next, counting those without. Cases after the last event make no point.
    """
    places = np.flatnonzero(np.asarray(happened, dtype=bool))
    return np.diff(places, prepend=-1).astype(float) - 1


def _known(n: ArrayLike, d: ArrayLike) -> tuple[Floats, Floats]:
    n, d = np.asarray(n, dtype=float), np.asarray(d, dtype=float)
    kept = (d > 0) & ~np.isnan(n)
    return n[kept], d[kept]


def _size(n: Floats, d: Floats) -> tuple[int, float]:
    """How many points there are, and the cases of each on the rarer side."""
    if len(n) == 0:
        return 0, 0.0
    return len(n), float(min(n.sum(), (d - n).sum()) / len(n))
