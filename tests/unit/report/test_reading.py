"""What the reading says of single lines is translated, and known sentences are still said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from spinewise import intake
from spinewise.report.language import language
from spinewise.report.reading import SENTENCES, translate

FRENCH = language("fr")


@pytest.mark.parametrize(
    ("words", "french"),
    [
        ("no calendar has this day", "ce jour n’existe dans aucun calendrier"),
        ("use one of: a, b", "utilisez l’un de\u00a0: a, b"),
        ("Use one of: a, b.", "Utilisez l’un de\u00a0: a, b."),
        ("setting 'clinic 100%' is not known", "setting «\u00a0clinic 100%\u00a0» n’est pas connu"),
        (
            "7 fields where the header has 6: values may be shifted",
            "7 champs alors que l’en-tête en a 6\u00a0: les valeurs sont peut-être décalées",
        ),
    ],
)
def test_a_sentence_with_its_values(words: str, french: str) -> None:
    assert translate(words, FRENCH) == french
    assert translate(words, language("en")) == words


def test_a_sentence_that_is_not_known_is_not_guessed() -> None:
    assert translate("something new", FRENCH) is None


def test_every_known_sentence_is_translated() -> None:
    for sentence in SENTENCES:
        said = re.sub(r"%\((\w+)\)s", r"<\1>", sentence)
        french = translate(said, FRENCH)
        assert french
        assert french != said
        assert sorted(re.findall(r"<\w+>", french)) == sorted(re.findall(r"<\w+>", said))


def test_every_known_sentence_is_one_that_the_reading_says() -> None:
    """A sentence reworded there must be reworded here."""
    folder = Path(intake.__file__).parent
    source = " ".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    plain = re.sub(r'"\s*f?"|\s+', " ", source).replace("  ", " ").replace("\\'", "'")
    missing = [
        fixed
        for sentence in SENTENCES
        for fixed in re.split(r"'?%\(\w+\)s'?", sentence)
        if fixed.strip(" .:") and fixed.strip(" .:") not in plain
    ]
    assert not missing
