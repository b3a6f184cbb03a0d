"""Static rules of accessibility, over the whole page in both languages."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from tests.unit.report.document import Document, Element

from spinewise.numerals import LanguageCode
from spinewise.report import charts

CODES: tuple[LanguageCode, ...] = ("en", "fr")
CSS = (Path(charts.__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")


@pytest.fixture(params=CODES)
def page(request: pytest.FixtureRequest, pages: dict[LanguageCode, Document]) -> Document:
    code: LanguageCode = request.param
    return pages[code]


def test_elements_are_well_nested(page: Document) -> None:
    assert page.unclosed == []


def test_the_language_is_declared(pages: dict[LanguageCode, Document]) -> None:
    for code, page in pages.items():
        (html,) = page.all("html")
        assert html["lang"] == f"{code}-CA"


def test_ids_are_unique_and_references_lead_somewhere(page: Document) -> None:
    ids = [element["id"] for element in page.walk() if element.get("id")]
    assert len(ids) == len(set(ids))
    for element in page.walk():
        for name in ("aria-labelledby", "aria-describedby"):
            for id_ in element.get(name).split():
                assert page.by_id(id_).text, id_
        if element.tag == "a" and element["href"].startswith("#"):
            assert element["href"][1:] in ids, element["href"]


def test_there_is_one_h1_and_no_level_is_skipped(page: Document) -> None:
    levels = [int(heading.tag[1]) for heading in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_headings_and_links_say_something(page: Document) -> None:
    for element in page.all("h1", "h2", "h3", "h4", "a", "summary", "caption", "th", "dt"):
        assert element.text, element.tag


def test_landmarks_and_skip_link(page: Document) -> None:
    for tag in ("header", "main", "footer", "nav"):
        assert len(page.all(tag)) == 1
    skip = page.all("a")[0]
    assert skip["href"] == f"#{page.all('main')[0]['id']}"


def test_tables_have_a_caption_and_headers_with_scope(page: Document) -> None:
    assert len(page.all("table")) > 20
    for table in page.all("table"):
        assert len(table.all("caption")) == 1
        for header in table.all("th"):
            assert header["scope"] == ("col" if header.inside("thead") else "row")
            assert not header.get("colspan")
            assert not header.get("rowspan")
        widths = {len(row.all("th", "td")) for row in table.all("tr")}
        assert len(widths) == 1, table.all("caption")[0].text
        for row in table.all("tbody")[0].all("tr"):
            assert len(row.all("th")) == 1


def test_captions_are_unique(page: Document) -> None:
    captions = [caption.text for caption in page.all("caption")]
    assert len(captions) == len(set(captions))


def test_what_scrolls_can_be_reached_and_is_named(page: Document) -> None:
    scrolling = [element for element in page.walk() if element.get("class") == "scroll"]
    assert scrolling
    for element in scrolling:
        assert (element["tabindex"], element["role"]) == ("0", "group")
        assert element["aria-labelledby"] == element.all("caption")[0]["id"]


def test_charts_are_named_described_and_followed_by_their_table(page: Document) -> None:
    figures = page.all("figure")
    assert len(figures) == 4
    for figure in figures:
        (svg,) = figure.all("svg")
        assert svg["role"] == "img"
        assert svg.all("title")[0]["id"] == svg["aria-labelledby"]
        assert svg.all("desc")[0]["id"] == svg["aria-describedby"]
        assert figure.all("figcaption")[0].text
        assert figure.parent is not None
        siblings = [child for child in figure.parent.children if isinstance(child, Element)]
        after = siblings[siblings.index(figure) + 1]
        assert after.tag == "details"
        assert after.all("table")


def test_other_drawings_are_hidden_from_those_who_listen(page: Document) -> None:
    for svg in page.all("svg"):
        assert svg.inside("figure") or svg["aria-hidden"] == "true"


def test_nothing_is_loaded_and_nothing_runs(page: Document) -> None:
    """It opens offline, and sends nothing."""
    loading = ("script", "link", "img", "iframe", "object", "embed", "form", "base", "audio")
    assert not page.all(*loading)
    assert "url(" not in page.source
    assert "@import" not in page.source
    for element in page.walk():
        assert not [name for name in element.attributes if name.startswith("on")]
        assert not {"src", "srcset", "xlink:href"} & set(element.attributes)
    policy = next(m for m in page.all("meta") if m.get("http-equiv"))
    assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'"


def test_works_without_colour_and_without_hover(page: Document) -> None:
    """Direction and signal are words; nothing has a title to hover over."""
    assert not [e for e in page.walk() if e.get("title")]


# Contrast ---------------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    def channel(part: str) -> float:
        value = int(part, 16) / 255
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    red, green, blue = (channel(colour[i : i + 2]) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


TOKENS = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", CSS))


def test_contrast_is_computed_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("paper", ["paper", "wash"])
@pytest.mark.parametrize("ink", ["ink", "soft", "link", "caution", "signal"])
def test_words_have_a_contrast_of_4_5(ink: str, paper: str) -> None:
    assert contrast(TOKENS[ink], TOKENS[paper]) >= 4.5


@pytest.mark.parametrize(
    "colour",
    [charts.COMMON, charts.SIGNAL, charts.TARGET, TOKENS["edge"], TOKENS["band-edge"]],
)
def test_graphics_have_a_contrast_of_3(colour: str) -> None:
    assert contrast(colour, "#ffffff") >= 3
    assert contrast(colour, TOKENS["wash"]) >= 3


def test_every_colour_of_the_sheet_is_a_token() -> None:
    body = CSS.split("}", 1)[1]
    assert set(re.findall(r"#[0-9a-fA-F]{3,6}\b", body)) <= {"#fff", "#000"}
