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
from spinewise.know.model import Clause, Indicator
from spinewise.know.package import Package
from spinewise.measures.export.rule_terms import (
    RuleContext,
    bound,
    dated,
    fits,
    rule_term,
)
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
        common_library(package.file.version),
        extract_library(package.file.version, frame),
        package_library(package),
        *(indicator_library(package, indicator) for indicator in indicators),
    ]


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
    parts = [images_part(package)]
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


def _pattern(text: str) -> str:
    """A regular expression that is searched for, as one that the whole text has to match."""
    lower = re.sub(r"\\.|[A-Z]", lambda m: m[0] if len(m[0]) > 1 else m[0].lower(), text)
    return rf"[\s\S]*({lower})[\s\S]*"


# Indicators --------------------------------------------------------------------------------------


def indicator_library(package: Package, indicator: Indicator) -> CqlLibrary:
    """The library of one indicator."""
    title = library_name(indicator.id)
    shared = library_name(package.file.id)
    body = rule_body(package, indicator)
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
        package.file.version,
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
    version = package.file.version
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
