"""
Outcomes as FHIR R4 MeasureReports: individual, subject-list and summary.

Counts are those of a review that nobody shares: nothing is hidden here. A report that leaves the
practice is made by ``spinewise share``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Final

from spinewise.know.model import Indicator
from spinewise.know.package import Package
from spinewise.measures.export.library import version_of
from spinewise.measures.export.measure import GROUPS, measure_url, strata_of
from spinewise.measures.outcome import IN_WITH, IN_WITHOUT, Outcome
from spinewise.records.people import EPOCH

Json = dict[str, Any]
Period = tuple[date, date]

_TERMINOLOGY: Final = "http://terminology.hl7.org/CodeSystem"
NOBODY: Final = "not attributed"

Belongs = Callable[[Outcome], bool]
POPULATIONS: Final[dict[str, Belongs]] = {
    "Denominator": lambda o: o.category in ("in", "excluded"),
    "Denominator Exclusion": lambda o: o.category == "excluded",
    "Numerator": lambda o: o.category == "in" and o.in_numerator is True,
    "Certain Numerator": lambda o: o.places == IN_WITH,
    "Possible Numerator": lambda o: bool(o.places & IN_WITH),
    "Lowest Denominator": lambda o: bool(o.places & IN_WITHOUT) or o.places == IN_WITH,
    "Highest Denominator": lambda o: bool(o.places & IN_WITH) or o.places == IN_WITHOUT,
}
"""Who is in each population of the exported libraries; in the first one everybody is."""

STRATA: Final[dict[str, Callable[[Outcome], str]]] = {
    "clinician": lambda o: o.clinician or NOBODY,
    "month": lambda o: _month(o),
    "modality": lambda o: o.modality or "not recorded",
    "stratum": lambda o: o.verdict or "none",
}


def reports(
    package: Package,
    indicator: Indicator,
    outcomes: Iterable[Outcome],
    period: Period,
    *,
    on: date,
) -> dict[str, list[Json]]:
    """
    The MeasureReports of an indicator: ``individual``, one a person; ``subject-list``; ``summary``.

    Parameters
    ----------
    outcomes
        The units of the period.
    on
        The day on which the report is made.
    """
    found = sorted(outcomes, key=lambda o: (o.patient_id, o.unit_id))
    people: dict[str, list[Outcome]] = {}
    for outcome in found:
        people.setdefault(outcome.patient_id, []).append(outcome)
    base = _Base(package, indicator, period, on)
    return {
        "individual": [base.individual(patient, units) for patient, units in people.items()],
        "subject-list": [base.subject_list(found)],
        "summary": [base.summary(found)],
    }


class _Base:
    """What all reports of an indicator have in common."""

    def __init__(self, package: Package, indicator: Indicator, period: Period, on: date) -> None:
        self._package = package
        self._indicator = indicator
        self._period = period
        self._on = on

    def _report(self, kind: str, name: str, groups: list[Json], **more: Any) -> Json:
        better = "increase" if self._indicator.better == "higher" else "decrease"
        system = f"{_TERMINOLOGY}/measure-improvement-notation"
        version = version_of(self._package)
        return {
            "resourceType": "MeasureReport",
            "id": name,
            **more,
            "status": "complete",
            "type": kind,
            "measure": f"{measure_url(self._package, self._indicator.id)}|{version}",
            "date": self._on.isoformat(),
            "period": {
                "start": self._period[0].isoformat(),
                "end": self._period[1].isoformat(),
            },
            "improvementNotation": {"coding": [{"system": system, "code": better}]},
            "group": groups,
        }

    def individual(self, patient: str, units: Sequence[Outcome]) -> Json:
        """One person's units, counted."""
        report = self._report(
            "individual",
            _id(f"{self._indicator.id}-{patient}"),
            [self._group(name, units) for name in GROUPS],
        )
        kind = {"episode": "Encounter", "image": "ServiceRequest"}.get(self._indicator.unit)
        if kind:
            report["evaluatedResource"] = [
                {"type": kind, "identifier": {"value": unit.unit_id}} for unit in units
            ]
        return {**report, "subject": _subject(patient)}

    def subject_list(self, units: Sequence[Outcome]) -> Json:
        """Who is in each population."""
        lists: list[Json] = []
        groups = []
        for name in GROUPS:
            group = self._group(name, units)
            for population, expression in zip(
                group["population"], GROUPS[name].values(), strict=True
            ):
                members = sorted({o.patient_id for o in units if belongs(expression, o)})
                if not members:
                    continue
                reference = f"list-{len(lists) + 1}"
                lists.append(
                    {
                        "resourceType": "List",
                        "id": reference,
                        "status": "current",
                        "mode": "snapshot",
                        "entry": [{"item": _subject(patient)} for patient in members],
                    }
                )
                population["subjectResults"] = {"reference": f"#{reference}"}
            groups.append(group)
        more = {"contained": lists} if lists else {}
        return self._report("subject-list", f"{self._indicator.id}-subjects", groups, **more)

    def summary(self, units: Sequence[Outcome]) -> Json:
        """The counts, with their strata."""
        groups = [self._group(name, units) for name in GROUPS]
        groups[0]["stratifier"] = [
            {
                "code": [{"text": by}],
                "stratum": [
                    {"value": {"text": value}, **self._counts("recorded", members)}
                    for value, members in _by(STRATA[by], units)
                ],
            }
            for by in strata_of(self._indicator)
        ]
        groups[0]["stratifier"] = [s for s in groups[0]["stratifier"] if s["stratum"]]
        if not groups[0]["stratifier"]:
            del groups[0]["stratifier"]
        return self._report("summary", f"{self._indicator.id}-summary", groups)

    def _group(self, name: str, units: Sequence[Outcome]) -> Json:
        return {"id": name, "code": {"text": name}, **self._counts(name, units)}

    def _counts(self, name: str, units: Sequence[Outcome]) -> Json:
        counts = {
            code: sum(belongs(expression, unit) for unit in units)
            for code, expression in GROUPS[name].items()
        }
        said: Json = {
            "population": [
                {
                    "code": {
                        "coding": [{"system": f"{_TERMINOLOGY}/measure-population", "code": code}]
                    },
                    "count": count,
                }
                for code, count in counts.items()
            ]
        }
        denominator = counts["denominator"] - counts.get("denominator-exclusion", 0)
        if denominator:
            share = counts["numerator"] / denominator
            said["measureScore"] = {
                "value": round(share, 6),
                "system": "http://unitsofmeasure.org",
                "code": "1",
            }
        return said


def belongs(expression: str, outcome: Outcome) -> bool:
    """Whether a unit is in the population that a definition of the exported library names."""
    if expression == "Initial Population":
        is_person = outcome.unit_id == outcome.patient_id
        return not is_person or outcome.day is not None
    return POPULATIONS[expression](outcome)


def _by(key: Callable[[Outcome], str], units: Sequence[Outcome]) -> list[tuple[str, list[Outcome]]]:
    found: dict[str, list[Outcome]] = {}
    for unit in units:
        found.setdefault(key(unit), []).append(unit)
    return sorted(found.items())


def _month(outcome: Outcome) -> str:
    if outcome.day is None:
        return "none"
    first, last = (EPOCH + timedelta(number) for number in outcome.day)
    same = (first.year, first.month) == (last.year, last.month)
    return f"{first.year:04}-{first.month:02}" if same else "not known to the month"


def _subject(patient: str) -> Json:
    """A person: by reference where the id can be one, and always as the source names them."""
    named: Json = {"type": "Patient", "identifier": {"value": patient}}
    return {"reference": f"Patient/{patient}", **named} if _id(patient) == patient else named


def _id(text: str) -> str:
    """Text as an id of FHIR."""
    kept = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in text)
    return kept[:64]
