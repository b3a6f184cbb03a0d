"""The catalogue is whole, and numbers and days are written as Canadians write them."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from spinewise import numerals, tables
from spinewise.know import model, terms
from spinewise.report import words
from spinewise.report.language import language

REPORT = Path(words.__file__).parent

Key = str | tuple[str, str]


def key(message: str | tuple[str, ...] | list[str]) -> Key:
    return message if isinstance(message, str) else (message[0], message[1])


def used() -> dict[Key, str]:
    """Every English string of the faces' modules and templates, and where it stands."""
    found = extract_from_dir(
        REPORT.parent,
        method_map=[
            ("report/**.py", "python"),
            ("cli/**.py", "python"),
            ("report/templates/**.html", "jinja2"),
        ],
        keywords={"_": None, "gettext": None, "ngettext": (1, 2), "N_": None},
    )
    return {key(message): f"{file}:{line}" for file, line, message, *_ in found}


def catalogue() -> dict[Key, list[str]]:
    """The French of every English string; two where there is a plural."""
    with (REPORT / "locales" / "fr.po").open("rb") as file:
        messages = [m for m in read_po(file, abort_invalid=True) if m.id]
    return {
        key(m.id): [m.string] if isinstance(m.string, str) else list(m.string or [])
        for m in messages
    }


def test_every_english_string_has_french() -> None:
    french = catalogue()
    missing = {message: place for message, place in used().items() if message not in french}
    assert not missing
    assert not [message for message, strings in french.items() if not strings or not all(strings)]


def test_no_french_string_is_left_over() -> None:
    assert not set(catalogue()) - set(used())


def filled(words_: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)s", words_))


def test_both_languages_fill_in_the_same_things() -> None:
    for english, french in catalogue().items():
        sought = english if isinstance(english, str) else english[1]
        for words_ in french:
            assert filled(words_) == filled(sought), english


def test_french_has_its_spaces() -> None:
    """A no-break space before a colon and inside guillemets, a narrow one before the per cent."""
    for french in catalogue().values():
        for words_ in french:
            assert not re.search(r" [:»]| %(?!\(\w)|« |\d%|[«»]\w|\w»", words_), words_


def test_ids_of_the_contract_have_words() -> None:
    """A new state, domain or modality must get its words before it can be shown."""
    for known, group in (
        (tables.DOMAINS, words.DOMAINS),
        (tables.SETTINGS, words.SETTINGS),
        (tables.KINDS, words.EVENT_KINDS),
        (get_args(terms.Modality), words.MODALITIES),
        (get_args(model.Better), words.BETTER),
        (get_args(model.Better), words.BETTER_SHORT),
        (get_args(model.RowStatus), words.STATUSES),
        (get_args(model.RowStatus), words.SHORT_STATUSES),
        (get_args(model.Strength), words.STRENGTHS),
        (get_args(model.Urgency), words.URGENCIES),
        (("process", "outcome", "balancing", "experience"), words.KINDS),
        (("indicated", "not-indicated", "cannot-tell"), words.VERDICTS),
        (("no cases", "too few", "not computable"), words.STATES),
        (("fhir", "csv", "omop"), words.FORMATS),
        (("declared", "export", "last record"), words.CUTOFFS),
    ):
        assert not set(known) - set(group)


@pytest.mark.parametrize(
    ("share", "english", "french"),
    [
        (0.3111, "31.1%", "31,1\u202f%"),
        (1, "100.0%", "100,0\u202f%"),
        (0, "0.0%", "0,0\u202f%"),
        (0.9996, "100.0%", "100,0\u202f%"),
    ],
)
def test_percent(share: float, english: str, french: str) -> None:
    assert (numerals.percent(share, "en"), numerals.percent(share, "fr")) == (english, french)


def test_numbers_and_days() -> None:
    assert numerals.count(1234567, "en") == "1,234,567"
    assert numerals.count(1234567, "fr") == "1\u202f234\u202f567"
    assert (numerals.decimal(9.52, "en"), numerals.decimal(9.52, "fr")) == ("9.5", "9,5")
    assert (numerals.decimal(10, "en"), numerals.decimal(10, "fr")) == ("10", "10")
    first, other = date(2024, 3, 1), date(2024, 3, 21)
    assert numerals.day(first, "en") == "March 1, 2024"
    assert numerals.day(first, "fr") == "1er mars 2024"
    assert numerals.day(other, "fr") == "21 mars 2024"
    assert numerals.month(date(2024, 9, 1), "en") == "Sep 2024"
    assert numerals.month(date(2024, 9, 1), "fr") == "sept. 2024"


def test_zero_and_one_are_singular_in_french_and_only_one_in_english() -> None:
    def patients(code: numerals.LanguageCode, number: int) -> str:
        return language(code).ngettext("%(num)s patient", "%(num)s patients", number)

    assert [patients("fr", n) for n in (0, 1, 2)] == ["0 patient", "1 patient", "2 patients"]
    assert [patients("en", n) for n in (0, 1, 2)] == ["0 patients", "1 patient", "2 patients"]
