"""Three-valued logic is what is left when every unknown is tried both ways."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinewise.measures.kleene import Truth, all_of, any_of, enough, negate, within

TRUTHS: tuple[Truth, ...] = (True, False, None)


def completions(values: Sequence[Truth]) -> Iterable[tuple[bool, ...]]:
    """Every way to settle what is unknown."""
    return product(*([value] if value is not None else [True, False] for value in values))


def settled(found: Iterable[bool]) -> Truth:
    """True if always true, false if never, else unknown."""
    seen = set(found)
    return seen.pop() if len(seen) == 1 else None


@pytest.mark.parametrize("size", range(4))
@pytest.mark.parametrize(("ours", "plain"), [(any_of, any), (all_of, all)], ids=["or", "and"])
def test_or_and_and_are_true_for_every_settling(
    ours: Callable[[Iterable[Truth]], Truth], plain: Callable[[Iterable[bool]], bool], size: int
) -> None:
    """The whole truth table, up to three parts; no parts are false for or, true for and."""
    for values in product(TRUTHS, repeat=size):
        assert ours(values) is settled(plain(one) for one in completions(values)), values


def test_negation() -> None:
    assert [negate(value) for value in TRUTHS] == [False, True, None]


@given(st.lists(st.sampled_from(TRUTHS), max_size=6))
def test_de_morgan(values: list[Truth]) -> None:
    assert negate(any_of(values)) is all_of([negate(value) for value in values])


days = st.integers(-6, 6)


@given(st.tuples(days, days).map(sorted), st.tuples(days, days).map(sorted))
def test_a_partial_date_is_the_set_of_its_days(span: list[int], window: list[int]) -> None:
    """In a window if all its possible days are, out if none is, else unknown."""
    first, last = window
    possible = range(span[0], span[1] + 1)
    expected = settled(first <= day <= last for day in possible)

    assert within((span[0], span[1]), first, last) is expected


held = st.tuples(
    st.sampled_from(TRUTHS), st.tuples(st.integers(0, 3), st.integers(0, 3)).map(sorted)
)


@given(st.lists(held, max_size=4), st.integers(1, 4))
def test_enough_facts(drawn: list[tuple[Truth, list[int]]], at_least: int) -> None:
    facts = [(value, (days[0], days[1])) for value, days in drawn]
    expected = settled(sum(one) >= at_least for one in completions([value for value, _ in facts]))

    assert enough(facts, at_least, distinct_days=False) is expected


@given(st.lists(held, max_size=4), st.integers(1, 4))
def test_enough_distinct_days(drawn: list[tuple[Truth, list[int]]], at_least: int) -> None:
    """What is said holds however the dates turn out; one day, or full dates, leave no doubt."""
    facts = [(value, (days[0], days[1])) for value, days in drawn]
    ways = [[*range(first, last + 1)] for _, (first, last) in facts]
    expected = settled(
        len({day for holds, day in zip(one, chosen, strict=True) if holds}) >= at_least
        for one in completions([value for value, _ in facts])
        for chosen in product(*ways)
    )
    said = enough(facts, at_least, distinct_days=True)

    assert said in (expected, None)
    if at_least == 1 or all(first == last for _, (first, last) in facts):
        assert said is expected
