"""
Whether a definition can ever hold: three-valued reasoning over its terms, windows and ages.

What is found impossible is so for every record (a test draws definitions and people to see). The
other way it may err: what no rule here sees through is taken as possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from spinewise.know.bounds import parse_bound
from spinewise.know.package import Package
from spinewise.know.terms import (
    AcceptedReason,
    Age,
    All,
    Answered,
    AnswerIs,
    AnyOf,
    AtVisit,
    Between,
    Change,
    Coded,
    CoveredDays,
    Days,
    Died,
    Evidence,
    Imaged,
    Not,
    Ongoing,
    Onset,
    RedFlag,
    Referred,
    Shown,
    Term,
    Verdict,
    Visited,
)

Values = frozenset[bool | None]
"""The truth values that a term may have: True, False, None (unknown)."""

HOLDS: Final[Values] = frozenset({True})
HOLDS_NOT: Final[Values] = frozenset({False})
NOT_KNOWN_TO_HOLD: Final[Values] = frozenset({False, None})
NOT_KNOWN_NOT_TO: Final[Values] = frozenset({True, None})
_NEGATED: Final = {
    HOLDS: HOLDS_NOT,
    HOLDS_NOT: HOLDS,
    NOT_KNOWN_TO_HOLD: NOT_KNOWN_NOT_TO,
    NOT_KNOWN_NOT_TO: NOT_KNOWN_TO_HOLD,
}
_PATIENCE: Final = 20_000
"""Steps after which a definition is taken as possible."""

Goal = tuple[Term, Values]


def possible(goals: Sequence[Goal], package: Package) -> bool:
    """Whether one record could give every term one of the values that it is asked to have."""
    try:
        return _Search(package).solve(list(goals), ())
    except _TooLong:
        return True


class _TooLong(Exception):  # noqa: N818 - not an error: the search is given up
    pass


@dataclass
class _Search:
    """Splits terms until only those are left that ask the record, and holds them together."""

    package: Package
    steps: int = 0

    def solve(self, goals: list[Goal], asked: tuple[Goal, ...]) -> bool:
        self.steps += 1
        if self.steps > _PATIENCE:
            raise _TooLong
        if not goals:
            return True
        (term, values), *rest = goals
        if isinstance(term, Not):
            return self.solve([(term.of, _NEGATED[values]), *rest], asked)
        if isinstance(term, All | AnyOf):
            # All hold, or any fails: the same with the two exchanged.
            every = (True in values) == isinstance(term, All)
            if every:
                return self.solve([*((part, values) for part in term.of), *rest], asked)
            return any(self.solve([(part, values), *rest], asked) for part in term.of)
        more = _with(asked, term, values)
        return more is not None and self._agree(term, more) and self.solve(rest, more)

    def _agree(self, term: Term, asked: tuple[Goal, ...]) -> bool:
        """Whether a term, newly asked, can be so beside the others."""
        values = next(allowed for one, allowed in asked if one == term)
        if values == HOLDS and never(term, self.package):
            return False
        return not any(
            _clash(term, values, other, allowed) or _clash(other, allowed, term, values)
            for other, allowed in asked
            if other != term
        )


def _with(asked: tuple[Goal, ...], term: Term, values: Values) -> tuple[Goal, ...] | None:
    """The goals and one more; None where the same term would need two values at once."""
    for position, (one, allowed) in enumerate(asked):
        if one == term:
            both = allowed & values
            return (*asked[:position], (term, both), *asked[position + 1 :]) if both else None
    return (*asked, (term, values))


def _clash(one: Term, values: Values, other: Term, allowed: Values) -> bool:
    """Whether ``one`` holds, and ``other`` must then hold, or must not, and is asked not to."""
    if values != HOLDS:
        return False
    if True not in allowed:
        return implies(one, other)
    return allowed == HOLDS and exclude(one, other)


# One term -----------------------------------------------------------------------------------------


def never(term: Term, package: Package) -> bool:
    """Whether a term that asks the record can never hold."""
    match term:
        case Evidence(distinct_days=True, days=(int(first), last)):
            return last - first + 1 < term.at_least
        case Coded(distinct_days=True) | CoveredDays():
            assert isinstance(term, Coded | CoveredDays)
            length = _length(term.between)
            return length is not None and length < term.at_least
        case Age(from_=int(first), to=int(last)):
            return first > last
        case Change():
            numbers = [float(one) for one in package.items[term.item].values if _is_number(one)]
            return bool(numbers) and max(numbers) - min(numbers) < term.at_least
        case AcceptedReason():
            return not package.red_flags.reason
        case RedFlag(state="present" | "sufficient"):
            flags = package.red_flags
            alone = any(finding.strength == "sufficient" for finding in flags.finding)
            together = any(one.justifies_imaging for one in flags.combination)
            return not alone and not (together and term.state == "present")
        case _:
            return False


# Two terms ----------------------------------------------------------------------------------------


def implies(one: Term, other: Term) -> bool:
    """Whether the second holds wherever the first does, because it only asks for less."""
    match one, other:
        case Evidence(), Evidence():
            return (
                _less(one.concepts, other.concepts)
                and _less(other.not_concepts, one.not_concepts)
                and _narrower(one.kinds, other.kinds)
                and _within(one.days, other.days)
                and one.at_least >= other.at_least
                and (one.distinct_days or not other.distinct_days)
            )
        case Ongoing(), Ongoing():
            return (
                _less(one.always, other.always)
                and _less([*one.concepts, *one.always], [*other.concepts, *other.always])
                and _within(one.days, other.days)
            )
        case Onset(), Onset():
            return _within(one.days, other.days)
        case Visited(), Visited():
            return (
                _narrower(one.settings, other.settings)
                and _narrower(one.specialties, other.specialties)
                and _less(other.not_specialties, one.not_specialties)
                and one.only_with_specialty == other.only_with_specialty
                and _within(one.days, other.days)
            )
        case Referred(), Referred():
            open_ = not (other.concepts or other.specialties)
            asks = bool(one.concepts or one.specialties)
            return _within(one.days, other.days) and (
                open_
                or (
                    asks
                    and _less(one.concepts, other.concepts)
                    and _less(one.specialties, other.specialties)
                )
            )
        case Imaged(), Imaged():
            return (
                one.by == other.by
                and _narrower(one.modalities, other.modalities)
                and (one.fitting or not other.fitting)
                and _within(one.days, other.days)
            )
        case Answered(), Answered():
            return (
                one.item == other.item
                and _narrower(one.values, other.values)
                and _within(one.days, other.days)
            )
        case AnswerIs(), AnswerIs():
            return one.item == other.item and _less(one.values, other.values)
        case Change(), Change():
            return (
                one.at_least >= other.at_least
                and msgspec.structs.replace(one, at_least=other.at_least) == other
            )
        case Coded(), Coded():
            return (
                _less(one.concepts, other.concepts)
                and _less(other.not_concepts, one.not_concepts)
                and _narrower(one.kinds, other.kinds)
                and _less(other.not_settings, one.not_settings)
                and other.position in ("any", one.position)
                and (other.denied or not one.denied)
                and one.dated == other.dated
                and one.at_least >= other.at_least
                and (one.distinct_days or not other.distinct_days)
                and _inside(one.between, other.between)
            )
        case Age(), Age():
            lowest, highest = _years(one)
            return one.on == other.on and _years(other)[0] <= lowest and highest <= _years(other)[1]
        case Died() | Shown() | AtVisit(), Died() | Shown() | AtVisit():
            same = msgspec.structs.replace(one, between=other.between) == other
            return same and _inside(one.between, other.between)
        case _:
            return False


def exclude(one: Term, other: Term) -> bool:
    """Whether the two can never hold together."""
    match one, other:
        case Onset(), Onset():
            return _apart(one.days, other.days)
        case Age(), Age():
            lowest = max(_years(one)[0], _years(other)[0])
            highest = min(_years(one)[1], _years(other)[1])
            return one.on == other.on and lowest > highest
        case AnswerIs(), AnswerIs():
            return one.item == other.item and not set(one.values) & set(other.values)
        case Verdict(), Verdict():
            return one.is_ != other.is_
        case _:
            return False


# Windows, sets and ages ---------------------------------------------------------------------------


def _less(few: Sequence[str], many: Sequence[str]) -> bool:
    return set(few) <= set(many)


def _narrower(few: Sequence[str], many: Sequence[str]) -> bool:
    """The same where an empty list stands for any."""
    return not many or (bool(few) and _less(few, many))


def _within(inner: Days, outer: Days) -> bool:
    begins = outer[0] == "ever" or (inner[0] != "ever" and inner[0] >= outer[0])
    return begins and inner[1] <= outer[1]


def _apart(one: Days, other: Days) -> bool:
    return (one[0] != "ever" and one[0] > other[1]) or (other[0] != "ever" and other[0] > one[1])


def _inside(inner: Between, outer: Between) -> bool:
    (first, last), (begin, end) = map(parse_bound, inner), map(parse_bound, outer)
    begins = begin.anchor == "ever" or (
        (first.anchor, first.months) == (begin.anchor, begin.months) and first.days >= begin.days
    )
    return (
        begins and (last.anchor, last.months) == (end.anchor, end.months) and last.days <= end.days
    )


def _length(between: Between) -> int | None:
    """How many days a window has, where that is always the same."""
    first, last = map(parse_bound, between)
    if (first.anchor, first.months) != (last.anchor, last.months):
        return None
    return last.days - first.days + 1


def _years(age: Age) -> tuple[float, float]:
    return (
        float("-inf") if age.from_ is None else age.from_,
        float("inf") if age.to is None else age.to,
    )


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdigit()
