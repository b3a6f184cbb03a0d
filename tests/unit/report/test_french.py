"""Nothing of the interface stays English on a page in another language."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from tests.unit.report.document import Document, Element, parse

from spinewise.know.package import Package
from spinewise.numerals import LanguageCode
from spinewise.report.html import render_in
from spinewise.report.language import Language
from spinewise.review.result import Review

NAMES = re.compile(
    r"Dr\. Adebayo|Dr\. Côté|NP Singh|Lakeview Family Health Team \(synthetic\)|low-back-pain"
    r"|Quorum|Spinewise maintainers|ontariohealth\.ca"
)
"""Names of people, places and things, which no language changes."""
MONTHS = re.compile(
    r"\b(janv|févr|mars|avr|mai|juin|juill|août|sept|oct|nov|déc|janvier|février|novembre"
    r"|décembre|avril)\b\.?"
)


class _Pseudo(gettext.NullTranslations):
    """A language in which every string of the interface stands between ⟦ and ⟧."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid2}⟧"


def marked(value: Any) -> Any:
    """The same value with all its own French between ‹ and ›."""
    if isinstance(value, dict):
        if set(value) == {"en", "fr"} and isinstance(value["fr"], str):
            return {"en": "NEVER", "fr": f"‹{value['fr']}›"}
        return {key: marked(part) for key, part in value.items()}
    return [marked(part) for part in value] if isinstance(value, list | tuple) else value


def mark(value: Any) -> Any:
    return msgspec.convert(marked(msgspec.to_builtins(value)), type(value))


def mark_package(package: Package) -> Package:
    """The package with all its French marked."""
    return Package(
        file=mark(package.file),
        concepts=package.concepts,
        episode=mark(package.episode),
        imaging=package.imaging,
        red_flags=mark(package.red_flags),
        indicators={id_: mark(row) for id_, row in package.indicators.items()},
        ideas={id_: mark(row) for id_, row in package.ideas.items()},
        resources={id_: mark(row) for id_, row in package.resources.items()},
        items={id_: mark(row) for id_, row in package.items.items()},
        digest=package.digest,
        value_sets=package.value_sets,
        verified_only=package.verified_only,
    )


@pytest.fixture(scope="module")
def pseudo(review: Review, package: Package) -> Document:
    return parse(render_in(mark(review), mark_package(package), Language("fr", _Pseudo())))


def left(words: str) -> str:
    """What is in no marks: inner ones are taken out first, then those around them."""
    before = ""
    while before != words:
        before, words = words, re.sub(r"⟦[^⟦⟧‹›]*⟧|‹[^⟦⟧‹›]*›", "", words)
    return words


def spoken(element: Element) -> Iterator[str]:
    """The texts of a page, without codes and without what is marked as English."""
    if element.tag == "code" or element.get("lang") == "en":
        return
    for child in element.children:
        if isinstance(child, str):
            yield child
        else:
            yield from spoken(child)


def test_every_word_comes_from_the_catalogue_or_the_package(pseudo: Document) -> None:
    texts = list(spoken(pseudo.all("body")[0]))
    assert len(texts) > 1000
    rest = {
        word
        for text in texts
        for word in re.findall(r"[^\W\d_]{2,}", MONTHS.sub("", NAMES.sub("", left(text))))
    }
    # Of the sample: two code systems, and types of the ledger; "er" of "1er".
    assert rest <= {"local", "OHIP", "FEE", "patients", "events", "er"}, sorted(rest)


def test_words_that_are_not_seen_are_translated_too(pseudo: Document) -> None:
    for element in pseudo.walk():
        label = element.get("aria-label")
        assert not re.search(r"\w{2,}", left(label)), label
    style = pseudo.all("style")[0].text
    assert "\\0027e6Holds personal health information\\0027e7" in style


def test_the_package_is_never_quoted_in_the_other_language(pseudo: Document) -> None:
    assert "NEVER" not in pseudo.source


def test_english_that_remains_is_marked_as_english(
    pages: dict[LanguageCode, Document],
) -> None:
    """Titles of sources and reasons given by the reading exist in English only."""
    fragments = {e.text for e in pages["fr"].walk() if e.get("lang") == "en"}
    assert "A trial of feedback to practices" in fragments
    assert not [e for e in pages["en"].walk() if e.get("lang") == "en"]
