"""
Everything that is wrong with a change package, or doubtful, for its author: ``package check``.

Errors are what the loader refuses (:mod:`spinewise.know.check`) and what can never be meant: a code
that does not exist, a list without codes, a definition that can never hold. Warnings are for the
author to judge; one that is meant is named in ``package.toml`` with the reason, and not said again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import msgspec

from spinewise.errors import PackageError
from spinewise.know.code_systems import Depth, depth, doubt, known_systems
from spinewise.know.codes import Pattern, system_of
from spinewise.know.concepts import Concept, Row, stands_for_some
from spinewise.know.decode import nearest
from spinewise.know.lines import find, lines_of
from spinewise.know.loader import LOW_BACK_PAIN, Files, read_package
from spinewise.know.model import ConceptsFile, Derived, Indicator, Meant, Text
from spinewise.know.package import Package
from spinewise.know.possible import HOLDS, NOT_KNOWN_TO_HOLD, Goal, possible
from spinewise.know.rules import PEOPLE
from spinewise.know.terms import All, AnyOf, AtVisit, Coded, Evidence, Not, Term, Visited
from spinewise.know.walk import concepts_in, tag, terms_in

Severity = Literal["error", "warning"]

RULES: Final[dict[str, Severity]] = {
    "refused": "error",
    "code-form": "error",
    "code-unknown": "error",
    "code-retired": "error",
    "code-early": "warning",
    "code-heading": "warning",
    "system-unknown": "warning",
    "code-without-source": "warning",
    "empty": "error",
    "pattern-idle": "warning",
    "overlap": "warning",
    "never": "error",
    "window-short": "warning",
    "unused": "warning",
    "review-past": "warning",
    "review-future": "error",
    "history-short": "warning",
    "french-missing": "warning",
    "meant-idle": "warning",
}
"""What is looked for, and how grave it is. ``refused``: by the loader."""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong, or doubtful."""

    rule: str
    """A key of :data:`RULES`."""
    severity: Severity
    file: str
    line: int | None
    """From 1; None where the fault has no line, as that of a file that is missing."""
    key: str
    """The key in the file; empty for the file as a whole."""
    value: Any
    """What stands there."""
    message: str
    mend: str

    def __str__(self) -> str:
        place = ", ".join(
            [
                self.file,
                *([f"line {self.line}"] if self.line else []),
                *([self.key] * bool(self.key)),
            ]
        )
        return f"{self.severity}: {place}: {self.message}\n  {self.mend}"


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, and how far it could be looked."""

    faults: list[Fault]
    """By file and line."""
    meant: list[Fault]
    """Those that ``package.toml`` says are meant."""
    complete: bool
    """Whether everything could be looked at; False where a file could not be read."""
    checked: dict[str, Depth]
    """How far the codes of each system could be checked."""

    @property
    def errors(self) -> list[Fault]:
        """The faults that are errors."""
        return [fault for fault in self.faults if fault.severity == "error"]


class _Doubt(NamedTuple):
    rule: str
    where: str
    """As in errors: file, and after a comma and a space the place in it."""
    message: str
    mend: str


def check_folder(folder: Path | None, today: date) -> Report:
    """
    Look for everything that is wrong with the change package in a folder.

    ``today`` is the day on which its codes should be in force and its reviews fresh. PackageError
    where the folder is none.
    """
    folder = LOW_BACK_PAIN if folder is None else folder
    package, mistakes = read_package(folder)
    files = Files(folder)
    list(files.read())
    faults = [_fault(files, _Doubt("refused", _lineless(m), m.message, m.hint)) for m in mistakes]
    meant: list[Fault] = []
    if package is not None and not mistakes:
        rules = files.typed("concepts.toml", ConceptsFile).derived
        doubts = [_fault(files, one) for one in _doubts(package, rules, today)]
        said = package.file.meant
        meant = [fault for fault in doubts if any(_speaks_of(one, fault) for one in said)]
        faults = [fault for fault in doubts if fault not in meant]
        faults += (_fault(files, one) for one in _idle(said, meant))
    systems = {row.system for _, row in _rows(package)} if package else set()
    return Report(
        faults=sorted(faults, key=lambda fault: (fault.file, fault.line or 0, fault.key)),
        meant=meant,
        complete=not mistakes,
        checked={system: depth(system) for system in sorted(systems)},
    )


def _lineless(mistake: PackageError) -> str:
    return re.sub(r", line \d+$", "", mistake.where)


def _fault(files: Files, doubt: _Doubt) -> Fault:
    file, _, key = doubt.where.partition(", ")
    line, value = None, None
    if file in files.raw and key:
        line, value = find(key, files.raw[file], lines_of(files.texts[file]))
    elif numbered := re.match(r"line (\d+)(?:, (.*))?$", key):
        line, key = int(numbered[1]), numbered[2] or ""
        value = files.data[file].decode("utf-8-sig", "replace").splitlines()[line - 1]
    elif numbered := re.search(r"\(at line (\d+)", doubt.message):
        line = int(numbered[1])
    return Fault(
        rule=doubt.rule,
        severity=RULES[doubt.rule],
        file=file,
        line=line,
        key=key,
        value=value,
        message=doubt.message,
        mend=doubt.mend,
    )


def _speaks_of(meant: Meant, fault: Fault) -> bool:
    return (meant.rule, meant.file) == (fault.rule, fault.file) and all(
        word in f"{fault.key} {fault.message}" for word in meant.words
    )


def _idle(meant: list[Meant], found: list[Fault]) -> Iterator[_Doubt]:
    for number, one in enumerate(meant, 1):
        if not any(_speaks_of(one, fault) for fault in found):
            yield _Doubt(
                "meant-idle",
                f"package.toml, meant[{number}]",
                f"nothing of the kind {one.rule!r} was found in {one.file}",
                "Take the row out, or correct its file and words.",
            )


# What is doubtful ---------------------------------------------------------------------------------


def _doubts(package: Package, rules: dict[str, Derived], today: date) -> Iterator[_Doubt]:
    yield from _code_doubts(package, today)
    yield from _list_doubts(package, rules)
    for where, terms in _definitions(package):
        for term in terms:
            yield from _overlaps(package, term, where)
    yield from _index_overlaps(package)
    yield from _never(package)
    yield from _short_windows(package)
    yield from _unused(package, rules)
    yield from _reviews(package, today)
    yield from _french(package)


def _rows(package: Package) -> Iterator[tuple[str, Row]]:
    for concept in package.concepts.values():
        if concept.origin == "package":
            for row in (*concept.rows, *concept.off):
                yield concept.name, row


def _code_doubts(package: Package, today: date) -> Iterator[_Doubt]:
    strange: set[tuple[str, str]] = set()
    for name, row in _rows(package):
        where = f"concepts/{name}.csv, line {row.line}"
        known = [*known_systems(), "spinewise-visit"]
        if row.system not in known and nearest(row.system, known):
            if (name, row.system) not in strange:
                yield _Doubt(
                    "system-unknown",
                    f"{where}, system",
                    f"the code system is {row.system!r}",
                    f"Write a system as records name it{nearest(row.system, known)}.",
                )
            strange.add((name, row.system))
        if row.status != "check" and (found := doubt(row.system, row.code, today)):
            yield _Doubt(found.rule, f"{where}, code", found.message, found.mend)
        if not row.source.strip():
            yield _Doubt(
                "code-without-source",
                f"{where}, source",
                f"the code {row.code!r} has no source",
                "Write where the code was read.",
            )


def _list_doubts(package: Package, rules: dict[str, Derived]) -> Iterator[_Doubt]:
    for concept in package.concepts.values():
        derived = concept.origin == "derived"
        if concept.empty:
            where = (
                f"concepts.toml, derived.{concept.name}"
                if derived
                else f"concepts/{concept.name}.csv"
            )
            off = f"; rows that are off by their status: {len(concept.off)}" if concept.off else ""
            yield _Doubt(
                "empty",
                where,
                f"{concept.name!r} holds no code that counts{off}",
                "Add codes, or take the list out where it is named.",
            )
    for name, rule in rules.items():
        rows = [row for source in rule.from_ for row in _all(package.concepts[source])]
        for key, texts in (("only", rule.only), ("except", rule.except_)):
            for number, text in enumerate(texts, 1):
                if not any(stands_for_some(row, Pattern.parse(text)) for row in rows):
                    yield _Doubt(
                        "pattern-idle",
                        f"concepts.toml, derived.{name}.{key}[{number}]",
                        f"{text!r} fits no code of {', '.join(rule.from_)}",
                        "Correct the pattern, or take it out.",
                    )


def _all(concept: Concept) -> Iterable[Row]:
    return (*concept.rows, *concept.off)


def _definitions(package: Package) -> Iterator[tuple[str, list[Term]]]:
    """Where terms stand, and the terms."""
    for exclusion in package.episode.exclusion:
        yield f"episode.toml, exclusion[{exclusion.id}].when", [exclusion.when]
    for reason in package.red_flags.reason:
        yield f"red_flags.toml, reason[{reason.id}].when", [reason.when]
    for indicator in package.indicators.values():
        file = f"indicators/{indicator.id}.toml"
        for key in ("population", "numerator"):
            if (term := getattr(indicator, key)) is not None:
                yield f"{file}, {key}", [term]
        for name, term in indicator.also_count.items():
            yield f"{file}, also_count.{name}", [term]
        if indicator.index and indicator.index.where:
            yield f"{file}, index.where", [indicator.index.where]
        for key in ("require", "exclusion", "strata"):
            for clause in getattr(indicator, key):
                yield f"{file}, {key}[{clause.id}].when", [clause.when]


# Overlaps ---------------------------------------------------------------------------------------


def _overlaps(package: Package, whole: Term, where: str) -> Iterator[_Doubt]:
    """Codes that a term both asks for and does not count."""
    for term in terms_in(whole):
        match term:
            case Evidence() | Coded() | AtVisit():
                pairs = ("concepts", term.concepts, "not_concepts", term.not_concepts)
            case Visited():
                pairs = ("specialties", term.specialties, "not_specialties", term.not_specialties)
            case _:
                continue
        key, wanted, other, unwanted = pairs
        for one, two in product(wanted, unwanted):
            if shared := _shared(package.concepts[one], package.concepts[two]):
                yield _Doubt(
                    "overlap",
                    f"{where}, {tag(term)}.{other}",
                    f"{_some(shared)} of {one!r} ({key}) and of {two!r} ({other}): never counted",
                    "Take them out of one of the two, or derive a concept without them.",
                )


def _index_overlaps(package: Package) -> Iterator[_Doubt]:
    """Codes that begin a case of a published rule and exclude it at once."""
    for rule in package.rules:
        assert rule.index
        for clause in rule.exclusion:
            for term in terms_in(clause.when):
                if not isinstance(term, Coded) or not _holds_index(term):
                    continue
                for one, two in product(rule.index.concepts, term.concepts):
                    if shared := _shared(package.concepts[one], package.concepts[two]):
                        yield _Doubt(
                            "overlap",
                            f"indicators/{rule.id}.toml, exclusion[{clause.id}].when",
                            f"{_some(shared)} of {one!r} (index) and of {two!r}: who has one is "
                            "excluded by it",
                            "Take them out of one of the two, or end the window before the index.",
                        )


def _holds_index(term: Coded) -> bool:
    """Whether the index diagnosis itself surely lies in the window of a term, and may count."""
    first, last = term.between
    begins = first == "ever" or first == "index" or first.startswith("index - ")
    ends = last == "index" or last.startswith(("index + ", "period end"))
    plain = not term.not_concepts and not term.kinds and term.position == "any"
    return begins and ends and plain and not term.not_settings and term.at_least == 1


def _shared(one: Concept, other: Concept) -> list[str]:
    """Codes that are of both, as the lists write them."""
    small, large = sorted((one, other), key=lambda concept: len(concept.rows))
    exact, begins = _codes(large)
    return [
        f"{row.system} {row.code}"
        for row in small.rows
        if large.admits(row.system, row.code) or not (large.only or large.without)
        for system in system_of(row.system).records[:1]
        if _meets(row, system, exact, begins)
    ]


def _codes(concept: Concept) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """(System of a record, plain code) of rows that name one code, and of those that begin some."""
    exact: set[tuple[str, str]] = set()
    begins: set[tuple[str, str]] = set()
    for row in concept.rows:
        rule = system_of(row.system)
        plain = rule.plain(row.code)
        for system in rule.records:
            (begins if rule.is_prefix(plain) else exact).add((system, plain))
    return exact, begins


def _meets(
    row: Row, system: str, exact: set[tuple[str, str]], begins: set[tuple[str, str]]
) -> bool:
    """Whether a row and some row of a list stand for the same code."""
    rule = system_of(row.system)
    plain = rule.plain(row.code)
    if any((system, plain[:length]) in begins for length in range(1, len(plain) + 1)):
        return True
    if not rule.is_prefix(plain):
        return (system, plain) in exact
    return any(other == system and code.startswith(plain) for other, code in (*exact, *begins))


def _some(codes: list[str]) -> str:
    shown = ", ".join(codes[:3])
    more = f" and {len(codes) - 3} more" if len(codes) > 3 else ""
    return f"{shown}{more} {'is' if len(codes) == 1 else 'are'}"


# Definitions that never hold ----------------------------------------------------------------------


def _never(package: Package) -> Iterator[_Doubt]:
    washout = package.episode.index.washout
    if washout[1] >= 0:
        yield _Doubt(
            "never",
            "episode.toml, index.washout",
            f"no episode can begin: day 0 has the diagnosis, and the washout ends on {washout[1]}",
            "End it on day -1 or before.",
        )
    spoilt: set[str] = set()
    for where, terms in _definitions(package):
        for term in terms:
            for inner in _impossible(term, package):
                spoilt.add(where.split(", ")[0])
                yield _Doubt(
                    "never",
                    where if inner is term else f"{where}, {tag(inner)}",
                    f"this {tag(inner)!r} can never hold",
                    "Look for windows, ages, values or conditions that rule each other out.",
                )
    for indicator in package.indicators.values():
        file = f"indicators/{indicator.id}.toml"
        if file not in spoilt and "episode.toml" not in spoilt:
            yield from _never_counted(package, indicator, file)


def _impossible(term: Term, package: Package) -> Iterator[Term]:
    """The outermost terms inside a term that can never hold."""
    if not possible([(term, HOLDS)], package):
        yield term
    elif isinstance(term, All | AnyOf):
        for part in term.of:
            yield from _impossible(part, package)
    elif isinstance(term, Not):
        yield from _impossible(term.of, package)


def _never_counted(package: Package, indicator: Indicator, file: str) -> Iterator[_Doubt]:
    """Whether anybody can be in the denominator, and of these in the numerator."""
    inside: list[Goal] = []
    if indicator.unit in PEOPLE:
        inside += ((clause.when, HOLDS) for clause in indicator.require)
        inside += ((clause.when, NOT_KNOWN_TO_HOLD) for clause in indicator.exclusion)
    else:
        if indicator.population is not None:
            inside.append((indicator.population, HOLDS))
        if indicator.unit == "episode":
            inside += ((one.when, NOT_KNOWN_TO_HOLD) for one in package.episode.exclusion)
    if not possible(inside, package):
        yield _Doubt(
            "never",
            f"{file}, {'require' if indicator.unit in PEOPLE else 'population'}",
            "nobody can be in the denominator: its conditions and exclusions rule each other out",
            "Widen one of them.",
        )
    # Windows of the numerator may count from another day than those of the population.
    elif indicator.anchor == "index" and not possible(
        [*inside, (indicator.numerator, HOLDS)], package
    ):
        yield _Doubt(
            "never",
            f"{file}, numerator",
            "who is in the denominator can never be in the numerator",
            "Look for a condition that stands in the one and is refused in the other.",
        )


# The rest -----------------------------------------------------------------------------------------


def _short_windows(package: Package) -> Iterator[_Doubt]:
    """Units that are counted before the numerator's days are over."""
    for indicator in package.own:
        if indicator.unit != "episode":
            continue
        over = indicator.window[1] if indicator.window else 0
        for term in terms_in(indicator.numerator):
            for key in ("days", "follow_up"):
                last = getattr(term, key, (0, 0))[1]
                if last > over:
                    yield _Doubt(
                        "window-short",
                        f"indicators/{indicator.id}.toml, numerator, {tag(term)}.{key}",
                        f"{tag(term)!r} looks until day {last}, and an episode is counted when day "
                        f"{over} is over",
                        f"Write window = [0, {last}].",
                    )


