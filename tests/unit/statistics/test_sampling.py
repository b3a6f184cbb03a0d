"""How many charts, and which."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinewise.statistics.sampling import allocate, draw, size_for_precision


def test_sizes_as_in_textbooks() -> None:
    """385 of an endless population for half, plus or minus 5 points; 278 of a thousand."""
    assert size_for_precision(10**9, 0.05) == 385
    assert size_for_precision(1000, 0.05) == 278
    assert size_for_precision(20, 0.05) == 20
    assert size_for_precision(0, 0.05) == 0
    assert size_for_precision(10**9, 0.05, share=0.1) == 139


@pytest.mark.parametrize("numbers", [(-1, 0.1, 0.5), (10, 0.0, 0.5), (10, 0.1, 1.0)])
def test_numbers_out_of_bounds(numbers: tuple[int, float, float]) -> None:
    with pytest.raises(ValueError, match="no sample"):
        size_for_precision(*numbers)


def test_allocation_is_in_proportion() -> None:
    assert allocate(10, {"a": 60, "b": 30, "c": 10}) == {"a": 6, "b": 3, "c": 1}
    assert allocate(10, {"a": 97, "b": 3}, least=5) == {"a": 10, "b": 3}


@given(
    st.integers(0, 200),
    st.dictionaries(st.integers(), st.integers(0, 80), max_size=6),
    st.integers(0, 6),
)
def test_allocation_fits(size: int, strata: dict[int, int], least: int) -> None:
    plain, given_ = allocate(size, strata), allocate(size, strata, least)
    assert sum(plain.values()) == min(size, sum(strata.values()))
    for name, cases in strata.items():
        assert plain[name] <= given_[name] <= cases
        assert given_[name] >= min(least, cases)


def test_a_draw_is_fair_and_repeats() -> None:
    cases = list(range(10))
    one, other = (draw(cases, 4, np.random.default_rng(5)) for _ in range(2))
    assert one == other
    assert len(set(one)) == 4
    chance = np.random.default_rng(1)
    hits = sum(3 in draw(cases, 4, chance) for _ in range(2000))
    assert hits / 2000 == pytest.approx(0.4, abs=0.04)
