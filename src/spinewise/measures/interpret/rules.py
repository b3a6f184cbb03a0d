"""
Published rules for one person: the index, and what becomes of the person (SEMANTICS 7).

Every person of the records is a unit of every rule, once for the measurement period; and for its
run chart once for each earlier one that the person has an index in. A rule that takes each index
asks its questions of every one of them; the person then stands as high as one of them does: in the
numerator if one is, else in the denominator if one is, else excluded if one is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from spinewise.know.bounds import parse_bound
from spinewise.know.model import Clause, Indicator, RuleIndex
from spinewise.know.terms import RULE_TERMS, Age, Coded, Enrolled, RuleTerm, Shown
from spinewise.know.walk import clauses_of, terms_in
from spinewise.measures.frame import Frame, Lack
from spinewise.measures.interpret.images import Image
from spinewise.measures.interpret.rule_terms import (
    Case,
    Row,
    dated,
    day_of,
    holds,
    image_day,
    is_placed,
    rows_of,
)
from spinewise.measures.kleene import Truth, all_of, any_of, negate, within
from spinewise.measures.outcome import IN_WITH, IN_WITHOUT, OUT, Category, Outcome, places
from spinewise.records.people import Days, Person

NO_INDEX = "no-index"
UNKNOWN_DATE = "date-unknown"
NOT_YET = "not-yet"
LOOK_BACK = "look-back-short"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A day on which a rule finds its diagnosis."""

    day: Days
    time: datetime | None
    """The earliest of that day, where every row says it."""
    clinician: str
    proposed: bool
    eligible: Truth
    """Whether it may be the index: it lies in the window for it, and ``where`` holds."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What one index says to the questions of a rule."""

    candidate: Candidate
    require: dict[str, Truth]
    exclude: dict[str, Truth]
    numerator: Truth
    missed: tuple[str, ...]
    """Why it cannot be evaluated: its window is not over, or not carried."""
    look_back_short: bool
    """A window begins before the records do."""
    stratum: str
    """The stratum that the person is in then for sure; else empty."""

    @property
    def in_denominator(self) -> Truth:
        return all_of(self.require.values())

    @property
    def excluded(self) -> Truth:
        return any_of(self.exclude.values())

    @property
    def eligible(self) -> Truth:
        return all_of((self.in_denominator, negate(self.excluded)))


def judge_person(
    rule: Indicator, person: Person, images: list[Image], frame: Frame
) -> Iterator[Outcome]:
    """
    The outcome of a person under a published rule; and one for each earlier measurement period in
    which the person has an index.
    """
    yield _judge_period(rule, person, images, frame)
    for period in frame.earlier:
        outcome = _judge_period(rule, person, images, replace(frame, period=period))
        if outcome.reasons != (NO_INDEX,):
            yield replace(outcome, earlier=True)


def _judge_period(rule: Indicator, person: Person, images: list[Image], frame: Frame) -> Outcome:
    assert rule.index
    rows = rows_of(person, frame)
    case = Case(person, frame, rows, images, day=frame.measured[0])
    found = [one for one in candidates(rule.index, case) if one.eligible is not False]
    if not found:
        return _nobody(rule, person, "outside", NO_INDEX, False, OUT)
    if rule.index.take == "first":
        sure = [one for one in found if one.eligible and one.day[0] == one.day[1]]
        first = min(sure, key=lambda one: one.day, default=None)
        doubtful = [one for one in found if one.eligible is None or one.day[0] != one.day[1]]
        earlier = [one for one in doubtful if first is None or one.day[0] < first.day[0]]
        if earlier or not first:
            return _undecided(rule, person, earlier, first)
        found = [first]
    return _judge(rule, person, [_answers(rule, one, case) for one in found], frame)


def candidates(rule: RuleIndex, case: Case) -> list[Candidate]:
    """The days on which the diagnosis of a rule stands, in their order."""
    frame = case.frame
    by_day: dict[Days, list[Row]] = defaultdict(list)
    for row in case.rows:
        if (
            row.kind in ("condition", "visit")
            and row.codes & set(rule.concepts)
            and is_placed(rule.position, row, frame)
            and row.setting not in rule.not_settings
        ):
            by_day[dated(row, rule.dated)].append(row)
    return [_candidate(rule, day, by_day[day], case) for day in sorted(by_day)]


