"""Outcomes by unit, and how often each kind of them was met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from spinewise.measures.outcome import Outcome
from spinewise.review.rates import Tally


def by_unit(found: Iterable[Outcome]) -> dict[tuple[str, str, bool], Outcome]:
    """Outcomes by indicator, unit and whether of an earlier period; none is there twice."""
    listed = list(found)
    units = {(o.indicator, o.unit_id, o.earlier): o for o in listed}
    assert len(units) == len(listed), "a unit is there twice"
    return units


def rare(
    counted: Counter[str], kinds: Sequence[str], least: float = 0.15, of: int | None = None
) -> list[str]:
    """Those of ``kinds`` that were met less often than ``least`` of all of them together."""
    all_ = sum(counted[kind] for kind in kinds) if of is None else of
    return [kind for kind in kinds if counted[kind] < least * max(all_, 1)]


def count(hits: dict[str, Counter[str]], found: Sequence[Outcome]) -> None:
    """Add what outcomes met to ``hits``: categories, verdicts and reasons."""
    for outcome in found:
        hits["category"][outcome.category] += 1
        if outcome.verdict:
            hits["verdict"][outcome.verdict] += 1
        hits["reason"].update(outcome.reasons)


def states(found: Iterable[Outcome]) -> Counter[str]:
    """How many rates of one reading have each state."""
    tallies: dict[str, Tally] = {}
    for outcome in found:
        tally = tallies.setdefault(outcome.indicator, Tally())
        tally.add(outcome.category, outcome.in_numerator, outcome.places, 1)
    return Counter(tally.rate().state for tally in tallies.values())
