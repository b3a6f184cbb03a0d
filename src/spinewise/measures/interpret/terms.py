"""What each term of a definition means for one unit, in plain Python (the reference)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from spinewise.know import terms
from spinewise.know.terms import Days as Window
from spinewise.measures.frame import Frame, item_concept
from spinewise.measures.interpret.episodes import Candidate
from spinewise.measures.interpret.images import Image, Placed
from spinewise.measures.interpret.screen import Reading, emergency, read_screen
from spinewise.measures.kleene import (
    BEGINNING,
    NEVER,
    Truth,
    all_of,
    any_of,
    enough,
    negate,
    within,
)
from spinewise.records.people import Days, Event, Person
from spinewise.tables import Domain

HOSPITAL: Final = {"emergency", "inpatient"}


@dataclass(frozen=True)
class Unit:
    """
    What a term is asked about.

    ``candidate`` is its episode, None for an answer; ``placed`` the images of that episode, or
    perhaps of it; ``readings`` the day on which its red flags are read, or each day that it may
    be. ``until`` cuts every window off: an accepted reason counts only if it was there by the
    order.
    """

    person: Person
    frame: Frame
    candidate: Candidate | None
    placed: tuple[Placed, ...] = ()
    readings: tuple[Reading, ...] = ()
    until: int = NEVER
    anchor: int | None = None
    """Day 0 of the windows; None: the index day."""
    image: Image | None = None
    answer: Event | None = None

    @property
    def day_0(self) -> int:
        """The day that windows count from: the index day, or that of an emergency finding."""
        assert self.candidate
        return self.candidate.day if self.anchor is None else self.anchor


def holds(term: terms.Term, unit: Unit, *, recorded: bool) -> Truth:
    """
    Whether a term holds.

    ``recorded`` reads findings and reasons as the record stands: what is not known to be present
    is not there.
    """
    match term:
        case terms.All(of=parts):
            return all_of([holds(part, unit, recorded=recorded) for part in parts])
        case terms.AnyOf(of=parts):
            return any_of([holds(part, unit, recorded=recorded) for part in parts])
        case terms.Not(of=part):
            return negate(holds(part, unit, recorded=recorded))
        case terms.Evidence():
            return _missing(term, _evidence(term, unit))
        case terms.Ongoing():
            return _missing(term, _ongoing(term, unit))
        case terms.Onset():
            return _onset(term, unit)
        case terms.Visited():
            return _missing(term, _visited(term, unit))
        case terms.Referred():
            return _missing(term, _referred(term, unit))
        case terms.Imaged():
            return _imaged(term, unit)
        case terms.RedFlag():
            return _agreed(
                _as(recorded, _red_flag(term, reading, unit)) for reading in _readings(term, unit)
            )
        case terms.AcceptedReason():
            return _agreed(
                _as(recorded, accepted_reason(unit, reading)) for reading in unit.readings
            )
        case terms.Verdict(is_=wanted):
            return verdict(unit) == wanted
        case terms.Answered():
            return _missing(term, _answered(term, unit))
        case terms.AnswerIs():
            return _answer_is(term, unit)
        case terms.Change():
            return _change(term, unit)
        case _:
            raise AssertionError(f"{term!r} is a term of published rules")


def accepted_reason(unit: Unit, reading: Reading) -> Truth:
    """One of the package's other reasons for an image, there by the day of the reading."""
    by_then = Unit(
        unit.person, unit.frame, unit.candidate, unit.placed, unit.readings, reading.as_of
    )
    return any_of(
        holds(reason.when, by_then, recorded=False)
        for reason in unit.frame.package.red_flags.reason
    )


def status(unit: Unit) -> Truth:
    """The status of the red-flag screen when the first image was ordered."""
    return _agreed(read_screen(unit.person, r, unit.frame).status for r in unit.readings)