def _candidate(rule: RuleIndex, day: Days, rows: list[Row], case: Case) -> Candidate:
    first, last = day_of(rule.between[0], case)[0], day_of(rule.between[1], case)[0]
    times = [row.time if rule.dated == "start" else None for row in rows]
    known = [time for time in times if time]
    eligible = within(day, first, last)
    if rule.where and eligible is not False and day[0] == day[1]:
        eligible = all_of((eligible, holds(rule.where, replace(case, day=day[0]))))
    wanted = set(rule.concepts)
    return Candidate(
        day=day,
        time=min(known) if known and len(known) == len(times) else None,
        clinician=next((row.clinician for row in sorted(rows, key=_order) if row.clinician), ""),
        proposed=all(
            (row.code, name) in case.frame.proposed for row in rows for name in row.codes & wanted
        ),
        eligible=eligible,
    )


def _order(row: Row) -> tuple[bool, datetime, tuple[int, int]]:
    return row.time is None, row.time or datetime.min, row.key  # noqa: DTZ901


def _answers(rule: Indicator, candidate: Candidate, case: Case) -> Answers:
    """The questions of a rule, asked of one index; all are open where its day is."""
    case = replace(case, day=candidate.day[0], time=candidate.time)
    of = the_image(rule)
    case = replace(case, image=image_day(of, case) if of else None)
    is_dated = candidate.day[0] == candidate.day[1]

    def ask(clauses: Sequence[Clause]) -> dict[str, Truth]:
        return {clause.id: holds(clause.when, case) if is_dated else None for clause in clauses}

    return Answers(
        candidate=candidate,
        require={UNKNOWN_DATE: candidate.eligible if is_dated else None, **ask(rule.require)},
        exclude=ask(rule.exclusion),
        numerator=holds(rule.numerator, case) if is_dated else None,
        missed=_missed(rule, case) if is_dated else (),
        look_back_short=is_dated
        and any(day_of(bound, case)[0] < case.frame.observed_from for bound in looks_back(rule)),
        stratum=next((one.id for one in rule.strata if is_dated and holds(one.when, case)), ""),
    )


def the_image(rule: Indicator) -> Shown | None:
    """The term of the numerator that the bound ``image`` speaks of, where a rule uses it."""
    uses = any(parse_bound(text).anchor == "image" for text in bounds_of(rule))
    found = [term for term in terms_in(rule.numerator) if isinstance(term, Shown)]
    return found[0] if uses and found else None


def bounds_of(rule: Indicator) -> list[str]:
    """Every bound that the terms of a rule name."""
    return [bound for term in rule_terms(rule) for bound in _bounds(term)]


def looks_back(rule: Indicator) -> list[str]:
    """Where the windows of a rule begin; those that open with the records are left out."""
    firsts = [_bounds(term)[0] for term in rule_terms(rule) if not isinstance(term, Age)]
    return sorted({bound for bound in firsts if parse_bound(bound).anchor != "ever"})


def rule_terms(rule: Indicator) -> list[RuleTerm]:
    """Every term of a rule, but for all, any and not."""
    inner = chain.from_iterable(terms_in(term) for term in clauses_of(rule))
    return [term for term in inner if isinstance(term, RULE_TERMS)]


def _bounds(term: RuleTerm) -> list[str]:
    return [term.on] if isinstance(term, Age) else [*term.between]


def _missed(rule: Indicator, case: Case) -> tuple[str, ...]:
    """Why an index cannot be evaluated: its window is not over, or not carried."""
    if rule.window and case.frame.cutoff < case.day + rule.window[1]:
        return (NOT_YET,)
    reasons = []
    for need in rule.needs:
        first = need.days[1] if need.days[0] == "ever" else need.days[0]
        if not case.frame.is_carried(need.domain, case.day + first, case.day + need.days[1]):
            reasons.append(f"not-carried:{need.domain}")
    return tuple(sorted(reasons))


# What becomes of the person ---------------------------------------------------------------------


