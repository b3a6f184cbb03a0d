"""
What a source or a package may lack: a list that is left empty, a domain or a code system that no
record is in. And how many people are alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from hypothesis import strategies as st

from spinewise.know.codes import system_of
from spinewise.know.model import Indicator
from spinewise.know.terms import Imaged, Shown
from spinewise.know.walk import concepts_in, terms_in
from spinewise.measures.frame import Frame
from spinewise.tables import DOMAINS, Domain
from tests.generative.definitions import seldom
from tests.generative.populations import Rows

NOT_CARRIED: Final[tuple[Domain, ...]] = ("imaging", "answers", *DOMAINS)
SYSTEMS: Final = (
    frozenset[str](),
    frozenset[str](),
    frozenset({"ATC", "ICD-10-CM"}),
    frozenset({"ATC", "ICD-9-CM"}),
    frozenset({"ATC"}),
)
"""Not told; with some of the systems that a rule knows its condition by; with none."""


@dataclass(frozen=True)
class Circumstances:
    """Of one reading: what is lacking, and how often each person is there."""

    empty: tuple[str, ...]
    """Concepts whose lists have no codes."""
    not_carried: Domain | None
    systems: frozenset[str]
    """The code systems that the export is said to have codes of; none: not told."""
    copies: int

    def of(self, frame: Frame) -> Frame:
        """The frame with what is lacking left out."""
        package = frame.package
        empty = {name: replace(package.concepts[name], rows=()) for name in self.empty}
        return replace(
            frame,
            package=replace(package, concepts={**package.concepts, **empty}),
            concepts={key: names.difference(empty) for key, names in frame.concepts.items()},
            carried={
                domain: spans
                for domain, spans in frame.carried.items()
                if domain != self.not_carried
            },
            systems=self.systems,
        )

    def several(self, rows: Rows) -> Rows:
        """Each person so often, under other names."""
        return repeated(rows, self.copies)


def circumstances(
    condition: Sequence[str], others: Sequence[str]
) -> st.SearchStrategy[Circumstances]:
    """``condition``: the concepts that index visits are known by; ``others`` may be empty too."""
    empty = st.sampled_from([tuple(condition), *((name,) for name in others)])
    return st.builds(
        Circumstances,
        seldom(empty, ()),
        seldom(st.sampled_from(NOT_CARRIED), None),
        st.sampled_from(SYSTEMS),
        st.sampled_from((2, 12, 1)),
    )


def lacks(indicator: Indicator, frame: Frame) -> bool:
    """
    Whether something is lacking that an indicator needs: a list that its numerator names, every
    list of its condition or of its images, a domain that it asks for, or every code system in
    which a published rule knows its condition.
    """
    package = frame.package
    empty = {name for name, concept in package.concepts.items() if not concept.rows}
    named = concepts_in(indicator.numerator)
    if any(key in ("concepts", "specialties") and name in empty for key, name in named):
        return True
    if {need.domain for need in indicator.needs} - {*frame.carried}:
        return True
    if indicator.unit == "answer":
        return "answers" not in frame.carried
    terms = list(terms_in(indicator.numerator))
    if indicator.unit == "image" or any(
        isinstance(term, Imaged) or (isinstance(term, Shown) and not term.concepts)
        for term in terms
    ):
        images = {name for row in package.imaging.image for name in row.concepts}
        if images <= empty or (indicator.unit == "image" and "imaging" not in frame.carried):
            return True
    if not indicator.index:
        return package.episode.index.diagnosis[0] in empty
    known = {
        system
        for name in indicator.index.concepts
        for row in package.concepts[name].rows
        for system in system_of(row.system).records
    }
    return not known or bool(frame.systems and not known & frame.systems)


def repeated(rows: Rows, copies: int) -> Rows:
    """
    The rows of a population of so many times the people; the first are those given.

    Keys stay dense and in the order that the record tables promise.
    """
    sizes = {
        key: 1 + max((row[key] for row in rows[table]), default=-1)
        for table, key in (("patients", "patient"), ("visits", "visit"), ("events", "event"))
    }

    def again(row: dict[str, Any], number: int) -> dict[str, Any]:
        if not number:
            return row
        moved = {
            key: row[key] + number * size for key, size in sizes.items() if row.get(key) is not None
        }
        named = {
            name: f"{row[name]}/{number}"
            for name in ("patient_id", "source_id", "link", "claim")
            if row.get(name) is not None
        }
        return {**row, **moved, **named}

    return {
        table: [again(row, number) for number in range(copies) for row in found]
        for table, found in rows.items()
    }


def is_copy(patient_id: str) -> bool:
    """Whether somebody is not the first of those who are alike."""
    return "/" in patient_id