def verdict(unit: Unit) -> str:
    """The verdict on an image (SEMANTICS 6)."""
    reason = _agreed(accepted_reason(unit, reading) for reading in unit.readings)
    indicated = any_of((status(unit), reason))
    return {True: "indicated", False: "not-indicated", None: "cannot-tell"}[indicated]


def _as(recorded: bool, value: Truth) -> Truth:
    return value is True if recorded else value


def _agreed(values: Iterable[Truth]) -> Truth:
    """What holds on every possible day; unknown where days differ."""
    different = set(values)
    return different.pop() if len(different) == 1 else None


def _missing(
    term: terms.Evidence | terms.Ongoing | terms.Visited | terms.Referred | terms.Answered,
    value: Truth,
) -> Truth:
    return None if value is False and term.when_missing == "unknown" else value


def _window(days: Window, unit: Unit) -> tuple[int, int]:
    first = BEGINNING if days[0] == "ever" else unit.day_0 + days[0]
    return first, min(unit.day_0 + days[1], unit.until)


def _unless_not_carried(value: Truth, domain: Domain, days: Window, unit: Unit) -> Truth:
    """Nothing found in a window that the source does not carry says nothing."""
    first = unit.day_0 + (days[1] if days[0] == "ever" else days[0])
    if value is False and not unit.frame.is_carried(domain, first, unit.day_0 + days[1]):
        return None
    return value


def _facts(unit: Unit, kinds: Iterable[str]) -> list[Event]:
    wanted = set(kinds)
    return [
        event
        for event in unit.person.events
        if event.status != "refuted" and (not wanted or event.kind in wanted)
    ]


def _evidence(term: terms.Evidence, unit: Unit) -> Truth:
    first, last = _window(term.days, unit)
    held: list[tuple[Truth, Days]] = []
    for event in _facts(unit, term.kinds):
        codes = unit.frame.of(event.code)
        if codes & set(term.concepts) and not codes & set(term.not_concepts):
            value = within(event.start, first, last)
            if event.kind in ("condition", "finding", "note"):
                value = all_of((value, within(event.recorded or event.start, BEGINNING, last)))
            held.append((value, event.start))
    value = enough(held, term.at_least, distinct_days=term.distinct_days)
    if list(term.kinds) == ["medication"]:
        return _unless_not_carried(value, "prescriptions", term.days, unit)
    return value


def _ongoing(term: terms.Ongoing, unit: Unit) -> Truth:
    first, last = _window(term.days, unit)
    values: list[Truth] = []
    for event in _facts(unit, ["condition"]):
        codes = unit.frame.of(event.code)
        listed = (
            event.category == "problem-list"
            or bool(codes & set(term.always))
            or (event.category is None and event.visit is None and event.claim is None)
        )
        if listed and codes & {*term.concepts, *term.always}:
            known = within(event.recorded or event.start, BEGINNING, unit.day_0)
            values.append(
                all_of((within(event.start, first, last), known, _not_ended(event, unit.day_0)))
            )
    return any_of(values)


def _not_ended(event: Event, day: int) -> Truth:
    if event.end is None:
        return None if event.status == "completed" else True
    return within(event.end, day, NEVER)


def _onset(term: terms.Onset, unit: Unit) -> Truth:
    assert unit.candidate
    if unit.candidate.onset is None:
        return None if term.when_missing == "unknown" else False
    first, last = _window(term.days, unit)
    return within(unit.candidate.onset, first, last)


def _visited(term: terms.Visited, unit: Unit) -> Truth:
    first, last = _window(term.days, unit)
    settings, wanted, unwanted = (
        set(term.settings),
        set(term.specialties),
        set(term.not_specialties),
    )
    values = []
    for visit in unit.person.visits:
        codes = unit.frame.of(visit.code) | unit.frame.of(visit.specialty)
        if (not settings or visit.setting in settings) and _listed(codes, wanted, unwanted):
            values.append(within(visit.start, first, last))
    if wanted and not settings:
        for event in _facts(unit, ["procedure"]):
            codes = unit.frame.of(event.code) | unit.frame.of(event.specialty)
            if _listed(codes, wanted, unwanted):
                values.append(within(event.start, first, last))
    return _unless_not_carried(any_of(values), visited_domain(term), term.days, unit)


