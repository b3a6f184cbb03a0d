"""Definitions on which the two readings once differed: they agree, and both answers occur."""

from __future__ import annotations

from typing import Any, Final

import pytest

from spinewise.know.loader import load_package
from spinewise.measures.compile import compile_plan
from spinewise.measures.interpret import interpret
from spinewise.measures.run import outcomes, run
from spinewise.records.people import people
from tests.generative.definitions import indicator
from tests.generative.hits import by_unit
from tests.support.population import FIRST, Maker, dictionary, frame
from tests.support.tables import connect, day, fill

OPIOIDS: Final = {"is": "evidence", "concepts": ["opioids"], "days": ["ever", 200]}
DIFFERED: Final[dict[str, dict[str, Any]]] = {
    # The rows of images did not bring what only an image's own indicator asks of its episode.
    "an image, by an event of its episode": {
        "unit": "image",
        "numerator": {"is": "not", "of": OPIOIDS},
        "also_count": {},
    },
    # The onset was looked up in a table that is not there once flags are gathered.
    "an onset, counted from an emergency": {
        "unit": "episode",
        "anchor": "emergency-finding",
        "numerator": {"is": "onset", "days": ["ever", -20]},
        "also_count": {},
    },
}


@pytest.mark.parametrize("name", DIFFERED)
def test_the_two_readings_agree(name: str) -> None:
    package = load_package()
    codes, keys = dictionary(package)
    connection = connect()
    fill(connection, Maker(package, keys, seed=3).population(300))
    view, asked = frame(package, codes), [indicator("once", 1, DIFFERED[name])]

    run(connection, compile_plan(view, asked))
    by_plan = by_unit(outcomes(connection))

    by_person = by_unit(o for person in people(connection) for o in interpret(person, view, asked))
    assert by_plan == by_person
    decided = {o.in_numerator for o in by_person.values() if o.category == "in"}
    assert decided == {True, False}


def test_a_screen_read_long_after_the_index_sees_what_was_recorded_by_then() -> None:
    """The evidence reaches as far as the last day on which a definition reads the screen."""
    late = {"is": "red-flag", "state": "present", "by": 200}

    assert _numerator(late, ("cancer-history", (190, 190))) is True


@pytest.mark.parametrize(
    ("days", "at_least", "holds"),
    [
        ([(-40, -10)], 1, True),  # one of these days, whichever it is
        ([(-40, 10)], 1, None),
        ([(-40, -10), (-40, -10)], 2, None),  # perhaps the same day
        ([(-40, -40), (-10, -10)], 2, True),
        ([(-10, -10), (-10, -10)], 2, False),
    ],
)
def test_distinct_days_that_are_partly_known(
    days: list[tuple[int, int]], at_least: int, holds: bool | None
) -> None:
    """A partial date within the window is one day for sure, and no second one beside another."""
    term = {
        "is": "evidence",
        "concepts": ["pregnancy"],
        "days": [-60, -1],
        "at_least": at_least,
        "distinct_days": True,
        "when_missing": "false",
    }

    assert _numerator(term, *(("pregnancy", one) for one in days)) is holds


def _numerator(term: dict[str, Any], *facts: tuple[str, tuple[int, int]]) -> bool | None:
    """What both readings say of a term, for a person with an index visit and these facts."""
    package = load_package()
    codes, keys = dictionary(package)
    connection = connect()
    rows: dict[str, list[dict[str, Any]]] = {
        "patients": [{"patient": 0, "patient_id": "P", "birth_lo": day(0), "birth_hi": day(0)}],
        "visits": [_row(visit=0, source_id="v", setting="office")],
        "events": [
            _row(*days, event=n, kind="condition", source_id=f"e{n}", code=keys[name][0])
            for n, (name, days) in enumerate((("lbp-diagnosis-core", (0, 0)), *facts))
        ],
    }
    fill(connection, rows)
    asked = [indicator("once", 1, {"unit": "episode", "numerator": term, "also_count": {}})]
    view = frame(package, codes)

    run(connection, compile_plan(view, asked))
    (by_plan,) = outcomes(connection)

    (by_person,) = (o for person in people(connection) for o in interpret(person, view, asked))
    assert by_plan == by_person
    return by_person.in_numerator


def _row(first: int = 0, last: int = 0, **given: Any) -> dict[str, Any]:
    """A row of the person, on a day or between days that count from the index visit."""
    on = {"start_lo": day(FIRST + 300 + first), "start_hi": day(FIRST + 300 + last)}
    return {"patient": 0, "file": 0, "line": 0, **on, **given}
