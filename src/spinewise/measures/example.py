"""
Worked examples of a definition: small made-up people, and what becomes of each.

Nobody writes them by hand. Facts that the terms of a definition ask for are put together, a few at
a time, until :func:`~spinewise.measures.interpret.interpret` says that such a person is in the
numerator, or in the denominator alone. So an example is true of the definition as it stands,
tailored or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import Final

from spinewise.know.codes import Pattern
from spinewise.know.concepts import Concept
from spinewise.know.model import Indicator
from spinewise.know.package import Package
from spinewise.know.terms import (
    Answered,
    AnswerIs,
    Change,
    Coded,
    Days,
    Evidence,
    Imaged,
    RedFlag,
    Referred,
    Shown,
    Term,
    Verdict,
    Visited,
)
from spinewise.know.walk import clauses_of, terms_in
from spinewise.measures.frame import FINDING_SYSTEM, ITEM_SYSTEM, Frame, resolve_codes
from spinewise.measures.interpret import interpret
from spinewise.measures.outcome import Outcome
from spinewise.records.people import Event, Person, Visit
from spinewise.tables import DOMAINS

YEAR: Final = 2024
INDEX: Final = date(YEAR, 3, 4)
"""The index day of every example: a Monday."""
BORN: Final = date(1985, 6, 15)
_EPOCH: Final = date(1970, 1, 1).toordinal()
MODALITIES: Final = ("xray", "ct", "mri", "bone-scan")
_TOGETHER: Final = 3
"""At most so many facts are put together."""


@dataclass(frozen=True)
class Fact:
    """One line of a person's timeline."""

    day: int
    """From the index day."""
    kind: str
    """A kind of event, or ``visit``."""
    system: str = ""
    code: str = ""
    display: str = ""
    """What the code means, as its list says."""
    setting: str = ""
    modality: str = ""
    value: str = ""


@dataclass(frozen=True)
class Example:
    """A made-up person and what becomes of the unit under the indicator."""

    facts: tuple[Fact, ...]
    """By day."""
    outcome: Outcome


def examples(package: Package, indicator: Indicator) -> tuple[Example | None, Example | None]:
    """
    Somebody in the numerator, and somebody in the denominator alone, each with as few facts as
    will do; None where a few facts do not suffice.
    """
    start = tuple(_start(package, indicator))
    wanted = list(dict.fromkeys(_moves(package, indicator)))
    numerator: Example | None = None
    alone: Example | None = None
    for number in range(_TOGETHER + 1):
        for moves in combinations(wanted, number):
            facts = (*start, *(fact for move in moves for fact in move))
            for outcome in _read(facts, package, indicator):
                if outcome.category != "in":
                    continue
                one = Example(tuple(sorted(facts, key=lambda fact: fact.day)), outcome)
                if outcome.in_numerator:
                    numerator = numerator or one
                elif outcome.in_numerator is False:
                    alone = alone or one
            if numerator and alone:
                return numerator, alone
    return numerator, alone


# What is tried ------------------------------------------------------------------------------------

Move = tuple[Fact, ...]


def _start(package: Package, indicator: Indicator) -> Iterator[Fact]:
    """The visit and diagnosis of the index day."""
    yield Fact(0, "visit", setting="office")
    names = indicator.index.concepts if indicator.index else package.episode.index.diagnosis
    yield _coded("condition", package.concepts[names[0]], 0)


def _moves(package: Package, indicator: Indicator) -> Iterator[Move]:
    """Facts that the definition's terms ask for, and the same just outside their windows."""
    for whole in (indicator.numerator, *clauses_of(indicator)):
        for term in terms_in(whole):
            yield from _asked(term, package)
    if indicator.unit == "image":
        yield from _images(package, (5,))
        yield _screen(package, "")


def _asked(term: Term, package: Package) -> Iterator[Move]:
    match term:
        case Imaged():
            yield from _images(package, _around(term.days), term.modalities)
        case Shown(concepts=[name, *_]):
            yield (_coded("imaging", package.concepts[name], 5),)
        case Shown():
            yield from _images(package, (5, 29, 43), term.modalities)
        case Evidence():
            kind = term.kinds[0] if term.kinds else "condition"
            for day in _around(term.days):
                yield (_coded(kind, package.concepts[term.concepts[0]], day),)
        case Coded():
            kind = term.kinds[0] if term.kinds else "condition"
            yield (_coded(kind, package.concepts[term.concepts[0]], -30),)
        case Visited():
            setting = term.settings[0] if term.settings else "office"
            for day in _around(term.days):
                if term.specialties:
                    found = _coded("visit", package.concepts[term.specialties[0]], day)
                    yield (Fact(day, "visit", found.system, found.code, found.display, setting),)
                else:
                    yield (Fact(day, "visit", setting=setting),)
        case Referred(concepts=[name, *_]) | Referred(specialties=[name, *_]):
            for day in _around(term.days):
                yield (_coded("referral", package.concepts[name], day),)
        case RedFlag(state="complete") | Verdict():
            yield _screen(package, "")
        case RedFlag():
            urgent = {one.id for one in package.red_flags.family if one.urgency == "emergency"}
            for finding in package.red_flags.finding:
                if (finding.urgency == "emergency" or finding.family in urgent) == (
                    term.state == "emergency"
                ):
                    yield (_answer(finding.id, finding.name.en, "present"),)
                    break
        case Answered() | AnswerIs():
            for value in dict.fromkeys((*term.values, *package.items[term.item].values)):
                yield (Fact(0, "answer", ITEM_SYSTEM, term.item, value=value),)
        case Change():
            values = package.items[term.item].values
            before = Fact(term.baseline[1], "answer", ITEM_SYSTEM, term.item, value=values[0])
            for value in (values[-1], values[0]):
                after = Fact(term.follow_up[1], "answer", ITEM_SYSTEM, term.item, value=value)
                yield (before, after)
        case _:
            pass


