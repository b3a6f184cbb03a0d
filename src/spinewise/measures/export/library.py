"""
Definitions as CQL libraries that a person can read.

An indicator's library says its rule and includes three others: ``SpinewiseCommon`` (three-valued
logic, partial days, the records as rows), the package's own (which rows are an image, an episode,
a red flag), and ``SpinewiseExtract`` (what is known of the records as a whole).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from spinewise.intake.fhir import words
from spinewise.know.model import Clause, Exclusion, Indicator
from spinewise.know.package import Package
from spinewise.know.terms import Term
from spinewise.measures.export.rule_terms import (
    RuleContext,
    bound,
    dated,
    fits,
    rule_term,
)
from spinewise.measures.export.screen import screen_part
from spinewise.measures.export.terms import UnitContext, unit_term, verdict
from spinewise.measures.export.text import (
    comment,
    day,
    define,
    either,
    indented,
    name,
    shifted,
    string,
    strings,
    template,
)
from spinewise.measures.frame import Frame
from spinewise.records.people import EPOCH

COMMON = "SpinewiseCommon"
EXTRACT = "SpinewiseExtract"
LEVEL_UNKNOWN_SET = "level-unknown"
"""The name of the value set of codes that do not say the region."""


@dataclass(frozen=True)
class CqlLibrary:
    """One CQL library: its name, version and text, and the names of its value sets."""

    name: str
    version: str
    text: str
    concepts: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()


def library_text(package: Package, indicator: str) -> str:
    """
    The CQL of an indicator as a page shows it.

    Raises
    ------
    CannotSayError
        The definition uses something that the export cannot say.
    """
    return indicator_library(package, package.indicators[indicator]).text


def libraries(
    package: Package, indicators: Sequence[Indicator], frame: Frame | None = None
) -> list[CqlLibrary]:
    """Every library that the indicators need, each after those that it includes."""
    return [
        common_library(version_of(package)),
        extract_library(version_of(package), frame),
        package_library(package),
        *(indicator_library(package, indicator) for indicator in indicators),
    ]


def version_of(package: Package) -> str:
    """The version that exported resources carry: the package's, and the practice's changes."""
    own = f"-{package.overlay[:12]}" if package.overlay else ""
    return f"{package.file.version}{own}"


def value_set_url(package: Package, concept: str) -> str:
    """The canonical name of a concept's ValueSet."""
    return f"urn:spinewise:{package.file.id}:valueset:{concept}"


def library_name(identifier: str) -> str:
    """An id as the name of a library: ``imaging-early`` is ``ImagingEarly``."""
    return "".join(part[:1].upper() + part[1:] for part in identifier.split("-"))


# The libraries that are shared -------------------------------------------------------------------


def common_library(version: str) -> CqlLibrary:
    """Three-valued logic, days, and the records of one person as rows."""
    meanings = words.load().setting
    cases = "\n".join(
        f"    when {string(code)} then {string(setting)}" for code, setting in meanings.items()
    )
    return CqlLibrary(COMMON, version, template(f"{COMMON}.cql", version=version, settings=cases))


def extract_library(version: str, frame: Frame | None) -> CqlLibrary:
    """What is known of an extract; without one, that it carries everything."""
    if frame is None:
        text = template(
            "Extract.cql",
            version=version,
            cutoff="@9000-01-01",
            observed_from="@1000-01-01",
            carried="",
            carries="true",
            enrolment="true",
            position="true",
            diagnosis="true",
        )
        return CqlLibrary(EXTRACT, version, text)
    spans = ",\n".join(
        f"    Tuple {{ domain: {string(domain)}, first: {_day(first)}, last: {_day(last)} }}"
        for domain, found in frame.carried.items()
        for first, last in found
    )
    text = template(
        "Extract.cql",
        version=version,
        cutoff=_day(frame.cutoff),
        observed_from=_day(frame.observed_from),
        carried=f"\n{spans}\n  " if spans else "",
        carries='exists ("Carried" C\n'
        "    where C.domain = wanted and C.first <= opens and C.last >= closes)",
        enrolment=_truth("enrolment" not in frame.lacks),
        position=_truth("principal-position" not in frame.lacks),
        diagnosis=_truth("image-diagnosis" not in frame.lacks),
    )
    return CqlLibrary(EXTRACT, version, text)


