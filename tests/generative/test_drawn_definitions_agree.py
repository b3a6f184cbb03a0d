"""
On any definition and any small population the two readings agree, unit by unit.

Definitions are drawn as well as people, and what a source or a package may lack. Every kind of
term, unit, category, verdict and state has to be met on the way; how often is shown at the end of
the run.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
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
from spinewise.measures.outcome import Outcome
from spinewise.measures.run import outcomes, run, to_date
from spinewise.records.people import day_number, people
from spinewise.review.indicators import indicator_results
from spinewise.review.rates import Tally
from tests.generative.circumstances import Circumstances, circumstances, is_copy, lacks
from tests.generative.definitions import CODES, SERVICES, Definitions
from tests.generative.hits import by_unit, count, rare
from tests.generative.populations import Populations, Rows
from tests.support.population import FIRST, LAST, dictionary, frame
from tests.support.tables import connect, fill

EXAMPLES: Final = int(os.environ.get("SPINEWISE_EXAMPLES", "30"))
"""More of them in the long run: ``make soak``."""
TERMS: Final = {tag_of(term) for term in get_args(Term)}
UNITS: Final = {"episode", "image", "answer", "patient", "patient-year"}
CATEGORIES: Final = {"in", "excluded", "outside", "not-evaluated", "undecided", "beside"}
IMAGE: Final = ("indicated", "not-indicated", "cannot-tell")
EPISODE: Final = ("present", "absent", "not-documented")
STATES: Final = ("computable", "not computable", "no cases", "too few")
PERIOD: Final = (to_date(FIRST + 250), to_date(LAST - 100))
"""The days of units that results are counted of: all that are in scope."""
FLAGS: Final = {"present", "complete", "sufficient", "emergency", "combination"}


Drawn = tuple[
    Frame, st.SearchStrategy[Package], st.SearchStrategy[Rows], st.SearchStrategy[Circumstances]
]


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    package = load_package()
    rows, keys = dictionary(package)
    view = replace(
        frame(package, rows),
        period=(FIRST + 358, FIRST + 722),
        earlier=((FIRST + 58, FIRST + 357),),
        observed_from=FIRST - 30,
    )
    people_ = Populations(package, keys).populations(10, 18)
    condition, others = package.episode.index.diagnosis, (*CODES, *SERVICES)
    return view, Definitions(package).packages(), people_, circumstances(condition, others)


def test_any_definition(
    drawn: Drawn,
    record_hits: Callable[[str, Counter[str], int], None],
) -> None:
    """Equal outcomes for every unit under every definition; everything occurs on the way."""
    view, packages, populations, lacking = drawn
    connection = connect()
    hits: dict[str, Counter[str]] = {
        name: Counter()
        for name in ("term", "flag", "unit", "category", "verdict", "state", "reason")
    }
    examples = 0

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(packages, populations, lacking)
    def agree(package: Package, rows: Rows, lacks: Circumstances) -> None:
        nonlocal examples
        fill(connection, lacks.several(rows))
        note("\n".join(str(row) for table in rows.values() for row in table))
        seen = lacks.of(replace(view, package=package))
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

        results = indicator_results(connection, seen, indicators, PERIOD, {})
        states = {result.id: result.rate.state for result in results}
        assert states == _states(by_person, _visited(rows, package), seen)

        examples += 1
        once = [outcome for outcome in by_person if not is_copy(outcome.patient_id)]
        count(hits, once)
        hits["state"].update(states.values())
        hits["unit"].update(package.indicators[o.indicator].unit for o in once)
        terms = list(_terms(package))
        hits["term"].update({tag(term) for term in terms})
        hits["flag"].update({term.state for term in terms if isinstance(term, RedFlag)})

    agree()

    for name, counted in hits.items():
        of = examples if name in ("term", "flag") else counted.total()
        record_hits(f"drawn definitions: {name}", counted, of)
    for name, wanted in (
        ("term", TERMS),
        ("flag", FLAGS),
        ("unit", UNITS),
        ("category", CATEGORIES),
        ("verdict", {*IMAGE, *EPISODE}),
        ("state", {*STATES}),
    ):
        assert hits[name].keys() >= wanted, name
    assert not rare(hits["verdict"], IMAGE)
    assert not rare(hits["verdict"], EPISODE)
    assert not rare(hits["state"], STATES, least=0.1)
    assert not rare(hits["term"], sorted(TERMS), least=0.05, of=examples)
    assert not rare(hits["flag"], sorted(FLAGS), least=0.05, of=examples)


def _states(by_person: Iterable[Outcome], visited: bool, seen: Frame) -> dict[str, str]:
    """The state of each indicator, from what is lacking and from the people one by one."""
    tallies = {name: Tally() for name in seen.package.indicators}
    missing = dict.fromkeys(tallies, False)
    first, last = (day_number(day) for day in PERIOD)
    for outcome in by_person:
        if outcome.earlier:
            continue
        if outcome.day is None or (outcome.day[0] <= last and outcome.day[1] >= first):
            one = tallies[outcome.indicator]
            one.add(outcome.category, outcome.in_numerator, outcome.places, 1)
            missing[outcome.indicator] |= any(
                reason.startswith("not-carried:") for reason in outcome.reasons
            )
    states: dict[str, str] = {}
    for name, one in tallies.items():
        asked = seen.package.indicators[name]
        no_visits = asked.unit in ("episode", "image") and not visited
        impossible = lacks(asked, seen) or no_visits or (missing[name] and not one.d)
        states[name] = "not computable" if impossible else one.rate().state
    return states


def _visited(rows: Rows, package: Package) -> bool:
    """Whether there is a visit in a setting that an index visit may have."""
    settings_ = {None, *package.episode.index.settings}
    return any(row["setting"] in settings_ for row in rows["visits"])


def _terms(package: Package) -> Iterator[Term]:
    whole = [one.when for one in package.episode.exclusion]
    whole += [one.when for one in package.red_flags.reason]
    for indicator in package.indicators.values():
        whole += clauses_of(indicator)
    for term in whole:
        yield from terms_in(term)
