"""
What must hold between the files of a package: names that exist, windows that run forward, words
in both languages that say the same numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from spinewise.errors import PackageError
from spinewise.know.codes import parse_pattern
from spinewise.know.decode import nearest
from spinewise.know.model import Family, Finding, Indicator
from spinewise.know.package import Package
from spinewise.know.rules import PEOPLE, mistakes_of_own, mistakes_of_rule
from spinewise.know.terms import (
    AcceptedReason,
    All,
    Answered,
    AnswerIs,
    AnyOf,
    Change,
    Days,
    Evidence,
    Imaged,
    Not,
    Ongoing,
    Onset,
    RedFlag,
    Referred,
    Term,
    Verdict,
    Visited,
)
from spinewise.know.walk import DAYS_KEYS, concepts_in, tag, tag_of, terms_in
from spinewise.tables import Domain

PLACEHOLDERS: Final = frozenset({"period", "n", "d", "rate"})
"""What a headline may hold in braces."""
REASON_TERMS: Final = (Evidence, Ongoing, Visited, Referred, Answered, Change)
"""What an accepted reason may ask: the record, and not the screen, of which it is a part."""
EPISODE_TERMS: Final = (*REASON_TERMS, Onset, Imaged, RedFlag, AcceptedReason)
"""What an exclusion may ask."""


def check_package(package: Package) -> None:
    """
    Check everything that concerns more than one value.

    Raises
    ------
    PackageError
        The first of :func:`mistakes_between`.
    """
    for mistake in mistakes_between(package):
        raise mistake


def mistakes_between(package: Package) -> Iterator[PackageError]:
    """Everything that is wrong between values, each with file, key, value and mend."""
    yield from _check_package_file(package)
    yield from _check_episode(package)
    yield from _check_imaging(package)
    yield from _check_red_flags(package)
    yield from _check_lists(package)
    for indicator in package.indicators.values():
        yield from _check_indicator(package, indicator)


# The files ----------------------------------------------------------------------------------------


def _check_package_file(package: Package) -> Iterator[PackageError]:
    file = package.file
    where = "package.toml"
    editions = [edition.id for edition in file.edition_choices]
    yield from _unique(editions, f"{where}, edition_choices")
    yield from _known(file.edition, editions, f"{where}, edition", "edition_choices")
    yield from _unique([source.id for source in file.source], f"{where}, source")
    for row in file.recommendation:
        yield from _sources(package, row.sources, f"{where}, recommendation")


def _check_episode(package: Package) -> Iterator[PackageError]:
    where = "episode.toml"
    index = package.episode.index
    for concept in index.diagnosis:
        yield from _concept(package, concept, f"{where}, index.diagnosis")
    yield from _window(index.washout, f"{where}, index.washout")
    yield from _sources(package, index.sources, f"{where}, index")
    yield from _unique(
        [exclusion.id for exclusion in package.episode.exclusion], f"{where}, exclusion"
    )
    for exclusion in package.episode.exclusion:
        here = f"{where}, exclusion[{exclusion.id}]"
        yield from _sources(package, exclusion.sources, here)
        yield from _check_term(package, exclusion.when, f"{here}.when")
        yield from _only(exclusion.when, EPISODE_TERMS, f"{here}.when", "an exclusion")


def _check_imaging(package: Package) -> Iterator[PackageError]:
    where = "imaging.toml"
    imaging = package.imaging
    yield from _unique([image.modality for image in imaging.image], f"{where}, image")
    for image in imaging.image:
        here = f"{where}, image[{image.modality}]"
        yield from _sources(package, image.sources, here)
        for concept in image.concepts:
            yield from _concept(package, concept, f"{here}.concepts")
    yield from _window(imaging.window, f"{where}, window")
    for pattern in imaging.level_unknown:
        try:
            parse_pattern(pattern, f"{where}, level_unknown")
        except PackageError as mistake:
            yield mistake
    for expression in imaging.text_says_region:
        try:
            re.compile(expression)
        except re.error as error:
            yield PackageError(
                f"{expression!r} is not a regular expression: {error}",
                where=f"{where}, text_says_region",
                hint="Mend the expression; write a backslash in single-quoted text.",
            )


def _check_red_flags(package: Package) -> Iterator[PackageError]:
    where = "red_flags.toml"
    flags = package.red_flags
    families = {family.id: family for family in flags.family}
    yield from _unique([family.id for family in flags.family], f"{where}, family")
    findings = {finding.id: finding for finding in flags.finding}
    yield from _unique([finding.id for finding in flags.finding], f"{where}, finding")
    for family in flags.family:
        yield from _sources(package, family.sources, f"{where}, family[{family.id}]")
    for finding in flags.finding:
        yield from _check_finding(package, finding, families, f"{where}, finding[{finding.id}]")
    for family in flags.family:
        if family.needed and not any(f.family == family.id for f in flags.finding):
            yield PackageError(
                f"family {family.id!r} is needed and has no finding",
                where=f"{where}, family[{family.id}]",
                hint="Add a [[finding]] of this family, or write needed = false.",
            )
    yield from _unique(
        [combination.id for combination in flags.combination], f"{where}, combination"
    )
    for combination in flags.combination:
        here = f"{where}, combination[{combination.id}]"
        yield from _sources(package, combination.sources, here)
        for key, ids in (("all_of", combination.all_of), ("also_any", combination.also_any)):
            for name in ids:
                yield from _known(name, findings, f"{here}.{key}", "findings")
                if name in findings and findings[name].strength == "context":
                    yield PackageError(
                        f"{name!r} is context, and context never decides",
                        where=f"{here}.{key}",
                        hint="Take it out, or give the finding the strength supporting.",
                    )
        if combination.also_any and not 1 <= combination.also_at_least <= len(combination.also_any):
            yield PackageError(
                f"also_at_least is {combination.also_at_least}, of {len(combination.also_any)}",
                where=f"{here}.also_at_least",
                hint=f"Write a number from 1 to {len(combination.also_any)}.",
            )
    yield from _unique([reason.id for reason in flags.reason], f"{where}, reason")
    for reason in flags.reason:
        here = f"{where}, reason[{reason.id}]"
        yield from _sources(package, reason.sources, here)
        yield from _check_term(package, reason.when, f"{here}.when")
        yield from _only(reason.when, REASON_TERMS, f"{here}.when", "an accepted reason")


def _check_finding(
    package: Package, finding: Finding, families: Mapping[str, Family], where: str
) -> Iterator[PackageError]:
    yield from _sources(package, finding.sources, where)
    yield from _known(finding.family, families, f"{where}.family", "families")
    for concept in finding.codes:
        yield from _concept(package, concept, f"{where}.codes")
    for concept in finding.current_codes:
        yield from _concept(package, concept, f"{where}.current_codes")
    family = families.get(finding.family)
    urgency = finding.urgency or (family.urgency if family else "emergency")
    if finding.current_codes and urgency != "emergency":
        yield PackageError(
            f"current_codes is {finding.current_codes} and the urgency is no emergency",
            where=f"{where}.current_codes",
            hint='Write urgency = "emergency", or take current_codes out.',
        )


def _check_lists(package: Package) -> Iterator[PackageError]:
    for idea in package.ideas.values():
        yield from _sources(package, idea.sources, f"change_ideas.toml, idea[{idea.id}]")
    for resource in package.resources.values():
        yield from _sources(package, resource.sources, f"resources.toml, resource[{resource.id}]")
    for item in package.items.values():
        here = f"instruments.toml, item[{item.id}]"
        yield from _sources(package, item.sources, here)
        yield from _unique(item.values, f"{here}.values")
        for value in item.labels:
            yield from _known(value, item.values, f"{here}.labels", "values")


def _check_indicator(package: Package, indicator: Indicator) -> Iterator[PackageError]:
    where = f"indicators/{indicator.id}.toml"
    yield from _sources(package, indicator.sources, where)
    yield from _headline(indicator, where)
    for key, names, known in (
        ("change_ideas", indicator.change_ideas, package.ideas),
        ("resources", indicator.resources, package.resources),
    ):
        for name in names:
            yield from _known(name, known, f"{where}, {key}", key.replace("_", " "))
    if indicator.window is not None:
        yield from _window(indicator.window, f"{where}, window")
    yield from _unique([need.domain for need in indicator.needs], f"{where}, needs")
    for need in indicator.needs:
        yield from _window(need.days, f"{where}, needs[{need.domain}].days")
    if indicator.target is not None:
        yield from _sources(package, indicator.target.sources, f"{where}, target")
    for name in indicator.also_count:
        yield from _known(
            name, indicator.also_count_name, f"{where}, also_count", "also_count_name"
        )
    rules = {"population": indicator.population, "numerator": indicator.numerator}
    for key, term in rules.items():
        if term is not None:
            yield from _check_term(package, term, f"{where}, {key}")
            yield from _check_unit(indicator, term, f"{where}, {key}")
            yield from _check_needs(indicator, term, f"{where}, {key}")
    for name, term in indicator.also_count.items():
        yield from _check_term(package, term, f"{where}, also_count.{name}")
        yield from _check_unit(indicator, term, f"{where}, also_count.{name}")
    if indicator.unit in PEOPLE:
        yield from mistakes_of_rule(indicator, where)
        yield from _check_rule_terms(package, indicator, where)
    else:
        yield from mistakes_of_own(indicator, where)


def _check_rule_terms(package: Package, rule: Indicator, where: str) -> Iterator[PackageError]:
    if rule.index is None:
        return
    for concept in rule.index.concepts:
        yield from _concept(package, concept, f"{where}, index.concepts")
    if rule.index.where:
        yield from _check_term(package, rule.index.where, f"{where}, index.where")
    for key, clauses in (("require", rule.require), ("exclusion", rule.exclusion)):
        for clause in clauses:
            yield from _check_term(package, clause.when, f"{where}, {key}[{clause.id}].when")


def _headline(indicator: Indicator, where: str) -> Iterator[PackageError]:
    used = {}
    for language in ("en", "fr"):
        text = indicator.headline[language]
        used[language] = set(re.findall(r"\{(.*?)\}", text))
        for name in sorted(used[language] - PLACEHOLDERS):
            yield PackageError(
                f"{{{name}}} is not a placeholder",
                where=f"{where}, headline.{language}",
                hint=f"Known: {', '.join(sorted(PLACEHOLDERS))}{nearest(name, PLACEHOLDERS)}.",
            )
    if used["en"] != used["fr"]:
        missing = "fr" if used["en"] - used["fr"] else "en"
        names = ", ".join(f"{{{name}}}" for name in sorted(used["en"] ^ used["fr"]))
        yield PackageError(
            f"{names} stands in only one language",
            where=f"{where}, headline.{missing}",
            hint="Write the same placeholders in both languages.",
        )


# Terms --------------------------------------------------------------------------------------------


def _check_term(package: Package, term: Term, where: str) -> Iterator[PackageError]:
    for key, concept in concepts_in(term):
        yield from _concept(package, concept, f"{where}.{key}")
    combinations = [combination.id for combination in package.red_flags.combination]
    for inner in terms_in(term):
        for key in DAYS_KEYS:
            if hasattr(inner, key):
                yield from _window(getattr(inner, key), f"{where}, {tag(inner)}.{key}")
        if isinstance(inner, Answered | AnswerIs | Change):
            here = f"{where}, {tag(inner)}"
            yield from _known(inner.item, package.items, f"{here}.item", "items")
            for value in getattr(inner, "values", ()) if inner.item in package.items else ():
                yield from _known(
                    value, package.items[inner.item].values, f"{here}.values", "values"
                )
        if isinstance(inner, RedFlag) and (inner.state == "combination" or inner.id):
            yield from _known(inner.id, combinations, f"{where}, red-flag.id", "combinations")


def _check_unit(indicator: Indicator, term: Term, where: str) -> Iterator[PackageError]:
    """Some terms speak of one kind of unit only."""
    for inner in terms_in(term):
        unit = {Verdict: "image", AnswerIs: "answer"}.get(type(inner))
        if unit is not None and indicator.unit != unit:
            yield PackageError(
                f"the unit is {indicator.unit!r}, and {tag(inner)!r} speaks of an {unit}",
                where=where,
                hint=f'Write unit = "{unit}", or another term.',
            )
    if indicator.unit == "answer":
        yield from _check_answer(indicator, term, where)


def _check_answer(indicator: Indicator, term: Term, where: str) -> Iterator[PackageError]:
    """An answer is the answer to one item, and has no episode that could be asked."""
    asked = indicator.numerator
    if not isinstance(asked, AnswerIs):
        yield PackageError(
            f"the unit is an answer, and the numerator is {tag(asked)!r}",
            where=f"{where}",
            hint='Write numerator.is = "answer-is", with the item that is answered.',
        )
        return
    yield from _only(term, (AnswerIs,), where, "an answer")
    for inner in terms_in(term):
        if isinstance(inner, AnswerIs) and inner.item != asked.item:
            yield PackageError(
                f"the item is {inner.item!r}, and the numerator's {asked.item!r}",
                where=f"{where}, answer-is.item",
                hint="Ask about one item in one indicator.",
            )


def _only(whole: Term, kinds: tuple[type, ...], where: str, what: str) -> Iterator[PackageError]:
    """Beside all, any and not, only these terms may stand here."""
    for inner in terms_in(whole):
        if not isinstance(inner, (All, AnyOf, Not, *kinds)):
            yield PackageError(
                f"{tag(inner)!r} is no term of {what}",
                where=where,
                hint="Use " + ", ".join(tag_of(kind) for kind in kinds) + ", all, any and not.",
            )


def _check_needs(indicator: Indicator, term: Term, where: str) -> Iterator[PackageError]:
    """What a term reads must be among the needs, over the term's days."""
    if indicator.unit != "episode":
        return
    needs = {need.domain: need.days for need in indicator.needs}
    for inner in terms_in(term):
        for domain, days in reads(inner):
            if domain not in needs:
                yield PackageError(
                    f"{tag(inner)!r} reads {domain}, which needs does not name",
                    where=f"{where}, {tag(inner)}",
                    hint=f'Add {{ domain = "{domain}", days = {_written(days)} }} to needs.',
                )
                continue
            first, last = days
            from_, to = needs[domain]
            if last > to or (first != "ever" and from_ != "ever" and first < from_):
                yield PackageError(
                    f"{tag(inner)!r} reads {domain} on days {_written(days)}, "
                    f"and needs holds {_written(needs[domain])}",
                    where=f"{where}, {tag(inner)}",
                    hint=f"Widen the days of {domain} in needs.",
                )


