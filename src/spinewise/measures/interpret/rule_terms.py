"""What each term of a published rule means for one person and index, in plain Python."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from spinewise.know import terms
from spinewise.know.bounds import parse_bound
from spinewise.measures.frame import Frame
from spinewise.measures.interpret.episodes import age_on, dies
from spinewise.measures.interpret.images import Image, modality_of, region_of
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
from spinewise.records.people import EPOCH, Days, Event, Person, Visit

NOT_FACTS: Final = ("refuted", "planned")
"""States in which a row says that something is not, or not yet."""


@dataclass(frozen=True, slots=True)
class Row:
    """An event, or a visit by its code, as a published rule reads it."""

    kind: str
    """The kind of event, or ``visit``."""
    key: tuple[int, int]
    """Order among the rows of a day: events first, each by their number."""
    codes: frozenset[str]
    start: Days
    service: Days
    """The day of the visit that the row is linked to, else its own."""
    time: datetime | None
    setting: str | None
    """Its own, else that of its visit."""
    denied: bool
    position: int | None
    days_supply: int | None
    clinician: str
    """Of its visit, else its own."""
    code: int | None


@dataclass(frozen=True)
class Case:
    """A person and the day 0 that a rule is asked about."""

    person: Person
    frame: Frame
    rows: list[Row]
    images: list[Image]
    day: int
    time: datetime | None = None
    """When on that day, where every row of the index says it."""
    image: Days | None = None
    """First and last possible day of the bound ``image``."""


Window = tuple[Days, Days]
"""The first and the last day of a window, each as its earliest and latest possible day."""


def rows_of(person: Person, frame: Frame) -> list[Row]:
    """Every row that a rule can find by its code."""
    clinicians = {visit.visit: visit.clinician for visit in person.visits}
    events = [
        Row(
            kind=event.kind,
            key=(0, event.event),
            codes=frame.of(event.code),
            start=event.start,
            service=event.visit_start or event.start,
            time=event.time,
            setting=event.setting or event.visit_setting,
            denied=event.denied,
            position=event.position,
            days_supply=event.days_supply,
            clinician=(clinicians.get(event.visit, "") if event.visit is not None else "")
            or event.clinician,
            code=event.code,
        )
        for event in person.events
        if event.status not in NOT_FACTS and event.role != "order"
    ]
    return events + [
        Row(
            kind="visit",
            key=(1, visit.visit),
            codes=frame.of(visit.code),
            start=visit.start,
            service=visit.start,
            time=visit.time,
            setting=visit.setting,
            denied=False,
            position=None,
            days_supply=None,
            clinician=visit.clinician,
            code=visit.code,
        )
        for visit in person.visits
    ]


def holds(term: terms.Term, case: Case) -> Truth:
    """Whether a term of a published rule holds."""
    match term:
        case terms.All(of=parts):
            return all_of([holds(part, case) for part in parts])
        case terms.AnyOf(of=parts):
            return any_of([holds(part, case) for part in parts])
        case terms.Not(of=part):
            return negate(holds(part, case))
        case terms.Coded():
            return _coded(term, case)
        case terms.CoveredDays():
            return _covered_days(term, case)
        case terms.Age():
            return _age(term, case)
        case terms.Enrolled():
            return _enrolled(term, case)
        case terms.Died():
            return _in(dies(case.person), window(term.between, case))
        case terms.AtVisit():
            return _at_visit(term, case)
        case terms.Shown():
            return any_of(value for _, value in shown(term, case))
        case _:
            raise AssertionError(f"{term!r} is no term of a published rule")


# Windows ----------------------------------------------------------------------------------------


def day_of(bound: str, case: Case) -> Days:
    """The first and last possible day of a bound."""
    parsed = parse_bound(bound)
    first, last = case.frame.measured
    year = _date(case.day).year
    match parsed.anchor:
        case "ever":
            return BEGINNING, BEGINNING
        case "index":
            return _shifted(parsed.shift, case.day, case.day)
        case "period start":
            return _shifted(parsed.shift, first, first)
        case "period end":
            return _shifted(parsed.shift, last, last)
        case "year start":
            return _shifted(parsed.shift, *[_number(date(year, 1, 1))] * 2)
        case "year end":
            return _shifted(parsed.shift, *[_number(date(year, 12, 31))] * 2)
        case "image":
            assert case.image
            return _shifted(parsed.shift, *case.image)


def window(between: terms.Between, case: Case) -> Window:
    """The window of a term."""
    return day_of(between[0], case), day_of(between[1], case)


def _shifted(shift: object, first: int, last: int) -> Days:
    assert callable(shift)
    return _number(shift(_date(first))), _number(shift(_date(last)))


def _date(day: int) -> date:
    return EPOCH + timedelta(day)


def _number(day: date) -> int:
    return (day - EPOCH).days


def _in(days: Days, between: Window) -> Truth:
    """Whether a day, one of ``days``, lies in a window whose own bounds may be open."""
    (first_lo, first_hi), (last_lo, last_hi) = between
    if first_hi <= days[0] and days[1] <= last_lo:
        return True
    return None if first_lo <= days[1] and days[0] <= last_hi else False


# Terms ------------------------------------------------------------------------------------------


def fits(term: terms.Coded, row: Row, frame: Frame) -> bool:
    """Whether a row is of those that a term asks for, whenever it is."""
    return (
        bool(row.codes & set(term.concepts))
        and not row.codes & set(term.not_concepts)
        and (not term.kinds or row.kind in term.kinds)
        and is_placed(term.position, row, frame)
        and row.setting not in term.not_settings
        and (term.denied or not row.denied)
    )


def is_placed(position: str, row: Row, frame: Frame) -> bool:
    """Whether a row stands in the place that is asked for; assumed where no row has one."""
    return position == "any" or "principal-position" in frame.lacks or row.position == 1


def dated(row: Row, by: str) -> Days:
    """The day of a row, as a term dates it."""
    return row.start if by == "start" else row.service


def _coded(term: terms.Coded, case: Case) -> Truth:
    between = window(term.between, case)
    found = [
        (_in(dated(row, term.dated), between), dated(row, term.dated))
        for row in case.rows
        if fits(term, row, case.frame)
    ]
    return enough(found, term.at_least, distinct_days=term.distinct_days)


def _covered_days(term: terms.CoveredDays, case: Case) -> Truth:
    (first, _), (last, _) = window(term.between, case)
    fills = [
        (row.start, row.days_supply)
        for row in case.rows
        if row.kind == "medication" and row.codes & set(term.concepts) and row.days_supply
    ]
    known = sorted((days[0], supply) for days, supply in fills if days[0] == days[1] and supply > 0)
    if longest_run([f for f in known if first <= f[0] <= last], last) >= term.at_least:
        return True
    perhaps = [(days, n) for days, n in fills if n > 0 and within(days, first, last) is not False]
    open_ = any(days[0] != days[1] for days, _ in perhaps)
    return None if open_ and sum(n for _, n in perhaps) >= term.at_least else False


def longest_run(fills: list[tuple[int, int]], last: int) -> int:
    """
    The most days one after the other, up to ``last``, that fills (day, days of supply) cover.

    In order of their days; a fill that comes while another runs begins when that has run out.
    """
    longest = begins = runs_out = 0
    for day, supply in fills:
        if day > runs_out or not longest:
            begins = runs_out = day
        runs_out += supply
        longest = max(longest, min(runs_out, last + 1) - begins)
    return longest


def _age(term: terms.Age, case: Case) -> Truth:
    birth = case.person.birth
    if birth is None:
        return None
    day = day_of(term.on, case)[0]
    youngest, oldest = age_on(birth[1], day), age_on(birth[0], day)
    values: list[Truth] = []
    if term.from_ is not None:
        values.append(True if youngest >= term.from_ else None if oldest >= term.from_ else False)
    if term.to is not None:
        values.append(True if oldest <= term.to else None if youngest <= term.to else False)
    return all_of(values)


def _enrolled(term: terms.Enrolled, case: Case) -> Truth:
    if "enrolment" in case.frame.lacks:
        return True
    (first, _), (last, _) = window(term.between, case)
    sure, perhaps = spans(case.person, sure=True), spans(case.person, sure=False)
    if term.months is None:
        if _covers(sure, first, last):
            return True
        return None if _covers(perhaps, first, last) else False
    months = list(_months(first, last))
    if sum(_covers(sure, *month) for month in months) >= term.months:
        return True
    return None if sum(_covers(perhaps, *month) for month in months) >= term.months else False


def spans(person: Person, *, sure: bool) -> list[Days]:
    """
    The spans in which a person is enrolled, at their shortest or their longest; those that touch
    are one. Coverage where the person has spans of it, within the dates of the roster.
    """
    opens = person.enrolled_from[sure] if person.enrolled_from else BEGINNING
    closes = person.enrolled_to[not sure] if person.enrolled_to else NEVER
    listed: list[tuple[int, int | None]] = person.coverage if sure else person.perhaps_covered
    if not listed:
        listed = [(BEGINNING, None)] if person.enrolled_from or person.enrolled_to else []
    joined: list[Days] = []
    for first, end in sorted(listed, key=lambda span: span[0]):
        first, last = max(first, opens), min(NEVER if end is None else end, closes)
        if first > last:
            continue
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def _covers(listed: list[Days], first: int, last: int) -> bool:
    return any(a <= first and last <= b for a, b in listed)


def _months(first: int, last: int) -> Iterator[Days]:
    """The whole calendar months of a window."""
    day = _date(first)
    start = day if day.day == 1 else (day.replace(day=1) + timedelta(31)).replace(day=1)
    while True:
        after = (start + timedelta(31)).replace(day=1)
        if _number(after) - 1 > last:
            return
        yield _number(start), _number(after) - 1
        start = after


def _at_visit(term: terms.AtVisit, case: Case) -> Truth:
    between = window(term.between, case)
    of = case.frame.of
    wanted, unwanted = set(term.concepts), set(term.not_concepts)
    values: list[Truth] = []
    for visit in case.person.visits:
        codes = of(visit.code) | of(visit.specialty)
        if term.settings and (visit.setting or "office") not in term.settings:
            continue
        if _listed(codes, wanted, unwanted):
            holding = _holds_index(visit, case) if term.holds_index else True
            values.append(all_of((_in(visit.start, between), holding)))
    if wanted and not term.settings and not term.holds_index:
        for event in case.person.events:
            codes = of(event.code) | of(event.specialty)
            fact = event.kind == "procedure" and event.status not in NOT_FACTS
            if fact and _listed(codes, wanted, unwanted):
                values.append(_in(event.start, between))
    return any_of(values)


def _listed(codes: frozenset[str], wanted: set[str], unwanted: set[str]) -> bool:
    return bool(codes & wanted or not wanted) and not codes & unwanted


def _holds_index(visit: Visit, case: Case) -> Truth:
    """Whether the index lies between the visit's start and end."""
    begun = within(visit.start, BEGINNING, case.day)
    starts_then = visit.start == (case.day, case.day)
    if starts_then and visit.time and case.time and visit.time > case.time:
        begun = False
    return all_of((begun, within(visit.end or visit.start, case.day, NEVER)))


