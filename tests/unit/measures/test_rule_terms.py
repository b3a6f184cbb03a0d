"""Days that prescriptions cover, and agreement of rules: worked out by hand."""

from __future__ import annotations

import pytest

from spinewise.measures.interpret.rule_terms import longest_run
from spinewise.review.published import agreement


@pytest.mark.parametrize(
    ("fills", "last", "days"),
    [
        ([], 400, 0),
        ([(0, 90)], 400, 90),
        ([(0, 30), (25, 30)], 400, 60),  # the second waits: days 0 to 59
        ([(0, 30), (0, 30), (0, 30)], 400, 90),  # three on one day are ninety days
        ([(0, 30), (30, 30)], 400, 60),  # the next day after the last: no gap
        ([(0, 30), (31, 30)], 400, 30),  # day 30 is not covered
        ([(0, 60), (10, 20), (85, 10)], 400, 80),  # 0 to 79, then 85 to 94
        ([(365, 90)], 365, 1),  # days after the window do not count
        ([(300, 90)], 365, 66),
    ],
)
def test_fills_are_queued(fills: list[tuple[int, int]], last: int, days: int) -> None:
    assert longest_run(fills, last) == days


def test_agreement_of_two_rules() -> None:
    """20 by both, 5 and 15 by one, 60 by neither: 0.80; by chance 0.25 x 0.35 + 0.75 x 0.65."""
    people = {(True, True): 20, (True, False): 5, (False, True): 15, (False, False): 60}
    found = agreement("a", "b", people)

    assert (found.both, found.only_first, found.only_second, found.neither) == (20, 5, 15, 60)
    assert found.share == pytest.approx(0.80)
    assert found.kappa == pytest.approx((0.80 - 0.575) / (1 - 0.575))


def test_kappa_says_nothing_where_nobody_differs() -> None:
    assert agreement("a", "b", {(False, False): 12}).kappa is None
