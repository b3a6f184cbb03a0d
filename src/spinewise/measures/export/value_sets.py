"""
Concepts as FHIR ValueSets: what is meant (``compose``) and the codes that it comes to
(``expansion``).

A row of a list may stand for every code that begins with it. ``compose`` says that as a filter.
The expansion can hold only codes that are known: those that are listed one by one, and those of
the records at hand. It says which: a parameter ``begins-with`` names each row that was not
expanded beyond them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec

from spinewise.intake import codesystems
from spinewise.know.codes import Pattern, system_of
from spinewise.know.concepts import Concept, Row
from spinewise.know.package import Package
from spinewise.measures.export.library import (
    LEVEL_UNKNOWN_SET,
    library_name,
    value_set_url,
    version_of,
)

Json = dict[str, Any]
Code = tuple[str, str]
"""A code of a record: the short name of its system, and its value."""

_STATUS: Final = {True: "active", False: "draft"}


def value_set(
    package: Package,
    concept: str,
    *,
    on: date,
    codes: Iterable[Code] = (),
    leave_out: Sequence[str] = (),
) -> Json:
    """
    The ValueSet of a concept.

    Parameters
    ----------
    concept
        Its name, or :data:`LEVEL_UNKNOWN_SET` for the codes of images that do not say the region.
    on
        The day of the expansion.
    codes
        The codes of the records at hand: those of the concept are part of the expansion.
    leave_out
        Short names of code systems whose codes are not written, for want of a licence; what is left
        out is said in ``description``.
    """
    found = _Members(package, concept)
    listed = sorted({code for code in (*found.listed(), *codes) if found.holds(*code)})
    kept = [code for code in listed if code[0] not in leave_out]
    gone = len(listed) - len(kept)
    systems = sorted({system for system, _ in kept} | {s for s, _ in found.begins_with()})
    says = found.says
    if gone:
        names = ", ".join(sorted({system for system, _ in listed} & set(leave_out)))
        says += f" Left out for want of a licence: {gone} codes of {names}."
    rules = [rule for rule in found.begins_with() if rule[0] not in leave_out]
    return {
        "resourceType": "ValueSet",
        "id": concept,
        "url": value_set_url(package, concept),
        "version": version_of(package),
        "name": library_name(concept),
        "title": concept,
        "status": _STATUS[found.verified],
        "experimental": False,
        "description": says,
        "copyright": " ".join(licences()[s] for s in systems if s in licences()) or "No licence.",
        "compose": {"include": _include(kept, rules), **_exclude(found)},
        "expansion": {
            "identifier": f"{value_set_url(package, concept)}:{on.isoformat()}",
            "timestamp": on.isoformat(),
            "total": len(kept),
            **(
                {
                    "parameter": [
                        {"name": "begins-with", "valueString": f"{uri(system)}|{code}"}
                        for system, code in rules
                    ]
                }
                if rules
                else {}
            ),
            **(
                {"contains": [{"system": uri(system), "code": code} for system, code in kept]}
                if kept
                else {}
            ),
        },
    }


def uri(system: str) -> str:
    """The canonical name of a code system; a system that is not known keeps its own text."""
    known = codesystems.load().system.get(system)
    return known.names[0] if known else re.sub(r"\s+", "-", system.strip())


@cache
def licences() -> dict[str, str]:
    """The licence notice of each code system that has one."""
    text = files(__package__).joinpath("licences.toml").read_bytes()
    return msgspec.toml.decode(text, type=dict[str, str])


class _Members:
    """The codes of a concept, or of a list of patterns."""

    def __init__(self, package: Package, name: str) -> None:
        self._package = package
        self._name = name
        self.concept: Concept | None = None
        self.patterns: list[Pattern] = []
        if name == LEVEL_UNKNOWN_SET:
            self.patterns = [Pattern.parse(text) for text in package.imaging.level_unknown]
            self.says = "Codes of images that do not say the region."
            self.verified = True
        else:
            self.concept = package.concepts[name]
            self.verified = all(row.status != "proposed" for row in self.concept.rows)
            self.says = f"{len(self.concept.rows)} rows of the list {name}."
            if not self.verified:
                self.says += " Some of its codes are only proposed."
            if self.concept.off:
                self.says += f" {len(self.concept.off)} rows are not used: they were not confirmed."

    def listed(self) -> Iterable[Code]:
        """Codes that stand for themselves."""
        for pattern in self.patterns:
            if not pattern.code.endswith("*") and not _is_prefix(pattern.system, pattern.code):
                yield from ((system, pattern.code) for system in pattern.records)
        for row in self._rows():
            if not _is_prefix(row.system, row.code):
                yield from ((system, row.code) for system in system_of(row.system).records)

    def begins_with(self) -> list[Code]:
        """What stands for every code that begins with it."""
        found = {
            (system, pattern.code.removesuffix("*")): None
            for pattern in self.patterns
            if pattern.code.endswith("*") or _is_prefix(pattern.system, pattern.code)
            for system in pattern.records
        }
        found |= {
            (system, row.code): None
            for row in self._rows()
            if _is_prefix(row.system, row.code)
            for system in system_of(row.system).records
        }
        return list(found)

    def holds(self, system: str, code: str) -> bool:
        """Whether a code of a record belongs to it."""
        if self.patterns:
            return any(pattern.fits(system, code) for pattern in self.patterns)
        found = self._package.matcher.resolve([(0, system, code)])
        return any(name == self._name for _, name, _ in found)

    def _rows(self) -> Sequence[Row]:
        return self.concept.rows if self.concept else ()


def _is_prefix(system: str, code: str) -> bool:
    rule = system_of(system)
    return rule.is_prefix(rule.plain(code))


def _include(codes: Sequence[Code], rules: Sequence[Code]) -> list[Json]:
    include: list[Json] = []
    for system in dict.fromkeys(system for system, _ in codes):
        listed = [{"code": code} for name, code in codes if name == system]
        include.append({"system": uri(system), "concept": listed})
    include += [{"system": uri(system), "filter": [_begins(code)]} for system, code in rules]
    return include or [{"system": "urn:spinewise:no-codes"}]


def _exclude(found: _Members) -> dict[str, list[Json]]:
    without = found.concept.without if found.concept else ()
    excluded = [
        {"system": uri(system), "filter": [_begins(pattern.code.removesuffix("*"))]}
        for pattern in without
        for system in pattern.records
    ]
    return {"exclude": excluded} if excluded else {}


def _begins(code: str) -> Json:
    pattern = re.escape(code).replace(r"\?", ".")
    return {"property": "code", "op": "regex", "value": f"{pattern}.*"}
