"""Sentence, table, chart and JSON say the same numbers; a state is never shown as 0 %."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec
import pytest
from tests.data.sample_review import empty_review, indicators
from tests.unit.report.document import Document, Element, parse

from spinewise.know.package import Package
from spinewise.numerals import LanguageCode
from spinewise.report import charts
from spinewise.report.files import as_json
from spinewise.report.html import render
from spinewise.report.language import language
from spinewise.review.result import IndicatorResult, Review

CODES: tuple[LanguageCode, ...] = ("en", "fr")
COMPUTABLE = [found.id for found in indicators() if found.rate.state == "computable"]
OTHERS = [found.id for found in indicators() if found.rate.state != "computable"]
CHARTED = [found.id for found in indicators() if found.run_chart]


def number(written: str) -> float:
    """A number as it stands in either language: ``1,234`` or ``31,1 %``."""
    plain = re.sub(r"[\s\u202f\u00a0%]", "", written)
    if re.fullmatch(r"\d{1,3}(,\d{3})+", plain):
        return float(plain.replace(",", ""))
    return float(plain.replace(",", "."))


def numbers(words: str) -> list[float]:
    """All numbers of a text."""
    return [number(found) for found in re.findall(r"\d[\d,.\u202f]*\d|\d", words)]


def cells(table: Element) -> list[list[str]]:
    return [[cell.text for cell in row.all("th", "td")] for row in table.all("tbody")[0].all("tr")]


def captioned(page: Element, words: str) -> Element:
    return next(t for t in page.all("table") if words in t.all("caption")[0].text)


def glance_row(page: Document, result: IndicatorResult, code: LanguageCode) -> list[str]:
    rows = cells(page.by_id("glance").all("table")[0])
    return next(row for row in rows if row[0].startswith(result.name[code]))


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("id_", COMPUTABLE)
def test_sentence_table_figure_and_json_agree(
    id_: str, code: LanguageCode, review: Review, pages: dict[LanguageCode, Document]
) -> None:
    page, result = pages[code], review[id_]
    section = page.by_id(id_)
    stored = next(i for i in json.loads(as_json(review))["indicators"] if i["id"] == id_)
    n, d, share = stored["rate"]["n"], stored["rate"]["d"], stored["rate"]["recorded"]
    assert share == n / d

    sentence = next(p.text for p in section.all("p") if p.text == result.headline[code])
    said = numbers(sentence)
    assert n in said
    assert d in said
    assert round(100 * share, 1) in said

    figure = next(p for p in section.all("p") if p.get("class") == "figure")
    assert number(figure.text) == round(100 * share, 1)

    row = glance_row(page, result, code)
    assert numbers(row[1]) == [n, d]
    assert number(row[2]) == round(100 * share, 1)
    ends = [round(100 * stored["rate"][end], 1) for end in ("low", "high")]
    assert numbers(row[3]) == (ends if ends[0] != ends[1] else ends[:1])
    assert number(row[5]) == stored["rate"]["unknown"]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("id_", CHARTED)
def test_chart_and_its_table_and_json_agree(
    id_: str, code: LanguageCode, review: Review, pages: dict[LanguageCode, Document]
) -> None:
    result = review[id_]
    assert result.run_chart is not None
    stored = next(i for i in json.loads(as_json(review))["indicators"] if i["id"] == id_)
    months = stored["run_chart"]["months"]

    drawn = charts.run_chart(result, result.run_chart, language(code)).to_dict()
    data = drawn["layer"][-1]["data"]["values"]
    assert [(r["month"], r["n"], r["d"], r["rate"]) for r in data] == [
        (m["month"], m["rate"]["n"], m["rate"]["d"], m["rate"]["recorded"]) for m in months
    ]

    rows = cells(pages[code].by_id(id_).all("details")[0].all("table")[0])
    assert len(rows) == len(months)
    for row, month in zip(rows, months, strict=True):
        assert numbers(row[1]) == [month["rate"]["n"], month["rate"]["d"]]
        if month["rate"]["recorded"] is None:
            assert not numbers(row[2])
        else:
            assert number(row[2]) == round(100 * month["rate"]["recorded"], 1)


def test_the_points_are_drawn_where_the_numbers_say(review: Review) -> None:
    """The heights of the drawn points are those of the rates on an axis from 0."""
    result = review["imaging-early"]
    assert result.run_chart is not None
    drawn = charts.run_chart(result, result.run_chart, language("en"))
    page = parse(str(charts.svg(drawn, "x", "title", "description")))
    points = [
        element
        for group in page.all("g")
        if "mark-symbol" in group.get("class")
        for element in group.all("path")
    ]
    heights = [float(re.split(r"[,)]", point["transform"])[1]) for point in points]
    rates = [month.rate.recorded for month in result.run_chart.months]
    top = 0.6
    assert len(heights) == len(rates) == 12
    for height, rate in zip(heights, rates, strict=True):
        assert rate is not None
        assert height == pytest.approx(charts.HEIGHT * (1 - rate / top), abs=0.01)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("id_", COMPUTABLE + OTHERS)
def test_the_table_of_fates_adds_up(
    id_: str, code: LanguageCode, review: Review, pages: dict[LanguageCode, Document]
) -> None:
    """Whole lines after the first, without what is counted on top, sum to the first."""
    result = review[id_]
    section = pages[code].by_id(id_)
    table = captioned(
        section, {"en": "all that came into question", "fr": "pris en considération"}[code]
    )
    heads = [
        (row.all("th")[0].text, number(row.all("td")[0].text))
        for row in table.all("tbody")[0].all("tr")
        if "total" in row.all("th")[0].get("class")
    ]
    on_top = len(result.counts.also) + len(result.counts.assumed)
    sums = [value for _, value in heads]
    assert sums[0] == result.counts.units
    assert sum(sums[1 : len(sums) - on_top]) == sums[0]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("id_", OTHERS)
def test_a_state_is_shown_in_words_and_never_as_a_share(
    id_: str, code: LanguageCode, review: Review, pages: dict[LanguageCode, Document]
) -> None:
    result = review[id_]
    words = {
        "en": {"too few": "Too few to judge", "no cases": "No cases"},
        "fr": {"too few": "Trop peu pour juger", "no cases": "Aucun cas"},
    }[code].get(result.rate.state, {"en": "Not computable", "fr": "Non calculable"}[code])
    section = pages[code].by_id(id_)
    answer = next(e for e in section.all("div") if e.get("class") == "answer")
    assert answer.text.startswith(words)
    assert "%" not in answer.text
    assert result.reason is not None
    assert result.reason[code] in answer.text
    assert not section.all("figure")
    assert "%" not in " ".join(glance_row(pages[code], result, code))
    assert glance_row(pages[code], result, code)[2] == words


@pytest.mark.parametrize("code", CODES)
def test_records_with_nothing_in_them_give_a_whole_page(
    code: LanguageCode, package: Package
) -> None:
    page = parse(render(empty_review(), package, code))
    assert not page.unclosed
    assert not page.all("figure")
    body = page.all("body")[0].text
    assert "0.0%" not in body
    assert "0,0" not in body
    assert {"en": "No area for improvement", "fr": "aucun point à améliorer"}[code] in body
    assert {"en": "No image was found", "fr": "Aucune imagerie n’a été trouvée"}[code] in body


def test_clinicians_stand_in_the_order_of_their_names(
    pages: dict[LanguageCode, Document], review: Review
) -> None:
    """Never in the order of their rates; what is attributed to nobody comes last."""
    rows = cells(captioned(pages["en"], "first six weeks by clinician"))
    assert [row[0] for row in rows] == ["Dr. Adebayo", "Dr. Côté", "NP Singh", "Not attributed"]
    rates = [group.rate.recorded for group in review["imaging-early"].clinicians]
    assert rates != sorted(rates, key=float)  # type: ignore[arg-type]


def test_the_first_three_areas_come_with_arithmetic_ideas_and_resources(
    pages: dict[LanguageCode, Document], review: Review, package: Package
) -> None:
    articles = pages["en"].by_id("improve").all("article")
    assert len(articles) == 3
    for article, area in zip(articles, review.areas, strict=False):
        name = review[area.indicator].name.en
        assert area.sentence.en.removeprefix(f"{name}: ")[1:] in article.text
        assert article.text.count(name) == 1
        for id_ in area.change_ideas:
            assert package.ideas[id_].first_step.en in article.text
            assert package.ideas[id_].effect.en in article.text
        hrefs = [link["href"] for link in article.all("a")]
        for id_ in area.resources:
            assert package.resources[id_].url in hrefs


def test_each_resource_shows_its_printed_link_its_successor_and_when_it_was_checked(
    pages: dict[LanguageCode, Document], package: Package
) -> None:
    section = pages["en"].by_id("resources")
    hrefs = [link["href"] for link in section.all("a")]
    for resource in package.resources.values():
        assert resource.url in hrefs
        assert resource.seed_url in section.text
    assert "Last checked: November 1, 2025" in section.text


def small(review: Review, **trust: object) -> Review:
    """The review with one indicator that has no chart, to be quick."""
    changed = msgspec.structs.replace(review.trust, **trust)
    return msgspec.structs.replace(
        review, indicators=review.indicators[-1:], areas=[], trust=changed
    )


def test_a_long_lag_is_said_in_words(
    review: Review, package: Package, pages: dict[LanguageCode, Document]
) -> None:
    warning = "more than 35 days"
    assert warning in pages["en"].by_id("trust").text
    usual = render(small(review, lag_days=35), package, "en")
    assert warning not in parse(usual).by_id("trust").text


def test_sums_that_do_not_agree_are_said(review: Review, package: Package) -> None:
    wrong = render(small(review, ledger_agrees=False), package, "en")
    text = parse(wrong).by_id("trust").text
    assert "The sums do not agree" in text
    assert "The sums agree" not in text


def test_what_reaches_its_target_beyond_doubt_is_said_first(
    review: Review, package: Package, pages: dict[LanguageCode, Document]
) -> None:
    assert "Going well" not in pages["en"].by_id("improve").text

    def said(target: float) -> str:
        result = msgspec.structs.replace(review["imaging-early"], target=target, run_chart=None)
        changed = msgspec.structs.replace(review, indicators=[result], areas=[])
        return parse(render(changed, package, "en")).by_id("improve").text

    assert "Going well: Imaging in the first six weeks has reached its target" in said(0.5)
    assert "Going well" not in said(0.35)  # the range goes up to 36.8 %, the interval to 37.7 %


def test_values_of_the_records_cannot_become_markup(
    pages: dict[LanguageCode, Document],
) -> None:
    """The sample's quarantine holds a value that is HTML."""
    for page in pages.values():
        assert '<b>&"quoted"</b>' in page.by_id("trust").text
        assert not page.all("b")


def test_json_is_the_review_as_it_stands(review: Review) -> None:
    text = as_json(review)
    assert msgspec.json.decode(text, type=Review) == review
    plain: dict[str, Any] = json.loads(text)
    assert plain["schema"] == "spinewise-review/1"
    assert "personal health information" in plain["notice"]["en"]
    assert text.startswith('{\n  "schema"')
