"""Published rules: the patient-by-patient reading and the compiled plan agree on every person."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from typing import Final

import pytest

from spinewise.know.loader import load_package
from spinewise.measures.compile import compile_plan
from spinewise.measures.frame import Lack
from spinewise.measures.interpret import interpret
from spinewise.measures.outcome import Outcome
from spinewise.measures.run import outcomes, run
from spinewise.records.people import people
from tests.generative.hits import by_unit
from tests.support.claims import ClaimMaker, frame
from tests.support.population import dictionary
from tests.support.tables import connect, fill

SEEDS: Final = range(max(3, int(os.environ.get("SPINEWISE_EXAMPLES", "0")) // 100))
"""More of them before a release: ``SPINEWISE_EXAMPLES=5000``."""
NOT_CARRIED: Final[tuple[Lack, ...]] = ("enrolment", "principal-position", "image-diagnosis")
"""What the made-up source does not carry at all, for every third seed."""
SIZE = 1_300
met: Counter[tuple[str, str]] = Counter()


@pytest.mark.parametrize("seed", SEEDS)
def test_interpret_and_compile_agree(seed: int) -> None:
    package = load_package()
    codes, keys = dictionary(package)
    view = frame(package, codes, *(NOT_CARRIED if seed % 3 == 2 else ()))
    connection = connect()
    fill(connection, ClaimMaker(package, keys, seed).population(SIZE))

    by_person = by_unit(
        o for person in people(connection) for o in interpret(person, view, package.rules)
    )
    run(connection, compile_plan(view, package.rules))

    assert by_unit(outcomes(connection)) == by_person
    now = [o for o in by_person.values() if not o.earlier]
    assert len(now) == SIZE * len(package.rules)
    _count(now)
    met["earlier", "in"] += sum(o.category == "in" for o in by_person.values() if o.earlier)


def test_every_reason_was_met() -> None:
    """Each condition and exclusion of each rule decided about somebody above, and each category."""
    package = load_package()
    missing = [
        (rule.id, clause.id)
        for rule in package.rules
        for clause in (*rule.require, *rule.exclusion)
        if not met[rule.id, clause.id]
    ]
    categories = {"in", "excluded", "outside", "undecided"}
    missing += [(rule.id, c) for rule in package.rules for c in categories if not met[rule.id, c]]
    missing += [(rule.id, "numerator") for rule in package.rules if not met[rule.id, "numerator"]]
    missing += [(r.id, one.id) for r in package.rules for one in r.strata if not met[r.id, one.id]]

    assert not missing
    assert met["earlier", "in"] > 100


def _count(found: Iterable[Outcome]) -> None:
    for outcome in found:
        met[outcome.indicator, outcome.category] += 1
        met[outcome.indicator, outcome.verdict] += 1
        if outcome.category == "in" and outcome.in_numerator:
            met[outcome.indicator, "numerator"] += 1
        for reason in outcome.reasons:
            met[outcome.indicator, reason] += 1
