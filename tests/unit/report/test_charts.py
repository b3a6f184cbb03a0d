"""A run chart is drawn honestly: axis from 0, gaps, a signal by its shape, lines with labels."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import msgspec
import pytest
from tests.data.sample_review import chart
from tests.unit.report.document import parse

from spinewise.numerals import LanguageCode
from spinewise.report import charts
from spinewise.report.html import describe
from spinewise.report.language import language
from spinewise.review.result import IndicatorResult, Review
from spinewise.review.trends import run_chart
from spinewise.statistics.choose import Annotation, Decisions


def drawn(result: IndicatorResult, code: LanguageCode = "en") -> dict[str, Any]:
    assert result.run_chart is not None
    spec: dict[str, Any] = charts.run_chart(result, result.run_chart, language(code)).to_dict()
    return spec


def svg(result: IndicatorResult, code: LanguageCode = "en") -> Any:
    assert result.run_chart is not None
    spec = charts.run_chart(result, result.run_chart, language(code))
    return parse(str(charts.svg(spec, "id", "A <title>", "A & description")))


def texts(result: IndicatorResult, code: LanguageCode = "en") -> list[str]:
    return [element.text for element in svg(result, code).all("text")]


def with_chart(result: IndicatorResult, pairs: list[tuple[int, int]]) -> IndicatorResult:
    return msgspec.structs.replace(result, run_chart=chart(pairs))


@pytest.fixture
def early(review: Review) -> IndicatorResult:
    return review["imaging-early"]


def test_the_axis_begins_at_0_and_holds_all(early: IndicatorResult) -> None:
    for pairs, top in (
        ([(0, 90), (1, 90)], 0.2),  # the target of 20 % has to fit
        ([(1, 2), (30, 100)], 0.6),
        ([(20, 20), (0, 20)], 1.0),
    ):
        y = drawn(with_chart(early, pairs))["layer"][-1]["encoding"]["y"]
        assert y["scale"]["domain"] == [0, top]
    small = msgspec.structs.replace(with_chart(early, [(1, 90), (2, 90)]), target=None)
    assert drawn(small)["layer"][-1]["encoding"]["y"]["scale"]["domain"] == [0, 0.05]


def test_a_month_without_cases_is_a_gap(review: Review) -> None:
    """The line is broken there, and no point is drawn."""
    result = review["imaging-without-recorded-flag"]
    page = svg(result)
    (line,) = [
        path
        for group in page.all("g")
        if "mark-line" in group.get("class")
        for path in group.all("path")
    ]
    assert line["d"].count("M") == 2
    points = [g for g in page.all("g") if "mark-symbol" in g.get("class")]
    assert sum(len(group.all("path")) for group in points) == 11


def test_a_signal_has_its_own_shape_and_not_only_a_colour(review: Review) -> None:
    signal, none = review["red-flag-documentation"], review["imaging-early"]
    for result, shape, colour in (
        (signal, "diamond", charts.SIGNAL),
        (none, "circle", charts.COMMON),
    ):
        mark = drawn(result)["layer"][-1]["mark"]
        assert (mark["shape"], mark["color"]) == (shape, colour)


def test_lines_are_labelled_where_they_end(early: IndicatorResult) -> None:
    assert {"Median 30.6%", "Target 20.0%"} <= set(texts(early))
    assert {"Médiane 30,6\u202f%", "Cible 20,0\u202f%"} <= set(texts(early, "fr"))


def test_labels_that_would_meet_are_pushed_apart(early: IndicatorResult) -> None:
    def shifts(result: IndicatorResult) -> list[int]:
        layers = drawn(result)["layer"]
        return [layer["mark"]["dy"] for layer in layers if "text" in layer["encoding"]]

    near = msgspec.structs.replace(early, target=0.31)
    assert shifts(near) == [8, -8]  # the median, 30.6 %, below the target
    assert shifts(early) == [0, 0]


@pytest.mark.parametrize(
    ("first", "number", "labels"),
    [
        (date(2024, 1, 1), 12, "Jan2024 Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
        (date(2024, 4, 1), 12, "Apr2024 May Jun Jul Aug Sep Oct Nov Dec Jan2025 Feb Mar"),
        (date(2023, 1, 1), 24, "Jan2023 Apr Jul Oct Jan2024 Apr Jul Oct"),
        (date(2020, 1, 1), 48, "Jan2020 Jan2021 Jan2022 Jan2023"),
    ],
)
def test_months_are_named_and_years_given_once(
    early: IndicatorResult, first: date, number: int, labels: str
) -> None:
    result = msgspec.structs.replace(early, run_chart=chart([(1, 3)] * number, first))
    found = [text for text in texts(result) if re.match("[A-Z][a-z]{2}($|20)", text)]
    assert found == labels.split()


def test_the_drawing_is_named_and_carries_no_other_roles(early: IndicatorResult) -> None:
    (element,) = svg(early).all("svg")
    assert element.all("title")[0].text == "A <title>"
    assert element.all("desc")[0].text == "A & description"
    assert element["viewbox"]
    inner = [e for e in element.walk() if e is not element]
    assert not [
        e for e in inner if e.get("role") or e.get("id") not in ("", "id-title", "id-description")
    ]


def test_the_description_says_what_the_eye_sees(early: IndicatorResult) -> None:
    assert early.run_chart is not None
    assert describe(early, early.run_chart, language("en")) == (
        "From Jan 2024 to Dec 2024. Median 30.6%; lowest 21.4% in Jul 2024, highest 43.8% in"
        " Mar 2024. No signal of change: chance alone would look like this."
    )
    empty = chart([(0, 0)] * 3)
    assert describe(early, empty, language("fr")) == "Aucun mois n’a de taux."


def test_a_chart_without_any_rate_can_be_drawn(early: IndicatorResult) -> None:
    empty = msgspec.structs.replace(with_chart(early, [(0, 0)] * 3), target=None)
    assert drawn(empty)["layer"][-1]["encoding"]["y"]["scale"]["domain"] == [0, 0.05]
    assert svg(empty).all("svg")


def with_limits(result: IndicatorResult, pairs: list[tuple[int, int]]) -> IndicatorResult:
    return msgspec.structs.replace(result, run_chart=run_chart(chart(pairs).months))


def test_limits_are_drawn_with_their_label_and_points_beyond_them_are_ringed(
    early: IndicatorResult,
) -> None:
    pairs = [(n, 50) for n in (12, 9, 14, 10, 11, 8, 13, 12, 9, 11, 10, 45)]
    result = with_limits(early, pairs)
    assert result.run_chart is not None
    control = result.run_chart.control
    assert control is not None
    assert "Limits" in texts(result)
    assert "Limites" in texts(result, "fr")
    rings = [layer for layer in drawn(result)["layer"] if layer["mark"].get("size") == 190]
    marked = [row["outside"] for row in rings[0]["data"]["values"] if row["outside"] is not None]
    assert marked == [45 / 50]
    highest = max(point.upper or 0 for point in control.points)
    assert drawn(result)["layer"][-1]["encoding"]["y"]["scale"]["domain"][1] >= highest


def test_limits_of_quarters_are_not_drawn_over_months(early: IndicatorResult) -> None:
    result = with_limits(early, [(2, 9)] * 24)
    assert result.run_chart is not None
    assert result.run_chart.control is not None
    assert result.run_chart.control.step == "quarter"
    assert "Limits" not in texts(result)


def test_what_people_noted_is_numbered_in_the_chart(early: IndicatorResult) -> None:
    months = chart([(12, 50)] * 12).months
    noted = Decisions(
        annotations=(
            Annotation(months[3].month.replace(day=9), "first huddle", "pdsa"),
            Annotation(months[3].month.replace(day=20), "form changed", "package"),
            Annotation(date(1999, 1, 1), "before the chart", "other"),
        )
    )
    result = msgspec.structs.replace(early, run_chart=run_chart(months, noted))
    assert result.run_chart is not None
    assert [note.kind for note in result.run_chart.notes] == ["other", "pdsa", "package"]
    assert "2, 3" in texts(result)
    assert "1" not in texts(result)
