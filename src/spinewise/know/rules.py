"""What must hold within the file of a published rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from math import inf
from typing import Final

from spinewise.errors import PackageError
from spinewise.know.bounds import parse_bound
from spinewise.know.model import Indicator
from spinewise.know.terms import RULE_TERMS, Age, All, AnyOf, Not, Shown, Term
from spinewise.know.walk import tag, terms_in

PEOPLE: Final = ("patient", "patient-year")
"""Units of published rules."""
_NEVER: Final = ("population", "target", "also_count", "first_in_list")
"""Keys that have no meaning for a published rule."""
_ONLY: Final = ("published", "index", "require", "exclusion", "strata")
"""Keys that only a published rule has."""
_FORMS: Final = (
    "Write an anchor (index, period start, period end, year start, year end, image), and if "
    'wanted how far from it: "index - 365 days", "period end - 2 years"; "ever" only as the first.'
)


def mistakes_of_rule(rule: Indicator, where: str) -> Iterator[PackageError]:
    """What is wrong in a published rule, each with file, key, value and mend."""
    for key in ("published", "index"):
        if getattr(rule, key) is None:
            yield PackageError(
                f"the unit is {rule.unit!r}, and {key} is missing",
                where=f"{where}, {key}",
                hint=f"Add a table [{key}], or count episodes, images or answers.",
            )
    for key in _NEVER:
        if getattr(rule, key):
            yield PackageError(
                f"{key} is no key of a published rule",
                where=f"{where}, {key}",
                hint="Say who is in the denominator with [[require]] and [[exclusion]].",
            )
    if rule.index is None:
        return
    ids = [clause.id for clause in (*rule.require, *rule.exclusion, *rule.strata)]
    for name, times in Counter(ids).items():
        if times > 1:
            yield PackageError(
                f"{name!r} stands twice", where=f"{where}, require", hint="Give each its own id."
            )
    yield from _window(rule.index.between, f"{where}, index.between", index=True)
    if rule.index.where:
        yield from _terms(rule.index.where, f"{where}, index.where", images=False)
    for key, clauses in (("require", rule.require), ("exclusion", rule.exclusion)):
        for clause in clauses:
            yield from _terms(
                clause.when, f"{where}, {key}[{clause.id}].when", images=_has_image(rule)
            )
    yield from _terms(rule.numerator, f"{where}, numerator", images=False)
    yield from _strata(rule, where)


def _strata(rule: Indicator, where: str) -> Iterator[PackageError]:
    """Strata are ages on one day, and nobody is in two of them."""
    for stratum in rule.strata:
        here = f"{where}, strata[{stratum.id}].when"
        yield from _terms(stratum.when, here, images=False)
        if stratum.when.on != rule.strata[0].when.on:
            yield PackageError(
                f"the age is that on {stratum.when.on!r}, of others on {rule.strata[0].when.on!r}",
                where=here,
                hint="Take the ages of all strata on the same day.",
            )
    ages = sorted((_years(stratum.when), stratum.id) for stratum in rule.strata)
    for ((_, last), one), ((first, _), other) in pairwise(ages):
        if first <= last:
            yield PackageError(
                f"the ages of {one!r} and {other!r} overlap",
                where=f"{where}, strata",
                hint="Let each age be in one of them: what is shown adds up to the whole.",
            )


def _years(age: Age) -> tuple[float, float]:
    return (0 if age.from_ is None else age.from_), (inf if age.to is None else age.to)


def mistakes_of_own(indicator: Indicator, where: str) -> Iterator[PackageError]:
    """What an indicator of the package's own uses of published rules."""
    for key in _ONLY:
        if getattr(indicator, key):
            yield PackageError(
                f"{key} is a key of published rules, and the unit is {indicator.unit!r}",
                where=f"{where}, {key}",
                hint='Write unit = "patient", or take the key out.',
            )
    own = {"population": indicator.population, "numerator": indicator.numerator}
    own |= {f"also_count.{name}": term for name, term in indicator.also_count.items()}
    for key, whole in own.items():
        for term in terms_in(whole) if whole else ():
            if isinstance(term, RULE_TERMS):
                yield PackageError(
                    f"{tag(term)!r} is a term of published rules",
                    where=f"{where}, {key}",
                    hint="See the terms of docs/reference/package.md.",
                )


def _has_image(rule: Indicator) -> bool:
    return any(isinstance(term, Shown) for term in terms_in(rule.numerator))


def _terms(whole: Term, where: str, *, images: bool) -> Iterator[PackageError]:
    for term in terms_in(whole):
        if isinstance(term, RULE_TERMS):
            if hasattr(term, "on"):
                yield from _window((term.on, term.on), f"{where}, {tag(term)}.on", images=images)
            else:
                yield from _window(term.between, f"{where}, {tag(term)}.between", images=images)
        elif not isinstance(term, All | AnyOf | Not):
            yield PackageError(
                f"{tag(term)!r} is no term of a published rule",
                where=where,
                hint="See docs/how-to/write-a-published-rule.md.",
            )


def _window(
    between: tuple[str, str], where: str, *, index: bool = False, images: bool = False
) -> Iterator[PackageError]:
    bounds = []
    for text in between:
        try:
            bounds.append(parse_bound(text))
        except ValueError:
            yield PackageError(f"{text!r} is not a bound", where=where, hint=_FORMS)
            return
    first, last = bounds
    if last.anchor == "ever":
        yield PackageError("the window ends with 'ever'", where=where, hint=_FORMS)
    if index and not {first.anchor, last.anchor} <= {"period start", "period end"}:
        yield PackageError(
            f"the index lies between {between[0]!r} and {between[1]!r}",
            where=where,
            hint="Count both from period start or period end.",
        )
    if "image" in (first.anchor, last.anchor) and not images:
        yield PackageError(
            "'image' stands for the image of the numerator, which is not known here",
            where=where,
            hint="Count from the index, or let the numerator be a term 'imaging'.",
        )
    same = first.anchor == last.anchor and bool(first.months) == bool(last.months)
    if same and (first.days, first.months) > (last.days, last.months):
        yield PackageError(
            f"the window is from {between[0]!r} to {between[1]!r}, which is earlier",
            where=where,
            hint="Exchange the two.",
        )