def _unused(package: Package, rules: dict[str, Derived]) -> Iterator[_Doubt]:
    flags = package.red_flags
    used = {*package.episode.index.diagnosis}
    used |= {name for image in package.imaging.image for name in image.concepts}
    used |= {name for one in flags.finding for name in (*one.codes, *one.current_codes)}
    used |= {
        name for _, terms in _definitions(package) for t in terms for _, name in concepts_in(t)
    }
    used |= {name for rule in package.rules if rule.index for name in rule.index.concepts}
    # A derived concept uses its lists whether it is used or not: it is the one to take out.
    used |= {source for rule in rules.values() for source in rule.from_}
    for name, concept in package.concepts.items():
        if name not in used:
            derived = concept.origin == "derived"
            yield _Doubt(
                "unused",
                f"concepts.toml, derived.{name}" if derived else f"concepts/{name}.csv",
                f"nothing uses {name!r}",
                "Name it in a definition, or take it out.",
            )


def _reviews(package: Package, today: date) -> Iterator[_Doubt]:
    months = package.file.review_months
    dates = [
        (f"indicators/{one.id}.toml, reviewed", one.reviewed) for one in package.indicators.values()
    ]
    dates += [
        (f"resources.toml, resource[{one.id}].last_checked", one.last_checked)
        for one in package.resources.values()
    ]
    for one in package.indicators.values():
        if one.history and one.history[0].version != one.version:
            yield _Doubt(
                "history-short",
                f"indicators/{one.id}.toml, history[1].version",
                f"the history begins with {one.history[0].version}, and the version is "
                f"{one.version}",
                "Write when and why this version came, above the others.",
            )
    for where, day in dates:
        if day > today:
            yield _Doubt(
                "review-future",
                where,
                f"{day} is after {today}",
                "Write the day on which it was last reviewed.",
            )
        elif (today.year - day.year) * 12 + today.month - day.month - (
            today.day < day.day
        ) >= months:
            yield _Doubt(
                "review-past",
                where,
                f"{day} is {months} months or more before {today}",
                "Review it again and write the day, or change review_months in package.toml.",
            )


