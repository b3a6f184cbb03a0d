"""The people and clinicians of a synthetic practice: who they are before any back pain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from spinewise.synthetic.rates import QUIET, SLOT, Rates

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Words = NDArray[np.str_]
Floats = NDArray[np.float64]

NEVER: Final = -1_000_000
"""Stands for "no day"; all days are integers since 1970-01-01."""

_AGES: Final = ((0, 15), (15, 25), (25, 45), (45, 65), (65, 80), (80, 95))
_AGE_SHARES: Final = (0.15, 0.12, 0.27, 0.27, 0.14, 0.05)
_TRAITS: Final = {
    "skin-cancer": 0.010,
    "osteoporosis": 0.030,
    "steroid": 0.010,
    "immune": 0.006,
    "injection": 0.006,
    "palliative": 0.004,
    "surgery": 0.008,
}
"""Lasting conditions besides cancer, and their shares at about 55 years (chosen)."""


@dataclass(frozen=True)
class Clinicians:
    """Who works in the practices; arrays of one length, sorted by practice."""

    id: Words
    practice: Ints
    documents: Floats
    """Log odds added to the practice's rate of complete screens."""
    images: Floats
    """Factor on the practice's imaging rate; its mean is 1."""


@dataclass(frozen=True)
class People:
    """One entry a person, in order of ``patient``."""

    patient: Ints
    """Place in the whole synthetic population, from 0."""
    practice: Ints
    clinician: Ints
    """Index of the clinician they are rostered to."""
    birth: Ints
    birth_year_only: Flags
    sex: Words
    language: Words
    joined: Ints
    left: Ints
    died: Ints
    consent_out: Flags
    anchor: Flags
    """The one person whose regular check-ups carry every domain from the first day to the last."""
    phase: Ints
    """Where the first slot begins, as days from the start."""
    frailty: Floats
    trait: Words
    """A lasting condition that is coded, or empty."""
    trait_day: Ints
    trait_recorded: Ints
    opioid_user: Flags
    chronic: Words
    """``ongoing``, ``ended`` or empty: back pain on the problem list."""
    chronic_day: Ints
    pregnant_day: Ints
    followed_to: Ints
    """The earliest of cut-off, leaving and death."""


def draw_clinicians(
    rng: np.random.Generator, patients: int, practices: int, rates: Rates
) -> Clinicians:
    """At least four clinicians a practice, and about one for 1,000 people."""
    each = max(4, round(patients / practices / 1000))
    practice = np.repeat(np.arange(practices), each)
    images = np.exp(rng.normal(0, rates.imaging_spread, practice.size))
    return Clinicians(
        id=np.array([f"C{p + 1:03d}-{k + 1:02d}" for p in range(practices) for k in range(each)]),
        practice=practice,
        documents=rng.normal(0, rates.documentation_spread, practice.size),
        images=images / images.mean(),
    )


