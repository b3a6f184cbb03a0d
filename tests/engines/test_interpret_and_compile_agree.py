"""The patient-by-patient reading and the compiled plan reach the same outcome for every unit."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from spinewise.know.loader import load_package
from spinewise.measures.compile import compile_plan
from spinewise.measures.interpret import interpret
from spinewise.measures.outcome import Outcome
from spinewise.measures.run import outcomes, run
from spinewise.records.people import people
from tests.support.population import Maker, dictionary, frame
from tests.support.tables import connect, fill


@pytest.mark.parametrize("seed", range(3))
def test_interpret_and_compile_agree(seed: int) -> None:
    package = load_package()
    codes, keys = dictionary(package)
    view = frame(package, codes)
    indicators = package.own
    connection = connect()
    fill(connection, Maker(package, keys, seed).population(700))

    by_person = [o for person in people(connection) for o in interpret(person, view, indicators)]
    run(connection, compile_plan(view, indicators))
    by_plan = list(outcomes(connection))

    assert _by_unit(by_plan) == _by_unit(by_person)


def test_the_plan_as_it_is_printed_gives_the_same() -> None:
    """What SQLGlot prints for people and for other engines is what DuckDB ran as it was written."""
    package = load_package()
    codes, keys = dictionary(package)
    plan = compile_plan(frame(package, codes), list(package.indicators.values()))
    printed = list(plan.sql().items())
    connection = connect()
    fill(connection, Maker(package, keys, 4).population(300))

    run(connection, plan)
    written = list(outcomes(connection))
    run(connection, replace(plan, steps=printed[: len(plan.steps)], views=printed[-2:]))

    assert _by_unit(list(outcomes(connection))) == _by_unit(written)


def _by_unit(found: list[Outcome]) -> dict[tuple[str, str], Outcome]:
    twice = [key for key, n in Counter((o.indicator, o.unit_id) for o in found).items() if n > 1]
    assert not twice
    return {(o.indicator, o.unit_id): o for o in found}
