"""The change package as loaded: typed values, resolved concepts, and where they came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from spinewise.know.concepts import Concept
from spinewise.know.match import Matcher
from spinewise.know.model import (
    ChangeIdea,
    Derived,
    EpisodeFile,
    ImagingFile,
    Indicator,
    Item,
    PackageFile,
    Parameter,
    RedFlagsFile,
    Resource,
    TailoringFile,
)
from spinewise.know.tailoring import parameters


@dataclass(frozen=True)
class Package:
    """A change package; made by :func:`spinewise.know.loader.load_package`."""

    file: PackageFile
    concepts: dict[str, Concept]
    """Lists and derived concepts by name."""
    episode: EpisodeFile
    imaging: ImagingFile
    red_flags: RedFlagsFile
    indicators: dict[str, Indicator]
    """By id, in the order of the report."""
    ideas: dict[str, ChangeIdea]
    resources: dict[str, Resource]
    items: dict[str, Item]
    """The package's own survey items."""
    digest: str
    """SHA-256 over the names and contents of the package's files."""
    value_sets: str
    """``package``, or the digest of the folder of lists that was given."""
    verified_only: bool
    """Whether only verified code rows are on."""
    derived: dict[str, Derived] = field(default_factory=dict)
    """How derived concepts are made, by name."""
    tailoring: TailoringFile = field(default_factory=TailoringFile)
    """What a practice may change."""
    overlay: str = ""
    """The digest of the practice's changes (:mod:`spinewise.know.overlay`); empty: there are
    none."""
    tailored_for: str = ""
    """The practice that made them, as it names itself."""

    @property
    def own(self) -> list[Indicator]:
        """The package's own indicators."""
        return [one for one in self.indicators.values() if one.published is None]

    @property
    def rules(self) -> list[Indicator]:
        """The published rules."""
        return [one for one in self.indicators.values() if one.published is not None]

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """What a practice may change, by id."""
        names = {finding.id: finding.name for finding in self.red_flags.finding}
        names |= {indicator.id: indicator.name for indicator in self.indicators.values()}
        return parameters(self.tailoring, names)

    @cached_property
    def matcher(self) -> Matcher:
        """Finds the concepts of a record's codes."""
        return Matcher(self)
