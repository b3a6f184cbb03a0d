"""The frame of a reading: everything that a definition needs besides a person's records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from spinewise.know.codes import Pattern
from spinewise.know.model import Finding
from spinewise.know.package import Package
from spinewise.tables import Domain

FINDING_SYSTEM: Final = "spinewise-finding"
ITEM_SYSTEM: Final = "spinewise-item"
Lack = Literal["enrolment", "principal-position", "image-diagnosis"]
"""What a source may not carry at all: spans of enrolment, places of diagnoses on claims, claims or
reasons of performed images."""
LEVEL_UNKNOWN: Final = "@level-unknown"
"""The name under which codes that do not say the region are known."""


def finding_concept(finding: str) -> str:
    """The name under which a person's answers to a finding are known."""
    return f"@finding/{finding}"


def item_concept(item: str) -> str:
    """The name under which answers to a survey item are known."""
    return f"@item/{item}"


@dataclass(frozen=True)
class Frame:
    """
    A package, the codes of one export resolved against it, and the time that is looked at.

    All days are integers since 1970-01-01. ``scope`` holds the index, order or answer days of the
    units; ``carried`` the spans in which the source carries each domain.
    """

    package: Package
    concepts: Mapping[int, frozenset[str]]
    """Code key to the names of the concepts it belongs to."""
    proposed: frozenset[tuple[int, str]]
    """(code key, concept) that match only through a row which is ``proposed``."""
    scope: tuple[int, int]
    cutoff: int
    observed_from: int
    carried: Mapping[Domain, tuple[tuple[int, int], ...]]
    period: tuple[int, int] | None = None
    """The measurement period of published rules; None: the whole ``scope``."""
    earlier: tuple[tuple[int, int], ...] = ()
    """Measurement periods before it, which their run charts show."""
    lacks: frozenset[Lack] = frozenset()
    """What no row of the source says, so that published rules are run as if it held."""

    systems: frozenset[str] = frozenset()
    """The code systems of which the export has codes."""
    reach: tuple[int, int] = (0, 0)
    """First and last day from an index that tables of evidence have to hold at least, beyond what
    this reading asks for: so that another reading finds them in it."""
    ages_open: bool = False
    """Whether the published rules of this run are without their limits of age."""

    @property
    def measured(self) -> tuple[int, int]:
        """First and last day of the measurement period."""
        return self.period or self.scope

    def of(self, code: int | None) -> frozenset[str]:
        """The concepts of a code key; none for None."""
        return frozenset() if code is None else self.concepts.get(code, frozenset())

    def is_carried(self, domain: Domain, first: int, last: int) -> bool:
        """Whether one span of ``domain`` holds the days ``first`` to ``last``."""
        return any(a <= first and last <= b for a, b in self.carried.get(domain, ()))

    @cached_property
    def emergency_findings(self) -> tuple[Finding, ...]:
        """Findings of the emergency class, by their own urgency or their family's."""
        urgency = {family.id: family.urgency for family in self.package.red_flags.family}
        return tuple(
            finding
            for finding in self.package.red_flags.finding
            if (finding.urgency or urgency[finding.family]) == "emergency"
        )

    @cached_property
    def needed_findings(self) -> tuple[Finding, ...]:
        """What a complete screen has to answer: needed families, without context."""
        needed = {family.id for family in self.package.red_flags.family if family.needed}
        return tuple(
            finding
            for finding in self.package.red_flags.finding
            if finding.family in needed and finding.strength != "context"
        )

    def fitting(self, finding: Finding) -> tuple[str, ...]:
        """The modalities of the image that fits a finding, best first."""
        if finding.imaging:
            return tuple(finding.imaging)
        return tuple(
            modality
            for family in self.package.red_flags.family
            if family.id == finding.family
            for modality in family.imaging
        )


def resolve_codes(
    package: Package, codes: Iterable[tuple[int, str, str]]
) -> tuple[dict[int, frozenset[str]], frozenset[tuple[int, str]]]:
    """
    The concepts of every code key of an export.

    Parameters
    ----------
    codes
        Rows (key, system, value) of the ``codes`` table; one key may have several rows.

    Returns
    -------
    The concepts of each key, and the (key, concept) pairs that rest on proposed rows alone.
    """
    rows = list(codes)
    level_unknown = [Pattern.parse(text) for text in package.imaging.level_unknown]
    names: dict[int, set[str]] = {}
    verified: set[tuple[int, str]] = set()
    proposed: set[tuple[int, str]] = set()
    for key, concept, is_proposed in package.matcher.resolve(rows):
        names.setdefault(key, set()).add(concept)
        (proposed if is_proposed else verified).add((key, concept))
    for key, system, value in rows:
        if system == FINDING_SYSTEM:
            names.setdefault(key, set()).add(finding_concept(value))
        elif system == ITEM_SYSTEM:
            names.setdefault(key, set()).add(item_concept(value))
        if any(pattern.fits(system, value) for pattern in level_unknown):
            names.setdefault(key, set()).add(LEVEL_UNKNOWN)
    return {key: frozenset(found) for key, found in names.items()}, frozenset(proposed - verified)