def shown(term: terms.Shown, case: Case) -> list[tuple[Days, Truth]]:
    """The images that a term finds, or perhaps finds: their days, and whether they count."""
    between = window(term.between, case)
    found: list[tuple[Days, Truth]] = []
    for event in case.person.events:
        if event.kind != "imaging" or event.role == "order" or event.status in NOT_FACTS:
            continue
        if event.denied and not term.denied:
            continue
        if term.diagnosis and not _diagnosed(event, term.diagnosis, case):
            continue
        if term.not_before_index and _before_index(event, case):
            continue
        value = all_of((_in(event.start, between), _is_of(event, term, case)))
        if value is not False:
            found.append((event.start, value))
    return found


def image_day(term: terms.Shown, case: Case) -> Days:
    """The bound ``image``: the first image that the term finds, or the end of its window."""
    last = day_of(term.between[1], case)[1]
    found = shown(term, case)
    latest = min([days[1] for days, value in found if value], default=last)
    return min([latest, *(days[0] for days, _ in found)]), latest


def _is_of(event: Event, term: terms.Shown, case: Case) -> Truth:
    if term.concepts:
        return bool(case.frame.of(event.code) & set(term.concepts))
    if region_of(event, case.frame) is False:
        return False
    modality = modality_of(event, case.frame)
    return any_of(
        image.region
        for image in case.images
        if image.performed == event.start
        and (event.link in image.links or image.modality == modality)
        and (not term.modalities or image.modality in term.modalities)
    )


def _diagnosed(image: Event, concepts: list[str], case: Case) -> bool:
    """
    A code of ``concepts`` is the reason of the image, or stands on its claim; assumed where no
    image of the source has either.
    """
    if "image-diagnosis" in case.frame.lacks:
        return True
    wanted = set(concepts)
    return bool(case.frame.of(image.reason) & wanted) or any(
        event.claim == image.claim and case.frame.of(event.code) & wanted
        for event in case.person.events
        if image.claim and event.kind == "condition" and event.status not in NOT_FACTS
    )


def _before_index(event: Event, case: Case) -> bool:
    same_day = event.start == (case.day, case.day)
    return bool(same_day and event.time and case.time and event.time < case.time)