def reads(term: Term) -> Iterator[tuple[Domain, Days]]:
    """
    The domains that the term plainly reads, and on which days.

    Hospital visits are left out: where they are not carried the term is unknown by itself.
    """
    if isinstance(term, Imaged):
        yield "imaging", term.days
    elif isinstance(term, Visited) and term.specialties:
        yield "consultations", term.days
    elif isinstance(term, Evidence) and "medication" in term.kinds:
        yield "prescriptions", term.days
    elif isinstance(term, Answered):
        yield "answers", term.days
    elif isinstance(term, Change):
        yield "answers", term.baseline
        yield "answers", term.follow_up


# Small checks -------------------------------------------------------------------------------------


def _unique(names: Iterable[str], where: str) -> Iterator[PackageError]:
    for name, times in Counter(names).items():
        if times > 1:
            yield PackageError(f"{name!r} stands twice", where=where, hint="Give each its own id.")


def _known(name: str, known: Iterable[str], where: str, what: str) -> Iterator[PackageError]:
    names = list(known)
    if name not in names:
        yield PackageError(
            f"{name!r} is none of the {what}",
            where=where,
            hint=f"Known: {', '.join(names) or '(none)'}{nearest(name, names)}.",
        )


def _concept(package: Package, name: str, where: str) -> Iterator[PackageError]:
    if name not in package.concepts:
        yield PackageError(
            f"{name!r} is not a concept of this package",
            where=where,
            hint="Name a file of the folder concepts or a derived concept of concepts.toml"
            + nearest(name, package.concepts)
            + ".",
        )


def _sources(package: Package, ids: Iterable[str], where: str) -> Iterator[PackageError]:
    known = [source.id for source in package.file.source]
    for name in ids:
        yield from _known(name, known, f"{where}.sources", "sources of package.toml")


def _window(days: Days, where: str) -> Iterator[PackageError]:
    first, last = days
    if first != "ever" and first > last:
        yield PackageError(
            f"the window is {_written(days)}, and its first day is after its last",
            where=where,
            hint=f"Write [{last}, {first}].",
        )


def _written(days: Days) -> str:
    first, last = days
    return f'["ever", {last}]' if first == "ever" else f"[{first}, {last}]"
