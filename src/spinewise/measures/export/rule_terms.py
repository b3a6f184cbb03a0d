"""What each term of a published rule is in CQL (read beside ``interpret/rule_terms.py``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from spinewise.know import terms
from spinewise.know.bounds import parse_bound
from spinewise.know.walk import tag
from spinewise.measures.export.text import (
    CannotSayError,
    call,
    either,
    joined,
    name,
    shifted,
    strings,
)


@dataclass
class RuleContext:
    """Where a term of a rule is asked: what its library has to name, and what day 0 is called."""

    indicator: str
    package: str
    """The name of the package's library."""
    index: str = '"Index day"'
    clock: str = '"Index clock"'
    concepts: dict[str, None] = field(default_factory=dict)
    """The concepts named so far, in order of first use."""

    def listed(self, code: str, concepts: Sequence[str]) -> str:
        """Whether ``code`` is of one of the concepts."""
        self.concepts.update(dict.fromkeys(concepts))
        return either([f"{code} in {name(concept)}" for concept in concepts])

    def refuse(self, what: str) -> CannotSayError:
        """The refusal of what cannot be said."""
        return CannotSayError(
            f"{what} cannot be said in the exported CQL",
            where=f"indicators/{self.indicator}.toml",
            hint="Export other indicators, or review this one with Spinewise itself.",
        )


def rule_term(term: terms.Term, at: RuleContext) -> str:
    """A term of a published rule as a three-valued expression."""
    match term:
        case terms.All(of=parts):
            return joined("and", [rule_term(part, at) for part in parts])
        case terms.AnyOf(of=parts):
            return joined("or", [rule_term(part, at) for part in parts])
        case terms.Not(of=part):
            return f"not ({rule_term(part, at)})"
        case terms.Coded():
            return _coded(term, at)
        case terms.CoveredDays():
            return _covered_days(term, at)
        case terms.Age():
            return _age(term, at)
        case terms.Enrolled():
            return _enrolled(term, at)
        case terms.Died():
            return call("Common.Within", 'Common."Died"', *window(term.between, at))
        case terms.AtVisit():
            return _at_visit(term, at)
        case terms.Shown():
            return _shown(term, at)
        case _:
            raise at.refuse(f"the term {tag(term)!r}")


def bound(text: str, at: RuleContext) -> str:
    """A bound of a window as a Date."""
    parsed = parse_bound(text)
    match parsed.anchor:
        case "ever":
            base = 'Common."Beginning"'
        case "index":
            base = at.index
        case "period start":
            base = '"First day"'
        case "period end":
            base = '"Last day"'
        case "year start":
            base = f"Date(year from {at.index}, 1, 1)"
        case "year end":
            base = f"Date(year from {at.index}, 12, 31)"
        case _:
            raise at.refuse(f"the bound {text!r}")
    if parsed.months:
        sign = "-" if parsed.months < 0 else "+"
        many = abs(parsed.months)
        unit = "month" if many == 1 else "months"
        if not many % 12:
            many, unit = many // 12, "year" if many == 12 else "years"
        base = f"{base} {sign} {many} {unit}"
    return shifted(base, parsed.days)


def window(between: terms.Between, at: RuleContext) -> tuple[str, str]:
    """The first and the last day of a window."""
    return bound(between[0], at), bound(between[1], at)


def fits(
    at: RuleContext,
    concepts: Sequence[str],
    *,
    not_concepts: Sequence[str] = (),
    kinds: Sequence[str] = (),
    position: str = "any",
    not_settings: Sequence[str] = (),
    denied: bool = True,
) -> str:
    """Which rows ``R`` a term asks for, whenever they are."""
    parts = [f"({at.listed('R.code', concepts)})"]
    if not_concepts:
        parts.append(f"not ({at.listed('R.code', not_concepts)})")
    if kinds:
        parts.append(f"R.kind in {strings(kinds)}")
    if position == "principal":
        parts.append('(not Extract."Says place of diagnosis" or R.position = 1)')
    if not_settings:
        parts.append(f"not (Coalesce(R.setting, '') in {strings(not_settings)})")
    if not denied:
        parts.append("not R.denied")
    return "\n  and ".join(parts)


def dated(by: str) -> str:
    """The day of a row ``R`` as a term dates it."""
    return "R.start" if by == "start" else "R.service"


