"""The range of a rate is that over every assignment of the units that are open."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from spinewise.measures.outcome import IN_WITH, IN_WITHOUT, OUT
from spinewise.measures.ranges import rate_range

MOVES = {OUT: (0, 0), IN_WITHOUT: (0, 1), IN_WITH: (1, 1)}
MASKS = range(1, 8)
"""Every set of places that a unit can have."""

Reached = frozenset[tuple[int, int]]


def add(reached: Reached, mask: int) -> Reached:
    """The (numerator, denominator) pairs after one more unit, in each of its places."""
    return frozenset(
        (n + more_n, d + more_d)
        for place, (more_n, more_d) in MOVES.items()
        if mask & place
        for n, d in reached
    )


def tried(reached: Reached) -> tuple[float, float] | None:
    """The smallest and largest of the rates, in fractions until the end."""
    rates = [Fraction(n, d) for n, d in reached if d]
    return (float(min(rates)), float(max(rates))) if rates else None


def test_every_multiset_of_up_to_ten_units() -> None:
    """All 19,448: the closed form is what trying every assignment finds, to the last bit."""
    checked = 0

    def check(counts: dict[int, int], reached: Reached, smallest: int, left: int) -> None:
        nonlocal checked
        checked += 1
        assert rate_range(counts) == tried(reached), counts
        if left:
            for mask in range(smallest, 8):
                more = {**counts, mask: counts.get(mask, 0) + 1}
                check(more, add(reached, mask), mask, left - 1)

    check({}, frozenset({(0, 0)}), 1, 10)

    assert checked == 19_448


@given(st.lists(st.sampled_from(MASKS), max_size=30))
def test_larger_sets(masks: list[int]) -> None:
    reached: Reached = frozenset({(0, 0)})
    for mask in masks:
        reached = add(reached, mask)

    assert rate_range(Counter(masks)) == tried(reached)


@given(st.dictionaries(st.sampled_from(MASKS), st.integers(0, 10**12)))
def test_ends_are_fractions_of_whole_units(places: dict[int, int]) -> None:
    """Of any size: between 0 and 1, in order, and the recorded rate lies between them."""
    found = rate_range(places)
    with_numerator, without = places.get(IN_WITH, 0), places.get(IN_WITHOUT, 0)

    if found is None:
        assert not with_numerator + without
    else:
        low, high = found
        assert 0 <= low <= high <= 1
        if with_numerator + without:
            assert low <= float(Fraction(with_numerator, with_numerator + without)) <= high


def test_the_worked_example() -> None:
    """2 of 15 to 7 of 15 (semantics, section 7)."""
    places = {IN_WITH: 2, IN_WITHOUT: 8, OUT | IN_WITH: 5, OUT | IN_WITHOUT: 5}

    assert rate_range(places) == (2 / 15, 7 / 15)


def test_nothing_in_the_denominator_has_no_range() -> None:
    assert rate_range({}) is None
    assert rate_range({OUT: 7}) is None
