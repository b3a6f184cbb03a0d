"""
The plan of a block of people: each bout of back pain, decided before a word of it is written.

A person's time is cut into slots of 300 days. A slot holds at most one bout, which begins in its
first 62 days and has its last diagnosis 118 days later at most; a bout with a recurrence keeps the
next slot empty. So whether a diagnosis lies within 180 days before a visit is known from the plan
and never has to be looked up in the records. Everything else that a person comes for lies outside
these days.

Days of a bout are offsets from its index visit; :data:`NEVER` where the thing does not happen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from spinewise.synthetic.codes import FINDINGS, SPECIALTIES
from spinewise.synthetic.people import NEVER, Clinicians, Flags, Ints, People, Words
from spinewise.synthetic.rates import (
    EARLY,
    EPISODE,
    LAST_DIAGNOSIS,
    LATEST_START,
    QUIET,
    SLOT,
    Rates,
)
from spinewise.synthetic.visits import Visits, draw_visits

DIAGNOSES: Final = (
    "lbp",
    "lbp-other",
    "lbp-right-leg",
    "lbp-left-leg",
    "lbp-ohip",
    "lbp-icd9",
    "lbp-snomed",
)
_DIAGNOSIS_SHARES: Final = (0.30, 0.12, 0.10, 0.10, 0.23, 0.05, 0.10)

SUFFICIENT: Final = {
    "N1": 0.08,
    "N2": 0.17,
    "N3": 0.10,
    "I4": 0.04,
    "I5": 0.03,
    "F1": 0.28,
    "F5": 0.12,
    "T1": 0.18,
}
"""Sufficient findings that begin with a bout, and their shares (chosen)."""
SUPPORTING: Final = {"T3": 0.56, "T4": 0.12, "F2": 0.12, "T2": 0.12, "I1": 0.08}
"""Supporting findings that begin with a bout; night pain is the most frequent by far."""
LASTING: Final = {
    "cancer": "T1",
    "osteoporosis": "F3",
    "steroid": "F4",
    "immune": "I3",
    "injection": "I2",
}
"""Lasting conditions and the finding that their code shows."""
NEW_BESIDE: Final = {"F3": "F2", "F4": "F2", "I3": "I1", "I2": "I1"}
"""What may begin beside a lasting finding: together they are a combination."""
CODED: Final = tuple(finding.id for finding in FINDINGS if finding.code)
EMERGENCY: Final = tuple(finding.id for finding in FINDINGS if finding.emergency)
OPIOIDS: Final = ("codeine-paracetamol", "tramadol", "oxycodone", "hydromorphone")


@dataclass(frozen=True)
class Bouts:
    """One entry a bout of back pain, sorted by patient and day."""

    person: Ints
    """Index into the block's :class:`People`."""
    slot: Ints
    day: Ints
    minute: Ints
    setting: Words
    clinician: Ints
    """Index of the clinician seen, -1 in an emergency department."""
    diagnosis: Words
    position: Ints
    linked: Flags
    """The diagnosis names its visit; otherwise it is dated by its day alone, without an onset."""
    onset: Ints
    """Days from onset to index, NEVER where it is not recorded."""

    follow_up: Ints
    recurrence: Ints
    laboratory: Ints
    """A laboratory row with the diagnosis so many days before the index: it does not count."""
    inpatient: Ints
    """A hospital stay with the diagnosis so many days before the index: it does."""
    emergency_visit: Ints

    finding: Words
    """The sufficient or supporting finding that began with the bout, or empty."""
    lasting: Words
    """The finding that a lasting condition shows, or empty."""
    strong: Flags
    """One of them is sufficient, or both are a combination: there is a red flag."""
    coded: Ints
    """Day on which ``finding`` was coded."""
    coded_recorded: Ints
    refuted: Ints
    answered: Ints
    """Day of a lone answer to ``finding``."""
    noted: Ints
    """Day of a note that mentions ``finding``; nothing else says so."""
    denied: Flags
    """A note on the index day says that there are no red flags; no form was filled in."""
    screened: Ints
    """Day of a complete screen."""
    contradicts: Flags
    """The screen denies the cancer that a code shows."""
    partly: Ints
    """Day of an incomplete one, its answers all absent."""
    surgical: Ints
    """Day on which somebody records that an operation is considered."""

    specialist: Ints
    specialty: Words
    other_specialist: Ints
    referral: Ints
    opioid: Ints
    opioid_name: Words
    quality_before: Ints
    quality_after: Ints
    quality: Ints
    """First answer, 0 to 10."""
    quality_change: Ints
    experience: Ints
    experience_answer: Ints


