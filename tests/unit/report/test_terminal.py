"""The terminal shows the numbers of the review, in both languages, and no share where none is."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from tests.data.sample_review import empty_review

from spinewise.numerals import LanguageCode
from spinewise.report.terminal import show_review, show_trust
from spinewise.review.result import Review


def shown(review: Review, code: LanguageCode, what: str = "review") -> str:
    console = Console(file=io.StringIO(), width=200, color_system=None)
    if what == "review":
        show_review(review, console, code)
    else:
        show_trust(review.trust, console, code)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def test_a_row_has_counted_rate_range_unknown_and_the_rate_before(review: Review) -> None:
    row = next(line for line in shown(review, "en").splitlines() if "first six weeks" in line)
    for cell in ("(better: lower)", "64/206", "31.1%", "16.7% to 36.8%", "154", "35.9%"):
        assert cell in row


def test_the_same_in_french(review: Review) -> None:
    text = shown(review, "fr")
    row = next(line for line in text.splitlines() if "six premières semaines" in line)
    for cell in (
        "(mieux\u00a0: plus faible)",
        "64/206",
        "31,1\u202f%",
        "16,7\u202f% à 36,8\u202f%",
        "154",
    ):
        assert cell in row
    assert "Par où commencer" in text


@pytest.mark.parametrize("code", ["en", "fr"])
def test_states_are_words(review: Review, code: LanguageCode) -> None:
    lines = shown(review, code).splitlines()
    for result in review.indicators:
        if result.rate.state != "computable":
            row = next(line for line in lines if line.startswith(result.name[code]))
            assert "%" not in row


def test_three_areas_and_no_more(review: Review) -> None:
    text = shown(review, "en")
    assert "  1. Emergencies without a fitting response." in text
    assert "  3. Imaging in the first six weeks." in text
    assert "  4. " not in text


def test_an_area_is_named_and_said(review: Review) -> None:
    """The name of the indicator, then what there is to gain."""
    assert "2. Red-flag screen recorded. About" in shown(review, "en")
    assert "2. Dépistage des drapeaux rouges consigné. Environ" in shown(review, "fr")


def test_it_fits_into_80_columns(review: Review) -> None:
    console = Console(file=io.StringIO(), width=80, color_system=None)
    show_review(review, console)
    file = console.file
    assert isinstance(file, io.StringIO)
    assert "…" not in file.getvalue()
    assert max(map(len, file.getvalue().splitlines())) <= 80


def test_the_notice_is_shown(review: Review) -> None:
    assert "personal health information" in shown(review, "en")


def test_trust_has_sums_lag_completeness_and_counts(review: Review) -> None:
    text = shown(review, "en", "trust")
    for words in (
        "The sums agree",
        "45 days after the period",
        "more than 35 days",
        "3 people whose consent is out",
        "7 lines set aside",
        "patients.csv, 212, birth_date",
        "96/276",
        "34.8%",
        "April 1, 2021 to February 14, 2025",
        "Not carried",
        "57,210",
    ):
        assert words in text


@pytest.mark.parametrize("code", ["en", "fr"])
def test_records_with_nothing_in_them_can_be_shown(code: LanguageCode) -> None:
    assert "%" not in shown(empty_review(), code)
    assert "0/0" in shown(empty_review(), code, "trust")
