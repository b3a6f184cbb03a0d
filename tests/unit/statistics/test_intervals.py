"""The Wilson interval against base R, and its edges."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from spinewise.statistics.intervals import wilson

ORACLE = Path(__file__).parents[2] / "data" / "oracles" / "spc" / "interval-proportion-0.95.json"


def test_wilson_is_that_of_r() -> None:
    case = json.loads(ORACLE.read_text())
    given, expected = case["input"], case["expected"]["wilson"]
    assert len(given["x"]) == 20
    for n, d, low, high in zip(
        given["x"], given["n"], expected["lower"], expected["upper"], strict=True
    ):
        assert wilson(n, d, given["level"]) == pytest.approx((low, high), rel=1e-8)


def test_none_of_many_begins_at_0_and_all_of_many_ends_at_1() -> None:
    none_of_nine, all_of_nine = wilson(0, 9), wilson(9, 9)
    assert none_of_nine is not None
    assert all_of_nine is not None
    assert none_of_nine[0] == 0
    assert all_of_nine[1] == 1


def test_without_a_denominator_there_is_no_interval() -> None:
    assert wilson(0, 0) is None


def test_a_higher_level_is_wider() -> None:
    usual, wide = wilson(3, 10), wilson(3, 10, confidence=0.99)
    assert usual is not None
    assert wide is not None
    assert wide[0] < usual[0] < 0.3 < usual[1] < wide[1]


@pytest.mark.parametrize(("n", "d", "level"), [(2, 1, 0.95), (-1, 4, 0.95), (1, 2, 95)])
def test_what_is_no_share_and_no_level_is_refused(n: int, d: int, level: float) -> None:
    with pytest.raises(ValueError, match=r"no share|not 95"):
        wilson(n, d, level)