@dataclass(frozen=True)
class Images:
    """One entry an image of the lumbar spine, or perhaps of it."""

    person: Ints
    bout: Ints
    """Index into the block's :class:`Bouts`, -1 for an image without a bout."""
    rank: Ints
    """0, 1 within a bout."""
    ordered: Ints
    """Day of the order, NEVER for an image made elsewhere."""
    month_only: Flags
    """The order's day is written as its month."""
    performed: Ints
    modality: Words
    linked: Flags
    """Order and performance name each other."""
    level_unknown: Flags
    """Only a code that does not say the level of the spine."""
    coding: Words
    """``fee`` or ``lumbar``: how the order is coded."""
    clinician: Ints
    cancelled: Flags


@dataclass(frozen=True)
class Plan:
    people: People
    bouts: Bouts
    images: Images
    visits: Visits
    start: int
    end: int
    """First day of the records, and the last: the cut-off."""


def draw_plan(
    rng: np.random.Generator,
    people: People,
    clinicians: Clinicians,
    start: int,
    end: int,
    shock: int,
    rates: Rates,
) -> Plan:
    """
    Decide everything about the bouts, images and other visits of ``people``.

    Parameters
    ----------
    start, end
        First and last day of the records, since 1970-01-01.
    shock
        The day from which fewer images are ordered and more screens are documented.
    """
    person, slot, day, recurs, busy = _when(rng, people, start, end, rates)
    bouts = _bouts(rng, people, clinicians, person, slot, day, recurs, shock, rates)
    images = _images(rng, people, clinicians, bouts, busy, start, shock, rates)
    visits = draw_visits(rng, people, busy, start, end, rates)
    return Plan(people, bouts, images, visits, start, end)


# Bouts ------------------------------------------------------------------------------------------


def _when(
    rng: np.random.Generator, people: People, start: int, end: int, rates: Rates
) -> tuple[Ints, Ints, Ints, Flags, Flags]:
    """Whose bout begins when, which recur, and which slots of which people are taken."""
    n = people.patient.size
    slots = (end - start + SLOT) // SLOT + 1
    offset = rng.integers(0, LATEST_START - 1, (n, slots))
    day = start + people.phase[:, None] - SLOT + SLOT * np.arange(slots)[None, :] + offset
    winter = 1 + rates.season * np.cos((day - 15) * 2 * np.pi / 365.25)
    chance = rates.bouts_a_year * SLOT / 365.25 * people.frailty[:, None] * winter
    wanted = rng.random((n, slots)) < chance
    recurs = rng.random((n, slots)) < 0.08
    taken = wanted.copy()
    for s in range(1, slots):
        taken[:, s] &= ~(taken[:, s - 1] & recurs[:, s - 1])
    observed = (day >= people.joined[:, None]) & (day <= people.followed_to[:, None])
    person, slot = np.nonzero(taken & observed)
    return person, slot, day[person, slot], recurs[person, slot], taken