def package_library(package: Package) -> CqlLibrary:
    """Which rows are an image, an episode or a red flag, as the package says."""
    title = library_name(package.file.id)
    parts = [
        images_part(package),
        screen_part(package),
        *(_exclusion(package, exclusion) for exclusion in package.episode.exclusion),
        episodes_part(package),
    ]
    body = "\n".join(parts)
    concepts = tuple(_named(body))
    head = _head(
        package,
        title,
        f"{package.file.title.en}: what the indicators of this package share.",
        concepts,
        includes=(COMMON, EXTRACT),
    )
    return CqlLibrary(title, package.file.version, f"{head}\n{body}", concepts, (COMMON, EXTRACT))


def images_part(package: Package) -> str:
    """Images: which rows are one, and whether they are of the package's region."""
    rule = package.imaging
    listed = [(row.modality, concept) for row in rule.image for concept in row.concepts]
    by_modality = "\n".join(
        f"        when {either([f'R.code in {name(c)}' for c in row.concepts])}"
        f" then {string(row.modality)}"
        for row in rule.image
    )
    says = [f"Matches(Lower(R.text), {string(_pattern(p))})" for p in rule.text_says_region]
    diagnosis = package.episode.index.diagnosis
    return template(
        "images.cql",
        join_within=str(rule.join_within),
        condition="the condition",
        region=rule.region,
        unknown_regions=strings(rule.unknown_regions),
        level_unknown=LEVEL_UNKNOWN_SET,
        text_says_region=either([f"\n          {one}" for one in says]),
        for_pain=either([f"R.reason in {name(c)}" for c in diagnosis]),
        listed=either([f"\n          R.code in {name(c)}" for _, c in listed]),
        modalities=by_modality,
    )


def episodes_part(package: Package) -> str:
    """Index visits, episodes, their images and the readings of their red flags."""
    rule, imaging = package.episode.index, package.imaging
    first, last = rule.washout
    inside = UnitContext(
        "red_flags.toml", "", index="index", onset=None, placed=None, readings=None, until="asOf"
    )
    reasons = [unit_term(r.when, inside, recorded=False) for r in package.red_flags.reason]
    return template(
        "episodes.cql",
        diagnosis_fact=either([f"F.code in {name(c)}" for c in rule.diagnosis]),
        diagnosis_visit=either([f"V.code in {name(c)}" for c in rule.diagnosis]),
        settings=strings(rule.settings),
        washout_first="the beginning" if first == "ever" else str(-first),
        washout_last=str(-last),
        washout_opens='Common."Beginning"' if first == "ever" else shifted("first", first),
        washout_closes=shifted("first", last),
        washout_ignores=strings(rule.washout_ignores),
        minimum_age=str(rule.minimum_age),
        practice_settings=strings(rule.practice_settings),
        attribute_by=str(rule.attribute_by),
        length=str(rule.length),
        counts_before=str(imaging.counts_before_index),
        window_first=str(imaging.window[0]),
        window_last=str(imaging.window[1]),
        window_opens=shifted("C.first", imaging.window[0]),
        window_closes=shifted("C.first", imaging.window[1]),
        accepted_reason=indented("\nor ".join(reasons) or "false", 2),
    )


def _exclusion(package: Package, exclusion: Exclusion) -> str:
    """Who is set aside, as a function of the index day and the recorded onset."""
    inside = UnitContext(
        "episode.toml", "", index="index", onset="onset", placed=None, readings=None
    )
    body = indented(unit_term(exclusion.when, inside, recorded=False), 2)
    head = comment(f"Set aside: {exclusion.name.en}.")
    called = name(f"Is {exclusion.id}")
    return f"{head}\ndefine function {called}(index Date, onset Interval<Date>):\n{body}\n"


def _pattern(text: str) -> str:
    """A regular expression that is searched for, as one that the whole text has to match."""
    lower = re.sub(r"\\.|[A-Z]", lambda m: m[0] if len(m[0]) > 1 else m[0].lower(), text)
    return rf"[\s\S]*({lower})[\s\S]*"


# Indicators --------------------------------------------------------------------------------------


def indicator_library(package: Package, indicator: Indicator) -> CqlLibrary:
    """The library of one indicator."""
    title = library_name(indicator.id)
    shared = library_name(package.file.id)
    body = (rule_body if indicator.published else unit_body)(package, indicator)
    concepts = tuple(_named(body))
    head = _head(
        package,
        title,
        f"{indicator.name.en}. {indicator.meaning.en}",
        concepts,
        includes=(COMMON, EXTRACT, shared),
    )
    period = 'parameter "Measurement Period" Interval<DateTime>\n\ncontext Patient\n'
    return CqlLibrary(
        title,
        version_of(package),
        f"{head.removesuffix('context Patient' + chr(10))}{period}\n{body}",
        concepts,
        (COMMON, EXTRACT, shared),
    )


