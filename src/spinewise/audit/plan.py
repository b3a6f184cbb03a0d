"""Which charts an audit reads, and what of each is asked: the sampling frame and the draw."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final, Literal

import msgspec
import numpy as np

from spinewise.errors import SpinewiseError
from spinewise.know.model import Text
from spinewise.know.package import Package
from spinewise.review.result import Review
from spinewise.review.spreadsheet import unguarded
from spinewise.statistics.sampling import allocate, size_for_precision
from spinewise.statistics.sampling import draw as draw_cases

SCHEMA: Final = "spinewise-audit/1"
Answer = Literal["yes", "no", "cannot-tell"]


class AuditError(SpinewiseError):
    """An audit cannot be drawn, or its forms cannot be read, as they are."""


class _Value(msgspec.Struct, frozen=True, kw_only=True):
    """Base: immutable values."""


class Stratum(_Value, frozen=True, kw_only=True):
    """Cases of which the codes say the same."""

    verdict: str
    """Of an image: indicated, not-indicated, cannot-tell; of an episode its red-flag status."""
    coded: bool
    """Whether codes count them in the numerator."""
    cases: int
    drawn: int


class Case(_Value, frozen=True, kw_only=True):
    """A case whose chart is to be read. The form does not show what the codes say of it."""

    no: int
    """Its number on the forms, from 1, in random order."""
    unit_id: str
    patient_id: str
    day: str
    """The index or order day; first and last possible day with ``/`` where it is not known."""
    verdict: str
    coded: bool
    second: bool
    """Whether a second reviewer reads it as well."""


class Plan(_Value, frozen=True, kw_only=True):
    """An audit as it was drawn: ``audit.json``."""

    schema: str
    practice: str
    period: tuple[date, date]
    indicator: str
    name: Text
    question: Text
    numerator_when: Answer
    """The answer that puts a case into the numerator."""
    findings: dict[str, Text]
    """What else is asked of each chart, by id: whether the chart holds it."""
    package: str
    package_version: str
    package_digest: str
    extract_digest: str
    seed: int
    half_width: float
    """The precision that the number of charts was chosen for."""
    expected: float
    """The share that was expected."""
    second_share: float
    strata: list[Stratum]
    outside: int
    """Candidates of the indicator that are not in its recorded rate, and so in no stratum."""
    cases: list[Case]


def make_plan(
    review: Review,
    results: Path,
    package: Package,
    indicator: str,
    *,
    half_width: float,
    expected: float = 0.5,
    least: int = 5,
    second_share: float = 0.2,
    seed: int,
) -> Plan:
    """
    Draw an audit of one indicator of a review.

    Parameters
    ----------
    review, results
        The review and its ``results.csv``.
    package
        The change package that the review was made with.
    half_width, expected
        Precision: the interval of a share of about ``expected`` is to be at most ``half_width`` to
        either side.
    least
        The fewest cases to draw from a stratum (all of it where it has fewer), so that rare
        verdicts are read as well.
    second_share
        The share of the cases that a second reviewer reads too.
    seed
        The same seed and review give the same cases.

    Raises
    ------
    AuditError
        The indicator is not in the review, has no question for an audit or no cases, or the
        package is another one.
    """
    definition = package.indicators.get(indicator)
    asked = None if definition is None else definition.audit
    if definition is None or asked is None:
        can = [one.id for one in package.indicators.values() if one.audit is not None]
        raise AuditError(
            f"{indicator!r} has no question for an audit",
            where="--indicator",
            hint=f"These have one: {', '.join(can) or 'none of this package'}.",
        )
    if review.package_digest != package.digest:
        raise AuditError(
            f"the review was made with {review.package} {review.package_version}, in another state "
            "than the package given here",
            hint="Review once more, or name that package with --package.",
        )
    members, outside = _members(results, indicator)
    if not members:
        raise AuditError(
            f"{indicator!r} has no case in its denominator",
            where=str(results),
            hint="Choose another indicator, or review a longer period.",
        )
    sizes = Counter((case.verdict, case.coded) for case in members)
    order = sorted(sizes)
    size = size_for_precision(len(members), half_width, expected)
    drawn = allocate(size, {stratum: sizes[stratum] for stratum in order}, least)
    chance = np.random.default_rng(seed)
    chosen: list[Case] = []
    for verdict, coded in order:
        inside = [case for case in members if (case.verdict, case.coded) == (verdict, coded)]
        chosen += draw_cases(inside, drawn[verdict, coded], chance)
    chosen = draw_cases(chosen, len(chosen), chance)
    twice = round(len(chosen) * second_share + 1e-9)
    again = set(draw_cases(range(len(chosen)), twice, chance))
    return Plan(
        schema=SCHEMA,
        practice=review.practice,
        period=review.period,
        indicator=indicator,
        name=definition.name,
        question=asked.question,
        numerator_when=asked.numerator_when,
        findings=(
            {family.id: family.name for family in package.red_flags.family}
            | {reason.id: reason.name for reason in package.red_flags.reason}
            if asked.findings
            else {}
        ),
        package=review.package,
        package_version=review.package_version,
        package_digest=review.package_digest,
        extract_digest=review.extract_digest,
        seed=seed,
        half_width=half_width,
        expected=expected,
        second_share=second_share,
        strata=[
            Stratum(
                verdict=verdict,
                coded=coded,
                cases=sizes[verdict, coded],
                drawn=drawn[verdict, coded],
            )
            for verdict, coded in order
        ],
        outside=outside,
        cases=[
            msgspec.structs.replace(case, no=place + 1, second=place in again)
            for place, case in enumerate(chosen)
        ],
    )


def _members(results: Path, indicator: str) -> tuple[list[Case], int]:
    """The units of the recorded rate in the order of their ids, and how many others there are."""
    inside: list[Case] = []
    outside = 0
    for row in _rows(results):
        if row["indicator"] != indicator:
            continue
        if (row["in_denominator"], row["excluded"]) == ("1", "0") and row["in_numerator"] in (
            "0",
            "1",
        ):
            inside.append(
                Case(
                    no=0,
                    unit_id=row["unit_id"],
                    patient_id=row["patient_id"],
                    day=row["index_date"],
                    verdict=row["verdict"],
                    coded=row["in_numerator"] == "1",
                    second=False,
                )
            )
        else:
            outside += 1
    return sorted(inside, key=lambda case: (case.patient_id, case.unit_id)), outside


def _rows(results: Path) -> Iterator[dict[str, str]]:
    with results.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield {name: unguarded(value or "") for name, value in row.items()}