def _bouts(
    rng: np.random.Generator,
    people: People,
    clinicians: Clinicians,
    person: Ints,
    slot: Ints,
    day: Ints,
    recurs: Flags,
    shock: int,
    rates: Rates,
) -> Bouts:
    n = person.size
    setting = _pick(rng, n, ("office", "virtual", "emergency", "home"), (0.78, 0.12, 0.08, 0.02))
    weekend = (day + 3) % 7 >= 5
    day = np.where(weekend & (setting != "emergency"), day + 7 - (day + 3) % 7, day)
    inside = day <= people.followed_to[person]
    emergency = setting == "emergency"
    each = clinicians.id.size // (int(clinicians.practice[-1]) + 1)
    colleague = people.practice[person] * each + rng.integers(0, each, n)
    clinician = np.where(rng.random(n) < 0.8, people.clinician[person], colleague)

    finding, lasting, strong = _findings(rng, people, person, day, rates)
    urgent = np.isin(finding, EMERGENCY)
    follow_up = np.select(
        [emergency & (rng.random(n) < 0.6), ~emergency & (rng.random(n) < 0.5)],
        [2 + _days(rng, n, 11), 10 + _days(rng, n, LAST_DIAGNOSIS - 10)],
        NEVER,
    )
    handled = rng.random(n)
    emergency_visit = np.where(urgent & ~emergency & (handled < 0.5), 0, NEVER)

    known = people.trait_recorded[person] <= day
    record = _recording(rng, clinicians, clinician, finding, strong, urgent, day, shock, rates)
    contradicts = (lasting == "T1") & known & (record["screened"] != NEVER) & (rng.random(n) < 0.05)
    in_time = day + record["refuted"] <= people.followed_to[person]
    record["refuted"] = np.where(in_time, record["refuted"], NEVER)
    specialist = _maybe(rng, n, rates.specialist, 15, 75)
    refers = (specialist != NEVER) & (rng.random(n) < 0.6)
    only_referred = (specialist == NEVER) & (rng.random(n) < 0.06)
    referral = np.select([refers, only_referred], [specialist - 10, 5 + _days(rng, n, 40)], NEVER)
    improves = rng.random(n) < 0.6
    quality_before = _maybe(rng, n, rates.quality_baseline, 0, 8)
    quality_after = np.where(quality_before == NEVER, NEVER, 35 + _days(rng, n, 43))
    linked = rng.random(n) < 0.95
    onset = np.select(
        [~linked, rng.random(n) < 0.03, rng.random(n) < 0.6],
        [NEVER, 90 + _days(rng, n, 300), _days(rng, n, 70)],
        NEVER,
    )
    return _keep(
        Bouts(
            person=person,
            slot=slot,
            day=day,
            minute=480 + _days(rng, n, 480),
            setting=setting,
            clinician=np.where(emergency, -1, clinician),
            diagnosis=_pick(rng, n, DIAGNOSES, _DIAGNOSIS_SHARES),
            position=np.where(rng.random(n) < 0.85, 1, 2),
            linked=linked,
            onset=onset,
            follow_up=follow_up,
            recurrence=np.where(recurs, 90 + _days(rng, n, 29), NEVER),
            laboratory=_maybe(rng, n, 0.02, 20, 120),
            inpatient=_maybe(rng, n, 0.01, 30, 120),
            emergency_visit=emergency_visit,
            finding=finding,
            lasting=lasting,
            strong=strong,
            contradicts=contradicts,
            surgical=_maybe(rng, n, 0.10, 43, 30),
            specialist=np.where(urgent, NEVER, specialist),
            specialty=_pick(rng, n, SPECIALTIES, (0.4, 0.2, 0.2, 0.2)),
            other_specialist=np.where(urgent, NEVER, _maybe(rng, n, 0.04, 15, 75)),
            referral=np.where(urgent, NEVER, referral),
            opioid=np.where(
                rng.random(n) < rates.opioid_start,
                np.where(rng.random(n) < 0.85, _days(rng, n, 15), 31 + _days(rng, n, 30)),
                NEVER,
            ),
            opioid_name=_pick(rng, n, OPIOIDS, (0.5, 0.2, 0.2, 0.1)),
            quality_before=quality_before,
            quality_after=np.where(rng.random(n) < rates.quality_followed, quality_after, NEVER),
            quality=2 + _days(rng, n, 4),
            quality_change=np.where(improves, 3 + _days(rng, n, 3), -_days(rng, n, 2)),
            experience=_maybe(rng, n, rates.experience_answered, 7, 22),
            experience_answer=_pick(rng, n, (0, 1, 2, 3, 4), (0.55, 0.25, 0.13, 0.05, 0.02)),
            **record,
        ),
        inside,
    )


