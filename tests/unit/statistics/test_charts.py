"""Properties of charts that hold for all data, and their edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spinewise.statistics import charts
from spinewise.statistics.charts import Basis, Chart, first_of_each, frozen, phases
from spinewise.statistics.rules import NELSON, WESTERN_ELECTRIC, outside
from spinewise.statistics.run_chart import runs_of_many, sides

MONTHS = 20
MAKERS: dict[str, Any] = {
    "run": lambda n, d, basis: charts.run_chart(n, basis=basis),
    "i": lambda n, d, basis: charts.i_chart(n, basis=basis),
    "mr": lambda n, d, basis: charts.mr_chart(n, basis=basis),
    "c": lambda n, d, basis: charts.c_chart(n, basis=basis),
    "u": lambda n, d, basis: charts.u_chart(n, d, basis=basis),
    "u'": lambda n, d, basis: charts.u_prime_chart(n, d, basis=basis),
    "p": lambda n, d, basis: charts.p_chart(n, d, basis=basis),
    "p'": lambda n, d, basis: charts.p_prime_chart(n, d, basis=basis),
    "g": lambda n, d, basis: charts.g_chart(n, basis=basis),
    "t": lambda n, d, basis: charts.t_chart(n + 1, basis=basis),
}

NUMERATORS = arrays(np.float64, (3, MONTHS), elements=st.integers(0, 30).map(float))
MORE = arrays(np.float64, (3, MONTHS), elements=st.integers(0, 30).map(float))
GAPS = arrays(np.bool_, (3, MONTHS), elements=st.integers(0, 9).map(lambda k: k == 0))
KINDS = st.sampled_from(sorted(MAKERS))


def drawn(chart: Chart) -> list[Any]:
    """Values, centre and limits, each of the full shape."""
    return [
        np.broadcast_to(line, chart.value.shape)
        for line in (chart.value, chart.centre, *chart.limits())
    ]


def same(one: list[Any], other: list[Any]) -> None:
    for left, right in zip(one, other, strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-9, atol=1e-9)


@given(KINDS, NUMERATORS, MORE, GAPS)
def test_many_series_are_each_as_it_is_alone(kind: str, n: Any, more: Any, gaps: Any) -> None:
    n, d = np.where(gaps, np.nan, n), n + more
    together = MAKERS[kind](n, d, Basis())
    marks = {number: rule(together.z()) for number, rule in {**NELSON}.items()}
    runs = runs_of_many(sides(together.value, together.centre))
    for row in range(3):
        alone = MAKERS[kind](n[row], d[row], Basis())
        same([line[row] for line in drawn(together)], drawn(alone))
        assert np.array_equal(
            (outside(together) & np.ones(n.shape, bool))[row],
            outside(alone) & np.ones(MONTHS, bool),
        )
        for number, rule in NELSON.items():
            assert np.array_equal(
                np.broadcast_to(marks[number], n.shape)[row],
                np.broadcast_to(rule(alone.z()), MONTHS),
            )
        one = runs_of_many(sides(alone.value, alone.centre))
        assert [part[row] for part in runs] == [part.item() for part in one]


@given(KINDS, NUMERATORS, MORE, st.integers(0, MONTHS))
def test_a_missing_point_at_the_end_changes_nothing_else(
    kind: str, n: Any, more: Any, kept: int
) -> None:
    """Months to come, without anybody yet, leave the chart as it is."""
    d = n + more
    n_to_come, d_to_come = (np.hstack([x, np.full((3, 4), np.nan)]) for x in (n, d))
    now, later = MAKERS[kind](n, d, Basis()), MAKERS[kind](n_to_come, d_to_come, Basis())
    same([line[:, :MONTHS] for line in drawn(later)][:2], drawn(now)[:2])
    before, after = (runs_of_many(sides(x.value, x.centre)) for x in (now, later))
    for name, one, other in zip(before._fields, before, after, strict=True):
        assert np.array_equal(one, other), name


@given(KINDS, NUMERATORS, MORE, st.integers(2, MONTHS - 1))
def test_frozen_limits_are_those_of_the_baseline_alone(
    kind: str, n: Any, more: Any, until: int
) -> None:
    d = n + more
    whole = MAKERS[kind](n, d, frozen(until, MONTHS))
    alone = MAKERS[kind](n[:, :until], d[:, :until], Basis())
    same([line[:, :until] for line in drawn(whole)], drawn(alone))


@given(KINDS, NUMERATORS, MORE, st.integers(2, MONTHS - 2))
def test_each_phase_is_a_chart_of_its_own(kind: str, n: Any, more: Any, until: int) -> None:
    d = n + more
    basis = Basis(phase=phases([until], MONTHS))
    whole = MAKERS[kind](n, d, basis)
    for inside in (slice(0, until), slice(until, MONTHS)):
        alone = MAKERS[kind](n[:, inside], d[:, inside], Basis())
        same([line[:, inside] for line in drawn(whole)], drawn(alone))


@given(KINDS, NUMERATORS, MORE, GAPS)
def test_an_excluded_point_is_as_if_it_were_not_there(
    kind: str, n: Any, more: Any, gaps: Any
) -> None:
    """But for the moving range chart, whose points are left as gaps."""
    d = n + more
    left_out = gaps[0]
    assume(not left_out.all())
    whole = MAKERS[kind](n, d, Basis(excluded=left_out))
    alone = MAKERS[kind](n[:, ~left_out], d[:, ~left_out], Basis())
    same([line[:, ~left_out] for line in drawn(whole)], drawn(alone))
    assert not (outside(whole) & left_out).any()


@given(st.sampled_from(["run", "i", "mr"]), NUMERATORS, st.integers(-50, 50), st.integers(1, 9))
def test_measurements_in_another_unit_give_the_same_chart(
    kind: str, n: Any, add: int, times: int
) -> None:
    """Adding a constant moves all lines with the values, scaling scales them."""
    one, other = MAKERS[kind](n, n, Basis()), MAKERS[kind](times * n + add, n, Basis())
    shift = 0 if kind == "mr" else add
    same([times * line + shift for line in drawn(one)], drawn(other))
    assert np.array_equal(sides(one.value, one.centre), sides(other.value, other.centre))


@given(NUMERATORS, MORE, st.integers(2, 9))
def test_more_of_everything_narrows_the_limits_of_a_share(n: Any, more: Any, times: int) -> None:
    d = n + more
    one, other = charts.p_chart(n, d), charts.p_chart(times * n, times * d)
    np.testing.assert_allclose(one.centre, other.centre)
    np.testing.assert_allclose(one.sigma / np.sqrt(times), other.sigma)


@given(NUMERATORS, MORE, st.permutations(range(MONTHS)))
def test_the_centre_and_the_limits_of_a_share_know_no_order(
    n: Any, more: Any, order: list[int]
) -> None:
    d = n + more
    one, other = charts.p_chart(n, d), charts.p_chart(n[:, order], d[:, order])
    same([line[:, order] for line in drawn(one)], drawn(other))


@given(NUMERATORS)
def test_turned_upside_down_the_same_points_are_marked(n: Any) -> None:
    one, other = charts.i_chart(n).z(), charts.i_chart(-n).z()
    for rule in (*NELSON.values(), *WESTERN_ELECTRIC.values()):
        assert np.array_equal(rule(one), rule(other))


def test_a_constant_series_has_no_limits_and_no_signal() -> None:
    chart = charts.i_chart([4.0] * 15)
    assert np.isnan(chart.limits()).all()
    assert not outside(chart).any()
    assert charts.i_chart([4.0] * 15, screened=False).sigma.item() == 0


def test_a_chart_without_a_point_is_all_missing() -> None:
    for kind, make in MAKERS.items():
        chart = make(np.full(5, np.nan), np.full(5, np.nan), Basis())
        assert np.isnan(chart.centre).all(), kind
        assert not outside(chart).any()


def test_the_first_points_of_each_phase_are_its_baseline() -> None:
    assert first_of_each(phases([3], 6), 2).tolist() == [True, True, False, True, True, False]


def test_a_time_between_events_is_above_0() -> None:
    with pytest.raises(ValueError, match="above 0"):
        charts.t_chart([3.0, 0.0])
