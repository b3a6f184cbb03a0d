"""
On any small population the two readings agree, unit by unit.

Every kind of outcome has to be met on the way; how often is shown at the end of the run.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import duckdb
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from spinewise.know.loader import load_package
from spinewise.know.model import Indicator
from spinewise.measures.compile import Plan, compile_plan
from spinewise.measures.frame import Frame
from spinewise.measures.interpret import interpret
from spinewise.measures.outcome import Outcome
from spinewise.measures.run import outcomes, run
from spinewise.records.people import people
from tests.generative.hits import by_unit, count, rare, states
from tests.generative.populations import Populations, Rows
from tests.support.population import dictionary, frame
from tests.support.tables import connect, fill

EXAMPLES: Final = int(os.environ.get("SPINEWISE_EXAMPLES", "60"))
"""More of them before a release: ``SPINEWISE_EXAMPLES=5000``."""
CATEGORIES: Final = {"in", "excluded", "outside", "not-evaluated", "undecided", "beside"}
IMAGE: Final = ("indicated", "not-indicated", "cannot-tell")
EPISODE: Final = ("present", "absent", "not-documented")
STATES: Final = {"no cases", "too few"}


@dataclass(frozen=True)
class Readings:
    """The two readings of one frame."""

    connection: duckdb.DuckDBPyConnection
    frame: Frame
    indicators: Sequence[Indicator]
    plan: Plan

    def by_person(self) -> list[Outcome]:
        return [
            outcome
            for person in people(self.connection)
            for outcome in interpret(person, self.frame, self.indicators)
        ]

    def by_plan(self) -> list[Outcome]:
        run(self.connection, self.plan)
        return list(outcomes(self.connection))


@pytest.fixture(scope="module")
def populations() -> st.SearchStrategy[Rows]:
    package = load_package()
    return Populations(package, dictionary(package)[1]).populations()


@pytest.fixture(scope="module")
def readings() -> Readings:
    package = load_package()
    view = frame(package, dictionary(package)[0])
    indicators = package.own
    return Readings(connect(), view, indicators, compile_plan(view, indicators))


def test_any_small_population(
    populations: st.SearchStrategy[Rows],
    readings: Readings,
    record_hits: Callable[[str, Counter[str], int], None],
) -> None:
    """Equal outcomes for every unit; every category, verdict and state occurs on the way."""
    hits: dict[str, Counter[str]] = {
        name: Counter() for name in ("category", "verdict", "state", "reason")
    }

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(populations)
    def agree(rows: Rows) -> None:
        fill(readings.connection, rows)
        by_person, by_plan = readings.by_person(), readings.by_plan()
        note("\n".join(str(row) for table in rows.values() for row in table))
        assert by_unit(by_plan) == by_unit(by_person)
        count(hits, by_person)
        hits["state"].update(states(by_person))

    agree()

    for name, counted in hits.items():
        record_hits(name, counted, counted.total())
    assert hits["category"].keys() >= CATEGORIES
    assert not rare(hits["verdict"], IMAGE)
    assert not rare(hits["verdict"], EPISODE)
    assert hits["state"].keys() >= STATES
