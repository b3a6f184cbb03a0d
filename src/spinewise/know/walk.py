"""Walks over terms: every term inside a term, and what it names."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from spinewise.know.model import Indicator
from spinewise.know.terms import All, AnyOf, Not, Term

CONCEPT_KEYS = (
    "concepts",
    "not_concepts",
    "always",
    "specialties",
    "not_specialties",
    "only_with_specialty",
    "diagnosis",
)
"""Keys of terms whose values are names of concepts."""

DAYS_KEYS = ("days", "baseline", "follow_up")
"""Keys of terms whose values are windows."""


def terms_in(term: Term) -> Iterator[Term]:
    """The term itself and every term inside it, outermost first."""
    yield term
    if isinstance(term, All | AnyOf):
        for inner in term.of:
            yield from terms_in(inner)
    elif isinstance(term, Not):
        yield from terms_in(term.of)


def concepts_in(term: Term) -> Iterator[tuple[str, str]]:
    """(key, concept) for every concept that the term, or one inside it, names."""
    for inner in terms_in(term):
        for key in CONCEPT_KEYS:
            for concept in getattr(inner, key, ()):
                yield key, concept


def clauses_of(rule: Indicator) -> list[Term]:
    """Every term that stands by itself in the definition of an indicator."""
    whole = [rule.population, rule.numerator, *rule.also_count.values()]
    whole += [clause.when for clause in (*rule.require, *rule.exclusion, *rule.strata)]
    if rule.index:
        whole.append(rule.index.where)
    return [term for term in whole if term is not None]


def tag(term: Term) -> str:
    """The word that names the kind of term in a file, for example ``evidence``."""
    return tag_of(type(term))


def tag_of(kind: type) -> str:
    """The same of a kind of term."""
    return str(msgspec.inspect.type_info(kind).tag)  # type: ignore[attr-defined]
