"""What became of one unit under one indicator, and what a set of outcomes allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from spinewise.measures.kleene import Truth, all_of, negate

Category = Literal["in", "excluded", "outside", "not-evaluated", "undecided", "beside"]

OUT: Final = 1
IN_WITHOUT: Final = 2
IN_WITH: Final = 4
"""The three places a unit can have: out of the denominator, in it without the numerator, in it
with the numerator. A unit's ``places`` is the sum of those that its unknowns allow."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One unit under one indicator: a row of results.csv and everything that is counted from it."""

    indicator: str
    unit_id: str
    """The source record of the index visit, the image or the answer."""
    patient_id: str
    day: tuple[int, int] | None
    """First and last possible index, order or answer day; None for a person without an index."""
    clinician: str
    modality: str
    category: Category
    reasons: tuple[str, ...]
    """Why it is where it is, sorted; empty for ``in``."""
    in_denominator: Truth
    """As recorded, before exclusion."""
    excluded: Truth
    in_numerator: Truth
    """As recorded."""
    places: int
    verdict: str
    """Of an image: indicated, not-indicated, cannot-tell; of an episode its red-flag status:
    present, absent, not-documented; of a person the stratum of a published rule; else empty."""
    also: tuple[str, ...]
    """Ids of the indicator's further counts that hold for a unit of the denominator, sorted."""
    assumed: tuple[str, ...]
    """Ids of what had to be assumed for this unit, sorted."""
    proposed: bool
    """Whether the unit rests on a code that is only proposed."""
    earlier: bool = False
    """Whether it is of a measurement period before the one that is asked for: it counts in the run
    chart and nowhere else."""


def places(denominator: Truth, excluded: Truth, numerator: Truth) -> int:
    """The places that three-valued answers allow a unit."""
    eligible = all_of((denominator, negate(excluded)))
    if eligible is False:
        return OUT
    inside = {True: IN_WITH, False: IN_WITHOUT, None: IN_WITH | IN_WITHOUT}[numerator]
    return inside if eligible else OUT | inside