def visited_domain(term: terms.Visited) -> Domain:
    """The domain in which the visits of a term are found."""
    if term.specialties:
        return "consultations"
    return "hospital" if term.settings and set(term.settings) <= HOSPITAL else "visits"


def _listed(codes: frozenset[str], wanted: set[str], unwanted: set[str]) -> bool:
    return not wanted or bool(codes & wanted and not codes & unwanted)


def _referred(term: terms.Referred, unit: Unit) -> Truth:
    first, last = _window(term.days, unit)
    values = []
    for event in _facts(unit, ["referral"]):
        concepts, specialties = unit.frame.of(event.code), unit.frame.of(event.specialty)
        to_listed = (specialties | concepts) & set(term.specialties)
        if concepts & set(term.concepts) or to_listed or not (term.concepts or term.specialties):
            values.append(within(event.start, first, last))
    return any_of(values)


def _imaged(term: terms.Imaged, unit: Unit) -> Truth:
    assert unit.candidate
    first, last = _window(term.days, unit)
    fitting = emergency(unit.person, unit.candidate.day, unit.frame)[2] if term.fitting else None
    values: list[Truth] = []
    for placed in unit.placed:
        image = placed.image
        if term.modalities and image.modality not in term.modalities:
            continue
        if fitting is not None and image.modality not in fitting:
            continue
        if term.by == "order":
            day = unit.candidate.day
            days: Days | None = (day + placed.days[0], day + placed.days[1])
        else:
            days = image.performed
        if days:
            sure = image.region if placed.certain else None
            values.append(all_of((within(days, first, last), sure)))
    return _unless_not_carried(any_of(values), "imaging", term.days, unit)


def _red_flag(term: terms.RedFlag, reading: Reading, unit: Unit) -> Truth:
    assert unit.candidate
    if term.state == "emergency":
        return emergency(unit.person, unit.candidate.day, unit.frame, term.by)[0]
    read = read_screen(unit.person, reading, unit.frame)
    match term.state:
        case "present":
            return read.status
        case "complete":
            return read.complete
        case "sufficient":
            return read.sufficient_recorded
        case "combination":
            return read.combinations[term.id]


def _readings(term: terms.RedFlag, unit: Unit) -> tuple[Reading, ...]:
    """The readings that a term asks about."""
    if term.by is None:
        return unit.readings
    assert unit.candidate
    return (Reading(unit.candidate.day, unit.candidate.day + term.by),)


def _said(event: Event) -> str:
    """An answer's value as it is compared: lower case, words joined by hyphens."""
    return "-".join((event.value or "").strip().lower().replace("_", " ").split())


def _answers(item: str, unit: Unit) -> list[Event]:
    return [e for e in _facts(unit, ["answer"]) if item_concept(item) in unit.frame.of(e.code)]


def _answered(term: terms.Answered, unit: Unit) -> Truth:
    first, last = _window(term.days, unit)
    return any_of(
        within(event.start, first, last)
        for event in _answers(term.item, unit)
        if not term.values or _said(event) in term.values
    )


def _answer_is(term: terms.AnswerIs, unit: Unit) -> Truth:
    assert unit.answer
    return _said(unit.answer) in term.values


def _change(term: terms.Change, unit: Unit) -> Truth:
    before = _last_number(term.item, term.baseline, unit)
    after = _last_number(term.item, term.follow_up, unit)
    return None if before is None or after is None else after - before >= term.at_least


def _last_number(item: str, days: Window, unit: Unit) -> float | None:
    first, last = _window(days, unit)
    found = [
        (event.start[0], event.event, event.number)
        for event in _answers(item, unit)
        if event.number is not None and first <= event.start[0] == event.start[1] <= last
    ]
    return max(found)[2] if found else None