def _findings(
    rng: np.random.Generator, people: People, person: Ints, day: Ints, rates: Rates
) -> tuple[Words, Words, Flags]:
    """
    What began with the bout, what a lasting condition shows, and whether that is a red flag.

    Beside a lasting finding begins none, or one that makes a combination with it; so no
    combination arises by accident.
    """
    n = person.size
    has_trait = (people.trait[person] != "") & (people.trait_day[person] <= day)
    trait = np.where(has_trait, people.trait[person], "")
    lasting, beside = np.full((2, n), "", dtype="<U4")
    for name, shows in LASTING.items():
        lasting[trait == name] = shows
        beside[trait == name] = NEW_BESIDE.get(shows, "")
    chance = rng.random(n)
    joined = (beside != "") & (chance < 0.3)
    new = (lasting == "") & (chance < rates.sufficient_now)
    some = (lasting == "") & ~new & (chance < rates.sufficient_now + rates.supporting_only)
    finding = np.select(
        [new, some, joined],
        [
            _pick(rng, n, tuple(SUFFICIENT), tuple(SUFFICIENT.values())),
            _pick(rng, n, tuple(SUPPORTING), tuple(SUPPORTING.values())),
            beside,
        ],
        "",
    )
    return finding, lasting, new | joined | (lasting == "T1")


def _recording(
    rng: np.random.Generator,
    clinicians: Clinicians,
    clinician: Ints,
    finding: Words,
    sufficient: Flags,
    urgent: Flags,
    day: Ints,
    shock: int,
    rates: Rates,
) -> dict[str, np.ndarray]:
    """How red flags reach the record: by a screen, a code, an answer, a note, or not at all."""
    n = finding.size
    usual = np.where(day < shock, rates.documented, rates.documented_after)
    odds = usual / (1 - usual) * np.exp(clinicians.documents[clinician])
    screens = rng.random(n) < odds / (1 + odds)
    late = rng.random(n)
    screened = np.select([late < 0.85, late < 0.95], [0, 1 + _days(rng, n, 14)], 15)
    screened = np.where(screens, np.where(urgent, 0, screened), NEVER)

    can_be_coded = np.isin(finding, CODED)
    how = rng.random(n)
    new = finding != ""
    strong = sufficient & new
    coded = new & can_be_coded & (how < np.where(strong, 0.45, 0.2)) & ~screens
    answered = new & ~screens & ~coded & (how < np.where(strong, 0.65, 0.4))
    noted = new & ~screens & ~coded & ~answered & (how < np.where(strong, 0.9, 0.6))
    written_late = ~urgent & (rng.random(n) < 0.15)
    refuted = coded & strong & (finding != "T1") & (rng.random(n) < 0.2)
    silent = ~screens & ~coded & ~answered & ~noted
    partly = silent & ~new & (rng.random(n) < 0.1)
    return {
        "coded": np.where(coded, 0, NEVER),
        "coded_recorded": np.where(coded, np.where(written_late, 1 + _days(rng, n, 20), 0), NEVER),
        "refuted": np.where(refuted, 15 + _days(rng, n, 16), NEVER),
        "answered": np.where(answered, 0, NEVER),
        "noted": np.where(noted, 0, NEVER),
        "denied": silent & ~new & (rng.random(n) < 0.2),
        "screened": screened,
        "partly": np.where(partly, 0, NEVER),
    }


def _keep(bouts: Bouts, wanted: Flags) -> Bouts:
    """The bouts that are wanted; a coded red flag is a person's last, as its code may last."""
    coded = np.cumsum((bouts.coded != NEVER) & wanted)
    first_of_person = np.append(True, bouts.person[1:] != bouts.person[:-1])
    before = np.append(0, coded[:-1])
    at_start = np.maximum.accumulate(np.where(first_of_person, before, 0))
    kept = wanted & (before == at_start)
    return Bouts(**{name: values[kept] for name, values in vars(bouts).items()})


# Images -----------------------------------------------------------------------------------------


