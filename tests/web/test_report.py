"""The report in a browser: offline, accessible, readable on a phone, by keyboard and on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from spinewise.numerals import LanguageCode

AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(params=["en", "fr"])
def page(
    request: pytest.FixtureRequest, browser: Browser, reports: dict[LanguageCode, Path]
) -> Iterator[Page]:
    """The page, opened; whatever it asks for or complains of fails the test."""
    opened = browser.new_page(viewport={"width": 1200, "height": 900})
    asked: list[str] = []
    said: list[str] = []
    opened.on("request", lambda call: asked.append(call.url))
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    path = reports[request.param]
    opened.goto(path.as_uri())
    yield opened
    opened.close()
    assert asked == [path.as_uri()]
    assert said == []


def test_it_opens_and_has_a_title(page: Page) -> None:
    assert "Lakeview" in page.title()
    assert page.locator("h1").count() == 1
    assert page.locator("figure svg").count() == 4


def test_axe_finds_nothing(page: Page) -> None:
    """All details open, so that nothing hides from the check."""
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate(
        "tags => axe.run(document, { runOnly: { type: 'tag', values: tags } })", RULES
    )
    assert len(found["passes"]) > 20
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"]] == []


@pytest.mark.parametrize("width", [320, 390, 768, 1200])
def test_no_width_makes_the_page_scroll_sideways(page: Page, width: int) -> None:
    """320 CSS pixels is a page of 1280 at a zoom of 400 %."""
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_keyboard_reaches_the_content_first(page: Page) -> None:
    page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    assert page.evaluate("document.activeElement.className") == "skip"
    box = skip.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_targets_are_large_enough(page: Page) -> None:
    """Links of the contents and summaries are 24 pixels high or more."""
    heights: list[float] = page.evaluate(
        "[...document.querySelectorAll('.contents a, summary')]"
        ".map(e => e.getBoundingClientRect().height)"
    )
    assert len(heights) > 20
    assert min(heights) >= 24


def test_words_of_the_charts_do_not_overlap(page: Page) -> None:
    overlaps: list[list[str]] = page.evaluate(
        """[...document.querySelectorAll('figure svg')].flatMap(svg => {
             const words = [...svg.querySelectorAll('text')].filter(t => t.textContent.trim())
               .map(t => [t.textContent, t.getBoundingClientRect()]);
             const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
               && a.top < b.bottom - 1 && b.top < a.bottom - 1;
             return words.flatMap(([one, a], i) => words.slice(i + 1)
               .filter(([, b]) => meet(a, b)).map(([other]) => [one, other]));
           })"""
    )
    assert overlaps == []


def test_charts_fit_into_their_frame(page: Page) -> None:
    outside: list[str] = page.evaluate(
        """[...document.querySelectorAll('figure svg')].flatMap(svg => {
             const frame = svg.getBoundingClientRect();
             return [...svg.querySelectorAll('text')].filter(t => {
               const box = t.getBoundingClientRect();
               return box.width && (box.right > frame.right + 1 || box.left < frame.left - 1
                 || box.bottom > frame.bottom + 1);
             }).map(t => t.textContent);
           })"""
    )
    assert outside == []


def test_paper_shows_everything(page: Page) -> None:
    """What is folded on the screen is open in print; A4, more than one page."""
    page.emulate_media(media="print")
    hidden: list[str] = page.evaluate(
        """async () => {
             const frame = () => new Promise(requestAnimationFrame);
             await frame(); await frame();
             return [...document.querySelectorAll('details table')]
               .filter(e => !e.checkVisibility()).map(e => e.caption.textContent);
           }"""
    )
    assert hidden == []
    paper = page.pdf(prefer_css_page_size=True)
    assert paper.startswith(b"%PDF")
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", paper)
    assert len(boxes) > 3
    for width, height in boxes:
        assert float(width) == pytest.approx(595, abs=1)
        assert float(height) == pytest.approx(842, abs=1)


def test_colours_that_the_reader_forces_leave_the_charts_legible(page: Page) -> None:
    page.emulate_media(forced_colors="active")
    grounds: list[str] = page.evaluate(
        "[...document.querySelectorAll('figure svg, .bar')]"
        ".map(e => getComputedStyle(e).backgroundColor)"
    )
    assert set(grounds) == {"rgb(255, 255, 255)"}
