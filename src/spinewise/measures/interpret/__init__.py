"""
Definitions read one person at a time, in plain Python: the reference.

Read from top to bottom: :mod:`.episodes` finds the index visits, :mod:`.images` the images and
their episodes, :mod:`.screen` reads the red flags, :mod:`.terms` says what each word of a
definition means, and :func:`interpret` below puts a unit in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from spinewise.know.model import Indicator
from spinewise.know.terms import AnswerIs
from spinewise.measures.frame import Frame, item_concept
from spinewise.measures.interpret.episodes import Candidate, candidates, dies, leaves
from spinewise.measures.interpret.images import Placed, images, near, place
from spinewise.measures.interpret.rules import judge_person
from spinewise.measures.interpret.screen import Reading, emergency
from spinewise.measures.interpret.terms import Unit, holds, status, verdict
from spinewise.measures.kleene import Truth, all_of, any_of
from spinewise.measures.outcome import OUT, Category, Outcome, places
from spinewise.records.people import Days, Event, Person

UNKNOWN_REGION = "region-unknown"
UNKNOWN_DATE = "date-unknown"


def interpret(person: Person, frame: Frame, indicators: Sequence[Indicator]) -> Iterator[Outcome]:
    """The outcome of every unit of a person under every indicator."""
    found = candidates(person, frame)
    pictures = images(person, frame)
    placed = place(pictures, found, frame)
    for indicator in indicators:
        match indicator.unit:
            case "episode":
                for candidate in found:
                    if _overlaps(candidate.index, frame.scope):
                        yield _episode(indicator, person, candidate, placed, frame)
            case "image":
                for one in placed:
                    if _overlaps(one.image.dated, frame.scope):
                        yield _image(indicator, person, one, placed, frame)
            case "answer":
                for answer in _answers(indicator, person, frame):
                    yield _answer(indicator, person, answer, frame)
            case "patient" | "patient-year":
                yield from judge_person(indicator, person, pictures, frame)


def _episode(
    indicator: Indicator,
    person: Person,
    candidate: Candidate,
    placed: Sequence[Placed],
    frame: Frame,
) -> Outcome:
    assumed = []
    if candidate.onset is None:
        assumed.append("onset-not-recorded")
    if candidate.visit.setting is None:
        assumed.append("setting-not-recorded")
    base = Base(
        indicator=indicator,
        unit_id=candidate.visit.source,
        person=person,
        day=candidate.index,
        clinician=candidate.clinician,
        modality="",
        assumed=tuple(assumed),
        proposed=candidate.proposed,
    )
    outside = _named((candidate.washout, "washout"), (candidate.age, "age"), wanted=False)
    if outside:
        return base.outcome("outside", outside, in_denominator=False, numerator=False)
    if not candidate.dated:
        return base.outcome(
            "undecided", [UNKNOWN_DATE], in_denominator=None, numerator=None, places=OUT | 6
        )
    mine = tuple(near(candidate, placed))
    unit = Unit(
        person=person,
        frame=frame,
        candidate=candidate,
        placed=mine,
        readings=_readings(candidate, mine, frame),
    )
    unknown = _named(
        (candidate.washout, "washout-unknown"), (candidate.age, "age-unknown"), wanted=None
    )
    label = {True: "present", False: "absent", None: "not-documented"}[status(unit)]
    return _judge(base, unit, candidate.is_episode, unknown, label)


def _image(
    indicator: Indicator, person: Person, one: Placed, placed: Sequence[Placed], frame: Frame
) -> Outcome:
    image, candidate = one.image, one.candidate
    base = Base(
        indicator=indicator,
        unit_id=image.source,
        person=person,
        day=image.dated,
        clinician=image.clinician,
        modality=image.modality,
        assumed=() if image.order else ("dated-by-performance",),
        proposed=image.proposed or bool(candidate and candidate.proposed),
    )
    if candidate is None:
        return base.outcome("outside", ["no-episode"], in_denominator=False, numerator=False)
    unknown = _named(
        (candidate.washout, "washout-unknown"),
        (candidate.age, "age-unknown"),
        (image.region, UNKNOWN_REGION),
        wanted=None,
    )
    if not (one.certain and image.dated[0] == image.dated[1] and candidate.dated):
        return base.outcome(
            "undecided",
            [*unknown, UNKNOWN_DATE],
            in_denominator=None,
            numerator=None,
            places=OUT | 6,
            verdict="cannot-tell",
        )
    as_of = max(image.dated[0], candidate.day)
    unit = Unit(
        person=person,
        frame=frame,
        candidate=candidate,
        placed=tuple(near(candidate, placed)),
        readings=(Reading(candidate.day, as_of, image),),
        image=image,
    )
    return _judge(base, unit, all_of((candidate.is_episode, image.region)), unknown, verdict(unit))


def _answer(indicator: Indicator, person: Person, answer: Event, frame: Frame) -> Outcome:
    visits = {visit.visit: visit.clinician for visit in person.visits}
    linked = "" if answer.visit is None else visits.get(answer.visit, "")
    base = Base(
        indicator=indicator,
        unit_id=answer.source,
        person=person,
        day=answer.start,
        clinician=answer.clinician or linked,
        modality="",
        assumed=(),
        proposed=False,
    )
    dated = answer.start[0] == answer.start[1]
    unit = Unit(person=person, frame=frame, candidate=None, answer=answer)
    return _judge(base, unit, True if dated else None, [] if dated else [UNKNOWN_DATE], "")


class Base:
    """What an outcome says of its unit, whatever becomes of it."""

    def __init__(
        self,
        *,
        indicator: Indicator,
        unit_id: str,
        person: Person,
        day: Days,
        clinician: str,
        modality: str,
        assumed: tuple[str, ...],
        proposed: bool,
    ) -> None:
        self.indicator = indicator
        self.unit_id = unit_id
        self.patient_id = person.patient_id
        self.day = day
        self.clinician = clinician
        self.modality = modality
        self.assumed = assumed
        self.proposed = proposed

    def outcome(
        self,
        category: Category,
        reasons: Sequence[str],
        *,
        in_denominator: Truth,
        numerator: Truth,
        excluded: Truth = False,
        places: int = OUT,
        verdict: str = "",
        also: Sequence[str] = (),
    ) -> Outcome:
        return Outcome(
            indicator=self.indicator.id,
            unit_id=self.unit_id,
            patient_id=self.patient_id,
            day=self.day,
            clinician=self.clinician,
            modality=self.modality,
            category=category,
            reasons=tuple(sorted(set(reasons))),
            in_denominator=in_denominator,
            excluded=excluded,
            in_numerator=numerator,
            places=places,
            verdict=verdict,
            also=tuple(sorted(also)),
            assumed=self.assumed,
            proposed=self.proposed,
        )


def _judge(base: Base, unit: Unit, is_unit: Truth, unknown: list[str], label: str) -> Outcome:
    """Put a unit in its place: the order of these questions is the order of the answers."""
    indicator = base.indicator
    population = _both(indicator, unit)
    has_day_0 = True
    if indicator.anchor == "emergency-finding" and unit.candidate:
        since = emergency(unit.person, unit.candidate.day, unit.frame)[1]
        unit, has_day_0 = replace(unit, anchor=since), since is not None
    missed = _not_evaluated(indicator, unit) if has_day_0 else []
    if missed:
        return base.outcome(
            "not-evaluated", missed, in_denominator=None, numerator=None, verdict=label
        )
    numerator = (
        holds(indicator.numerator, unit, recorded=True),
        holds(indicator.numerator, unit, recorded=False),
    )
    if has_day_0 and not _followed(indicator, unit):
        is_unit = all_of((is_unit, None))
        unknown = [*unknown, UNKNOWN_DATE]
    exclusions = _exclusions(replace(unit, anchor=None))
    excluded = any_of(value for value, _ in exclusions)
    in_denominator = all_of((is_unit, population[0]))
    allowed = places(all_of((is_unit, population[1])), excluded, numerator[1])

    def becomes(
        category: Category, reasons: list[str], places: int = OUT, also: Sequence[str] = ()
    ) -> Outcome:
        return base.outcome(
            category,
            reasons,
            in_denominator=in_denominator,
            numerator=numerator[0],
            excluded=excluded,
            places=places,
            verdict=label,
            also=also,
        )

    if excluded:
        return becomes("excluded", _named(*exclusions, wanted=True))
    if indicator.unknown_population == "beside" and population[1] is None:
        return becomes("beside", ["population-unknown"])
    if population[0] is False:
        return becomes("outside", ["population"], allowed)
    if excluded is None:
        unknown = [
            *unknown,
            *_named(*((v, f"{name}-unknown") for v, name in exclusions), wanted=None),
        ]
    if population[0] is None:
        unknown = [*unknown, "population-unknown"]
    if numerator[0] is None:
        unknown = [*unknown, "numerator-unknown"]
    if unknown:
        return becomes("undecided", unknown, allowed)
    also = [name for name, t in indicator.also_count.items() if holds(t, unit, recorded=True)]
    return becomes("in", [], allowed, also)


def _both(indicator: Indicator, unit: Unit) -> tuple[Truth, Truth]:
    """The population as recorded, and with its unknowns."""
    if indicator.population is None:
        return True, True
    return (
        holds(indicator.population, unit, recorded=True),
        holds(indicator.population, unit, recorded=False),
    )


def _exclusions(unit: Unit) -> list[tuple[Truth, str]]:
    """The package's exclusions of an episode, by id."""
    if unit.candidate is None:
        return []
    return [
        (holds(exclusion.when, unit, recorded=False), exclusion.id)
        for exclusion in unit.frame.package.episode.exclusion
    ]