def _images(
    rng: np.random.Generator,
    people: People,
    clinicians: Clinicians,
    bouts: Bouts,
    busy: Flags,
    start: int,
    shock: int,
    rates: Rates,
) -> Images:
    """
    Orders and performances of lumbar images.

    A person's images are all of one style, so that what belongs together without a reference is
    never in doubt: *linked* (order and performance name each other), *apart* (they do not, and
    every order is performed), *elsewhere* (performances without an order).
    """
    style = _pick(rng, people.patient.size, ("linked", "apart", "elsewhere"), (0.75, 0.2, 0.05))
    parts = [
        _first(rng, clinicians, bouts, shock, rates),
        _after_recurrence(rng, bouts),
        _unrelated(rng, people, busy, start),
    ]
    parts.append(_second(rng, parts[0], bouts))
    drawn = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    person, modality = drawn["person"], drawn["modality"]
    n = person.size
    wait = np.select(
        [drawn["urgent"], modality == "xray", modality == "ct"],
        [_days(rng, n, 2), _days(rng, n, 8), 5 + _days(rng, n, 26)],
        10 + _days(rng, n, 81),
    )
    linked = style[person] == "linked"
    elsewhere = style[person] == "elsewhere"
    never = linked & ~drawn["urgent"] & (rng.random(n) < 0.06)
    fee = _pick(rng, n, ("fee", "lumbar"), (0.4, 0.6))
    unsaid = (modality != "xray") & ~drawn["urgent"] & drawn["alone"] & (rng.random(n) < 0.05)
    day = drawn["day"]
    far_in = day.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]")
    index = np.where(drawn["bout"] >= 0, bouts.day[drawn["bout"]], 0)
    month_only = (
        linked
        & drawn["alone"]
        & ~drawn["urgent"]
        & ~unsaid
        & (index - far_in.astype(np.int64) >= 16)
        & (rng.random(n) < 0.04)
    )
    last = people.followed_to[person]
    ordered = np.where(elsewhere, NEVER, day)
    performed = np.where(elsewhere, day, np.where(never, NEVER, day + wait))
    performed = np.where(performed > last, NEVER, performed)
    cancelled = linked & ~drawn["urgent"] & (drawn["bout"] < 0) & (rng.random(n) < 0.2)
    images = Images(
        person=person,
        bout=drawn["bout"],
        rank=drawn["rank"],
        ordered=ordered,
        month_only=month_only,
        performed=np.where(cancelled, NEVER, performed),
        modality=modality,
        linked=linked,
        level_unknown=unsaid,
        coding=fee,
        clinician=drawn["clinician"],
        cancelled=cancelled,
    )
    seen = (day <= last) & (day >= people.joined[person])
    order = np.lexsort((images.rank, day, person))
    order = order[seen[order]]
    return Images(**{name: values[order] for name, values in vars(images).items()})


def _first(
    rng: np.random.Generator, clinicians: Clinicians, bouts: Bouts, shock: int, rates: Rates
) -> dict[str, np.ndarray]:
    """The first image of a bout."""
    n = bouts.day.size
    strong = bouts.strong
    flagged = (bouts.finding != "") | (bouts.lasting != "")
    factor = np.where(bouts.clinician >= 0, clinicians.images[bouts.clinician], 1)
    factor = factor * np.where(bouts.day < shock, 1, 1 - rates.shock)
    chance = np.select(
        [strong, flagged],
        [np.float64(rates.imaged_sufficient), np.minimum(0.95, rates.imaged_supporting * factor)],
        np.minimum(0.95, rates.imaged_none * factor),
    )
    urgent = np.isin(bouts.finding, EMERGENCY)
    in_hospital = (bouts.emergency_visit != NEVER) | (bouts.setting == "emergency")
    chance = np.where(urgent, np.where(in_hospital, 0.6, 0.5), chance)
    imaged = rng.random(n) < chance
    at = rng.random(n)
    offset = np.select(
        [urgent | (strong & (at < 0.8)), at < 0.6, at < 0.75, at < 0.95],
        [_days(rng, n, 1), _days(rng, n, 1), 1 + _days(rng, n, 14), 15 + _days(rng, n, 27)],
        43 + _days(rng, n, 41),
    )
    referred = (bouts.specialist != NEVER) | (bouts.referral != NEVER)
    offset = np.where(referred, np.minimum(offset, 35), offset)
    modality = np.where(
        urgent, "mri", _pick(rng, n, ("xray", "ct", "mri"), _shares(rates.xray, rates.ct))
    )
    return _drawn(
        np.nonzero(imaged)[0], bouts, offset, modality, urgent, rank=0, alone=rng.random(n) < 0.88
    )


