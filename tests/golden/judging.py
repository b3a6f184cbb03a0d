"""
The two ways to a result, and their comparison with what a case expects.

``Reviewer`` takes the way of a user: CSV files, the compiled plan, a review, results.csv.
``as_interpreted`` reads the same records person by person in plain Python and counts by itself;
the range comes from trying every assignment, in fractions.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from spinewise.know.model import Indicator
from spinewise.measures.frame import Frame
from spinewise.measures.interpret import interpret
from spinewise.measures.kleene import Truth
from spinewise.measures.outcome import IN_WITH, IN_WITHOUT, OUT, Outcome
from spinewise.records.people import day_number
from spinewise.review.result import IndicatorResult, Review
from spinewise.review.run import reviewing
from tests.golden.case import Case
from tests.golden.reading import Read, Reader

FLAGS: Final = {True: "1", False: "0", None: "unknown"}


@dataclass
class Seen:
    """What came out for one indicator, in the words of ``expected.toml``."""

    said: dict[str, Any]
    units: dict[str, dict[str, str]] = field(default_factory=dict)


# The way of a user --------------------------------------------------------------------------------


class Reviewer:
    """Reviews cases, those that are read together at once; what was reviewed is kept at hand."""

    def __init__(self, read: Reader, folder: Path) -> None:
        self._read = read
        self._folder = folder
        self._at_hand: dict[str, tuple[Review, dict[str, Seen]]] = {}
        self.rows: dict[str, list[dict[str, str]]] = {}
        """The rows of results.csv, by the name of the first of the cases read together."""

    def __call__(self, case: Case) -> tuple[Review, dict[str, Seen]]:
        """The review that a case is in, and what it and its results.csv say of each indicator."""
        if case.id not in self._at_hand:
            self._review(self._read(case).together)
        return self._at_hand[case.id]

    def _review(self, cases: Sequence[Case]) -> None:
        first = cases[0]
        read = self._read(first)
        results = self._folder / f"{first.id}.csv"
        with reviewing(
            read.records,
            read.package,
            first.period,
            practice=first.id,
            version="test",
            indicators=sorted({name for case in cases for name in case.indicators}),
        ) as reviewed:
            reviewed.write_results(results)
            review = reviewed.review
        rows = list(csv.DictReader(io.StringIO(results.read_text(encoding="utf-8"))))
        self.rows[first.id] = rows
        for case in cases:
            own = _own(rows, self._read(case).prefix)
            seen = {name: Seen({}, {}) for name in case.indicators}
            for result in review.indicators:
                if result.id in seen:
                    units = own.get(result.id, {})
                    said = _said(result) if len(cases) == 1 else counted_rows(units.values())
                    seen[result.id] = Seen(said, units)
            self._at_hand[case.id] = review, seen


def _own(rows: Iterable[dict[str, str]], prefix: str) -> dict[str, dict[str, dict[str, str]]]:
    """The rows of one case by indicator and unit, named as the case names them."""
    own: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for row in rows:
        if row["patient_id"].startswith(prefix):
            own[row["indicator"]][row["unit_id"].removeprefix(prefix)] = row
    return own


def counted_rows(rows: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """What the rows of results.csv of an indicator come to."""
    rows = list(rows)
    before = [row for row in rows if row["in_denominator"] == "1"]
    inside = [row for row in before if row["excluded"] == "0" and row["in_numerator"] in "01"]
    n = sum(row["in_numerator"] == "1" for row in inside)
    taken = [row["excluded_because"].split(";") for row in before if row["excluded"] == "1"]
    return {
        "n": n,
        "d": len(inside),
        "recorded": n / len(inside) if inside else None,
        "unknown": sum(_open(row) for row in rows),
        "units_seen": len(rows),
        "excluded": dict(Counter(reason for reasons in taken for reason in reasons)),
    }


def _open(row: Mapping[str, str]) -> bool:
    """Whether a unit's flags leave open where it belongs."""
    flags = [row["in_denominator"], row["excluded"], row["in_numerator"]]
    return "unknown" in flags[: 1 + (flags[0] != "0") + (flags[0] != "0" and flags[1] != "1")]


def _said(result: IndicatorResult) -> dict[str, Any]:
    rate, counts = result.rate, result.counts
    return {
        "state": rate.state,
        "because": "" if result.reason is None else result.reason.en,
        "n": rate.n,
        "d": rate.d,
        "recorded": rate.recorded,
        "low": rate.low,
        "high": rate.high,
        "unknown": rate.unknown,
        "units_seen": counts.units,
        "excluded": counts.excluded,
        "outside": counts.outside,
        "not_evaluated": counts.not_evaluated,
        "undecided": counts.undecided,
        "beside": counts.beside,
        "screened_absent": counts.screened_absent,
        "not_documented": counts.not_documented,
        "decided": counts.decided,
        "decided_against": counts.decided_against,
        "also": counts.also,
        "assumed": counts.assumed,
        "proposed_share": result.proposed_share,
        "clinicians": [group.key for group in result.clinicians],
    }


# Person by person ---------------------------------------------------------------------------------


