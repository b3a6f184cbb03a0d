"""A review shows itself in a notebook, and nothing heavy is imported before."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tests.unit.report.document import parse

from spinewise.report import notebook
from spinewise.review.result import IndicatorResult, Review


@pytest.fixture(autouse=True)
def registered() -> None:
    notebook.register()


def html(shown: Review | IndicatorResult) -> str:
    words = getattr(shown, notebook.METHOD)()
    assert isinstance(words, str)
    return words


def test_a_review_shows_its_table_and_first_areas(review: Review) -> None:
    page = parse(html(review))
    assert not page.unclosed
    assert len(page.all("table")[0].all("tr")) == 1 + len(review.indicators)
    assert len(page.all("ol")[0].all("li")) == 3
    assert "31.1%" in page.text
    assert "Too few to judge" in page.text
    assert "personal health information" in page.text


def test_an_indicator_shows_its_sentence_and_its_chart(review: Review) -> None:
    page = parse(html(review["imaging-early"]))
    assert review["imaging-early"].headline.en in page.text
    assert len(page.all("svg")) == 1


def test_an_indicator_without_a_share_shows_why(review: Review) -> None:
    page = parse(html(review["quality-of-life"]))
    assert "carries no survey answers" in page.text
    assert "%" not in page.text
    assert not page.all("svg")


def test_french(review: Review) -> None:
    page = parse(notebook.review_html(review, "fr"))
    assert "31,1\u202f%" in page.text
    assert "Par où commencer" in page.text


def test_importing_the_package_does_not_wait_for_charts() -> None:
    code = "import sys, spinewise; print({'altair', 'vl_convert'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_package_lets_notebooks_show_its_results() -> None:
    code = "import spinewise; print(hasattr(spinewise.Review, '_repr_html_'))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
