"""Everything that people come for besides their bouts of back pain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from spinewise.synthetic.people import Flags, Ints, People
from spinewise.synthetic.rates import QUIET, SLOT, Rates

Small = NDArray[np.int8]

PLACES: Final = {
    "office": 0.64,
    "specialist": 0.04,
    "virtual": 0.15,
    "emergency": 0.05,
    "inpatient": 0.01,
    "laboratory": 0.11,
}
"""Where people are seen; ``specialist`` is an office visit to internal medicine (chosen)."""
AT_THE_PRACTICE: Final = ("office", "virtual")
PROBLEMS: Final = {
    "": 0.30,
    "hypertension": 0.14,
    "diabetes": 0.09,
    "cold": 0.14,
    "depression": 0.08,
    "check-up": 0.11,
    "knee": 0.04,
    "reflux": 0.06,
    "asthma": 0.04,
}
DRUGS: Final = {
    "": 0.70,
    "ibuprofen": 0.045,
    "naproxen": 0.045,
    "acetaminophen": 0.045,
    "amlodipine": 0.09,
    "metformin": 0.066,
    "codeine-cough": 0.009,
}
IMAGES: Final = {"": 0.97, "chest-xray": 0.024, "cervical-xray": 0.006}


@dataclass(frozen=True)
class Visits:
    """
    One entry a visit, sorted by person and time, with what is written at it.

    The last four are places in the lists above; 0 of the last three is nothing.
    """

    person: Ints
    """Index into the block's :class:`People`."""
    day: Ints
    minute: Ints
    place: Small
    problem: Small
    drug: Small
    image: Small


def draw_visits(
    rng: np.random.Generator, people: People, busy: Flags, start: int, end: int, rates: Rates
) -> Visits:
    """Visits outside the days of bouts; ``busy`` says which slots of which people hold a bout."""
    span = end - start + 1
    count = rng.poisson(rates.visits_a_year * span / 365.25, people.patient.size)
    person = np.repeat(np.arange(people.patient.size), count)
    minutes = np.sort((person * span + rng.integers(0, span, person.size)) * 1440)
    day = start + minutes // 1440 - person * span
    since = day - start - people.phase[person] + SLOT
    quiet = busy[person, since // SLOT] & (since % SLOT < QUIET)
    seen = (day >= people.joined[person]) & (day <= people.followed_to[person])
    wanted = ~quiet & seen & ~people.anchor[person]
    person, day = person[wanted], day[wanted]
    n = person.size
    place = _pick(rng, n, PLACES)
    here = np.isin(place, [list(PLACES).index(name) for name in AT_THE_PRACTICE])
    return Visits(
        person=person,
        day=day,
        minute=480 + rng.integers(0, 540, n),
        place=place,
        problem=_pick(rng, n, PROBLEMS) * (place != list(PLACES).index("laboratory")),
        drug=_pick(rng, n, DRUGS) * here,
        image=_pick(rng, n, IMAGES) * here,
    )


def _pick(rng: np.random.Generator, n: int, shares: dict[str, float]) -> Small:
    edges = np.cumsum(list(shares.values()))
    edges[-1] = 1.0
    return np.searchsorted(edges, rng.random(n), side="right").astype(np.int8)
