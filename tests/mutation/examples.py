"""
What mutated code is held against: people, definitions, and what becomes of them.

Everything is worked out once, by the code as it stands, when this module is imported; the processes
in which mutants run are forked afterwards and find it at hand.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import duckdb
from hypothesis import HealthCheck, Phase, given, seed, settings

from spinewise.know.loader import load_package
from spinewise.know.model import Indicator
from spinewise.know.package import Package
from spinewise.measures.compile import Plan, compile_plan
from spinewise.measures.frame import Frame
from spinewise.measures.interpret import interpret
from spinewise.measures.outcome import Outcome
from spinewise.measures.run import outcomes, run
from spinewise.records.people import Person, people
from tests.generative.definitions import Definitions
from tests.generative.hits import by_unit
from tests.generative.populations import Populations, Rows
from tests.golden.case import Case, all_cases
from tests.golden.reading import Read, Reader
from tests.support import claims
from tests.support.population import FIRST, Maker, dictionary, frame
from tests.support.tables import connect, fill

DRAWN: Final = int(os.environ.get("SPINEWISE_EXAMPLES", "25"))
"""How many drawn definitions mutants are tried on."""
SEED: Final = 20261124

Units = dict[tuple[str, str, bool], Outcome]


@dataclass(frozen=True)
class Example:
    """Some people under some definitions, with the place of every unit."""

    frame: Frame
    indicators: Sequence[Indicator]
    rows: Rows
    people: tuple[Person, ...]
    plan: Plan
    outcomes: Units

    def interpreted(self) -> Units:
        """What is said of the people one by one."""
        return by_unit(
            outcome
            for person in self.people
            for outcome in interpret(person, self.frame, self.indicators)
        )

    def compiled(self) -> Plan:
        """The plan of the definitions."""
        return compile_plan(self.frame, self.indicators)

    def run(self, plan: Plan) -> Units:
        """What a plan says of everybody."""
        with single() as connection:
            fill(connection, self.rows)
            run(connection, plan)
            return by_unit(outcomes(connection))


def single() -> duckdb.DuckDBPyConnection:
    """A connection that starts no threads: mutants run in forked processes, one beside another."""
    connection = connect()
    connection.execute("SET threads = 1")
    return connection


def example(view: Frame, indicators: Sequence[Indicator], rows: Rows) -> Example:
    """An example, on which the two readings agree."""
    with single() as connection:
        fill(connection, rows)
        found = tuple(people(connection))
    plan = compile_plan(view, indicators)
    whole = Example(view, indicators, rows, found, plan, {})
    units = whole.interpreted()
    assert whole.run(plan) == units
    return replace(whole, outcomes=units)


def shipped() -> Iterator[Example]:
    """The definitions of the package, on people who were made for them."""
    package = load_package()
    codes, keys = dictionary(package)
    made = Maker(package, keys, SEED).population(40)
    yield example(frame(package, codes), package.own, made)
    made = claims.ClaimMaker(package, keys, SEED).population(100)
    yield example(claims.frame(package, codes), package.rules, made)


def drawn() -> list[Example]:
    """Definitions and people as Hypothesis draws them."""
    package = load_package()
    codes, keys = dictionary(package)
    view = replace(
        frame(package, codes), period=(FIRST + 358, FIRST + 722), observed_from=FIRST - 30
    )
    found: list[tuple[Package, Rows]] = []

    @seed(SEED)
    @settings(
        max_examples=DRAWN,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(Definitions(package).packages(), Populations(package, keys).populations(8, 16))
    def collect(package: Package, rows: Rows) -> None:
        found.append((package, rows))

    collect()
    return [
        example(replace(view, package=one), list(one.indicators.values()), rows)
        for one, rows in found
    ]


def golden() -> list[tuple[Case, Read]]:
    """Every golden case with its people."""
    folder = TemporaryDirectory()
    atexit.register(folder.cleanup)
    read = Reader(Path(folder.name))
    return [(case, read(case)) for case in all_cases()]


EXAMPLES: Final[list[Example]] = [*drawn(), *shipped()]
GOLDEN: Final = golden()
