"""What each rule marks, and that nothing else is marked."""

from __future__ import annotations

import numpy as np
import pytest

from spinewise.statistics.charts import i_chart, phases
from spinewise.statistics.discovery import benjamini_hochberg, coin_tables, series_p
from spinewise.statistics.plot_the_dots import Cause, assurance, dots, icons, point_kind
from spinewise.statistics.rules import NELSON, WESTERN_ELECTRIC, trend

QUIET = [0.4, -0.3, 0.5, -0.4, 0.3, -0.5]

PATTERNS = {
    1: [*QUIET, 3.1],
    2: [-0.1, *[0.4, 0.2, 0.5] * 3],
    3: [0.4, -0.3, 0.1, 0.2, 0.3, 0.4, 0.5],
    4: [0.1, -0.1] * 7,
    5: [2.1, -0.2, 2.1],
    6: [1.1, 1.2, -0.3, 1.1, 1.2],
    7: [0.2, -0.3, -0.2, 0.2, 0.3] * 3,
    8: [1.2, -1.2, -1.1, 1.1, -1.2, 1.1, 1.3, -1.1],
}


@pytest.mark.parametrize("number", NELSON)
def test_each_rule_of_nelson_marks_the_point_that_completes_its_pattern(number: int) -> None:
    z = np.array(PATTERNS[number])
    marks = NELSON[number](z)
    assert marks[-1]
    assert marks.sum() == 1
    assert not NELSON[number](z[:-1]).any()
    assert not NELSON[number](np.array(QUIET)).any()


@pytest.mark.parametrize("number", NELSON)
def test_a_pattern_goes_on_across_a_missing_point(number: int) -> None:
    z = np.array(PATTERNS[number])
    gap = np.insert(z, len(z) // 2, np.nan)
    marks = NELSON[number](gap)
    assert marks[-1]
    assert marks.sum() == 1


def test_the_zones_of_western_electric() -> None:
    assert WESTERN_ELECTRIC[4](np.array([0.2] * 8)).tolist() == [False] * 7 + [True]
    assert WESTERN_ELECTRIC[2](np.array([-2.1, 2.1, 2.2])).tolist() == [False, False, True]
    assert WESTERN_ELECTRIC[3](np.array([1.1, 1.2, 1.3, 0.5, 1.1])).tolist()[-1]
    assert not WESTERN_ELECTRIC[1](np.array([3.0])).any()


def test_equal_neighbours_end_a_trend() -> None:
    assert not trend(np.array([1.0, 2, 3, 3, 4, 5, 6]), 6).any()


CALM = [40.0, 42, 39, 41, 43, 38, 40, 42, 39, 41, 40, 42]


def test_the_four_rules_mark_all_points_of_a_pattern_and_take_the_first_that_holds() -> None:
    found = dots([*CALM, 44, 45, 46, 47, 48, 49, 80])
    assert found.cause[-1] == Cause.OUTSIDE
    assert (found.cause[12:18] == Cause.TREND).all()
    assert (found.up[12:] == 1).all()
    assert point_kind(found, "decrease")[-1] == "concern"
    assert point_kind(found, "increase")[-1] == "improvement"
    assert point_kind(found, "neutral")[-1] == "change"


def test_seven_on_one_side_are_a_shift_and_six_are_not() -> None:
    before, after = CALM[:-1], [42.5, 42, 42.5, 42, 42.5, 42, 42.5]
    seven, six = dots(before + after), dots(before + after[:6])
    assert (seven.cause[11:] == Cause.SHIFT).all()
    assert not six.cause[11:].any()


def test_a_pattern_ends_with_its_phase() -> None:
    value = [10.0, 12, 10, 12, 10, 12, 15, 14, 15, 14, 15, 14, 15, 14]
    whole = dots(value)
    cut = dots(value, phase=phases([10], 14))
    assert (whole.cause == Cause.SHIFT).any()
    assert not (cut.cause == Cause.SHIFT).any()


def test_limits_of_eleven_points_are_trial_limits_and_of_twelve_are_not() -> None:
    assert dots(CALM[:11]).trial.all()
    assert not dots(CALM).trial.any()


def test_a_missing_point_is_refused() -> None:
    with pytest.raises(ValueError, match="every point"):
        dots([1.0, np.nan, 2.0])


@pytest.mark.parametrize(
    ("target", "better", "says"),
    [
        (5, "decrease", "fail"),
        (25, "decrease", "pass"),
        (15, "decrease", "hit or miss"),
        (20, "decrease", "hit or miss"),
        (5, "increase", "pass"),
        (25, "increase", "fail"),
        (5, "neutral", None),
        (None, "increase", None),
    ],
)
def test_assurance_says_whether_the_target_will_be_met(target, better, says) -> None:  # type: ignore[no-untyped-def]
    assert assurance(10, 20, better, target) == says


def test_the_icon_of_variation_is_that_of_the_last_point() -> None:
    assert icons(dots([*CALM, 80]), "decrease").variation == "concern"
    assert icons(dots([*CALM, 80, 41]), "decrease").variation == "common cause"


def test_discoveries_are_those_of_benjamini_and_hochberg() -> None:
    """The example of their paper (1995, section 4.1): four of fifteen at 5 %."""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240]
    p += [0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    taken, q = benjamini_hochberg(p)
    assert taken.tolist() == [True] * 4 + [False] * 11
    assert q[3] == pytest.approx(0.0095 * 15 / 4)
    assert benjamini_hochberg(p, any_dependence=True)[0].sum() == 3


def test_missing_p_values_are_no_tests() -> None:
    taken, q = benjamini_hochberg([0.01, np.nan, 0.04])
    assert taken.tolist() == [True, False, True]
    assert q[0] == pytest.approx(0.02)
    assert np.isnan(q[1])


def test_chances_of_runs_and_crossings_are_those_of_all_sequences() -> None:
    longest, changes = coin_tables(6)
    for n in range(1, 7):
        rows = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
        turns = (rows[:, 1:] != rows[:, :-1]).sum(axis=1)
        lengths = []
        for row in rows:
            ends = np.flatnonzero(np.diff(row)) + 1
            lengths.append(np.diff([0, *ends, n]).max())
        for k in range(n + 2):
            assert longest[n, k] == pytest.approx((np.array(lengths) >= k).mean())
        for k in range(n):
            assert changes[n, k] == pytest.approx((turns <= k).mean())


def test_a_series_has_the_p_value_of_its_furthest_point_run_or_crossings() -> None:
    rng = np.random.default_rng(3)
    stable = rng.normal(size=(200, 36))
    jumped = stable.copy()
    jumped[:, 20] += 9
    shifted = stable.copy()
    shifted[:, 18:] += 3
    still, jump, shift = (series_p(i_chart(rows)) for rows in (stable, jumped, shifted))
    assert (still < 0.05).mean() < 0.1
    assert np.median(jump) < 0.001
    assert np.median(shift) < 0.001
    assert np.isnan(series_p(i_chart([[1.0] * 12]))).all()
