"""The Wilson interval against base R, and its edges."""

from __future__ import annotations

import json
from math import exp, factorial
from pathlib import Path

import numpy as np
import pytest

from spinewise.statistics.intervals import (
    Method,
    byar,
    clopper_pearson,
    jeffreys,
    poisson_exact,
    wilson,
    wilson_corrected,
    wilson_of_many,
)

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


def test_exact_limits_of_a_count_turn_the_poisson_distribution_round() -> None:
    """At the lower limit a count as high has a chance of 2.5 %, at the upper one as low."""
    low, high = poisson_exact(7)
    chances = [exp(-high.item()) * high.item() ** k / factorial(k) for k in range(8)]
    assert sum(chances) == pytest.approx(0.025)
    chances = [exp(-low.item()) * low.item() ** k / factorial(k) for k in range(7)]
    assert 1 - sum(chances) == pytest.approx(0.025)


def test_the_corrected_interval_is_that_of_newcombe_for_81_of_263() -> None:
    """The example of his table 1: 0.2535 to 0.3682."""
    low, high = wilson_corrected(81, 263)
    assert (low.item(), high.item()) == pytest.approx((0.2535, 0.3682), abs=5e-5)


@pytest.mark.parametrize("method", [wilson_of_many, wilson_corrected, clopper_pearson, jeffreys])
def test_every_interval_holds_its_share_and_is_mirrored(method: Method) -> None:
    n = np.array([0, 1, 15, 29, 30])
    low, high = method(n, 30)
    assert (low <= n / 30).all()
    assert (high >= n / 30).all()
    assert (1 - high[::-1]) == pytest.approx(low, abs=1e-12)
    assert np.isnan(method(0, 0)).all()


def test_counts_below_0_and_no_exposure_are_refused() -> None:
    for count, exposure in ((-1, 1), (1, 0)):
        with pytest.raises(ValueError, match="a count is 0 or more"):
            byar(count, exposure)
