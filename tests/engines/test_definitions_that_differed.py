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
    fill(connection, Maker(package, keys, seed=3).population(120))
    view, asked = frame(package, codes), [indicator("once", 1, DIFFERED[name])]

    run(connection, compile_plan(view, asked))
    by_plan = by_unit(outcomes(connection))

    by_person = by_unit(o for person in people(connection) for o in interpret(person, view, asked))
    assert by_plan == by_person
    decided = {o.in_numerator for o in by_person.values() if o.category == "in"}
    assert decided == {True, False}


def test_a_screen_read_long_after_the_index_sees_what_was_recorded_by_then() -> None:
    """The evidence reaches as far as the last day on which a definition reads the screen."""
    package = load_package()
    codes, keys = dictionary(package)
    connection = connect()
    number = FIRST + 300
    rows: dict[str, list[dict[str, Any]]] = {
        "patients": [{"patient": 0, "patient_id": "P", "birth_lo": day(0), "birth_hi": day(0)}],
        "visits": [{"patient": 0, "visit": 0, "source_id": "v", "setting": "office"}],
        "events": [
            {
                "patient": 0,
                "event": n,
                "kind": "condition",
                "source_id": f"e{n}",
                "code": keys[c][0],
            }
            for n, c in enumerate(("lbp-diagnosis-core", "cancer-history"))
        ],
    }
    for table, row, after in (("visits", 0, 0), ("events", 0, 0), ("events", 1, 190)):
        on = day(number + after)
        rows[table][row] |= {"start_lo": on, "start_hi": on, "file": 0, "line": row}
    fill(connection, rows)
    late = {"is": "red-flag", "state": "present", "by": 200}
    asked = [indicator("late", 1, {"unit": "episode", "numerator": late, "also_count": {}})]
    view = frame(package, codes)

    run(connection, compile_plan(view, asked))
    (by_plan,) = outcomes(connection)

    (by_person,) = (o for person in people(connection) for o in interpret(person, view, asked))
    assert by_plan == by_person
    assert by_person.in_numerator is True