def _second(
    rng: np.random.Generator, first: dict[str, np.ndarray], bouts: Bouts
) -> dict[str, np.ndarray]:
    """A second image of the same bout, of another kind."""
    again = first["bout"][~first["alone"] & ~first["urgent"]]
    before = first["modality"][~first["alone"] & ~first["urgent"]]
    began = first["day"][~first["alone"] & ~first["urgent"]] - bouts.day[again]
    referred = (bouts.specialist[again] != NEVER) | (bouts.referral[again] != NEVER)
    offset = began + 7 + _days(rng, again.size, 34)
    fits = (offset <= EPISODE) & ~(referred & (offset > EARLY - 7))
    return _drawn(
        again[fits],
        bouts,
        _spread(bouts, again, offset),
        _spread(bouts, again, np.where(before == "mri", "xray", "mri")),
        np.zeros(bouts.day.size, dtype=bool),
        rank=1,
        alone=np.zeros(bouts.day.size, dtype=bool),
    )


def _spread(bouts: Bouts, at: Ints, values: np.ndarray) -> np.ndarray:
    """``values`` at the places ``at`` of an array with one entry a bout."""
    full = np.zeros(bouts.day.size, dtype=values.dtype)
    full[at] = values
    return full


def _drawn(
    at: Ints,
    bouts: Bouts,
    offset: Ints,
    modality: Words,
    urgent: Flags,
    *,
    rank: int,
    alone: Flags,
) -> dict[str, np.ndarray]:
    return {
        "person": bouts.person[at],
        "bout": at,
        "rank": np.full(at.size, rank),
        "day": bouts.day[at] + offset[at],
        "modality": modality[at],
        "urgent": urgent[at],
        "alone": alone[at],
        "clinician": bouts.clinician[at],
    }


def _after_recurrence(rng: np.random.Generator, bouts: Bouts) -> dict[str, np.ndarray]:
    """An X-ray for some recurrences: after the episode is over, and before a new one could be."""
    at = np.nonzero((bouts.recurrence != NEVER) & (rng.random(bouts.day.size) < 0.3))[0]
    return {
        "person": bouts.person[at],
        "bout": np.full(at.size, -1),
        "rank": np.zeros(at.size, dtype=np.int64),
        "day": bouts.day[at] + bouts.recurrence[at],
        "modality": np.full(at.size, "xray"),
        "urgent": np.zeros(at.size, dtype=bool),
        "alone": np.zeros(at.size, dtype=bool),
        "clinician": bouts.clinician[at],
    }


def _unrelated(
    rng: np.random.Generator, people: People, busy: Flags, start: int
) -> dict[str, np.ndarray]:
    """A lumbar image of somebody without a bout near it."""
    free = ~busy & (rng.random(busy.shape) < 0.01) & ~people.anchor[:, None]
    person, slot = np.nonzero(free)
    n = person.size
    tail = QUIET + _days(rng, n, SLOT - QUIET - 20)
    return {
        "person": person,
        "bout": np.full(n, -1),
        "rank": np.zeros(n, dtype=np.int64),
        "day": start + people.phase[person] - SLOT + SLOT * slot + tail,
        "modality": np.full(n, "xray"),
        "urgent": np.zeros(n, dtype=bool),
        "alone": np.zeros(n, dtype=bool),
        "clinician": people.clinician[person],
    }


# Draws ------------------------------------------------------------------------------------------


def _pick(
    rng: np.random.Generator, n: int, values: tuple[object, ...], shares: tuple[float, ...]
) -> np.ndarray:
    return np.array(values)[rng.choice(len(values), n, p=shares)]


def _shares(xray: float, ct: float) -> tuple[float, float, float]:
    return xray, ct, 1 - xray - ct


def _days(rng: np.random.Generator, n: int, below: int) -> Ints:
    return rng.integers(0, below, n)


def _maybe(rng: np.random.Generator, n: int, chance: float, first: int, days: int) -> Ints:
    """An offset from ``first`` on for a share of the entries, NEVER for the others."""
    return np.where(rng.random(n) < chance, first + _days(rng, n, days), NEVER)
