"""
A definition that is said to be impossible holds for nobody, whatever the records.

Terms are drawn in pairs that differ in little, as it is such pairs that rule each other out, and
people to try them on.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spinewise.know.loader import load_package
from spinewise.know.model import Indicator
from spinewise.know.possible import HOLDS, Goal, possible
from spinewise.know.terms import Not, Term
from spinewise.measures.interpret import interpret
from spinewise.records.people import people
from tests.generative.definitions import Definitions, Drawn, indicator
from tests.generative.populations import Populations, Rows
from tests.support.population import FIRST, dictionary, frame
from tests.support.tables import connect, fill

EXAMPLES: Final = int(os.environ.get("SPINEWISE_EXAMPLES", "20"))
PACKAGE: Final = load_package()
DRAWS: Final = Definitions(PACKAGE)

Pair = tuple[Drawn, Drawn]


def pairs(terms: st.SearchStrategy[Drawn]) -> st.SearchStrategy[list[Pair]]:
    """Pairs of terms, the second the first with one or no key as in another of its kind."""

    def paired(drawn: tuple[list[Drawn], list[int]]) -> list[Pair]:
        found = []
        for number, one in enumerate(drawn[0]):
            alike = [other for other in drawn[0] if other["is"] == one["is"] and other != one]
            for other in alike or [one]:
                keys = [key for key in sorted(one) if key not in ("is", "item", "values")]
                second = dict(one)
                if keys:
                    key = keys[drawn[1][number] % len(keys)]
                    second[key] = other[key]
                found.append((one, second))
        return found

    return st.tuples(
        st.lists(terms, min_size=6, max_size=6),
        st.lists(st.integers(0, 9), min_size=6, max_size=6),
    ).map(paired)


def asked(unit: str, one: Drawn, other: Drawn) -> Iterator[tuple[list[Goal], Drawn]]:
    """The two together, and the first without the second: as goals, and as a definition."""
    for second in (other, {"is": "not", "of": other}):
        goals: list[Goal] = [(msgspec.convert(term, Term), HOLDS) for term in (one, second)]
        data: dict[str, Any] = {"unit": unit, "numerator": second}
        if unit == "patient":
            index = {
                "concepts": ["lbp-diagnosis-core", "lbp-diagnosis-cms166v4"],
                "between": ["period start", "period end"],
            }
            data |= {"require": [one], "exclusion": [], "strata": [], "index": index}
        else:
            data |= {"population": one, "also_count": {}}
        yield goals, data


def test_what_is_impossible_holds_for_nobody(
    record_hits: Callable[[str, Counter[str], int], None],
) -> None:
    rows, keys = dictionary(PACKAGE)
    view = replace(
        frame(PACKAGE, rows), period=(FIRST + 358, FIRST + 722), observed_from=FIRST - 30
    )
    connection = connect()
    hits: Counter[str] = Counter()

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        pairs(DRAWS._own_terms()),
        pairs(DRAWS._rule_terms()),
        Populations(PACKAGE, keys).populations(4, 8),
    )
    def nobody(own: list[Pair], rule: list[Pair], drawn: Rows) -> None:
        impossible: list[Indicator] = []
        for unit, terms in (("episode", own), ("patient", rule)):
            for one, other in terms:
                for goals, data in asked(unit, one, other):
                    name = f"drawn-{len(impossible)}"
                    if not possible(goals, PACKAGE):
                        hits[one["is"]] += 1
                        impossible.append(indicator(name, len(impossible), data))
        fill(connection, drawn)
        for person in people(connection):
            for outcome in interpret(person, view, impossible):
                assert not (outcome.in_denominator is True and outcome.in_numerator is True), (
                    impossible[int(outcome.indicator.removeprefix("drawn-"))]
                )

    nobody()
    record_hits("impossible", hits, hits.total())
    for kind in ("evidence", "coded", "age"):
        assert hits[kind], kind


def test_not_is_the_opposite() -> None:
    """A term and its opposite never hold together, and either holds alone."""
    term = next(one.when for one in PACKAGE.episode.exclusion)
    assert possible([(term, HOLDS)], PACKAGE)
    assert possible([(Not(of=term), HOLDS)], PACKAGE)
    assert not possible([(term, HOLDS), (Not(of=term), HOLDS)], PACKAGE)
