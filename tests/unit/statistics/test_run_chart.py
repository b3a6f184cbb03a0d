"""The edges of the run-chart rules; their known answers are in test_known_answers.py."""

from __future__ import annotations

import json
from pathlib import Path

from spinewise.statistics.run_chart import fewest_crossings, longest_run_max, runs

ORACLES = Path(__file__).parents[2] / "data" / "oracles" / "spc"


def test_limits_are_those_of_qicharts2_up_to_365_points() -> None:
    case = json.loads((ORACLES / "qic-anhoej-limits.json").read_text())
    useful = case["input"]["n_useful"]
    assert [longest_run_max(n) for n in useful] == case["expected"]["longest_run_max"]
    assert [fewest_crossings(n) for n in useful] == case["expected"]["n_crossings_min"]


def test_without_points_there_is_no_median_and_no_verdict() -> None:
    assert runs([None, None]) == (None, 0, None, None, None, None, None)


def test_a_constant_series_has_no_useful_point() -> None:
    assert runs([0.5] * 12) == (0.5, 0, None, None, None, None, None)


def test_one_useful_point_is_a_run_of_one_and_cannot_cross() -> None:
    assert runs([0.25, 0.5, 0.25, 0.25]) == (0.25, 1, 1, 3, 0, 0, None)


def test_nine_useful_points_are_too_few_and_ten_are_enough() -> None:
    assert runs([0.0] * 5 + [1.0] * 4, centre=0.5).signal is None
    assert runs([0.0] * 5 + [1.0] * 5, centre=0.5).signal is True


def test_a_run_goes_on_across_a_gap_and_a_point_on_the_line() -> None:
    found = runs([0.1, 0.1, None, 0.1, 0.5, 0.1, 0.9, 0.9], centre=0.5)
    assert (found.useful, found.longest_run, found.crossings) == (6, 4, 1)


def test_a_long_run_is_a_signal_even_with_enough_crossings() -> None:
    found = runs([0.9, 0.1] * 8 + [0.9] * 9, centre=0.5)
    assert found.crossings is not None
    assert found.crossings_min is not None
    assert found.crossings >= found.crossings_min
    assert (found.longest_run, found.longest_run_max, found.signal) == (9, 8, True)