def _coded(term: terms.Coded, at: RuleContext) -> str:
    first, last = window(term.between, at)
    which = fits(
        at,
        term.concepts,
        not_concepts=term.not_concepts,
        kinds=term.kinds,
        position=term.position,
        not_settings=term.not_settings,
        denied=term.denied,
    )
    on = dated(term.dated)
    if term.distinct_days:
        return (
            f'Common.AtLeastDays("Rows" R\n  where {which}\n'
            f"  return all Tuple {{ held: Common.Within({on}, {first}, {last}), dated: {on} }},"
            f" {term.at_least})"
        )
    rows = f'"Rows" R\n  where {which}\n  return all Common.Within({on}, {first}, {last})'
    if term.at_least > 1:
        return f"Common.AtLeast({rows}, {term.at_least})"
    return f"Common.AnyOf({rows})"


def _covered_days(term: terms.CoveredDays, at: RuleContext) -> str:
    first, last = window(term.between, at)
    return call(
        "Common.CoversDays",
        f"\"Rows\" R\n  where R.kind = 'medication' and ({at.listed('R.code', term.concepts)})\n"
        "  return all Tuple { start: R.start, supply: R.supply }",
        first,
        last,
        str(term.at_least),
    )


def _age(term: terms.Age, at: RuleContext) -> str:
    on = bound(term.on, at)
    parts = []
    if term.from_ is not None:
        parts.append(f"Common.AtLeastYears({on}, {term.from_})")
    if term.to is not None:
        parts.append(f"not Common.AtLeastYears({on}, {term.to + 1})")
    return " and ".join(parts)


def _enrolled(term: terms.Enrolled, at: RuleContext) -> str:
    if term.months is not None:
        raise at.refuse("enrolment counted in months")
    first, last = window(term.between, at)
    return f'not Extract."Says enrolment"\n  or Common.EnrolledFrom({first}, {last})'


def _at_visit(term: terms.AtVisit, at: RuleContext) -> str:
    first, last = window(term.between, at)
    conditions = []
    if term.settings:
        conditions.append(f"Coalesce(V.setting, 'office') in {strings(term.settings)}")
    if term.concepts:
        listed = [at.listed(f"V.{column}", term.concepts) for column in ("code", "specialty")]
        conditions.append(f"({either(listed)})")
    if term.not_concepts:
        listed = [at.listed(f"V.{column}", term.not_concepts) for column in ("code", "specialty")]
        conditions.append(f"not ({either(listed)})")
    where = "\n  where " + "\n    and ".join(conditions) if conditions else ""
    held = f"Common.Within(V.start, {first}, {last})"
    if term.holds_index:
        held += f"\n    and Common.Holds(V.start, V.clock, V.ended, {at.index}, {at.clock})"
    visits = f'"Visits" V{where}\n  return all {held}'
    if term.concepts and not term.settings and not term.holds_index:
        services = visits.replace('"Visits" V', "(\"Rows\" V where V.kind = 'procedure') V", 1)
        return f"Common.AnyOf({visits})\nor Common.AnyOf({services})"
    return f"Common.AnyOf({visits})"


def _shown(term: terms.Shown, at: RuleContext) -> str:
    first, last = window(term.between, at)
    conditions = []
    if not term.denied:
        conditions.append("not R.denied")
    if term.not_before_index:
        conditions.append(f"not Common.Earlier(R.start, R.clock, {at.index}, {at.clock})")
    if term.diagnosis:
        conditions.append(
            '(not Extract."Says diagnosis of image"\n      or '
            + at.listed("R.reason", term.diagnosis)
            + "\n      or exists (\"Rows\" C where C.kind = 'condition' and C.claim = R.claim"
            + f"\n        and ({at.listed('C.code', term.diagnosis)})))"
        )
    if term.concepts:
        of = at.listed("R.code", term.concepts)
        source = "(\"Rows\" R where R.kind = 'imaging') R"
    else:
        chosen = (
            f"\n        and I.modality in {strings(term.modalities)}" if term.modalities else ""
        )
        of = (
            f'Common.AnyOf({at.package}."Images" I\n      where I.performed = R.start\n'
            "        and (R.link in I.links or I.modality = R.modality)"
            f"{chosen}\n      return all I.region)"
        )
        source = '"Performed images" R'
    where = "\n  where " + "\n    and ".join(conditions) if conditions else ""
    return (
        f"Common.AnyOf({source}{where}\n"
        f"  return all Common.Within(R.start, {first}, {last})\n    and {of})"
    )
