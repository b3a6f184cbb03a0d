"""A unit's places are those of every way to settle what is unknown of it."""

from __future__ import annotations

from itertools import product

from spinewise.measures.kleene import Truth
from spinewise.measures.outcome import IN_WITH, IN_WITHOUT, OUT, places


def place(*, denominator: bool, excluded: bool, numerator: bool) -> int:
    """Where a unit of which everything is known belongs."""
    if not denominator or excluded:
        return OUT
    return IN_WITH if numerator else IN_WITHOUT


def test_places_for_all_27_answers() -> None:
    truths: tuple[Truth, ...] = (True, False, None)
    for answers in product(truths, repeat=3):
        settled = product(*([one] if one is not None else [True, False] for one in answers))
        allowed = {place(denominator=d, excluded=x, numerator=n) for d, x, n in settled}

        assert places(*answers) == sum(allowed), answers