def _readings(candidate: Candidate, placed: Sequence[Placed], frame: Frame) -> tuple[Reading, ...]:
    """
    At the first image in the imaging window, or without one at its end.

    An image whose day, region or episode is open may be the first, on each of its days.
    """
    day = candidate.day
    opens, closes = frame.package.imaging.window
    sure: list[Placed] = []
    perhaps: list[Placed] = []
    for one in placed:
        if one.image.region is not False:
            dated = one.days[0] == one.days[1]
            (sure if one.certain and one.image.region and dated else perhaps).append(one)
    first = min(
        (one for one in sure if opens <= one.days[0] <= closes),
        key=lambda one: (one.days[0], one.image.event),
        default=None,
    )
    after = first.days[0] if first else closes
    return (
        Reading(day, day + after, first.image if first else None),
        *(
            Reading(day, day + perhaps_after, one.image)
            for one in perhaps
            for perhaps_after in range(max(one.days[0], opens), min(one.days[1], after) + 1)
        ),
    )


def _not_evaluated(indicator: Indicator, unit: Unit) -> list[str]:
    """Why a unit cannot be evaluated: its window is not over, or not carried."""
    frame = unit.frame
    reasons = []
    day_0 = unit.image.dated[0] if unit.image else unit.day_0 if unit.candidate else None
    if day_0 is None:
        return []
    if indicator.window and unit.candidate and not unit.image:
        ends = day_0 + indicator.window[1]
        left = leaves(unit.person, unit.candidate.day)[1]
        died = dies(unit.person)[1] if indicator.death_ends else ends
        if min(left, died) < ends:
            reasons.append("not-followed")
        elif frame.cutoff < ends:
            reasons.append("not-yet")
    for need in [] if reasons else indicator.needs:
        first = need.days[1] if need.days[0] == "ever" else need.days[0]
        if not frame.is_carried(need.domain, day_0 + first, day_0 + need.days[1]):
            reasons.append(f"not-carried:{need.domain}")
    return reasons


def _followed(indicator: Indicator, unit: Unit) -> bool:
    """Whether the unit was followed to the end of its window for sure."""
    if indicator.window is None or unit.image or unit.candidate is None:
        return True
    ends = unit.day_0 + indicator.window[1]
    died = dies(unit.person)[0] if indicator.death_ends else ends
    return min(leaves(unit.person, unit.candidate.day)[0], died) >= ends


def _answers(indicator: Indicator, person: Person, frame: Frame) -> list[Event]:
    """The answers that are units: to the items that the indicator's numerator asks about."""
    wanted = {item_concept(item) for item in items_of(indicator)}
    return [
        event
        for event in person.events
        if event.kind == "answer"
        and event.status != "refuted"
        and frame.of(event.code) & wanted
        and _overlaps(event.start, frame.scope)
    ]


def items_of(indicator: Indicator) -> list[str]:
    """The survey items that the answers of an indicator answer."""
    return [indicator.numerator.item] if isinstance(indicator.numerator, AnswerIs) else []


def _named(*values: tuple[Truth, str], wanted: Truth) -> list[str]:
    return [name for value, name in values if value is wanted]


def _overlaps(days: Days, scope: tuple[int, int]) -> bool:
    return days[0] <= scope[1] and scope[0] <= days[1]
