"""The chart of an indicator says what it is, and keeps what people decided about it."""

from __future__ import annotations

from datetime import date

import pytest
from tests.data.sample_review import rate

from spinewise.review.result import Month
from spinewise.review.trends import quarters, run_chart
from spinewise.statistics.choose import Annotation, Baseline, Decisions, Override

N = [12, 9, 14, 10, 11, 8, 13, 12, 9, 11, 10, 13] * 2


def months(pairs: list[tuple[int, int]]) -> list[Month]:
    return [
        Month(month=date(2023 + i // 12, i % 12 + 1, 1), rate=rate(n, d))
        for i, (n, d) in enumerate(pairs)
    ]


def test_months_with_cases_enough_have_limits_of_chance() -> None:
    chart = run_chart(months([(n, 40) for n in N]))
    assert chart.control is not None
    assert (chart.control.chart, chart.control.step, chart.control.trial) == ("p", "month", False)
    point = chart.control.points[0]
    share = sum(N) / (40 * 24)
    assert point.centre == pytest.approx(share)
    assert point.upper == pytest.approx(share + 3 * (share * (1 - share) / 40) ** 0.5)
    assert chart.why is not None
    assert chart.why.en.startswith("The limits (a p chart)")
    assert chart.why.en.endswith("No point lies outside them.")


def test_a_point_outside_is_said_and_is_no_signal_alone() -> None:
    chart = run_chart(months([(n, 40) for n in N[:23]] + [(38, 40)]))
    assert chart.control is not None
    assert [point.outside for point in chart.control.points].index(True) == 23
    assert chart.signal is False
    assert chart.why is not None
    assert "One point lies outside them" in chart.why.en
    assert "Un point est en dehors" in chart.why.fr


def test_small_months_go_by_whole_quarters() -> None:
    chart = run_chart(months([(2, 9)] * 25))
    assert chart.control is not None
    assert (chart.control.step, chart.control.trial) == ("quarter", True)
    assert [(point.n, point.d) for point in chart.control.points] == [(6, 27)] * 8
    assert chart.why is not None
    assert "trial limits: they rest on 8 points" in chart.why.en


def test_a_quarter_that_is_not_whole_is_left_out() -> None:
    listed = [(date(2024, month, 1), 1, 2) for month in (2, 3, 4, 5, 6, 7)]
    assert quarters(listed) == [(date(2024, 4, 1), 3, 6)]


def test_tiny_months_have_no_limits_and_it_is_said() -> None:
    chart = run_chart(months([(0, 1)] * 24))
    assert chart.control is None
    assert chart.why is not None
    assert chart.why.en.startswith("No limits: single months")


def test_a_month_without_anybody_has_no_limits() -> None:
    chart = run_chart(months([(n, 40) for n in N[:20]] + [(0, 0)] + [(n, 40) for n in N[:3]]))
    assert chart.control is not None
    gap = chart.control.points[20]
    assert (gap.lower, gap.upper, gap.outside) == (None, None, False)


def test_what_people_decided_is_kept_with_its_reason() -> None:
    decided = Decisions(
        baselines=(Baseline(date(2024, 1, 15), "the order form changed"),),
        annotations=(
            Annotation(date(2023, 6, 1), "first huddle", "pdsa"),
            Annotation(date(2023, 4, 1), "coverage changed", "policy"),
        ),
    )
    pairs = [(n, 40) for n in N[:12]] + [(n - 7, 40) for n in N[12:]]
    before, after = run_chart(months(pairs)), run_chart(months(pairs), decided)
    assert before.signal
    assert after.signal is False
    assert after.control is not None
    centres = {point.centre for point in after.control.points}
    assert len(centres) == 2
    assert after.control.points[11].centre != after.control.points[12].centre
    assert [(note.kind, note.text) for note in after.notes] == [
        ("policy", "coverage changed"),
        ("pdsa", "first huddle"),
        ("baseline", "the order form changed"),
    ]


def test_a_chosen_chart_says_who_chose_it_and_why() -> None:
    chosen = Override(date(2024, 3, 1), "the team knows run charts", chart="run")
    chart = run_chart(months([(n, 40) for n in N]), Decisions(override=chosen))
    assert chart.control is None
    assert chart.why is not None
    assert "March 1, 2024: a run chart. Reason given: the team knows run charts" in chart.why.en
    assert "1er mars 2024 : graphique de séquence" in chart.why.fr
    assert chart.notes[0].kind == "override"
