"""What an engine says beside what our own readings say, unit by unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from spinewise.measures.export.library import library_name
from spinewise.measures.export.measure import GROUPS
from spinewise.measures.export.report import belongs
from spinewise.measures.outcome import IN_WITH, IN_WITHOUT, OUT, Outcome

Results = Mapping[str, Mapping[str, Any]]
"""Library to patient to the units that an engine found."""


@dataclass(frozen=True)
class Difference:
    """A unit of which two readings say different things."""

    indicator: str
    unit: str
    ours: dict[str, object] | None
    theirs: dict[str, object] | None


def differences(outcomes: Iterable[Outcome], results: Results) -> list[Difference]:
    """Where an engine differs from the outcomes of the indicators that it ran."""
    expected: dict[tuple[str, str, str], dict[str, object]] = {
        (o.indicator, o.patient_id, o.unit_id): outcome_says(o) for o in outcomes
    }
    names = {library_name(indicator): indicator for indicator, _, _ in expected}
    found = {
        (names[library], unit["patient"], unit["unit"]): engine_says(unit)
        for library, people in results.items()
        if library in names
        for units in people.values()
        for unit in units
    }
    return [
        Difference(key[0], f"{key[1]}, {key[2]}", expected.get(key), found.get(key))
        for key in sorted(expected.keys() | found.keys())
        if expected.get(key) != found.get(key)
    ]


def fqm_differences(
    outcomes: Iterable[Outcome], results: Results, units: Results
) -> list[Difference]:
    """
    Where the populations of fqm-execution differ.

    Parameters
    ----------
    results
        Measure to patient to unit to group to populations.
    units
        What cql-execution found: which record stands for which unit.
    """
    named = {
        (library, unit["patient"], unit["unit"]): (patient, unit.get("id") or "")
        for library, people in units.items()
        for patient, listed in people.items()
        for unit in listed
    }
    found = []
    for outcome in outcomes:
        key = (library_name(outcome.indicator), outcome.patient_id, outcome.unit_id)
        patient, unit = named[key]
        theirs = {
            group: populations
            for group, populations in results[outcome.indicator][patient].get(unit, {}).items()
            if populations
        }
        ours = {
            group: members
            for group, expressions in GROUPS.items()
            if (members := sorted(c for c, e in expressions.items() if belongs(e, outcome)))
        }
        if ours != theirs:
            name = f"{outcome.patient_id}, {outcome.unit_id}"
            found.append(Difference(outcome.indicator, name, dict(ours), dict(theirs)))
    return found


def split(ours: Iterable[Outcome], plan: Iterable[Outcome]) -> list[Difference]:
    """Where our own two readings differ."""
    one = {(o.indicator, o.patient_id, o.unit_id): o for o in ours}
    other = {(o.indicator, o.patient_id, o.unit_id): o for o in plan}
    return [
        Difference(key[0], f"{key[1]}, {key[2]}", _fields(one, key), _fields(other, key))
        for key in sorted(one.keys() | other.keys())
        if one.get(key) != other.get(key)
    ]


def _fields(
    found: Mapping[tuple[str, str, str], Outcome], key: tuple[str, str, str]
) -> dict[str, object] | None:
    return outcome_says(found[key]) if key in found else None


def outcome_says(outcome: Outcome) -> dict[str, object]:
    """The populations that an outcome of ours puts its unit in."""
    return {
        "category": outcome.category,
        "denominator": outcome.category in ("in", "excluded"),
        "exclusion": outcome.category == "excluded",
        "numerator": outcome.category == "in" and outcome.in_numerator is True,
        "may be out": bool(outcome.places & OUT),
        "may be in without": bool(outcome.places & IN_WITHOUT),
        "may be in with": bool(outcome.places & IN_WITH),
        "verdict": outcome.verdict,
    }


def engine_says(unit: Mapping[str, Any]) -> dict[str, object]:
    """The same of a unit as an engine found it."""
    return {
        "category": unit["category"],
        "denominator": unit["category"] in ("in", "excluded"),
        "exclusion": unit["category"] == "excluded",
        "numerator": unit["category"] == "in" and unit["inNumerator"] is True,
        "may be out": unit["mayBeOut"],
        "may be in without": unit["mayBeWithout"],
        "may be in with": unit["mayBeWith"],
        "verdict": unit["verdict"] or "",
    }