def _french(package: Package) -> Iterator[_Doubt]:
    """Sentences that are the same in both languages, which names may well be."""
    files: list[tuple[str, Any]] = [
        ("package.toml", package.file),
        ("episode.toml", package.episode),
        ("red_flags.toml", package.red_flags),
        *((f"indicators/{one.id}.toml", one) for one in package.indicators.values()),
        ("change_ideas.toml", {"idea": list(package.ideas.values())}),
        ("resources.toml", {"resource": list(package.resources.values())}),
        ("instruments.toml", {"item": list(package.items.values())}),
    ]
    for file, content in files:
        for place, text in _texts(content, ""):
            if text.en == text.fr and len(text.en.split()) > 3:
                yield _Doubt(
                    "french-missing",
                    f"{file}, {place}.fr",
                    f"the French is the English: {text.en!r}",
                    "Translate it.",
                )


def _texts(value: Any, place: str) -> Iterator[tuple[str, Text]]:
    if isinstance(value, Text):
        yield place, value
    elif isinstance(value, msgspec.Struct):
        for field in msgspec.structs.fields(value):
            inner = getattr(value, field.name)
            yield from _texts(inner, f"{place}.{field.encode_name}".lstrip("."))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, f"{place}.{key}".lstrip("."))
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from _texts(inner, f"{place}[{getattr(inner, 'id', number)}]")
