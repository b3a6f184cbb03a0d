"""Index visits and episodes of one person (SEMANTICS 4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from spinewise.measures.frame import Frame
from spinewise.measures.kleene import BEGINNING, NEVER, Truth, all_of, any_of, within
from spinewise.records.people import EPOCH, Days, Person, Visit


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A diagnosis of the package's condition: on a visit, or of a day."""

    day: Days
    visit: int | None
    setting: str | None
    onset: Days | None
    code: int | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A visit that would open an episode, with what decides whether it does."""

    index: Days
    visit: Visit
    clinician: str
    """The index clinician, ``""`` where the index is not attributed."""
    washout: Truth
    age: Truth
    onset: Days | None
    proposed: bool

    @property
    def day(self) -> int:
        """The index day; only candidates with a full date are read beyond their day."""
        return self.index[0]

    @property
    def dated(self) -> bool:
        return self.index[0] == self.index[1]

    @property
    def is_episode(self) -> Truth:
        return all_of((self.washout, self.age))


def diagnoses(person: Person, frame: Frame) -> list[Diagnosis]:
    """Every diagnosis of the package's condition, on the day of its visit if it is linked."""
    wanted = frozenset(frame.package.episode.index.diagnosis)
    found = [
        Diagnosis(
            day=event.visit_start or event.start,
            visit=event.visit,
            setting=event.visit_setting or event.setting,
            onset=event.onset,
            code=event.code,
        )
        for event in person.events
        if event.kind == "condition" and event.status != "refuted" and frame.of(event.code) & wanted
    ]
    return found + [
        Diagnosis(visit.start, visit.visit, visit.setting, None, visit.code)
        for visit in person.visits
        if frame.of(visit.code) & wanted
    ]


def candidates(person: Person, frame: Frame) -> list[Candidate]:
    """One candidate a day, the earliest by time, then by id, in order of their days."""
    rule = frame.package.episode.index
    found = diagnoses(person, frame)
    by_day: dict[Days, Visit] = {}
    for visit in sorted(person.visits, key=_first_seen):
        accepted = visit.setting is None or visit.setting in rule.settings
        if accepted and any(_carries(visit, diagnosis) for diagnosis in found):
            by_day.setdefault(visit.start, visit)
    return [
        Candidate(
            index=day,
            visit=visit,
            clinician=_index_clinician(person, visit, frame),
            washout=_washout(person, day, found, frame),
            age=at_least_years(person.birth, day, rule.minimum_age),
            onset=_onset(visit, found),
            proposed=_proposed(visit, found, frame),
        )
        for day, visit in sorted(by_day.items())
    ]


def at_least_years(birth: tuple[date, date] | None, day: Days, years: int) -> Truth:
    """Whether a person has reached an age on a day; unknown if the dates leave it open."""
    if birth is None:
        return None
    if age_on(birth[1], day[0]) >= years:
        return True
    return False if age_on(birth[0], day[1]) < years else None


def observed_from(person: Person, day: int, frame: Frame) -> int:
    """The first day on which the source observes the person, as seen from ``day``."""
    first = frame.observed_from
    if person.enrolled_from:
        first = max(first, person.enrolled_from[1])
    if person.coverage:
        span = _covering(person, day)
        first = max(first, span[0] if span else NEVER)
    return first


def leaves(person: Person, day: int) -> Days:
    """The first and last possible day on which the roster or the coverage of ``day`` ends."""
    ends = [(NEVER, NEVER)]
    if person.enrolled_to:
        ends.append(person.enrolled_to)
    if person.coverage:
        span = _covering(person, day)
        last = span[1] if span else BEGINNING
        ends.append((last, last))
    return min(end[0] for end in ends), min(end[1] for end in ends)


def dies(person: Person) -> Days:
    """The first and last possible day of death."""
    if person.death:
        return person.death
    return (BEGINNING, NEVER) if person.died else (NEVER, NEVER)


def age_on(birth: date, day: int) -> int:
    """Completed years; a birthday of 29 February falls on 1 March in other years."""
    on = date.fromordinal(EPOCH.toordinal() + day)
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def _first_seen(visit: Visit) -> tuple[bool, datetime, int]:
    """Visits of one day are numbered in the order of their ids."""
    return visit.time is None, visit.time or datetime.min, visit.visit  # noqa: DTZ901


def _carries(visit: Visit, diagnosis: Diagnosis) -> bool:
    if diagnosis.visit is not None:
        return diagnosis.visit == visit.visit
    return diagnosis.day == visit.start and visit.start[0] == visit.start[1]


def _washout(person: Person, index: Days, found: list[Diagnosis], frame: Frame) -> Truth:
    rule = frame.package.episode.index
    if index[0] != index[1]:
        return None
    first, last = rule.washout
    opens = BEGINNING if first == "ever" else index[0] + first
    earlier = any_of(
        within(diagnosis.day, opens, index[0] + last)
        for diagnosis in found
        if diagnosis.setting not in rule.washout_ignores
    )
    if earlier is not False:
        return None if earlier is None else False
    return True if opens >= observed_from(person, index[0], frame) else None


def _index_clinician(person: Person, index: Visit, frame: Frame) -> str:
    rule = frame.package.episode.index
    at_practice = [*rule.practice_settings, None]
    if index.setting in at_practice or index.start[0] != index.start[1]:
        return index.clinician
    day = index.start[0]
    followed = [
        visit
        for visit in person.visits
        if visit.setting in at_practice
        and within(visit.start, day, day + rule.attribute_by)
        and visit.start[0] == visit.start[1]
    ]
    first = min(followed, key=lambda visit: (visit.start, _first_seen(visit)), default=None)
    return first.clinician if first else ""


def _onset(visit: Visit, found: list[Diagnosis]) -> Days | None:
    recorded = [diagnosis.onset for diagnosis in found if _carries(visit, diagnosis)]
    recorded.append(visit.onset)
    return min((onset for onset in recorded if onset), default=None)


def _proposed(visit: Visit, found: list[Diagnosis], frame: Frame) -> bool:
    """True if no verified row makes a diagnosis of this visit one of the package's condition."""
    return not any(
        (diagnosis.code, concept) not in frame.proposed
        for diagnosis in found
        if _carries(visit, diagnosis)
        for concept in frame.of(diagnosis.code) & frozenset(frame.package.episode.index.diagnosis)
    )


def _covering(person: Person, day: int) -> tuple[int, int] | None:
    """The span of coverage that holds a day, with spans that touch or overlap joined."""
    joined: list[tuple[int, int]] = []
    for first, open_end in sorted(person.coverage, key=lambda span: span[0]):
        last = NEVER if open_end is None else open_end
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return next((span for span in joined if span[0] <= day <= span[1]), None)
