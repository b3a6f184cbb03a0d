"""The files of a real review of a synthetic practice say the same numbers, in both languages."""

from __future__ import annotations

import csv
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.unit.report.document import Document, parse

import spinewise
from spinewise import numerals
from spinewise.numerals import LanguageCode
from spinewise.report.files import QUARANTINE_COLUMNS, RESULTS_COLUMNS

CODES: tuple[LanguageCode, ...] = ("en", "fr")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[LanguageCode, Path]:
    """The review of 800 people who do not exist, written in both languages."""
    folder = tmp_path_factory.mktemp("whole")
    spinewise.synthesize(800, 5, "csv", folder / "practice")
    made: dict[LanguageCode, Path] = {}
    for code in CODES:
        made[code] = folder / code
        spinewise.review(
            folder / "practice",
            period="2024",
            out=made[code],
            language=code,
            today=date(2025, 3, 1),
        )
    return made


@pytest.fixture(scope="module")
def stored(folders: dict[LanguageCode, Path]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folders["en"] / "review.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def pages(folders: dict[LanguageCode, Path]) -> dict[LanguageCode, Document]:
    return {code: parse((folders[code] / "report.html").read_text("utf-8")) for code in CODES}


def test_it_has_something_to_show(stored: dict[str, Any]) -> None:
    states = [row["rate"]["state"] for row in stored["indicators"]]
    assert states.count("computable") >= 4
    assert len(stored["areas"]) >= 3


def test_both_languages_hold_the_same_numbers(
    folders: dict[LanguageCode, Path], stored: dict[str, Any]
) -> None:
    french = json.loads((folders["fr"] / "review.json").read_text("utf-8"))
    assert french["indicators"] == stored["indicators"]


def test_results_csv_counts_what_the_rates_count(
    folders: dict[LanguageCode, Path], stored: dict[str, Any]
) -> None:
    with (folders["en"] / "results.csv").open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        assert tuple(reader.fieldnames or ()) == RESULTS_COLUMNS
        rows = list(reader)
    for indicator in stored["indicators"]:
        own = [row for row in rows if row["indicator"] == indicator["id"]]
        assert len(own) == indicator["counts"]["units"]
        assert {row["unit"] for row in own} <= {indicator["unit"]}
        counted = [r for r in own if r["in_denominator"] == "1" and r["excluded"] == "0"]
        assert len(counted) == indicator["rate"]["d"]
        assert [r["in_numerator"] for r in counted].count("1") == indicator["rate"]["n"]


@pytest.mark.parametrize("code", CODES)
def test_the_sentence_says_the_numbers_of_the_json(
    code: LanguageCode, stored: dict[str, Any], pages: dict[LanguageCode, Document]
) -> None:
    for indicator in stored["indicators"]:
        rate, sentence = indicator["rate"], indicator["headline"][code]
        section = pages[code].by_id(indicator["id"])
        assert sentence in [p.text for p in section.all("p")]
        if rate["state"] == "computable":
            said = re.sub(r"[\u00a0\u202f](?=\d)", "", sentence)
            assert re.search(rf"\b{rate['n']}\b", said), sentence
            assert re.search(rf"\b{rate['d']}\b", said), sentence
            assert numerals.percent(rate["recorded"], code) in sentence
        elif rate["state"] != "too few":
            assert "%" not in sentence


@pytest.mark.parametrize("code", CODES)
def test_the_table_shows_the_numbers_of_the_json(
    code: LanguageCode, stored: dict[str, Any], pages: dict[LanguageCode, Document]
) -> None:
    body = pages[code].by_id("glance").all("tbody")[0]
    own = [indicator for indicator in stored["indicators"] if not indicator["published"]]
    for indicator, row in zip(own, body.all("tr"), strict=True):
        cells = [cell.text for cell in row.all("td")]
        rate = indicator["rate"]
        if rate["state"] == "computable":
            word = {"en": "of", "fr": "sur"}[code]
            n, d = (numerals.count(rate[key], code) for key in ("n", "d"))
            assert cells[0] == f"{n} {word} {d}"
            assert cells[1] == numerals.percent(rate["recorded"], code)
        else:
            assert "%" not in " ".join(cells)


@pytest.mark.parametrize("code", CODES)
def test_every_id_has_its_words(code: LanguageCode, pages: dict[LanguageCode, Document]) -> None:
    """No id of a reason, an assumption or a domain is left as it is in a table of fates."""
    for page in pages.values():
        for header in page.all("th"):
            if header["scope"] == "row" and not header.all("code"):
                assert not re.fullmatch(r"[a-z]+([-_:][a-z]+)+", header.text), header.text


def test_the_french_page_has_no_english_sentence(pages: dict[LanguageCode, Document]) -> None:
    """Common English words stand only where the page says that it is English."""

    def spoken(element: Any) -> str:
        if element.tag in ("code", "style") or element.get("lang") == "en":
            return ""
        return " ".join(c if isinstance(c, str) else spoken(c) for c in element.children)

    words = re.findall(r"[\w-]+", spoken(pages["fr"].all("body")[0]).lower())
    english = {"the", "of", "and", "is", "are", "with", "not", "no", "this", "that", "was", "for"}
    assert not english & set(words)


def test_the_quarantine_is_copied_whole(
    folders: dict[LanguageCode, Path], stored: dict[str, Any]
) -> None:
    with (folders["en"] / "quarantine.csv").open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        assert tuple(reader.fieldnames or ()) == QUARANTINE_COLUMNS
        assert len(list(reader)) == stored["trust"]["quarantined"]
