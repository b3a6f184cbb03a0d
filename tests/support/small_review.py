"""Reviews of small practices, counted from units that are drawn, as a review counts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from random import Random

import msgspec

from spinewise.know.loader import load_package
from spinewise.measures.outcome import IN_WITH, IN_WITHOUT, OUT
from spinewise.review.opportunities import areas, opportunities
from spinewise.review.published import agreement
from spinewise.review.rates import TOO_FEW, Tally
from spinewise.review.result import (
    Agreement,
    Counts,
    Group,
    ImageCounts,
    IndicatorResult,
    Month,
    PublishedResult,
    Review,
    RunChart,
)
from spinewise.review.words import say
from spinewise.statistics.run_chart import runs
from tests.data.sample_package import sample_package
from tests.data.sample_review import sample_review

PACKAGE = sample_package()
PACKAGE = replace(
    PACKAGE,
    indicators={
        **PACKAGE.indicators,
        **{rule.id: rule for rule in load_package().rules},
    },
)
SAMPLE = sample_review()
PERIOD = (date(2024, 1, 1), date(2024, 12, 31))
CATEGORIES = ("in", "excluded", "outside", "not-evaluated", "undecided")
REASONS = {
    "in": ("",),
    "excluded": ("chronic", "pregnant"),
    "outside": ("washout", "age", "population"),
    "not-evaluated": ("not-yet",),
    "undecided": ("washout-unknown", "age-unknown"),
}


@dataclass(frozen=True)
class Unit:
    """An episode or an image."""

    category: str
    reason: str
    month: date
    clinician: str
    modality: str
    verdict: str
    in_numerator: bool
    places: int


def draw(random: Random, size: int, clinicians: int, kind: str, months: int = 24) -> list[Unit]:
    """Units of one kind over the period and the months before it."""
    names = [f"Dr. Number {n}" for n in range(clinicians)] + [""]
    weights = [random.random() ** 2 + 0.02 for _ in names]
    shares = [6, random.random(), random.random(), random.random() / 2, random.random() / 2]
    verdicts = (
        ("present", "absent", "not-documented")
        if kind == "episode"
        else ("indicated", "not-indicated", "cannot-tell")
    )
    tilt = [random.random() + 0.05 for _ in verdicts]
    rate = random.random()
    units = []
    for _ in range(size):
        (category,) = random.choices(CATEGORIES, shares)
        back = random.randrange(months)
        year, month = divmod(2024 * 12 + 11 - back, 12)
        (verdict,) = random.choices(verdicts, tilt)
        numerator = random.random() < rate
        open_ = random.random() < 0.1
        places = {
            "in": (IN_WITH if numerator else IN_WITHOUT) if not open_ else IN_WITH | IN_WITHOUT,
            "undecided": OUT | (IN_WITH if numerator else IN_WITHOUT),
        }.get(category, OUT)
        units.append(
            Unit(
                category,
                random.choice(REASONS[category]),
                date(year, month + 1, 1),
                random.choices(names, weights)[0],
                random.choice(("ct", "mri", "xray", "xray", "xray")) if kind == "image" else "",
                verdict,
                numerator,
                places,
            )
        )
    return units


def judged(units: list[Unit], against: tuple[str, ...]) -> list[Unit]:
    """Images with the numerator that certain verdicts make."""
    made = []
    for unit in units:
        numerator = unit.verdict in against
        both = len(against) > 1 and unit.verdict == "cannot-tell"
        certain = IN_WITH if numerator else IN_WITHOUT
        places = IN_WITH | IN_WITHOUT if both else certain
        made.append(
            Unit(
                **{
                    **unit.__dict__,
                    "in_numerator": numerator,
                    "places": places if unit.category == "in" else unit.places,
                }
            )
        )
    return made


RULES = ("cms166v4", "cms166v5", "hedis-lbp-my2025")
"""Published rules: the first two are nearly alike, and the third has strata."""
_PUBLISHED = load_package().indicators
_BEFORE = {"outside": ("age", "visit"), "excluded": ("cancer", "trauma", "prior-pain")}


def draw_people(random: Random, size: int, clinicians: int) -> dict[str, list[Unit]]:
    """People with an index, under each of the rules; who is counted differs by little."""
    people = draw(random, size, clinicians, "episode")
    strata = [one.id for one in _PUBLISHED[RULES[2]].strata]
    tilt = (1, random.random() / 3, random.random() / 4, 0.02, 0.02)
    drift = random.choice((0, 0, 0.01, 0.03, 0.3))
    nested = random.random() < 0.5
    found: dict[str, list[Unit]] = {rule: [] for rule in RULES}
    for person in people:
        of_rules = {}
        for rule in RULES:
            (category,) = random.choices(CATEGORIES, tilt)
            numerator = person.in_numerator != (rule == RULES[2])
            certain = IN_WITH if numerator else IN_WITHOUT
            open_ = IN_WITH | IN_WITHOUT if random.random() < 0.05 else certain
            of_rules[rule] = replace(
                person,
                category=category,
                reason=random.choice(_BEFORE.get(category, REASONS[category])),
                verdict=random.choice(strata) if rule == RULES[2] else "",
                in_numerator=numerator,
                places={"in": open_, "undecided": OUT | certain}.get(category, OUT),
            )
        first, second, _third = RULES
        if random.random() >= drift or (nested and of_rules[first].category != "in"):
            of_rules[second] = of_rules[first]
        for rule, unit in of_rules.items():
            found[rule].append(unit)
    return found


def review(
    episodes: list[Unit], images: list[Unit], people: Mapping[str, list[Unit]] | None = None
) -> Review:
    """The review of these episodes and images, and of people under published rules."""
    people = people or {}
    results = [
        *(rule_result(rule, units) for rule, units in people.items()),
        result("red-flag-documentation", episodes),
        result("imaging-without-recorded-flag", judged(images, ("not-indicated", "cannot-tell"))),
        result("imaging-unknown", judged(images, ("cannot-tell",))),
    ]
    year = [unit for unit in images if unit.month.year == 2024]
    inside = [unit for unit in year if unit.category == "in"]
    counted = Counter(unit.category for unit in year)
    return msgspec.structs.replace(
        SAMPLE,
        period=PERIOD,
        indicators=results,
        agreements=_agreements(people),
        areas=areas(results, PACKAGE.indicators, say("domain", "visits")),
        images=ImageCounts(
            images=len(year),
            in_episode=len(inside),
            in_excluded_episode=counted["excluded"],
            outside_episode=counted["outside"],
            region_unknown=0,
            verdicts=dict(Counter(unit.verdict for unit in inside)),
        ),
    )


def rule_result(id_: str, units: list[Unit]) -> IndicatorResult:
    """The result of a published rule for people who have an index, and a hundred who have not."""
    rule = _PUBLISHED[id_]
    found = result(id_, units)
    year = [unit for unit in units if unit.month.year == 2024]
    counts = found.counts
    return msgspec.structs.replace(
        found,
        counts=msgspec.structs.replace(
            counts, units=counts.units + 100, outside={**counts.outside, "no-index": 100}
        ),
        modalities=[],
        opportunities=[],
        published=PublishedResult(
            source=rule.name,
            score=found.rate.recorded,
            complement=False,
            assumed=[],
            readings=[],
            not_evaluated=[],
            names={one.id: one.name for one in (*rule.require, *rule.exclusion, *rule.strata)},
            conditions=[one.id for one in rule.require],
            strata=[
                Group(key=one.id, rate=tally([u for u in year if u.verdict == one.id]).rate())
                for one in rule.strata
            ],
        ),
    )


def _agreements(people: Mapping[str, list[Unit]]) -> list[Agreement]:
    """Whom each two rules exclude, of those whom both count before that."""
    found = []
    for first, second in combinations(people, 2):
        counted = Counter(
            (one.category == "excluded", other.category == "excluded")
            for one, other in zip(people[first], people[second], strict=True)
            if one.month.year == 2024 and {one.category, other.category} <= {"in", "excluded"}
        )
        if counted:
            found.append(agreement(first, second, counted))
    return found


def tally(units: list[Unit]) -> Tally:
    counted = Tally()
    for unit in units:
        counted.add(unit.category, unit.in_numerator, unit.places, 1)
    return counted


def result(id_: str, units: list[Unit]) -> IndicatorResult:
    """The result of an indicator; its run chart goes back before the period."""
    rule = PACKAGE.indicators[id_]
    base = SAMPLE[id_] if id_ not in RULES else SAMPLE["red-flag-documentation"]
    year = [unit for unit in units if unit.month.year == 2024]
    inside = [unit for unit in year if unit.category == "in"]
    rate = tally(year).rate()

    def reasons(category: str) -> dict[str, int]:
        return dict(Counter(unit.reason for unit in year if unit.category == category))

    def status(*verdicts: str) -> int:
        return sum(unit.verdict in verdicts for unit in inside)

    good = IN_WITHOUT if rule.better == "lower" else IN_WITH
    certain = [unit for unit in inside if unit.places in (IN_WITH, IN_WITHOUT)]
    counts = Counts(
        units=len(year),
        decided=len(certain),
        decided_against=sum(unit.places != good for unit in certain),
        excluded=reasons("excluded"),
        excluded_units=sum(unit.category == "excluded" for unit in year),
        outside=reasons("outside"),
        not_evaluated=reasons("not-evaluated"),
        undecided=reasons("undecided"),
        screened_absent=status("absent", "not-indicated"),
        not_documented=status("not-documented", "cannot-tell"),
        open=tally(year).open,
    )
    months = []
    for n in range(24):
        month = date(2023 + n // 12, n % 12 + 1, 1)
        of_month = [unit for unit in units if unit.month == month]
        months.append(Month(month=month, rate=tally(of_month).rate()))
    found = runs([month.rate.recorded for month in months])
    groups = {
        key: tally([u for u in year if u.clinician == key])
        for key in sorted({u.clinician for u in year})
    }
    kinds = {
        key: tally([u for u in year if u.modality == key])
        for key in sorted({u.modality for u in year if u.modality})
    }
    return msgspec.structs.replace(
        base,
        id=id_,
        unit=rule.unit,
        better=rule.better,
        rate=rate,
        counts=counts,
        previous=None,
        reason=None,
        run_chart=RunChart(months=months, **found._asdict()),
        clinicians=[Group(key=k, rate=t.rate()) for k, t in groups.items() if t.d >= TOO_FEW],
        clinicians_hidden=sum(0 < t.d < TOO_FEW for t in groups.values()),
        modalities=[Group(key=key, rate=t.rate()) for key, t in kinds.items()],
        opportunities=opportunities(rate, counts, rule, PERIOD),
        target=rule.target.value if rule.target else None,
    )