def rule_body(package: Package, rule: Indicator) -> str:
    """A published rule: its index, its questions, and what becomes of the person."""
    assert rule.index
    at = RuleContext(rule.id, library_name(package.file.id))
    index = rule.index
    if index.take != "first":
        raise at.refuse("an index that is each of several days")
    first, last = (bound(text, at) for text in index.between)
    eligible = "held"
    if index.where:
        own = RuleContext(rule.id, at.package, index="C.first", clock="null as String")
        where = indented(rule_term(index.where, own), 8)
        eligible = (
            "if held is false or not Common.IsFull(dated) then held\n"
            f"        else held and (\n{indented(where, 2)})"
        )
    clock = "null as String"
    if index.dated == "start":
        clock = (
            "if exists (rows D where D.clock is null) then null\n"
            "        else Min(rows D return all D.clock)"
        )
    clauses = [_clause("Requires", clause, at) for clause in rule.require]
    clauses += [_clause("Excludes", clause, at) for clause in rule.exclusion]
    required = ['"Index".eligible', *(name(f"Requires {c.id}") for c in rule.require)]
    excluded = [name(f"Excludes {c.id}") for c in rule.exclusion]
    return template(
        "rule.cql",
        package=at.package,
        index_fits=indented(
            fits(at, index.concepts, position=index.position, not_settings=index.not_settings),
            6,
        ).strip(),
        index_dated=dated(index.dated),
        index_first=first,
        index_last=last,
        index_clock=clock,
        index_eligible=eligible,
        clauses="\n".join(clauses),
        in_denominator=indented("\nand ".join(required), 2),
        excluded=indented("\nor ".join(excluded) or "false", 2),
        numerator_comment=comment("Counted in the numerator."),
        numerator=indented(rule_term(rule.numerator, at), 2),
        evaluated=indented(_evaluated(rule), 2),
        strata=_strata(rule, at),
        verdict='"Stratum"' if rule.strata else "''",
    )


def _strata(rule: Indicator, at: RuleContext) -> str:
    """The strata of a rule, and which of them a person is in."""
    if not rule.strata:
        return ""
    found = [
        define(f"Stratum {one.id}", rule_term(one.when, at), says=one.name.en)
        for one in rule.strata
    ]
    cases = "\n".join(
        f"  when {name(f'Stratum {one.id}')} then {string(one.id)}" for one in rule.strata
    )
    nobody = "  when \"Category\" = 'outside' or exists \"Doubtful candidates\" then ''"
    found.append(define("Stratum", f"case\n{nobody}\n{cases}\n  else ''\nend"))
    return "\n".join(found) + "\n"


def unit_body(package: Package, indicator: Indicator) -> str:
    """An indicator of the package's own: it counts episodes or images."""
    shared = library_name(package.file.id)
    at = UnitContext(f"indicators/{indicator.id}.toml", f"{shared}.")
    if indicator.unit not in ("episode", "image"):
        raise at.refuse(f"the unit {indicator.unit!r}")
    if indicator.anchor != "index":
        raise at.refuse(f"the anchor {indicator.anchor!r}")
    of_images = indicator.unit == "image"
    excluded = [
        f"{shared}.{name(f'Is {one.id}')}(U.first, U.onset)" for one in package.episode.exclusion
    ]

    def asked(term: Term | None, *, recorded: bool) -> str:
        text = "true" if term is None else unit_term(term, at, recorded=recorded)
        return indented(text, 8)

    flags, reasons = "U.flags", "U.reasons"
    status = "case\n  when U.flags then 'present'\n  when not U.flags then 'absent'\n" + (
        "  else 'not-documented'\nend"
    )
    label = verdict(flags, reasons) if of_images else status
    unheard = "'cannot-tell'" if of_images else "''"
    says = (
        "Images ordered in the period, or performed in it where there is no order."
        if of_images
        else "Visits of the period that begin an episode, or may."
    )
    return template(
        "own.cql",
        package=shared,
        units="Imaging units" if of_images else "Episodes",
        unit_says=says,
        is_unit="U.washout and U.age" + (" and U.region" if of_images else ""),
        excluded=indented("\nor ".join(excluded) or "false", 8),
        population_recorded=asked(indicator.population, recorded=True),
        population_possible=asked(indicator.population, recorded=False),
        numerator_recorded=asked(indicator.numerator, recorded=True),
        numerator_possible=asked(indicator.numerator, recorded=False),
        evaluated=indented(_unit_evaluated(indicator), 8),
        followed=_followed(indicator),
        outside=""
        if of_images
        else "        when U.washout is false or U.age is false then 'outside'\n",
        not_outside=""
        if of_images
        else "\n            and not (U.washout is false or U.age is false)",
        beside=_beside(indicator),
        verdict=_label(label, unheard, of_images=of_images),
    )


