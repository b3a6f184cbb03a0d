"""The records of a person as FHIR: valid R4, and nothing of a row is lost on the way."""

from __future__ import annotations

from fhir.resources.R4B.bundle import Bundle
from tests.support.cql import claims_deck, records_deck

from spinewise.know.loader import load_package


def test_bundles_are_valid_fhir() -> None:
    """Every resource of made-up people validates: partial dates, refuted rows, claims."""
    package = load_package()
    types = set()
    for deck in (
        claims_deck(package, [], seed=1, size=60),
        records_deck(package, [], seed=1, size=60),
    ):
        for bundle in deck.bundles():
            Bundle.model_validate(bundle)
            types |= {entry["resource"]["resourceType"] for entry in bundle["entry"]}
    assert types == {
        "Patient", "EpisodeOfCare", "Coverage", "Encounter", "Condition", "Procedure",
        "ServiceRequest", "ImagingStudy", "DiagnosticReport", "MedicationRequest", "Observation",
        "DocumentReference",
    }  # fmt: skip


def test_every_row_is_a_resource() -> None:
    """One resource a row, and each says where it comes from."""
    deck = records_deck(load_package(), [], seed=2, size=40)
    for person, bundle in zip(deck.people, deck.bundles(), strict=True):
        sources = [
            identifier["value"]
            for entry in bundle["entry"]
            for identifier in entry["resource"].get("identifier", ())
            if identifier.get("system") == "urn:spinewise:record"
        ]
        assert sources == [
            person.patient_id,
            *(visit.source for visit in person.visits),
            *(event.source for event in person.events),
        ]