def _judge(rule: Indicator, person: Person, asked: list[Answers], frame: Frame) -> Outcome:
    """Put a person in a place, from the answers of every index."""
    shown = _shown(asked)
    base = Outcome(
        indicator=rule.id,
        unit_id=person.patient_id,
        patient_id=person.patient_id,
        day=shown.candidate.day,
        clinician=shown.candidate.clinician,
        modality="",
        category="in",
        reasons=(),
        in_denominator=True,
        excluded=False,
        in_numerator=False,
        places=OUT,
        verdict=shown.stratum,
        also=(),
        assumed=_assumed(rule, shown, frame),
        proposed=shown.candidate.proposed,
    )
    in_denominator = any_of(one.in_denominator for one in asked)
    if in_denominator is False:
        failed = {name for one in asked for name, value in one.require.items() if value is False}
        return replace(
            base,
            category="outside",
            reasons=tuple(sorted(failed)),
            in_denominator=False,
            verdict="",
        )
    open_ = [one for one in asked if one.in_denominator is not False]
    if all(one.missed for one in open_):
        return replace(
            base,
            category="not-evaluated",
            reasons=_why_missed(open_),
            in_denominator=None,
            in_numerator=None,
        )
    excluded = _excluded(open_, in_denominator)
    reasons = _exclusions(rule, open_, excluded)
    numerator = _numerator(open_)
    decided = replace(
        base, in_denominator=in_denominator, excluded=excluded, in_numerator=numerator
    )
    if excluded:
        return replace(decided, category="excluded", reasons=tuple(reasons))
    doubts = [f"{name}-unknown" for name in reasons]
    if in_denominator is None:
        unknown = {name for one in open_ for name, value in one.require.items() if value is None}
        doubts += [name if name == UNKNOWN_DATE else f"{name}-unknown" for name in unknown]
    if numerator is None:
        doubts.append("numerator-unknown")
    return replace(
        decided,
        category="undecided" if doubts else "in",
        reasons=tuple(sorted(doubts)),
        places=places(in_denominator, excluded, numerator),
    )


def _excluded(asked: list[Answers], in_denominator: Truth) -> Truth:
    """Whether every index that may be in the denominator is excluded."""
    eligible = any_of(one.eligible for one in asked)
    if eligible is None:
        return None if in_denominator else all_of(one.excluded for one in asked)
    return not eligible


def _exclusions(rule: Indicator, asked: list[Answers], excluded: Truth) -> list[str]:
    """The exclusions that hold, or where that is open, that may."""
    if excluded is False:
        return []
    return sorted(
        clause.id
        for clause in rule.exclusion
        if any(
            one.exclude[clause.id] or (excluded is None and one.exclude[clause.id] is None)
            for one in asked
        )
    )


def _numerator(asked: list[Answers]) -> Truth:
    """
    Whether a person is in the numerator, given that they are in the denominator.

    An index whose window is not over, or not carried, leaves it open.
    """
    counted = [one for one in asked if one.eligible is not False] or asked
    values = [None if one.missed else one.numerator for one in counted]
    if any(value and one.eligible for one, value in zip(counted, values, strict=True)):
        return True
    return values[0] if len(set(values)) == 1 else None


def _why_missed(asked: list[Answers]) -> tuple[str, ...]:
    reasons = {reason for one in asked for reason in one.missed}
    return (NOT_YET,) if NOT_YET in reasons else tuple(sorted(reasons))


def _shown(asked: list[Answers]) -> Answers:
    """The index that is named: the first in the numerator, else in the denominator, else of all."""

    def rank(one: Answers) -> int:
        if one.eligible:
            return 0 if one.numerator else 1
        return 2 if one.in_denominator else 3

    return min(asked, key=rank)


def _undecided(
    rule: Indicator, person: Person, earlier: list[Candidate], first: Candidate | None
) -> Outcome:
    """Which day is the first is not known."""
    last = first.day[0] if first else max(one.day[1] for one in earlier)
    day = min(one.day[0] for one in earlier), last
    return _nobody(rule, person, "undecided", UNKNOWN_DATE, None, OUT | IN_WITHOUT | IN_WITH, day)


def _nobody(
    rule: Indicator,
    person: Person,
    category: Category,
    reason: str,
    in_denominator: Truth,
    places: int,
    day: Days | None = None,
) -> Outcome:
    """The outcome of a person of whom no index is known."""
    return Outcome(
        indicator=rule.id,
        unit_id=person.patient_id,
        patient_id=person.patient_id,
        day=day,
        clinician="",
        modality="",
        category=category,
        reasons=(reason,),
        in_denominator=in_denominator,
        excluded=False,
        in_numerator=in_denominator,
        places=places,
        verdict="",
        also=(),
        assumed=(),
        proposed=False,
    )


def _assumed(rule: Indicator, shown: Answers, frame: Frame) -> tuple[str, ...]:
    """What had to be assumed for a person."""
    found = [f"{lack}-assumed" for lack in uses_of(rule) if lack in frame.lacks]
    return tuple(sorted([*found, LOOK_BACK] if shown.look_back_short else found))


def uses_of(rule: Indicator) -> list[Lack]:
    """What a rule reads that a source may not carry at all."""
    terms = rule_terms(rule)
    found: list[Lack] = []
    if any(isinstance(term, Enrolled) for term in terms):
        found.append("enrolment")
    positions = [term.position for term in terms if isinstance(term, Coded)]
    if rule.index and "principal" in (rule.index.position, *positions):
        found.append("principal-position")
    if any(isinstance(term, Shown) and term.diagnosis for term in terms):
        found.append("image-diagnosis")
    return found
