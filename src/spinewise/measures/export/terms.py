"""
What each term of the package's own definitions is in CQL.

The third of its kind: read beside ``interpret/terms.py`` and ``compile/terms.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from spinewise.know import terms
from spinewise.know.terms import Days
from spinewise.know.walk import tag
from spinewise.measures.export.text import (
    CannotSayError,
    call,
    either,
    joined,
    name,
    shifted,
    string,
    strings,
)
from spinewise.measures.interpret.terms import visited_domain


@dataclass(frozen=True)
class UnitContext:
    """What the terms of a unit are asked about, by their names in the CQL around them."""

    where: str
    """The file that a refusal names."""
    package: str
    """How the package's library is called here, with its dot; empty inside it."""
    index: str = "U.first"
    onset: str | None = "U.onset"
    placed: str | None = "U.placed"
    readings: str | None = "U.readings"
    until: str | None = None
    """A day that cuts every window off."""

    def refuse(self, what: str) -> CannotSayError:
        """The refusal of what cannot be said."""
        return CannotSayError(
            f"{what} cannot be said in the exported CQL",
            where=self.where,
            hint="Export other indicators, or review this one with Spinewise itself.",
        )

    def rows(self, what: str, called: str) -> str:
        """The person's rows of a sort, and what they are called in a query."""
        return f'{self.package}"{what}" {called}'

    def needs(self, value: str | None, term: terms.Term) -> str:
        """What a term has to be asked about, where it is there."""
        if value is None:
            raise self.refuse(f"the term {tag(term)!r} at this place")
        return value


def unit_term(term: terms.Term, at: UnitContext, *, recorded: bool) -> str:
    """A term as a three-valued expression; ``recorded`` reads unknown findings as not there."""
    match term:
        case terms.All(of=parts):
            return joined("and", [unit_term(part, at, recorded=recorded) for part in parts])
        case terms.AnyOf(of=parts):
            return joined("or", [unit_term(part, at, recorded=recorded) for part in parts])
        case terms.Not(of=part):
            return f"not ({unit_term(part, at, recorded=recorded)})"
        case terms.Evidence():
            return _missing(term.when_missing, _evidence(term, at))
        case terms.Ongoing():
            return _missing(term.when_missing, _ongoing(term, at))
        case terms.Onset():
            return _onset(term, at)
        case terms.Visited():
            return _missing(term.when_missing, _visited(term, at))
        case terms.Referred():
            return _missing(term.when_missing, _referred(term, at))
        case terms.Imaged():
            return _imaged(term, at)
        case terms.RedFlag():
            return _red_flag(term, at, recorded=recorded)
        case terms.AcceptedReason():
            return _agreed("R.reason", at.needs(at.readings, term), recorded=recorded)
        case terms.Verdict(is_=wanted):
            return _verdict(wanted, at, term)
        case terms.Answered():
            return _missing(term.when_missing, _answered(term, at))
        case _:
            raise at.refuse(f"the term {tag(term)!r}")


def verdict(flags: str, reason: str) -> str:
    """The verdict on an image, from the status of the red flags and the accepted reasons."""
    return (
        f"case\n  when {flags} or {reason} then 'indicated'\n"
        f"  when not ({flags} or {reason}) then 'not-indicated'\n  else 'cannot-tell'\nend"
    )


def _missing(when_missing: str, expression: str) -> str:
    return f"Common.OrUnknown({expression})" if when_missing == "unknown" else expression


def _window(days: Days, at: UnitContext) -> tuple[str, str]:
    first = 'Common."Beginning"' if days[0] == "ever" else shifted(at.index, days[0])
    last = shifted(at.index, days[1])
    return first, f"Min({{ {last}, {at.until} }})" if at.until else last


def _unless_not_carried(expression: str, domain: str, days: Days, at: UnitContext) -> str:
    first = days[1] if days[0] == "ever" else days[0]
    carried = (
        f"Extract.Carries({string(domain)}, {shifted(at.index, first)},"
        f" {shifted(at.index, days[1])})"
    )
    return call("Common.Unless", expression, carried)


def _of(code: str, concepts: Iterable[str]) -> str:
    return either([f"{code} in {name(concept)}" for concept in concepts])


def _any_of(source: str, conditions: Sequence[str], held: str) -> str:
    where = "\n  where " + "\n    and ".join(conditions) if conditions else ""
    return f"Common.AnyOf({source}{where}\n  return all {held})"


def _evidence(term: terms.Evidence, at: UnitContext) -> str:
    first, last = _window(term.days, at)
    conditions = [f"({_of('F.code', term.concepts)})"]
    if term.kinds:
        conditions.insert(0, f"F.kind in {strings(term.kinds)}")
    if term.not_concepts:
        conditions.append(f"not ({_of('F.code', term.not_concepts)})")
    held = f"Common.Within(F.start, {first}, {last})"
    noted = {"condition", "finding", "note"}
    if not term.kinds or noted & set(term.kinds):
        held += f"\n    and Common.KnownBy(F.kind, F.recorded, F.start, {last})"
    if term.distinct_days:
        where = "\n    and ".join(conditions)
        found = (
            f"Common.AtLeastDays({at.rows('Facts', 'F')}\n  where {where}\n"
            f"  return all Tuple {{ held: {held}, dated: F.start }}, {term.at_least})"
        )
    else:
        found = _any_of(at.rows("Facts", "F"), conditions, held)
        if term.at_least > 1:
            inner = found.removeprefix("Common.AnyOf(").removesuffix(")")
            found = f"Common.AtLeast({inner}, {term.at_least})"
    if list(term.kinds) == ["medication"]:
        return _unless_not_carried(found, "prescriptions", term.days, at)
    return found