def draw_people(
    rng: np.random.Generator,
    patient: Ints,
    practice: Ints,
    clinicians: Clinicians,
    start: int,
    end: int,
    rates: Rates,
) -> People:
    """
    The people numbered ``patient``.

    Parameters
    ----------
    start, end
        First and last day of the records, since 1970-01-01.
    """
    n = patient.size
    years = (end - start) / 365.25
    anchor = patient == 0

    band = rng.choice(len(_AGES), n, p=_AGE_SHARES)
    low, high = np.array(_AGES, dtype=float)[band].T
    age = low + rng.random(n) * (high - low)
    age = np.where(rng.random(n) < 0.02, 12.5 + 3.5 * rng.random(n), age)
    birth = _no_leap_day(start - (np.where(anchor, 52.3, age) * 365.2425).astype(np.int64))
    female = rng.random(n) < 0.51

    hazard = np.select([age < 65, age < 80], [0.001, 0.015], 0.06)
    died = np.where(rng.random(n) < hazard * years, start + _below(rng, n, end - start), NEVER)
    joined = np.where(rng.random(n) < rates.joins_later, start + _below(rng, n, end - start), start)
    left = np.where(
        rng.random(n) < rates.leaves_a_year * years, start + _below(rng, n, end - start), NEVER
    )
    joined = np.where(anchor, start, joined)
    died = np.where(anchor | (died <= joined + 30), NEVER, died)
    left = np.where(anchor | (left <= joined + 30), NEVER, left)
    followed_to = np.minimum(
        np.minimum(end, np.where(died == NEVER, end, died)), np.where(left == NEVER, end, left)
    )

    phase = _below(rng, n, SLOT)
    trait, day, recorded = _traits(rng, n, age, joined, start, end, phase, rates)
    chance = rng.random(n)
    chronic = np.select([chance < 0.03, chance < 0.04], ["ongoing", "ended"], "")
    chronic_day = np.where(chronic == "", NEVER, start - 200 - _below(rng, n, 2000))
    fertile = female & (age > 18) & (age < 42) & (rng.random(n) < 0.06)
    pregnant_day = np.where(fertile, start + _below(rng, n, end - start), NEVER)

    each = clinicians.id.size // (int(clinicians.practice[-1]) + 1)
    return People(
        patient=patient,
        practice=practice,
        clinician=practice * each + _below(rng, n, each),
        birth=birth,
        birth_year_only=(rng.random(n) < rates.birth_year_only) & ~anchor,
        sex=np.where(female, "female", "male"),
        language=np.where(rng.random(n) < 0.08, "fr", "en"),
        joined=joined,
        left=left,
        died=died,
        consent_out=(rng.random(n) < rates.consent_out) & ~anchor,
        anchor=anchor,
        phase=phase,
        frailty=np.where(anchor, 0, rng.gamma(2.0, 0.5, n)) * np.select([age < 14], [0.15], 1.0),
        trait=np.where(anchor, "", trait),
        trait_day=day,
        trait_recorded=recorded,
        opioid_user=(rng.random(n) < rates.opioid_user) & (age > 20) & ~anchor,
        chronic=np.where(anchor, "", chronic),
        chronic_day=chronic_day,
        pregnant_day=np.where(anchor, NEVER, pregnant_day),
        followed_to=followed_to,
    )


def _traits(
    rng: np.random.Generator,
    n: int,
    age: Floats,
    joined: Ints,
    start: int,
    end: int,
    phase: Ints,
    rates: Rates,
) -> tuple[Words, Ints, Ints]:
    """
    A lasting condition for some people: what, from when, and recorded when.

    Most began before the records and were written down on joining. The others begin in the quiet
    tail of a slot, never within a bout; some of them are recorded weeks later.
    """
    shares = np.array([rates.cancer_trait, *_TRAITS.values()])
    edges = np.cumsum(shares)[None, :] * np.clip(age / 55, 0.1, 1.6)[:, None]
    which = (rng.random(n)[:, None] >= edges).sum(axis=1)
    trait = np.array(["cancer", *_TRAITS, ""])[which]
    slots = (end - start) // SLOT + 1
    tail = (
        start + phase - SLOT + SLOT * _below(rng, n, slots) + QUIET + _below(rng, n, SLOT - QUIET)
    )
    before = (rng.random(n) < 0.7) | (tail < joined)
    day = np.where(before, start - 30 - _below(rng, n, 3000), tail)
    late = np.where(rng.random(n) < 0.15, 5 + _below(rng, n, 56), 0)
    recorded = np.where(before, joined, day + late)
    trait = np.where(recorded > end, "", trait)
    gone = trait == ""
    return trait, np.where(gone, NEVER, day), np.where(gone, NEVER, recorded)


def _no_leap_day(day: Ints) -> Ints:
    """Nobody is born on 29 February: when they come of age is a matter of law, not of records."""
    date = day.astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    leap = (month.astype(np.int64) % 12 == 1) & ((date - month).astype(np.int64) == 28)
    return np.asarray(day - leap, dtype=np.int64)


def _below(rng: np.random.Generator, n: int, top: int) -> Ints:
    return rng.integers(0, top, n)