def as_interpreted(case: Case, read: Read, frame: Frame) -> dict[str, Seen]:
    """The same from the plain Python reading, counted here."""
    chosen = [frame.package.indicators[name] for name in case.indicators]
    first, last = (day_number(day) for day in case.period)
    found: dict[str, list[Outcome]] = {name: [] for name in case.indicators}
    for person in read.people:
        for outcome in interpret(person, frame, chosen):
            day = outcome.day
            if day is None or (day[0] <= last and day[1] >= first):
                found[outcome.indicator].append(outcome)
    return {
        name: _counted(outcomes, frame.package.indicators[name], read.prefix)
        for name, outcomes in found.items()
    }


def _counted(outcomes: Sequence[Outcome], indicator: Indicator, prefix: str) -> Seen:
    inside = [o for o in outcomes if o.category == "in"]
    n = sum(o.in_numerator is True for o in inside)
    rates = reachable_rates(o.places for o in outcomes)
    also = Counter(name for o in inside for name in o.also)
    return Seen(
        {
            "n": n,
            "d": len(inside),
            "recorded": n / len(inside) if inside else None,
            "low": float(min(rates)) if rates else None,
            "high": float(max(rates)) if rates else None,
            "unknown": sum(o.places not in (OUT, IN_WITH, IN_WITHOUT) for o in outcomes),
            "units_seen": len(outcomes),
            "excluded": _reasons(outcomes, "excluded"),
            "outside": _reasons(outcomes, "outside"),
            "not_evaluated": _reasons(outcomes, "not-evaluated"),
            "undecided": _reasons(outcomes, "undecided"),
            "beside": sum(o.category == "beside" for o in outcomes),
            "screened_absent": sum(o.verdict in ("absent", "not-indicated") for o in inside),
            "not_documented": sum(o.verdict in ("not-documented", "cannot-tell") for o in inside),
            "also": {name: also[name] for name in indicator.also_count},
            "assumed": dict(Counter(name for o in inside for name in o.assumed)),
        },
        {o.unit_id.removeprefix(prefix): _row(o) for o in outcomes},
    )


def reachable_rates(places: Iterable[int]) -> set[Fraction]:
    """Every rate that some assignment of the units to their places has."""
    reached = {(0, 0)}
    for allowed in places:
        moves = [(0, 0)] if allowed & OUT else []
        moves += [(0, 1)] if allowed & IN_WITHOUT else []
        moves += [(1, 1)] if allowed & IN_WITH else []
        reached = {(n + more_n, d + more_d) for n, d in reached for more_n, more_d in moves}
    return {Fraction(n, d) for n, d in reached if d}


def _reasons(outcomes: Sequence[Outcome], category: str) -> dict[str, int]:
    """Units by reason: each exclusion counts, of other reasons only the first."""
    those = [
        o.reasons if category == "excluded" else o.reasons[:1]
        for o in outcomes
        if o.category == category
    ]
    return dict(Counter(reason for reasons in those for reason in reasons))


def _row(outcome: Outcome) -> dict[str, str]:
    def flag(value: Truth) -> str:
        return "not_evaluated" if outcome.category == "not-evaluated" else FLAGS[value]

    return {
        "in_denominator": flag(outcome.in_denominator),
        "excluded": flag(outcome.excluded),
        "excluded_because": ";".join(outcome.reasons),
        "in_numerator": flag(outcome.in_numerator),
        "verdict": outcome.verdict,
        "clinician_id": outcome.clinician,
        "patient_id": outcome.patient_id,
    }


# Comparing ----------------------------------------------------------------------------------------


def differences(case: Case, seen: Mapping[str, Seen]) -> list[str]:
    """In which words what was seen differs from what the case expects; empty: in none."""
    found: list[str] = []
    for name, expected in case.indicators.items():
        said, units = seen[name].said, seen[name].units
        if expected.get("state") == "not computable" and "state" not in said:
            said = {}  # whether it is computable is a matter of the review
        for word, value in expected.items():
            if word == "units":
                found += _unit_differences(name, value, units)
            elif word == "because":
                if value.lower() not in said.get(word, value).lower():
                    found.append(f"{name}: reason {said[word]!r} does not speak of {value!r}")
            elif word in said and said[word] != _value(value):
                found.append(f"{name}: {word} is {said[word]!r}, expected {value!r}")
    return found


def _unit_differences(
    name: str, expected: Mapping[str, Mapping[str, str]], units: Mapping[str, Mapping[str, str]]
) -> list[str]:
    found = []
    if units.keys() != expected.keys():
        found.append(f"{name}: the units are {sorted(units)}, expected {sorted(expected)}")
    for unit, words in expected.items():
        found += [
            f"{name}, {unit}: {word} is {units[unit][word]!r}, expected {value!r}"
            for word, value in words.items()
            if unit in units and units[unit][word] != value
        ]
    return found


def _value(written: Any) -> Any:
    """A value as ``expected.toml`` writes it: ``"7/20"`` is a share, ``"none"`` nothing."""
    if written == "none":
        return None
    return float(Fraction(written)) if isinstance(written, str) and "/" in written else written
