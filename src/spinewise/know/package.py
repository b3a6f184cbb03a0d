"""The change package as loaded: typed values, resolved concepts, and where they came from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from spinewise.know.concepts import Concept
from spinewise.know.match import Matcher
from spinewise.know.model import (
    ChangeIdea,
    EpisodeFile,
    ImagingFile,
    Indicator,
    Item,
    PackageFile,
    RedFlagsFile,
    Resource,
)


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

    @property
    def own(self) -> list[Indicator]:
        """The package's own indicators."""
        return [one for one in self.indicators.values() if one.published is None]

    @property
    def rules(self) -> list[Indicator]:
        """The published rules."""
        return [one for one in self.indicators.values() if one.published is not None]

    @cached_property
    def matcher(self) -> Matcher:
        """Finds the concepts of a record's codes."""
        return Matcher(self)
