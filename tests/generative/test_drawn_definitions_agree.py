"""
On any definition and any small population the two readings agree, unit by unit.

Definitions are drawn as well as people. Every kind of term, unit, category, verdict and state has
to be met on the way; how often is shown at the end of the run.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from spinewise.know.loader import load_package
from spinewise.know.package import Package
from spinewise.know.terms import RedFlag, Term
from spinewise.know.walk import clauses_of, tag, tag_of, terms_in
from spinewise.measures.compile import compile_plan
from spinewise.measures.frame import Frame
from spinewise.measures.interpret import interpret
from spinewise.measures.run import outcomes, run
from spinewise.records.people import people
from tests.generative.definitions import Definitions
from tests.generative.hits import by_unit, count, rare
from tests.generative.populations import Populations, Rows
from tests.support.population import FIRST, dictionary, frame
from tests.support.tables import connect, fill

EXAMPLES: Final = int(os.environ.get("SPINEWISE_EXAMPLES", "30"))
"""More of them in the long run: ``make soak``."""
TERMS: Final = {tag_of(term) for term in get_args(Term)}
UNITS: Final = {"episode", "image", "answer", "patient", "patient-year"}
CATEGORIES: Final = {"in", "excluded", "outside", "not-evaluated", "undecided", "beside"}
IMAGE: Final = ("indicated", "not-indicated", "cannot-tell")
EPISODE: Final = ("present", "absent", "not-documented")
STATES: Final = {"no cases", "too few"}
FLAGS: Final = {"present", "complete", "sufficient", "emergency", "combination"}


@pytest.fixture(scope="module")
def drawn() -> tuple[Package, Frame, st.SearchStrategy[Package], st.SearchStrategy[Rows]]:
    package = load_package()
    rows, keys = dictionary(package)
    view = replace(
        frame(package, rows),
        period=(FIRST + 358, FIRST + 722),
        earlier=((FIRST + 58, FIRST + 357),),
        observed_from=FIRST - 30,
    )
    people_ = Populations(package, keys).populations(8, 16)
    return package, view, Definitions(package).packages(), people_


def test_any_definition(
    drawn: tuple[Package, Frame, st.SearchStrategy[Package], st.SearchStrategy[Rows]],
    record_hits: Callable[[str, Counter[str]], None],
) -> None:
    """Equal outcomes for every unit under every definition; everything occurs on the way."""
    _, view, packages, populations = drawn
    connection = connect()
    hits: dict[str, Counter[str]] = {
        name: Counter()
        for name in ("term", "flag", "unit", "category", "verdict", "state", "reason")
    }

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(packages, populations)
    def agree(package: Package, rows: Rows) -> None:
        fill(connection, rows)
        note("\n".join(str(row) for table in rows.values() for row in table))
        seen = replace(view, package=package)
        indicators = list(package.indicators.values())
        by_person = [
            outcome
            for person in people(connection)
            for outcome in interpret(person, seen, indicators)
        ]
        run(connection, compile_plan(seen, indicators))
        by_plan = by_unit(outcomes(connection))
        for key, outcome in by_unit(by_person).items():
            if by_plan.get(key) != outcome:
                note(f"{key}: {msgspec.json.encode(package.indicators[key[0]]).decode()}")
                assert by_plan.get(key) == outcome
        assert len(by_plan) == len(by_person)
        count(hits, by_person)
        for term in _terms(package):
            hits["term"][tag(term)] += 1
            if isinstance(term, RedFlag):
                hits["flag"][term.state] += 1
        hits["unit"].update(package.indicators[o.indicator].unit for o in by_person)

    agree()

    for name, counted in hits.items():
        record_hits(f"drawn definitions: {name}", counted)
    for name, wanted in (
        ("term", TERMS),
        ("flag", FLAGS),
        ("unit", UNITS),
        ("category", CATEGORIES),
        ("verdict", {*IMAGE, *EPISODE}),
        ("state", STATES),
    ):
        assert hits[name].keys() >= wanted, name
    assert not rare(hits["verdict"], IMAGE)
    assert not rare(hits["verdict"], EPISODE)


def _terms(package: Package) -> Iterator[Term]:
    whole = [one.when for one in package.episode.exclusion]
    whole += [one.when for one in package.red_flags.reason]
    for indicator in package.indicators.values():
        whole += clauses_of(indicator)
    for term in whole:
        yield from terms_in(term)
