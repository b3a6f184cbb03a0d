"""A result is computable, has no cases, too few, or says why it cannot be computed."""

from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from spinewise.measures.kleene import Truth
from spinewise.measures.outcome import IN_WITH, IN_WITHOUT, OUT
from spinewise.review.rates import NOT_COMPUTABLE, TOO_FEW, Tally, tally

INSIDE = ("in",)
OTHERS = ("excluded", "outside", "not-evaluated", "undecided", "beside")

rows = st.lists(
    st.one_of(
        st.tuples(
            st.just("in"), st.booleans(), st.sampled_from((2, 3, 4, 5, 6, 7)), st.integers(0, 6)
        ),
        st.tuples(
            st.sampled_from(OTHERS),
            st.sampled_from((True, False, None)),
            st.sampled_from(range(1, 8)),
            st.integers(0, 6),
        ),
    ),
    max_size=12,
)
Row = tuple[str, Truth, int, int]


@given(rows)
def test_the_state_follows_from_the_denominator(found: list[Row]) -> None:
    """None in it: no cases; fewer than ten: too few; else computable."""
    rate = tally(found).rate()
    d = sum(units for category, _, _, units in found if category in INSIDE)

    assert TOO_FEW == 10
    assert rate.d == d
    assert rate.state == ("computable" if d >= 10 else "too few" if d else "no cases")
    assert (rate.recorded is None) == (d == 0) == (rate.wilson_low is None)


@given(rows)
def test_unknown_counts_what_can_move(found: list[Row]) -> None:
    """Units that may be in more than one place, whatever their category."""
    moving = sum(units for _, _, places, units in found if places not in (OUT, IN_WITHOUT, IN_WITH))

    assert tally(found).rate().unknown == moving


@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_units_does_not_matter(found: list[Row], random: Random) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)

    assert tally(shuffled).rate() == tally(found).rate()


def test_not_computable_has_no_numbers() -> None:
    """Never 0 %: no rate, no range, no interval."""
    rate = Tally(n=1, d=20, places=Counter({IN_WITH: 1, IN_WITHOUT: 19})).rate(computable=False)

    assert rate == NOT_COMPUTABLE
    assert rate.state == "not computable"
    shares = (rate.recorded, rate.low, rate.high, rate.wilson_low, rate.wilson_high)
    assert shares == (None,) * 5
