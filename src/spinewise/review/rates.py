"""Rates from counted outcomes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from spinewise.measures.kleene import Truth
from spinewise.measures.outcome import IN_WITH, IN_WITHOUT, OUT
from spinewise.measures.ranges import rate_range
from spinewise.review.result import Rate, State
from spinewise.statistics.intervals import wilson

TOO_FEW: Final = 10
"""Below this denominator a rate is too small to judge (SEMANTICS 7), unless a package says else."""

PLACES: Final = {
    "with-or-without": IN_WITH | IN_WITHOUT,
    "out-or-with": OUT | IN_WITH,
    "out-or-without": OUT | IN_WITHOUT,
    "any": OUT | IN_WITH | IN_WITHOUT,
}
"""The places that an open unit may have, by name: what a range follows from."""


def state_of(d: int, least: int = TOO_FEW) -> State:
    """The state of a rate that can be computed, from its denominator."""
    return "no cases" if d == 0 else "too few" if d < least else "computable"


@dataclass
class Tally:
    """Units of one group, counted by what they may be."""

    n: int = 0
    d: int = 0
    places: Counter[int] = field(default_factory=Counter)

    def add(self, category: str, in_numerator: Truth, places: int, units: int) -> None:
        """Count units of one kind."""
        if category == "in":
            self.d += units
            self.n += units if in_numerator else 0
        self.places[places] += units

    @property
    def unknown(self) -> int:
        """Units that may be in more than one place."""
        return sum(
            units
            for places, units in self.places.items()
            if places not in (OUT, IN_WITH, IN_WITHOUT)
        )

    @property
    def open(self) -> dict[str, int]:
        """The unknown units by the places that they may have."""
        return {name: self.places[mask] for name, mask in PLACES.items() if self.places[mask]}

    def rate(self, least: int = TOO_FEW, *, computable: bool = True) -> Rate:
        """The rate with its range, interval and state; below ``least`` it is too few."""
        if not computable:
            return NOT_COMPUTABLE
        ranged = rate_range(self.places)
        interval = wilson(self.n, self.d)
        return Rate(
            n=self.n,
            d=self.d,
            recorded=self.n / self.d if self.d else None,
            low=ranged[0] if ranged else None,
            high=ranged[1] if ranged else None,
            wilson_low=interval[0] if interval else None,
            wilson_high=interval[1] if interval else None,
            unknown=self.unknown,
            state=state_of(self.d, least),
        )


NOT_COMPUTABLE: Final = Rate(
    n=0,
    d=0,
    recorded=None,
    low=None,
    high=None,
    wilson_low=None,
    wilson_high=None,
    unknown=0,
    state="not computable",
)


def tally(rows: Iterable[tuple[str, Truth, int, int]]) -> Tally:
    """A tally of rows (category, in_numerator, places, units)."""
    counted = Tally()
    for row in rows:
        counted.add(*row)
    return counted