def _ongoing(term: terms.Ongoing, at: UnitContext) -> str:
    first, last = _window(term.days, at)
    always = f"({_of('F.code', term.always)})" if term.always else "false"
    listed = (
        f"(F.category = 'problem-list-item' or {always}\n"
        "      or (F.category is null and F.visit is null and F.claim is null))"
    )
    conditions = [
        "F.kind = 'condition'",
        f"({_of('F.code', [*term.concepts, *term.always])})",
        listed,
    ]
    held = (
        f"Common.Within(F.start, {first}, {last})\n"
        f"    and Common.KnownBy(F.kind, F.recorded, F.start, {at.index})\n"
        f"    and Common.NotEnded(F.ended, F.status, {at.index})"
    )
    return _any_of(at.rows("Facts", "F"), conditions, held)


def _onset(term: terms.Onset, at: UnitContext) -> str:
    onset = at.needs(at.onset, term)
    first, last = _window(term.days, at)
    missing = "null" if term.when_missing == "unknown" else "false"
    return f"if {onset} is null then {missing} else Common.Within({onset}, {first}, {last})"


def _visited(term: terms.Visited, at: UnitContext) -> str:
    first, last = _window(term.days, at)

    def listed(row: str) -> list[str]:
        found = []
        if term.specialties:
            codes = [f"{row}.code", f"{row}.specialty"]
            found.append(f"({either([_of(code, term.specialties) for code in codes])})")
            if term.not_specialties:
                unwanted = either([_of(code, term.not_specialties) for code in codes])
                found.append(f"not ({unwanted})")
        return found

    conditions = listed("V")
    if term.settings:
        conditions.insert(0, f"V.setting in {strings(term.settings)}")
    found = _any_of(at.rows("Visits", "V"), conditions, f"Common.Within(V.start, {first}, {last})")
    if term.specialties and not term.settings:
        services = _any_of(
            at.rows("Facts", "F"),
            ["F.kind = 'procedure'", *listed("F")],
            f"Common.Within(F.start, {first}, {last})",
        )
        found = f"{found}\nor {services}"
    return _unless_not_carried(found, visited_domain(term), term.days, at)


def _referred(term: terms.Referred, at: UnitContext) -> str:
    first, last = _window(term.days, at)
    conditions = ["F.kind = 'referral'"]
    to_whom = [_of("F.code", term.concepts)] if term.concepts else []
    if term.specialties:
        to_whom += [_of(f"F.{column}", term.specialties) for column in ("specialty", "code")]
    if to_whom:
        conditions.append(f"({either(to_whom)})")
    return _any_of(at.rows("Facts", "F"), conditions, f"Common.Within(F.start, {first}, {last})")


def _imaged(term: terms.Imaged, at: UnitContext) -> str:
    if term.fitting:
        raise at.refuse("an image that fits the emergency findings")
    first, last = _window(term.days, at)
    conditions = [f"P.modality in {strings(term.modalities)}"] if term.modalities else []
    dated = "P.dated"
    if term.by == "performance":
        conditions.append("P.performed is not null")
        dated = "P.performed"
    found = _any_of(
        f"({at.needs(at.placed, term)}) P",
        conditions,
        f"Common.Within({dated}, {first}, {last})\n    and (if P.certain then P.region else null)",
    )
    return _unless_not_carried(found, "imaging", term.days, at)


def _red_flag(term: terms.RedFlag, at: UnitContext, *, recorded: bool) -> str:
    match term.state:
        case "emergency":
            raise at.refuse("a red flag of the emergency class")
        case "present":
            element = "status"
        case "combination":
            element = name(term.id)
        case state:
            element = state
    if term.by is None:
        return _agreed(f"R.screen.{element}", at.needs(at.readings, term), recorded=recorded)
    read = (
        f"{at.package}Screen({at.index}, {shifted(at.index, term.by)}, null as List<String>,"
        f" null as Interval<Date>, null as String).{element}"
    )
    return f"Coalesce({read}, false)" if recorded else read


def _agreed(value: str, readings: str, *, recorded: bool) -> str:
    held = f"Coalesce({value}, false)" if recorded else value
    return f"Common.Agreed(({readings}) R return all {held})"


def _verdict(wanted: str, at: UnitContext, term: terms.Term) -> str:
    readings = at.needs(at.readings, term)
    flags = _agreed("R.screen.status", readings, recorded=False)
    reason = _agreed("R.reason", readings, recorded=False)
    match wanted:
        case "indicated":
            return f"({flags}\n  or {reason}) is true"
        case "not-indicated":
            return f"({flags}\n  or {reason}) is false"
        case _:
            return f"({flags}\n  or {reason}) is null"


def _answered(term: terms.Answered, at: UnitContext) -> str:
    first, last = _window(term.days, at)
    conditions = [
        "F.kind = 'answer'",
        f"Common.HasCode(F.code, 'urn:spinewise:item', {string(term.item)})",
    ]
    if term.values:
        conditions.append(f"Common.Plain(F.said) in {strings(term.values)}")
    return _any_of(at.rows("Facts", "F"), conditions, f"Common.Within(F.start, {first}, {last})")