def _around(days: Days) -> tuple[int, ...]:
    """A day inside a window, and the first after it."""
    first, last = days
    inside = last if first == "ever" else min(max(first, 5), last)
    return inside, last + 1


def _images(package: Package, days: Sequence[int], wanted: Sequence[str] = ()) -> Iterator[Move]:
    """An image on each of the days, of the first modality that is wanted."""
    vague = [Pattern.parse(text) for text in package.imaging.level_unknown]
    images = [one for one in package.imaging.image if one.modality in (wanted or MODALITIES)]
    if not images:
        return
    one = images[0]
    concept = package.concepts[one.concepts[0]]
    plain = [row for row in concept.rows if not any(pattern.holds(row) for pattern in vague)]
    for day in days:
        found = _coded("imaging", replace(concept, rows=tuple(plain or concept.rows)), day)
        yield (Fact(day, "imaging", found.system, found.code, found.display, "", one.modality),)


def _screen(package: Package, present: str) -> Move:
    """Every question that a complete screen needs, answered."""
    needed = {family.id for family in package.red_flags.family if family.needed}
    return tuple(
        _answer(one.id, one.name.en, "present" if one.id == present else "absent")
        for one in package.red_flags.finding
        if one.family in needed and one.strength != "context"
    )


def _answer(finding: str, name: str, value: str) -> Fact:
    return Fact(0, "finding", FINDING_SYSTEM, finding, name, value=value)


def _coded(kind: str, concept: Concept, day: int) -> Fact:
    """An event with the first code of a list, verified if there is one; without a code if empty."""
    if concept.empty:
        return Fact(day, kind)
    rows = sorted(concept.rows, key=lambda row: (row.status == "proposed", "-" in row.system[4:]))
    row = next((one for one in rows if one.system in _PLAIN), rows[0])
    return Fact(day, kind, row.system, row.code, row.display)


_PLAIN: Final = {"ICD-10-CM", "CPT", "ATC", "SNOMED-CT", "ICD-9-CM", "OHIP-FEE", "OHIP-DX"}
"""Systems whose rows stand for one code, as a record writes it."""


# How it is read -----------------------------------------------------------------------------------


def _read(facts: Sequence[Fact], package: Package, indicator: Indicator) -> list[Outcome]:
    codes = [(key, fact.system, fact.code) for key, fact in enumerate(facts) if fact.code]
    concepts, proposed = resolve_codes(package, codes)
    first, last = _number(date(YEAR - 4, 1, 1)), _number(date(YEAR + 2, 12, 31))
    year = (_number(date(YEAR, 1, 1)), _number(date(YEAR, 12, 31)))
    frame = Frame(
        package=package,
        concepts=concepts,
        proposed=proposed,
        scope=year,
        period=year,
        cutoff=last,
        observed_from=first,
        carried=dict.fromkeys(DOMAINS, ((first, last),)),
        lacks=frozenset(("enrolment", "principal-position", "image-diagnosis")),
        systems=frozenset(system for _, system, _ in codes),
    )
    return list(interpret(_person(facts), frame, [indicator]))


def _person(facts: Sequence[Fact]) -> Person:
    visits, events = [], []
    for key, fact in enumerate(facts):
        day = _number(INDEX) + fact.day
        code = key if fact.code else None
        if fact.kind == "visit":
            visits.append(_visit(key, fact, day, code))
        else:
            events.append(_event(key, fact, day, code))
    return Person(
        patient=0,
        patient_id="P",
        birth=(BORN, BORN),
        death=None,
        died=False,
        enrolled_from=None,
        enrolled_to=None,
        visits=visits,
        events=events,
    )


def _visit(key: int, fact: Fact, day: int, code: int | None) -> Visit:
    return Visit(
        visit=key,
        source=f"V{key}",
        start=(day, day),
        time=None,
        end=None,
        setting=fact.setting or None,
        code=code,
        specialty=code,
        clinician="",
        onset=None,
    )


def _event(key: int, fact: Fact, day: int, code: int | None) -> Event:
    index = fact.kind == "condition" and fact.day == 0
    image = fact.kind == "imaging"
    return Event(
        event=key,
        source=f"E{key}",
        kind=fact.kind,
        role="performed" if image else None,
        code=code,
        start=(day, day),
        time=None,
        end=None,
        recorded=(day, day),
        recorded_time=None,
        onset=None,
        status="completed",
        category=None,
        visit=0 if index else None,
        visit_start=(day, day) if index else None,
        visit_setting="office" if index else None,
        claim=None,
        denied=False,
        position=1 if fact.kind == "condition" else None,
        setting=None,
        modality=fact.modality or None,
        region=None,
        link=None,
        reason=None,
        clinician="",
        clinician_role=None,
        specialty=code if fact.kind == "referral" else None,
        value=fact.value or None,
        number=float(fact.value) if fact.value.replace(".", "", 1).isdigit() else None,
        days_supply=30 if fact.kind == "medication" else None,
        text=None,
    )


def _number(day: date) -> int:
    return day.toordinal() - _EPOCH