def _label(label: str, unheard: str, *, of_images: bool) -> str:
    """The verdict of a unit that was asked; nothing is said of one that was not."""
    silent = "" if of_images else "U.washout is false or U.age is false or "
    nothing = "not U.hasEpisode" if of_images else "false"
    return (
        f"if {nothing} then ''\n        else if {silent}not U.isFull then {unheard}\n"
        f"        else {indented(label, 8).strip()}"
    )


def _beside(indicator: Indicator) -> str:
    if indicator.unknown_population != "beside":
        return ""
    return "        when U.mayCount is null then 'beside'\n"


def _unit_evaluated(indicator: Indicator) -> str:
    """Whether the window was followed to its end, and the extract carries what is needed."""
    of_images = indicator.unit == "image"
    day_0 = "start of U.dated" if of_images else "U.first"
    parts = []
    if indicator.window and not of_images:
        ends = shifted("U.first", indicator.window[1])
        parts.append(f'Extract."Cut-off" >= {ends}')
        parts.append(f"end of Common.Leaves(U.first) >= {ends}")
        if indicator.death_ends:
            parts.append(f'end of Common."Died" >= {ends}')
    for need in indicator.needs:
        opens = need.days[1] if need.days[0] == "ever" else need.days[0]
        parts.append(
            f"Extract.Carries({string(need.domain)}, {shifted(day_0, opens)},"
            f" {shifted(day_0, need.days[1])})"
        )
    return "\nand ".join(parts) or "true"


def _followed(indicator: Indicator) -> str:
    """Whether that is sure where the day of leaving or of death is not."""
    if indicator.window is None or indicator.unit == "image":
        return "true"
    ends = shifted("U.first", indicator.window[1])
    left = f"start of Common.Leaves(U.first) >= {ends}"
    return f'{left}\n        and start of Common."Died" >= {ends}' if indicator.death_ends else left


def _clause(word: str, clause: Clause, at: RuleContext) -> str:
    return define(f"{word} {clause.id}", rule_term(clause.when, at), says=clause.name.en)


def _evaluated(rule: Indicator) -> str:
    parts = []
    if rule.window:
        parts.append(
            f'Extract."Cut-off" >= {shifted(chr(34) + "Index day" + chr(34), rule.window[1])}'
        )
    for need in rule.needs:
        opens = need.days[1] if need.days[0] == "ever" else need.days[0]
        index = '"Index day"'
        parts.append(
            f"Extract.Carries({string(need.domain)}, {shifted(index, opens)},"
            f" {shifted(index, need.days[1])})"
        )
    return "\nand ".join(parts) or "true"


# Pieces -----------------------------------------------------------------------------------------


def _head(
    package: Package,
    title: str,
    says: str,
    concepts: Iterable[str],
    includes: Sequence[str],
) -> str:
    version = version_of(package)
    called = {COMMON: "Common", EXTRACT: "Extract"}
    lines = [
        comment(says),
        f"library {title} version {string(version)}",
        "",
        "using FHIR version '4.0.1'",
        "",
        *(
            f"include {one} version {string(version)} called {called.get(one, one)}"
            for one in includes
        ),
        "",
        *(
            f"valueset {name(concept)}: {string(value_set_url(package, concept))}"
            for concept in concepts
        ),
        "",
        "context Patient",
        "",
    ]
    return "\n".join(lines)


def _named(body: str) -> list[str]:
    """The value sets that a text asks of, in order of first use."""
    return list(dict.fromkeys(re.findall(r'\b(?:code|reason|specialty) in "([^"]+)"', body)))


def _day(number: int) -> str:
    return day(EPOCH + timedelta(number))


def _truth(value: bool) -> str:
    return "true" if value else "false"
