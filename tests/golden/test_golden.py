"""Each golden case comes out as expected, on both ways to a result."""

from __future__ import annotations

import re

import pytest

from tests.golden.case import Case, all_cases
from tests.golden.catalogue import PAGE, page
from tests.golden.judging import Reviewer, as_interpreted, counted_rows, differences
from tests.golden.reading import Reader, together
from tests.golden.timeline import redrawn

CASES = all_cases()
TOGETHER = [cases for cases in together(CASES) if len(cases) > 1]
each_case = pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])


@each_case
def test_review_is_as_expected(case: Case, reviewed: Reviewer) -> None:
    """CSV files, compiled plan, review and results.csv say what was worked out by hand."""
    review, seen = reviewed(case)

    assert differences(case, seen) == []
    for word, value in case.expected.get("images", {}).items():
        assert getattr(review.images, word) == value, word
    for word, value in case.expected.get("trust", {}).items():
        assert getattr(review.trust, word) == value, word


@each_case
def test_plain_reading_is_as_expected(case: Case, read: Reader) -> None:
    """The patient-by-patient reading says the same."""
    at_hand = read(case)

    assert differences(case, as_interpreted(case, at_hand, at_hand.frame)) == []


@pytest.mark.parametrize("cases", TOGETHER, ids=[cases[0].id for cases in TOGETHER])
def test_review_of_several_cases_adds_up(cases: list[Case], reviewed: Reviewer) -> None:
    """Where cases are read together, their review counts what its rows of results.csv say."""
    review, _ = reviewed(cases[0])

    for result in review.indicators:
        rows = [row for row in reviewed.rows[cases[0].id] if row["indicator"] == result.id]
        said = counted_rows(rows)
        assert (result.rate.n, result.rate.d) == (said["n"], said["d"])
        assert result.rate.unknown == said["unknown"]
        assert result.counts.excluded == said["excluded"]
        assert result.counts.units == said["units_seen"]
        assert result.published is not None
        for group in result.published.strata:
            one = counted_rows(row for row in rows if row["verdict"] == group.key)
            assert (group.rate.n, group.rate.d) == (one["n"], one["d"])


@each_case
def test_drawing_shows_the_records(case: Case) -> None:
    """The timeline in case.md is drawn from the files (python -m tests.golden.timeline)."""
    assert case.text == redrawn(case)


@each_case
def test_case_can_be_read(case: Case) -> None:
    """A case has a title, says why what is expected is expected, and where that is written."""
    assert re.match(r"# [A-Z].+\n\n[A-Z]", case.text), "a title, and a sentence below"
    assert "## What is expected, and why\n" in case.text
    assert re.search(r"^Follows from: (semantics, sections? \d|published rule)", case.text, re.M)
    for link in re.findall(r"\]\(([^)#]+)", case.text):
        assert (case.folder / link).is_file(), link
    for name, expected in case.indicators.items():
        assert expected, f"nothing is expected of {name}"
        assert f"`{name}`" in case.text, f"{name} is not spoken of"


def test_the_list_of_cases_is_up_to_date() -> None:
    """docs/reference/golden-cases.md lists every case (python -m tests.golden.catalogue)."""
    assert PAGE.read_text(encoding="utf-8") == page()
