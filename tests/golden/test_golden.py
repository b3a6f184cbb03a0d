"""Each golden case comes out as expected, on both ways to a result."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.golden.case import Case, all_cases
from tests.golden.catalogue import PAGE, page
from tests.golden.judging import as_interpreted, as_reviewed, differences
from tests.golden.reading import Reader
from tests.golden.timeline import redrawn

CASES = all_cases()
each_case = pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])


@each_case
def test_review_is_as_expected(case: Case, read: Reader, tmp_path: Path) -> None:
    """CSV files, compiled plan, review and results.csv say what was worked out by hand."""
    at_hand = read(case)
    review, seen = as_reviewed(case, at_hand.records, at_hand.package, tmp_path / "results.csv")

    assert differences(case, seen) == []
    for word, value in case.expected.get("images", {}).items():
        assert getattr(review.images, word) == value, word
    for word, value in case.expected.get("trust", {}).items():
        assert getattr(review.trust, word) == value, word


@each_case
def test_plain_reading_is_as_expected(case: Case, read: Reader) -> None:
    """The patient-by-patient reading says the same."""
    at_hand = read(case)

    assert differences(case, as_interpreted(case, at_hand.people, at_hand.frame)) == []


@each_case
def test_drawing_shows_the_records(case: Case) -> None:
    """The timeline in case.md is drawn from the files (python -m tests.golden.timeline)."""
    assert case.text == redrawn(case)


@each_case
def test_case_can_be_read(case: Case) -> None:
    """A case has a title, says why what is expected is expected, and where that is written."""
    assert re.match(r"# [A-Z].+\n\n[A-Z]", case.text), "a title, and a sentence below"
    assert "## What is expected, and why\n" in case.text
    assert re.search(r"^Follows from: semantics, sections? \d", case.text, re.MULTILINE)
    for link in re.findall(r"\]\(([^)#]+)", case.text):
        assert (case.folder / link).is_file(), link
    for name, expected in case.indicators.items():
        assert expected, f"nothing is expected of {name}"
        assert f"`{name}`" in case.text, f"{name} is not spoken of"


def test_the_list_of_cases_is_up_to_date() -> None:
    """docs/reference/golden-cases.md lists every case (python -m tests.golden.catalogue)."""
    assert PAGE.read_text(encoding="utf-8") == page()
