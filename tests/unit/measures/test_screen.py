"""What one finding reads as on a day: worked out by hand, fact by fact."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

import pytest
from tests.support.population import dictionary, frame

from spinewise.know.loader import load_package
from spinewise.know.model import Combination, Finding
from spinewise.measures.frame import Frame
from spinewise.measures.interpret.images import Image
from spinewise.measures.interpret.screen import (
    Reading,
    _combined,
    _read,
    emergency,
    read_screen,
    seen,
)
from spinewise.measures.kleene import Truth
from spinewise.records.people import Days, Event, Person, day_number

PACKAGE: Final = load_package()
CODES, KEYS = dictionary(PACKAGE)
VIEW: Final[Frame] = frame(PACKAGE, CODES)
INDEX: Final = day_number(date(2024, 3, 1))
CODED: Final = next(
    one
    for one in PACKAGE.red_flags.finding
    if one.strength == "sufficient" and one.look_back == "ever" and one.codes
)
RECENT: Final = next(
    one for one in PACKAGE.red_flags.finding if isinstance(one.look_back, int) and one.codes
)
URGENT: Final = next(one for one in VIEW.emergency_findings if one.current_codes)


def event(days: int | tuple[int, int], **given: Any) -> Event:
    """A row of a person; days count from the index."""
    whole: dict[str, Any] = dict.fromkeys(Event.__dataclass_fields__)
    whole |= {"event": 0, "source": "e", "kind": "condition", "denied": False, "clinician": ""}
    whole["start"] = span(days)
    for name in ("end", "recorded"):
        if name in given:
            given[name] = span(given[name])
    return Event(**{**whole, **given})


def span(days: int | tuple[int, int]) -> Days:
    first, last = (days, days) if isinstance(days, int) else days
    return INDEX + first, INDEX + last


def at(hour: int, minute: int = 0, second: int = 0, day: int = 0) -> datetime:
    on = date.fromordinal(date(2024, 3, 1).toordinal() + day)
    return datetime(on.year, on.month, on.day, hour, minute, second)  # noqa: DTZ001


def coded(days: int | tuple[int, int], finding: Finding = CODED, **given: Any) -> Event:
    return event(days, code=KEYS[finding.codes[0]][0], **given)


def said(days: int | tuple[int, int], value: str, finding: Finding = CODED, **given: Any) -> Event:
    code = KEYS[f"@{finding.id}"][0]
    return event(days, **{"kind": "finding", "code": code, "value": value, **given})


def person(*events: Event) -> Person:
    return Person(0, "P", None, None, False, None, None, events=list(events))


def image(**given: Any) -> Image:
    whole: dict[str, Any] = dict.fromkeys(Image.__dataclass_fields__)
    return Image(**{**whole, "links": frozenset(), **given})


@pytest.mark.parametrize(
    ("facts", "value", "fresh"),
    [
        ([], None, False),
        ([coded(0)], True, True),
        ([coded(-900)], True, False),
        ([coded(-900, recorded=0)], True, True),
        ([coded(-900, recorded=(-1, 0))], True, False),  # perhaps from before
        ([coded(10)], True, True),
        ([coded(11)], None, False),
        ([coded((5, 15))], None, False),
        # refuted: absent from that day, not before
        ([coded(0, status="refuted", end=11)], True, True),
        ([coded(0, status="refuted", end=10)], False, False),
        ([coded(0, status="refuted", end=(10, 11))], None, False),
        ([coded(0, status="refuted")], None, False),  # the day is missing
        ([coded(11, status="refuted", end=11)], None, False),  # not yet known of
        ([coded(0, status="refuted", end=(-5, 10))], False, False),
        # the latest statement counts
        ([said(0, "present"), said(1, "absent")], False, False),
        ([said(0, "absent"), said(1, "present")], True, True),
        ([said(0, "absent"), said(0, "present")], None, False),
        ([said((0, 1), "absent"), said(1, "present")], None, False),
        ([said((0, 1), "absent"), said(2, "present")], True, True),
        ([said(0, "present", status="refuted"), said(0, "absent")], False, False),
        ([said(0, "present"), coded(0, status="refuted", end=5)], False, False),
        ([said(6, "present"), coded(0, status="refuted", end=5)], True, True),
        ([said(5, "present"), coded(0, status="refuted", end=5)], None, False),
        ([said(6, "present"), coded(0, status="refuted", end=(4, 8))], None, False),
        ([said(6, "present"), coded(0, status="refuted")], None, False),
        # answers of an earlier episode, and later ones, say nothing
        ([said(-1, "present")], None, False),
        ([said(11, "present")], None, False),
        ([said((10, 11), "present")], None, False),
        ([said(0, "perhaps")], None, False),
        # an answer against a code
        ([coded(0), said(1, "absent")], None, True),
        ([coded(0), said(0, "absent"), said(1, "present")], True, True),
        ([coded(0), coded(0, status="refuted")], None, True),  # perhaps of the same
        ([coded((5, 15)), said(0, "absent")], None, False),
        ([coded((5, 15)), said(0, "present")], True, True),
    ],
)
def test_a_finding_as_of_day_10(facts: list[Event], value: Truth, fresh: bool) -> None:
    read = _read(person(*facts), CODED, Reading(INDEX, INDEX + 10), VIEW)

    assert (read.value, read.fresh) == (value, fresh)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (at(9), at(10)),
        (at(9, 59, 59), at(10)),
        (at(9, 10), at(9, 11)),
        (at(9, 10, 59), at(9, 11)),
        (at(9, 10, 10), at(9, 10, 11)),
        (at(23, 59, 59), at(0, 0, 0, day=1)),
    ],
)
def test_answers_of_one_day_are_ordered_by_their_time(first: datetime, second: datetime) -> None:
    """To the second; the last of them counts."""
    days = [(time.date() - date(2024, 3, 1)).days for time in (first, second)]
    earlier = said(days[0], "absent", time=first)
    later = said(days[1], "present", time=second)

    for facts in ((earlier, later), (later, earlier)):
        assert _read(person(*facts), CODED, Reading(INDEX, INDEX + 10), VIEW).value is True


@pytest.mark.parametrize("time", [at(0), at(9), at(23, 59, 59)])
def test_an_answer_without_time_may_be_the_last_of_its_day(time: datetime) -> None:
    facts = said(0, "absent"), said(0, "present", time=time)

    assert _read(person(*facts), CODED, Reading(INDEX, INDEX + 10), VIEW).value is None


@pytest.mark.parametrize(
    ("facts", "answered", "silent"),
    [
        ([], False, True),
        ([said(0, "absent")], True, False),
        ([said((-1, 0), "absent")], False, False),
        ([coded(0)], False, False),
        ([coded((5, 15))], False, False),
        ([coded(0, status="refuted", end=1)], False, False),  # no person answered
        ([coded(11, status="refuted", end=11)], False, True),
        ([coded(0, status="refuted", end=0, recorded=11)], False, True),
    ],
)
def test_who_said_something(facts: list[Event], answered: bool, silent: bool) -> None:
    read = _read(person(*facts), CODED, Reading(INDEX, INDEX + 10), VIEW)

    assert (read.answered, read.silent) == (answered, silent)


def test_a_look_back_counts_from_the_index() -> None:
    back = int(RECENT.look_back)
    for days, value in ((-back, True), (-back - 1, None)):
        facts = person(coded(days, RECENT))
        assert _read(facts, RECENT, Reading(INDEX, INDEX + 10), VIEW).value is value
        refuted = person(coded(days, RECENT, status="refuted", end=3))
        read = _read(refuted, RECENT, Reading(INDEX, INDEX + 10), VIEW)
        assert (read.value, read.silent) == (False if value else None, value is None)


@pytest.mark.parametrize(
    ("recorded", "time", "performed", "performed_time", "known"),
    [
        (5, None, 5, None, True),
        (6, None, 5, None, False),
        ((5, 6), None, 5, None, True),  # perhaps the same day
        ((6, 7), None, (5, 6), None, True),
        ((7, 8), None, (5, 6), None, False),
        (5, at(9), 5, at(10), True),
        (5, at(10), 5, at(10), True),
        (5, at(11), 5, at(10), False),
        (5, at(11), (4, 5), at(10), True),  # perhaps another day
        (5, at(11), (5, 6), at(10), True),
        ((4, 5), at(11), 5, at(10), True),
        ((5, 6), at(11), 5, at(10), True),
    ],
)
def test_what_was_recorded_after_the_image_is_not_known(
    recorded: int | tuple[int, int],
    time: datetime | None,
    performed: int | tuple[int, int],
    performed_time: datetime | None,
    known: bool,
) -> None:
    shown = image(performed=span(performed), performed_time=performed_time)
    fact = coded(0, recorded=recorded, recorded_time=time)

    assert seen(fact, Reading(INDEX, INDEX + 10, shown)) is known


def test_what_the_report_says_is_not_known_before_it() -> None:
    shown = image(links=frozenset({"L"}))

    assert seen(coded(0, link="L"), Reading(INDEX, INDEX + 10, shown)) is False
    assert seen(coded(0, link="M"), Reading(INDEX, INDEX + 10, shown)) is True
    assert seen(coded(0, link="L"), Reading(INDEX, INDEX + 10)) is True


@pytest.mark.parametrize(
    ("values", "holds"),
    [
        ([True, True, True], True),
        ([True, True, None], None),
        ([True, True, False], False),
        ([True, False, None], False),
        ([None, True, True], None),
        ([False, True, True], False),
        ([True, None, None], None),
    ],
)
def test_some_of_a_combination(values: list[Truth], holds: Truth) -> None:
    """One finding is needed, and two of the two others."""
    given = next(iter(PACKAGE.red_flags.combination))
    combination = _with(given, all_of=["a"], also_any=["b", "c"], also_at_least=2)

    assert _combined(combination, dict(zip("abc", values, strict=True))) is holds


def _with(given: Combination, **changed: Any) -> Combination:
    return type(given)(**{**{f: getattr(given, f) for f in given.__struct_fields__}, **changed})


def current(days: int | tuple[int, int], **given: Any) -> Event:
    return event(days, code=KEYS[URGENT.current_codes[0]][0], **given)


def asked(value: str = "absent") -> list[Event]:
    """Every emergency finding asked on the index day."""
    return [said(0, value, one) for one in VIEW.emergency_findings]


@pytest.mark.parametrize(
    ("facts", "by", "held", "since"),
    [
        ([], None, None, None),
        (asked(), None, False, None),
        (asked()[1:], None, None, None),
        (
            [said(0, "absent", one, status="refuted") for one in VIEW.emergency_findings],
            3,
            None,
            None,
        ),
        (asked("present"), None, True, 0),
        ([*asked(), said((2, 3), "present", URGENT)], 3, True, 2),
        ([*asked(), said((2, 4), "present", URGENT)], 3, None, None),
        ([*asked(), said(4, "present", URGENT)], 3, False, None),
        ([*asked(), said(4, "present", URGENT)], None, True, 4),
        (
            [*asked(), said(3, "present", URGENT), said(2, "present", VIEW.emergency_findings[0])],
            3,
            True,
            2,
        ),
        ([*asked(), current(3)], 3, True, 3),
        ([*asked(), current(-1)], 3, False, None),
        ([*asked(), current(3, kind="finding")], 3, False, None),  # no code of a diagnosis
        ([*asked(), current(84)], None, True, 84),
        ([*asked(), current(85)], None, False, None),
        ([*asked(), current((3, 4))], 3, None, None),
        # a scan that ruled it out later does not undo it
        ([*asked(), current(1, status="refuted", end=2)], 3, True, 1),
        ([*asked(), current(1, status="refuted", end=1)], 3, None, None),
        ([*asked(), current(1, status="refuted", end=(1, 2))], 3, None, None),
        ([*asked(), current((1, 2), status="refuted", end=2)], 3, None, None),
        ([*asked(), current(1, status="refuted")], 3, None, None),
        ([*asked(), current(1, status="active", end=1)], 3, True, 1),
    ],
)
def test_emergencies(facts: list[Event], by: int | None, held: Truth, since: int | None) -> None:
    found = emergency(person(*facts), INDEX, VIEW, by)

    assert found[:2] == (held, None if since is None else INDEX + since)
    assert bool(found[2]) is (held is True)


def test_a_complete_screen_leaves_context_out() -> None:
    """Everything but context answered "absent" is complete, and absent; one less is neither."""
    everything = [said(0, "absent", one) for one in VIEW.needed_findings]
    reading = Reading(INDEX, INDEX + 10)

    whole = read_screen(person(*everything), reading, VIEW)
    less = read_screen(person(*everything[1:]), reading, VIEW)

    assert (whole.status, whole.complete, whole.sufficient_recorded) == (False, True, False)
    assert (less.status, less.complete) == (None, False)
    assert len(VIEW.needed_findings) < len(PACKAGE.red_flags.finding)
