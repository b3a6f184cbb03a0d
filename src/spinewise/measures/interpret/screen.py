"""The red-flag screen of one episode, as it could be read on a day (SEMANTICS 2 and 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from spinewise.know.model import Combination, Finding
from spinewise.measures.frame import Frame, finding_concept
from spinewise.measures.interpret.images import Image
from spinewise.measures.kleene import BEGINNING, NEVER, Truth, all_of, any_of, within
from spinewise.records.people import Days, Event, Person

_DAY: Final = 86_400
_ANSWERS: Final = {"present": True, "absent": False}


@dataclass(frozen=True, slots=True)
class Reading:
    """A day on which the record is read, and the image that the reading is for."""

    index: int
    as_of: int
    image: Image | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """What one finding reads as."""

    value: Truth
    answered: bool
    """A person answered it."""
    silent: bool
    """Neither an answer nor a code: not documented."""
    fresh: bool
    """Present by something recorded on or after the index day."""


@dataclass(frozen=True, slots=True)
class Screen:
    """The screen as of a reading."""

    status: Truth
    """True: a flag is present; False: absent, by a complete screen without one; None: not
    documented."""
    complete: bool
    sufficient_recorded: bool
    """A sufficient finding was recorded between the index day and the day of the reading."""
    combinations: dict[str, Truth]


@dataclass(frozen=True, slots=True)
class _Statement:
    """Somebody said present or absent; or a refuted code says absent from its day on."""

    value: bool
    moment: tuple[int, int]
    """First and last possible second since 1970-01-01."""
    certain: bool
    by_person: bool


def read_screen(person: Person, reading: Reading, frame: Frame) -> Screen:
    """Read every finding of the package and judge the screen."""
    rules = frame.package.red_flags
    read = {finding.id: _read(person, finding, reading, frame) for finding in rules.finding}
    known = {name: False if one.silent else one.value for name, one in read.items()}
    present = any_of(
        [known[f.id] for f in rules.finding if f.strength == "sufficient"]
        + [_combined(c, known) for c in rules.combination if c.justifies_imaging]
    )
    complete = all(read[finding.id].answered for finding in frame.needed_findings)
    return Screen(
        status=True if present else False if present is False and complete else None,
        complete=complete,
        sufficient_recorded=any(
            read[f.id].value and read[f.id].fresh
            for f in rules.finding
            if f.strength == "sufficient"
        ),
        combinations={c.id: _combined(c, known) for c in rules.combination},
    )


def emergency(
    person: Person, index: int, frame: Frame, by: int | None = None
) -> tuple[Truth, int | None, frozenset[str]]:
    """
    Whether an emergency finding was there by a day, since when, and the images that fit it.

    Without ``by``, by the end of the episode. What a scan ruled out later was an emergency before.
    """
    last = index + (frame.package.episode.index.length if by is None else by)
    since: list[int] = []
    modalities: set[str] = set()
    possible = False
    unanswered = False
    for finding in frame.emergency_findings:
        said = [
            (_ANSWERS[event.value], within(event.start, index, last), event)
            for event in person.events
            if event.kind == "finding"
            and event.status != "refuted"
            and finding_concept(finding.id) in frame.of(event.code)
            and event.value in _ANSWERS
        ]
        shown = [(held, event) for value, held, event in said if value]
        shown += [
            (_current(event, within(event.start, index, last)), event)
            for event in person.events
            if event.kind != "finding" and frame.of(event.code) & set(finding.current_codes)
        ]
        days = [event.start[0] for held, event in shown if held]
        if days:
            since += days
            modalities.update(frame.fitting(finding))
        possible = possible or any(held is None for held, _ in shown)
        unanswered = unanswered or not any(held for _, held, _ in said)
    if since:
        return True, min(since), frozenset(modalities)
    return (None if possible or unanswered else False), None, frozenset()


def _combined(combination: Combination, values: dict[str, Truth]) -> Truth:
    every = all_of(values[name] for name in combination.all_of)
    if not combination.also_any:
        return every
    also = [values[name] for name in combination.also_any]
    sure = sum(value is True for value in also)
    perhaps = sum(value is not False for value in also)
    needed = combination.also_at_least
    enough = True if sure >= needed else None if perhaps >= needed else False
    return all_of((every, enough))


def _current(event: Event, held: Truth) -> Truth:
    """A code shows a current emergency unless it may have been refuted the same day."""
    if held and event.status == "refuted" and (not event.end or event.end[0] <= event.start[1]):
        return None
    return held


def _read(person: Person, finding: Finding, reading: Reading, frame: Frame) -> Read:
    looks_from = (
        BEGINNING if finding.look_back == "ever" else reading.index - int(finding.look_back)
    )
    name = finding_concept(finding.id)
    codes = frozenset(finding.codes)
    statements: list[_Statement] = []
    coded: list[Truth] = []
    fresh = False
    for event in person.events:
        if event.kind == "finding":
            if event.status != "refuted" and name in frame.of(event.code):
                statements += _answer(event, reading)
        elif frame.of(event.code) & codes:
            shown = _coded(event, reading, looks_from)
            coded.append(shown)
            fresh = fresh or (shown is True and (event.recorded or event.start)[0] >= reading.index)
            if event.status == "refuted" and shown is not True:
                statements += _refutation(event, reading, looks_from)
    code = any_of(coded)
    latest = _latest(statements)
    said = {statement.value for statement in latest}
    certain = any(statement.certain for statement in latest)
    return Read(
        value=_value(code, said, certain),
        answered=any(s.by_person and s.certain for s in statements),
        silent=code is False and not latest,
        fresh=fresh or (said == {True} and certain),
    )


def _value(code: Truth, said: set[bool], certain: bool) -> Truth:
    if code is True:
        return None if False in said and True not in said else True
    if not said or len(said) > 1 or not certain:
        return None
    if said == {True}:
        return True
    return None if code is None else False


def _latest(statements: Sequence[_Statement]) -> list[_Statement]:
    """Those that may be the last: none is surely later than they."""
    latest_start = max((s.moment[0] for s in statements if s.certain), default=None)
    if latest_start is None:
        return list(statements)
    return [s for s in statements if s.moment[1] >= latest_start]


def _answer(event: Event, reading: Reading) -> list[_Statement]:
    if event.value not in _ANSWERS:
        return []
    held = all_of((within(event.start, reading.index, reading.as_of), seen(event, reading)))
    if held is False:
        return []
    return [_Statement(_ANSWERS[event.value], _moment(event.start, event.time), bool(held), True)]


def _refutation(event: Event, reading: Reading, looks_from: int) -> list[_Statement]:
    if within(event.start, looks_from, reading.as_of) is False or seen(event, reading) is False:
        return []
    if event.end is None:
        return [_Statement(False, (event.start[0] * _DAY, NEVER * _DAY), False, False)]
    held = within(event.end, BEGINNING, reading.as_of)
    if held is False:
        return []
    return [_Statement(False, _moment(event.end, None), bool(held), False)]


def _coded(event: Event, reading: Reading, looks_from: int) -> Truth:
    held = all_of((within(event.start, looks_from, reading.as_of), seen(event, reading)))
    if event.status == "refuted":
        still = None if event.end is None else within(event.end, reading.as_of + 1, NEVER)
        return all_of((held, still))
    return held


def seen(event: Event, reading: Reading) -> Truth:
    """
    Whether a fact was on record when the image was ordered.

    From the day it was recorded, or of its start where that is missing; not if it was taken from
    the image's own report, or known to be recorded after the image was performed.
    """
    recorded = event.recorded or event.start
    image = reading.image
    if image:
        if event.link in image.links:
            return False
        if image.performed and _after(recorded, event.recorded_time, image):
            return False
    return within(recorded, BEGINNING, reading.as_of)


def _after(recorded: Days, time: datetime | None, image: Image) -> bool:
    assert image.performed
    if recorded[0] > image.performed[1]:
        return True
    same_day = recorded[0] == recorded[1] == image.performed[0] == image.performed[1]
    return bool(same_day and time and image.performed_time and time > image.performed_time)


def _moment(day: Days, time: datetime | None) -> tuple[int, int]:
    if time:
        second = day[0] * _DAY + time.hour * 3600 + time.minute * 60 + time.second
        return second, second
    return day[0] * _DAY, day[1] * _DAY + _DAY - 1
