"""Indicators as FHIR: valid resources, and a refusal by name of what cannot be said."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from datetime import date
from typing import Any, Final

import pytest
from fhir.resources.R4B import get_fhir_model_class
from tests.support.cql import records_deck

from spinewise.know.loader import load_package
from spinewise.measures.export import definitions
from spinewise.measures.export.library import LEVEL_UNKNOWN_SET, library_text
from spinewise.measures.export.measure import measure
from spinewise.measures.export.report import reports
from spinewise.measures.export.text import CannotSayError
from spinewise.measures.export.value_sets import value_set
from spinewise.measures.interpret import interpret
from spinewise.measures.ranges import rate_range

ON: Final = date(2026, 11, 24)
PACKAGE: Final = load_package()
SAYABLE: Final = (
    "imaging-early",
    "imaging-without-recorded-flag",
    "imaging-unknown",
    "red-flag-documentation",
    "specialist-consultation",
    "opioid-start",
    "hedis-lbp-my2025",
    "cms166v4",
    "cms166v5",
    "nqf0052-2012",
    "cmaj-open-ontario",
)


def test_definitions_are_valid_fhir() -> None:
    """Measure, Library and ValueSet validate, and the CQL in a Library is the library's own."""
    libraries, resources = definitions(PACKAGE, [PACKAGE.indicators[i] for i in SAYABLE], on=ON)
    for resource in resources:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    texts = {
        r["name"]: b64decode(r["content"][0]["data"]).decode()
        for r in resources
        if r["resourceType"] == "Library"
    }
    assert texts == {library.name: library.text for library in libraries}


@pytest.mark.parametrize("indicator", SAYABLE)
def test_every_value_set_that_is_named_is_written(indicator: str) -> None:
    _, resources = definitions(PACKAGE, [PACKAGE.indicators[indicator]], on=ON)
    urls = {resource["url"] for resource in resources}
    named = {
        artifact["resource"]
        for resource in resources
        if resource["resourceType"] == "Library"
        for artifact in resource.get("relatedArtifact", ())
    }
    assert named <= urls


@pytest.mark.parametrize(
    ("indicator", "because"),
    [
        ("imaging-missed", "the anchor 'emergency-finding'"),
        ("quality-of-life", "the term 'change'"),
        ("experience-definitely", "the unit 'answer'"),
        ("charlesworth-2016", "each of several days"),
    ],
)
def test_what_cannot_be_said_is_refused_by_name(indicator: str, because: str) -> None:
    """Nothing is approximated: the refusal names what and where."""
    with pytest.raises(CannotSayError) as refused:
        library_text(PACKAGE, indicator)
    assert because in refused.value.message
    assert refused.value.where == f"indicators/{indicator}.toml"


def test_a_tailored_definition_says_so() -> None:
    """Version and description carry the practice's changes."""
    own = replace(PACKAGE, overlay="0123456789abcdef", tailored_for="Example Team")
    made = measure(own, own.indicators["imaging-early"])
    assert made["version"] == f"{PACKAGE.file.version}-0123456789ab"
    assert "Example Team" in made["description"]
    assert f"version '{made['version']}'" in library_text(own, "imaging-early")


def test_measure_says_which_way_is_better() -> None:
    def notation(indicator: str) -> str:
        made = measure(PACKAGE, PACKAGE.indicators[indicator])
        return str(made["improvementNotation"]["coding"][0]["code"])

    assert notation("imaging-early") == "decrease"
    assert notation("cms166v5") == "increase"


def test_codes_left_out_are_said() -> None:
    """Without a licence for CPT, its codes are not written, and the value set counts them."""
    whole = value_set(PACKAGE, "imaging-lumbar-mri", on=ON)
    made = value_set(PACKAGE, "imaging-lumbar-mri", on=ON, leave_out=["CPT", "HCPCS"])
    kept = {code["system"] for code in made["expansion"]["contains"]}
    assert not {"http://www.ama-assn.org/go/cpt"} & kept
    gone = whole["expansion"]["total"] - made["expansion"]["total"]
    assert gone > 0
    assert f"Left out for want of a licence: {gone} codes of CPT, HCPCS." in made["description"]


def test_codes_that_begin_with_a_row_are_expanded_by_the_records() -> None:
    """A row that stands for all that begin with it is said as a rule, and expanded where it can."""
    alone = value_set(PACKAGE, LEVEL_UNKNOWN_SET, on=ON)
    made = value_set(PACKAGE, LEVEL_UNKNOWN_SET, on=ON, codes=[("CCI", "3.SC.10.VA")])
    added = _codes(made) - _codes(alone)
    assert {code for _, code in added} == {"3.SC.10.VA"}
    rules = {p["valueString"] for p in made["expansion"]["parameter"]}
    assert any(rule.endswith("|3.SC.") for rule in rules)


def _codes(made: dict[str, Any]) -> set[tuple[str, str]]:
    return {(code["system"], code["code"]) for code in made["expansion"]["contains"]}


def test_reports_are_valid_and_count_the_same() -> None:
    """Individual, subject-list and summary: valid, and the two other groups give the range."""
    deck = records_deck(PACKAGE, ["imaging-early", "imaging-unknown"], seed=3, size=150)
    outcomes = [o for p in deck.people for o in interpret(p, deck.frame, deck.indicators)]
    for indicator in deck.indicators:
        own = [outcome for outcome in outcomes if outcome.indicator == indicator.id]
        made = reports(PACKAGE, indicator, own, (date(2022, 9, 1), date(2024, 2, 1)), on=ON)
        for listed in made.values():
            for report in listed:
                get_fhir_model_class("MeasureReport").model_validate(report)
        summary = made["summary"][0]
        inside = [o for o in own if o.category == "in"]
        n = sum(o.in_numerator is True for o in inside)
        assert _score(summary, "recorded") == pytest.approx(n / len(inside), abs=1e-6)
        places: dict[int, int] = {}
        for outcome in own:
            places[outcome.places] = places.get(outcome.places, 0) + 1
        low_high = rate_range(places)
        assert low_high is not None
        assert _score(summary, "lowest") == pytest.approx(low_high[0], abs=1e-6)
        assert _score(summary, "highest") == pytest.approx(low_high[1], abs=1e-6)
        assert _total(made["individual"]) == _total([summary]) == len(own)
        strata = {s["code"][0]["text"] for s in summary["group"][0]["stratifier"]}
        assert strata >= {"clinician", "month"}


def _score(report: dict[str, Any], group: str) -> float:
    found = next(one for one in report["group"] if one["id"] == group)
    return float(found["measureScore"]["value"])


def _total(found: list[dict[str, Any]]) -> int:
    return sum(report["group"][0]["population"][0]["count"] for report in found)
