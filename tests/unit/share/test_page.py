"""The page of a shared report: in one language, to be read by all, and drawing what is hidden."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from tests.support.small_review import PACKAGE, draw, review
from tests.unit.report.document import Document, parse
from tests.unit.report.test_french import MONTHS, NAMES, _Pseudo, left, mark, mark_package, spoken

from spinewise.cli import main
from spinewise.report.language import Language
from spinewise.report.shared import render_shared, render_shared_in
from spinewise.share.build import share
from spinewise.share.ledger import Ledger
from spinewise.share.result import SharedReview


@pytest.fixture(scope="module")
def shared() -> SharedReview:
    full = review(draw(Random(5), 160, 4, "episode"), draw(Random(6), 70, 4, "image"))
    return share(full, PACKAGE, Ledger(), today=date(2025, 2, 1))[0]


@pytest.fixture(scope="module")
def page(shared: SharedReview) -> Document:
    return parse(render_shared(shared, PACKAGE, "en"))


def test_no_english_on_the_french_page(shared: SharedReview) -> None:
    made = render_shared_in(mark(shared), mark_package(PACKAGE), Language("fr", _Pseudo()))
    # A sentence stays in one piece where a suppressed number stands in it.
    whole = re.sub(r'<span class="withheld">(.*?)</span>', r"\1", made)
    texts = list(spoken(parse(whole).all("body")[0]))
    rest = {
        word
        for text in texts
        for word in re.findall(r"[^\W\d_]{2,}", MONTHS.sub("", NAMES.sub("", left(text))))
    }
    assert len(texts) > 500
    assert rest <= {"er"}, sorted(rest)
    assert "NEVER" not in made


def test_tables_have_captions_and_scopes(page: Document) -> None:
    for table in page.all("table"):
        assert table.all("caption")
        assert all(cell.get("scope") in ("row", "col") for cell in table.all("th"))
    ids = [element.get("id") for element in page.walk() if element.get("id")]
    assert len(ids) == len(set(ids))
    links = [a["href"][1:] for a in page.all("a") if a.get("href").startswith("#")]
    assert set(links) <= set(ids)


def test_a_suppressed_point_is_a_gap_and_a_cross(shared: SharedReview, page: Document) -> None:
    seen = 0
    for result in shared.indicators:
        assert result.chart is not None
        hidden = [point for point in result.chart.points if point.rate.suppressed]
        shown = [point for point in result.chart.points if point.rate.recorded is not None]
        drawings = [svg for svg in page.by_id(result.id).all("svg") if svg.get("role") == "img"]
        if not shown:
            assert not drawings
            continue
        crosses = [element for element in drawings[0].all("text") if element.text == "×"]
        assert len(crosses) == len(hidden)
        assert (result.chart.median is None) == (bool(hidden) or not shown)
        seen += bool(hidden)
    assert seen


def test_what_is_hidden_is_said_and_why(page: Document, shared: SharedReview) -> None:
    words = page.by_id("suppressed").text
    assert f"{shared.suppressed} numbers of this report are suppressed" in words
    assert "under 6 (but not zero)" in words
    assert "Holds personal health information" not in page.source


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "--share needs --workspace"),
        (["--workspace", "{}/ours", "--compare", "{}"], "--compare does not go with --share"),
    ],
)
def test_the_command_says_what_sharing_needs(tmp_path: Path, options: list[str], said: str) -> None:
    typed = ["review", "{}", "--period", "2024", "--out", "{}/out", "--share", *options]
    done = CliRunner().invoke(main, [word.format(tmp_path) for word in typed])
    assert done.exit_code == 2
    assert said in done.output
    assert not list(tmp_path.iterdir())
