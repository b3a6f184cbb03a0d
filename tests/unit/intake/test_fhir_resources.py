"""FHIR resources: which element comes to which column, type by type."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.support.fhir import (
    concept,
    condition,
    encounter,
    order,
    patient,
    read_resources,
    ref,
)

FINDING = "urn:spinewise:finding"
START = "2024-05-01T09:30:00-04:00"
ANN = {"subject": {"reference": "Patient/ann"}}


def code_of(value: str) -> dict[str, Any]:
    return {"coding": [{"code": value}]}


def test_a_patient_is_read(tmp_path: Path) -> None:
    """Birth, death, sex, clinician, practice and language."""
    read = read_resources(
        tmp_path,
        patient(
            gender="female", deceasedDateTime="2024-02", managingOrganization=ref("Organization/p"),
            generalPractitioner=[ref("Practitioner/dr")],
            communication=[{"language": code_of("en")},
                           {"language": code_of("fr"), "preferred": True}],
        ),
        patient("bob", deceasedBoolean=True),
        patient("carl", deceasedBoolean=False),
        ann=False,
    )  # fmt: skip
    assert read.rows(
        "patients", "patient_id, sex, death_text, death_hi, clinician, practice, language"
    ) == [
        ("ann", "female", "2024-02", date(2024, 2, 29), "dr", "p", "fr"),
        ("bob", None, "true", None, None, None, None),
        ("carl", None, None, None, None, None, None),
    ]


@pytest.mark.parametrize(
    ("given", "setting"),
    [
        ({"class": {"code": "AMB"}}, "office"),
        ({"class": {"code": "VR"}}, "virtual"),
        ({"class": {"code": "EMER"}}, "emergency"),
        ({"class": {"code": "IMP"}}, "inpatient"),
        ({"class": {"code": "ACUTE"}}, "inpatient"),
        ({"class": {"code": "HH"}}, "home"),
        ({"class": {"code": "own"}}, None),
        ({"class": {"code": "AMB"},
          "type": [concept("99283", "http://www.ama-assn.org/go/cpt")]}, "emergency"),
    ],
)  # fmt: skip
def test_the_class_of_a_visit_is_its_setting(
    tmp_path: Path, given: dict[str, Any], setting: str | None
) -> None:
    """Known classes have a setting; an emergency code wins; the rest is left open."""
    assert read_resources(tmp_path, encounter(**given)).row("visits", "setting") == (setting,)


def test_a_visit_is_read(tmp_path: Path) -> None:
    """Day and local time, types, and the clinician in charge before others."""
    read = read_resources(
        tmp_path,
        encounter(
            type=[concept("185345009", text="Visit for symptom")],
            participant=[
                {"individual": ref("RelatedPerson/mother")},
                {"individual": ref("Practitioner/nurse")},
                {"type": [code_of("PPRF")], "individual": ref("Practitioner/dr")},
            ],
        ),
    )
    assert read.row(
        "visits", "source_id, start_lo, end_lo, start_time::VARCHAR, clinician, text"
    ) == (
        "v1", date(2024, 5, 1), date(2024, 5, 1), "2024-05-01 09:30:00", "dr", "Visit for symptom"
    )  # fmt: skip
    assert read.codes(table="visits") == [("SNOMED-CT", "185345009")]


def test_a_condition_is_read(tmp_path: Path) -> None:
    """Onset before recorded date, both kept; end, category, visit and clinician."""
    read = read_resources(
        tmp_path,
        encounter(),
        condition(
            onsetDateTime="2024-04", recordedDate="2024-05-01T10:00:00-04:00",
            abatementDateTime="2024-06-30", encounter=ref("Encounter/v1"),
            category=[code_of("problem-list-item")], recorder=ref("Practitioner/dr"),
            clinicalStatus=code_of("resolved"),
        ),
    )  # fmt: skip
    assert read.row(
        "events",
        "kind, start_text, onset_hi, recorded_lo, end_lo, category, visit, visit_setting,"
        " clinician, status, text, source_type, source_id",
    ) == (
        "condition", "2024-04", date(2024, 4, 30), date(2024, 5, 1), date(2024, 6, 30),
        "problem-list", 0, "office", "dr", "completed", "Low back pain", "Condition", "c1",
    )  # fmt: skip
    assert read.codes() == [("SNOMED-CT", "279039007")]


def test_a_condition_without_onset_starts_when_recorded(tmp_path: Path) -> None:
    """The recorded date stands in; the onset stays open."""
    bare = condition(recordedDate="2024-05-02")
    del bare["onsetDateTime"]
    read = read_resources(tmp_path, bare)
    assert read.row("events", "start_lo, onset_lo") == (date(2024, 5, 2), None)


def test_refuted_is_a_fact_and_entered_in_error_is_none(tmp_path: Path) -> None:
    """A refuted condition ends on its day; an error is only counted."""
    read = read_resources(
        tmp_path,
        condition("a", verificationStatus=code_of("refuted"), abatementDateTime="2024-05-03"),
        condition("b", verificationStatus=code_of("entered-in-error")),
    )
    assert read.rows("events", "status, end_lo") == [("refuted", date(2024, 5, 3))]
    assert read.ledger("Condition") == {"read": 2, "stored": 1, "not_a_fact": 1}


def test_a_visit_may_name_its_diagnoses(tmp_path: Path) -> None:
    """A condition without a visit gets the one that lists it, and its rank."""
    read = read_resources(
        tmp_path,
        encounter(diagnosis=[{"condition": ref("Condition/c1"), "rank": 1}]),
        condition(),
    )
    assert read.row("events", "visit, position") == (0, 1)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ("imaging", "order", "active")),
        ({"status": "completed"}, ("imaging", "order", "completed")),
        ({"intent": "plan"}, ("imaging", "order", "planned")),
        ({"status": "draft"}, ("imaging", "order", "planned")),
        ({"code": {"text": "Bild"}, "category": [concept("363679005")]},
         ("imaging", "order", "active")),
        ({"code": concept("3457005")}, ("referral", None, "active")),
        ({"code": {"text": "see"}, "performerType": concept("394801008")},
         ("referral", None, "active")),
    ],
)  # fmt: skip
def test_orders_of_images_and_referrals_are_read(
    tmp_path: Path, given: dict[str, Any], expected: tuple[str, str | None, str]
) -> None:
    """By code, category or the kind of performer; what is only intended is planned."""
    assert read_resources(tmp_path, order(**given)).row("events", "kind, role, status") == expected


@pytest.mark.parametrize(
    "given",
    [{"status": "revoked"}, {"status": "entered-in-error"}, {"doNotPerform": True}],
)
def test_orders_that_do_not_stand_are_no_facts(tmp_path: Path, given: dict[str, Any]) -> None:
    """Revoked, wrong, or an order not to do it."""
    read = read_resources(tmp_path, order(**given))
    assert read.ledger("ServiceRequest") == {"read": 1, "not_a_fact": 1}


def test_other_orders_are_counted_and_skipped(tmp_path: Path) -> None:
    """A blood count is neither an image nor a referral."""
    read = read_resources(tmp_path, order(code=concept("58410-2", "http://loinc.org")))
    assert read.ledger("ServiceRequest") == {"read": 1, "skipped": 1}


def test_an_order_is_dated_by_its_authoring_and_has_its_reason(tmp_path: Path) -> None:
    """`occurrence` is when it was wanted; a reason may be a code or a condition of the record."""
    read = read_resources(
        tmp_path,
        condition(code=concept("M54.50", "http://hl7.org/fhir/sid/icd-10-cm")),
        order("a", occurrenceDateTime="2024-07-01", requester=ref("Practitioner/dr"),
              reasonReference=[ref("Condition/c1")], bodySite=[{"text": "Lumbar spine"}]),
        order("b", reasonCode=[{"text": "fell"}]),
    )  # fmt: skip
    assert read.rows(
        "events", "source_id, start_lo, recorded_lo, clinician, clinician_role, region, link"
    )[:2] == [
        ("a", date(2024, 5, 1), date(2024, 5, 1), "dr", "ordering", "lumbar", "ServiceRequest/a"),
        ("b", date(2024, 5, 1), date(2024, 5, 1), None, "ordering", "lumbar", "ServiceRequest/b"),
    ]
    assert read.codes("reason") == [("ICD-10-CM", "M54.50"), (None, None)]
    assert ("fell",) in read.rows("codes", "display")


def test_order_procedure_study_and_report_are_one_image(tmp_path: Path) -> None:
    """References tie them, and a finding from the report, to one link."""
    read = read_resources(
        tmp_path,
        order(),
        {"resourceType": "Procedure", "id": "p", "status": "completed", **ANN,
         "code": concept("72100", "http://www.ama-assn.org/go/cpt"),
         "basedOn": [ref("ServiceRequest/o1")], "performedDateTime": "2024-05-09"},
        {"resourceType": "ImagingStudy", "id": "i", "status": "available", **ANN,
         "started": "2024-05-09T10:00:00Z", "procedureReference": ref("Procedure/p"),
         "series": [{"modality": {"code": "DX"}, "bodySite": {"display": "Lumbar spine"}}]},
        {"resourceType": "DiagnosticReport", "id": "r", "status": "final", **ANN,
         "code": {"text": "Report"}, "issued": "2024-05-10T08:00:00Z",
         "imagingStudy": [ref("http://pacs.example/fhir/ImagingStudy/i/_history/2")]},
        {"resourceType": "Observation", "id": "f", "status": "final", **ANN,
         "code": concept("F1", FINDING), "valueBoolean": True, "issued": "2024-05-10T08:00:00Z",
         "derivedFrom": [ref("ImagingStudy/i")]},
        condition("seen", evidence=[{"detail": [ref("DiagnosticReport/r")]}]),
        condition("apart"),
    )  # fmt: skip
    assert read.rows("events", "source_id, kind, role, modality, region, link") == [
        ("apart", "condition", None, None, None, None),
        ("f", "finding", None, None, None, "ServiceRequest/o1"),
        ("i", "imaging", "study", "xray", "lumbar", "ServiceRequest/o1"),
        ("o1", "imaging", "order", None, "lumbar", "ServiceRequest/o1"),
        ("p", "imaging", "performed", None, None, "ServiceRequest/o1"),
        ("r", "imaging", "report", None, None, "ServiceRequest/o1"),
        ("seen", "condition", None, None, None, "ServiceRequest/o1"),
    ]


def test_a_reason_of_a_visit_is_a_diagnosis_on_it(tmp_path: Path) -> None:
    """Each reason is one, of the visit's day and place; reasons without a code are none."""
    reasons = [concept("279039007", text="Low back pain"), concept("44054006"), {"text": "pain"}]
    read = read_resources(
        tmp_path,
        encounter(reasonCode=reasons),
        encounter("v2", status="cancelled", reasonCode=reasons[:1]),
        encounter("v3"),
    )
    assert read.rows(
        "events", "kind, category, start_text, visit_setting, status, recorded_text"
    ) == 2 * [("condition", "encounter-diagnosis", START, "office", "active", None)]
    assert read.codes() == [("SNOMED-CT", "279039007"), ("SNOMED-CT", "44054006")]
    assert read.ledger("Encounter") == {"read": 3, "stored": 2, "not_a_fact": 1}


def test_what_a_report_concludes_is_a_finding_of_the_report(tmp_path: Path) -> None:
    """It hangs together with the image, and is recorded when the report is issued."""
    report: dict[str, Any] = {
        "resourceType": "DiagnosticReport", "status": "final", **ANN, "code": concept("x"),
        "effectiveDateTime": "2024-05-02", "issued": "2024-05-03T10:00:00Z",
        "conclusionCode": [concept("M80.08", "http://hl7.org/fhir/sid/icd-10-cm"), {"text": "?"}],
    }  # fmt: skip
    read = read_resources(
        tmp_path,
        order(),
        {**report, "id": "image", "category": [code_of("RAD")],
         "basedOn": [ref("ServiceRequest/o1")]},
        {**report, "id": "lab", "category": [code_of("LAB")]},
        {**report, "id": "none", "category": [code_of("LAB")], "conclusionCode": []},
    )  # fmt: skip
    assert read.rows(
        "events", "source_id, kind, role, start_text, recorded_text, link IS NOT NULL"
    ) == [
        ("image", "finding", None, "2024-05-02", "2024-05-03T10:00:00Z", True),
        ("image", "imaging", "report", "2024-05-02", "2024-05-03T10:00:00Z", True),
        ("lab", "finding", None, "2024-05-02", "2024-05-03T10:00:00Z", False),
        ("o1", "imaging", "order", "2024-05-01", "2024-05-01", True),
    ]
    (link,) = {row[0] for row in read.rows("events", "link") if row[0]}
    assert link
    assert read.ledger("DiagnosticReport") == {"read": 3, "stored": 2, "skipped": 1}


def test_reports_of_no_image_are_skipped(tmp_path: Path) -> None:
    """A laboratory report is counted; one of the radiology category is read."""
    report: dict[str, Any] = {"resourceType": "DiagnosticReport", "status": "final", **ANN,
                              "code": {"text": "CBC"}}  # fmt: skip
    read = read_resources(
        tmp_path,
        {**report, "id": "lab", "category": [code_of("LAB")]},
        {**report, "id": "rad", "category": [code_of("RAD")], "effectiveDateTime": "2024-05"},
    )
    assert read.row("events", "source_id, role, start_text") == ("rad", "report", "2024-05")
    assert read.ledger("DiagnosticReport") == {"read": 2, "stored": 1, "skipped": 1}


def test_a_procedure_that_was_not_done_is_no_fact(tmp_path: Path) -> None:
    """Done ones are stored with their span; others are counted."""
    procedure: dict[str, Any] = {"resourceType": "Procedure", **ANN, "code": concept("229070002")}
    read = read_resources(
        tmp_path,
        {**procedure, "id": "a", "status": "not-done"},
        {**procedure, "id": "b", "status": "completed",
         "performedPeriod": {"start": "2024-05-01", "end": "2024-05-03"},
         "performer": [{"actor": ref("Practitioner/dr")}]},
    )  # fmt: skip
    assert read.row("events", "kind, role, start_lo, end_lo, clinician, clinician_role") == (
        "procedure", None, date(2024, 5, 1), date(2024, 5, 3), "dr", "performing"
    )  # fmt: skip
    assert read.ledger("Procedure") == {"read": 2, "stored": 1, "not_a_fact": 1}


def test_medications_are_read_wherever_they_are_named(tmp_path: Path) -> None:
    """In place, as a resource of their own, or contained; with the days supplied."""
    atc = "http://www.whocc.no/atc"
    base: dict[str, Any] = {"resourceType": "MedicationRequest", "status": "active",
                            "intent": "order", **ANN, "authoredOn": "2024-05-02"}  # fmt: skip
    read = read_resources(
        tmp_path,
        {"resourceType": "Medication", "id": "m", "code": concept("N02AA05", atc)},
        {**base, "id": "a", "medicationCodeableConcept": concept("N02AA01", atc),
         "requester": ref("Practitioner/dr"),
         "dispenseRequest": {"expectedSupplyDuration": {"value": 2, "code": "wk"}}},
        {**base, "id": "b", "medicationReference": ref("Medication/m")},
        {**base, "id": "c", "medicationReference": ref("#x"),
         "contained": [{"resourceType": "Medication", "id": "x", "code": concept("N02AX02", atc)}]},
        {"resourceType": "MedicationDispense", "id": "d", "status": "completed", **ANN,
         "medicationCodeableConcept": concept("N02AA03", atc), "whenHandedOver": "2024-05-03",
         "daysSupply": {"value": 7}},
        {"resourceType": "MedicationStatement", "id": "e", "status": "not-taken", **ANN,
         "medicationCodeableConcept": concept("N02AA03", atc)},
    )  # fmt: skip
    assert read.rows("events", "source_id, start_lo, clinician_role, days_supply") == [
        ("a", date(2024, 5, 2), "prescribing", 14),
        ("b", date(2024, 5, 2), "prescribing", None),
        ("c", date(2024, 5, 2), "prescribing", None),
        ("d", date(2024, 5, 3), None, 7),
    ]
    assert [value for _, value in read.codes()] == ["N02AA01", "N02AA03", "N02AA05", "N02AX02"]
    assert read.ledger("MedicationStatement") == {"read": 1, "not_a_fact": 1}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"valueBoolean": True}, "present"),
        ({"valueBoolean": False}, "absent"),
        ({"valueCodeableConcept": concept("373067005")}, "absent"),
        ({"valueCodeableConcept": {"coding": [{"code": "x"}, {"code": "LA9633-4"}]}}, "present"),
        ({"valueString": "Absent"}, "absent"),
        ({"valueString": "perhaps"}, "perhaps"),
    ],
)
def test_a_finding_is_present_or_absent(
    tmp_path: Path, value: dict[str, Any], expected: str
) -> None:
    """In whatever way the answer was written; other words stay as they are."""
    read = read_resources(
        tmp_path,
        {"resourceType": "Observation", "id": "f", "status": "final", **ANN,
         "code": concept("N1", FINDING), "effectiveDateTime": "2024-05-01", **value},
    )  # fmt: skip
    assert read.row("events", "kind, value") == ("finding", expected)
    assert read.codes() == [("spinewise-finding", "N1")]


def test_observations_that_are_no_answers_are_skipped(tmp_path: Path) -> None:
    """Survey answers and findings are kept, each component by itself; vital signs are counted."""
    base: dict[str, Any] = {"resourceType": "Observation", "status": "final", **ANN,
                            "effectiveDateTime": "2024-05-01"}  # fmt: skip
    read = read_resources(
        tmp_path,
        {**base, "id": "pulse", "category": [code_of("vital-signs")],
         "code": concept("8867-4", "http://loinc.org"), "valueQuantity": {"value": 70}},
        {**base, "id": "pain", "category": [code_of("survey")],
         "code": concept("pain", "urn:spinewise:item"),
         "valueQuantity": {"value": 7, "unit": "{score}"}},
        {**base, "id": "screen", "code": {"text": "screen"}, "component": [
            {"code": concept("N1", FINDING), "valueBoolean": False},
            {"code": concept("N2", FINDING), "valueBoolean": True},
            {"code": concept("N3", FINDING)},
            {"code": concept("other"), "valueBoolean": True}]},
    )  # fmt: skip
    assert read.rows("events", "source_id, kind, value, number, unit") == [
        ("pain", "answer", "7", 7.0, "{score}"),
        ("screen", "finding", "absent", None, None),
        ("screen", "finding", "present", None, None),
    ]
    assert read.ledger("Observation") == {"read": 3, "stored": 2, "skipped": 1}


def test_answers_of_a_form_are_read_at_any_depth(tmp_path: Path) -> None:
    """Items of the red-flag screen are findings, our other items answers; others keep theirs."""
    base: dict[str, Any] = {"resourceType": "QuestionnaireResponse", "status": "completed", **ANN,
                            "authored": "2024-05-01T09:00:00-04:00"}  # fmt: skip
    screen = {
        **base, "id": "s", "questionnaire": "urn:spinewise:questionnaire:red-flag-screen|1",
        "item": [{"linkId": "N", "item": [
            {"linkId": "N1", "answer": [{"valueBoolean": False}]},
            {"linkId": "N2", "answer": [{"valueCoding": {"code": "present"},
                "item": [{"linkId": "N3", "answer": [{"valueString": "no"}]}]}]}]},
            {"linkId": "N4"}],
    }  # fmt: skip
    survey = {
        **base,
        "id": "q",
        "questionnaire": "urn:spinewise:questionnaire:quality",
        "item": [{"linkId": "quality", "text": "How is life?", "answer": [{"valueInteger": 4}]}],
    }
    other = {
        **base,
        "id": "x",
        "questionnaire": "http://example.org/q|2",
        "item": [{"linkId": "1", "answer": [{"valueDecimal": 2.5}, {"valueString": "b"}]}],
    }
    read = read_resources(tmp_path, screen, survey, other, {**base, "id": "e"},
                          {**survey, "id": "p", "status": "in-progress"})  # fmt: skip
    assert read.rows("events", "source_id, kind, value, number") == [
        ("q", "answer", "4", 4.0),
        ("s", "finding", "absent", None),
        ("s", "finding", "absent", None),
        ("s", "finding", "present", None),
        ("x", "answer", "2.5", 2.5),
        ("x", "answer", "b", None),
    ]
    assert read.codes() == [
        ("http://example.org/q", "1"), ("spinewise-finding", "N1"), ("spinewise-finding", "N2"),
        ("spinewise-finding", "N3"), ("spinewise-item", "quality"),
    ]  # fmt: skip
    assert read.ledger("QuestionnaireResponse") == {
        "read": 5, "stored": 3, "skipped": 1, "not_a_fact": 1,
    }  # fmt: skip


CLAIM: dict[str, Any] = {
    "resourceType": "Claim", "id": "k1", "status": "active", "use": "claim",
    "patient": {"reference": "Patient/ann"}, "billablePeriod": {"start": "2024-05-01"},
    "diagnosis": [
        {"sequence": 1, "diagnosisCodeableConcept": concept("M54.5", "http://hl7.org/fhir/sid/icd-10-cm")},
        {"sequence": 2, "diagnosisCodeableConcept": concept("I10", "http://hl7.org/fhir/sid/icd-10-cm"),
         "type": [concept("principal", "http://terminology.hl7.org/CodeSystem/ex-diagnosistype")]},
        {"sequence": 3, "diagnosisReference": {"reference": "Condition/c1"}},
    ],
    "item": [
        {"sequence": 1, "productOrService": concept("72100", "http://www.ama-assn.org/go/cpt"),
         "servicedDate": "2024-05-02", "encounter": [{"reference": "Encounter/v1"}],
         "locationCodeableConcept": {"coding": [{"code": "23"}]}},
        {"sequence": 2, "productOrService": concept("99213", "http://www.ama-assn.org/go/cpt")},
    ],
}  # fmt: skip


def test_a_claim_gives_its_diagnoses_and_services(tmp_path: Path) -> None:
    """With position, claim, day, setting and visit; a diagnosis by reference is read elsewhere."""
    read = read_resources(tmp_path, encounter(), CLAIM)
    assert read.rows(
        "events", "kind, role, start_lo, claim, claim_status, position, setting, visit", "event"
    ) == [
        ("condition", None, date(2024, 5, 1), "k1", None, 2, None, 0),
        ("condition", None, date(2024, 5, 1), "k1", None, 1, None, 0),
        ("imaging", "performed", date(2024, 5, 2), "k1", None, None, "emergency", 0),
        ("procedure", None, date(2024, 5, 1), "k1", None, None, None, 0),
    ]
    assert read.ledger("Claim") == {"read": 1, "stored": 1}


def test_a_claim_and_its_explanation_count_once(tmp_path: Path) -> None:
    """The explanation stands, the claim is merged; what was denied is denied."""
    benefit = {
        **CLAIM, "resourceType": "ExplanationOfBenefit", "id": "e1",
        "claim": ref("Claim/k1"), "outcome": "complete",
        "item": [CLAIM["item"][0],
                 {**CLAIM["item"][1], "adjudication": [{"category": code_of("denied")}]}],
    }  # fmt: skip
    read = read_resources(tmp_path, CLAIM, benefit)
    assert read.rows("events", "kind, claim, claim_status", "event") == [
        ("condition", "k1", "paid"),
        ("condition", "k1", "paid"),
        ("imaging", "k1", "paid"),
        ("procedure", "k1", "denied"),
    ]
    assert read.ledger("Claim") == {"read": 1, "merged": 1}
    assert read.ledger("ExplanationOfBenefit") == {"read": 1, "stored": 1}


def test_a_claim_that_only_asks_is_no_fact(tmp_path: Path) -> None:
    """A preauthorisation is not a service; a claim without codes is skipped."""
    bare = {key: value for key, value in CLAIM.items() if key not in ("diagnosis", "item")}
    read = read_resources(tmp_path, {**CLAIM, "use": "preauthorization"}, {**bare, "id": "k2"})
    assert read.ledger("Claim") == {"read": 2, "skipped": 1, "not_a_fact": 1}


def test_consent_that_is_denied_leaves_a_person_out(tmp_path: Path) -> None:
    """The last active word on privacy counts; research is another matter."""
    base: dict[str, Any] = {"resourceType": "Consent", "status": "active",
                            "scope": code_of("patient-privacy")}  # fmt: skip
    read = read_resources(
        tmp_path,
        *(patient(name) for name in ("bob", "carl", "dora")),
        condition(who="bob"),
        {**base, "id": "1", "patient": ref("Patient/bob"), "provision": {"type": "deny"}},
        {**base, "id": "2", "patient": ref("Patient/carl"), "provision": {"type": "deny"},
         "dateTime": "2023-01-01"},
        {**base, "id": "3", "patient": ref("Patient/carl"), "provision": {"type": "permit"},
         "dateTime": "2024-01-01"},
        {**base, "id": "4", "patient": ref("Patient/dora"), "provision": {"type": "deny"},
         "scope": code_of("research")},
        {**base, "id": "5", "patient": ref("Patient/dora"), "provision": {"type": "deny"},
         "status": "inactive"},
    )  # fmt: skip
    assert read.rows("patients", "patient_id") == [("ann",), ("carl",), ("dora",)]
    assert read.rows("events", "*") == []
    assert read.extract.consent_out == 1
    assert read.ledger("Consent") == {"read": 5, "skipped": 5}
    assert read.ledger("Condition") == {"read": 1, "skipped": 1}


def test_coverage_is_read(tmp_path: Path) -> None:
    """Spans of a person; withdrawn ones are no facts."""
    base: dict[str, Any] = {"resourceType": "Coverage", "beneficiary": ref("Patient/ann")}
    read = read_resources(
        tmp_path,
        {**base, "id": "a", "status": "active", "period": {"start": "2020", "end": "2021-06"}},
        {**base, "id": "b", "status": "entered-in-error"},
    )
    assert read.row("coverage", "patient, start_lo, end_hi") == (
        0, date(2020, 1, 1), date(2021, 6, 30)
    )  # fmt: skip
    assert read.ledger("Coverage") == {"read": 2, "stored": 1, "not_a_fact": 1}


def test_a_clinician_has_one_name_and_a_specialty(tmp_path: Path) -> None:
    """Named by id, number or role, it is one person, with the specialty of the role."""
    nucc = "http://nucc.org/provider-taxonomy"
    npi = "http://hl7.org/fhir/sid/us-npi"
    read = read_resources(
        tmp_path,
        {"resourceType": "Practitioner", "id": "dr",
         "identifier": [{"system": npi, "value": "99"}]},
        {"resourceType": "PractitionerRole", "id": "r", "specialty": [concept("207X00000X", nucc)],
         "practitioner": {"identifier": {"system": npi, "value": "99"}}},
        *(
            encounter(str(number), participant=[{"individual": ref(reference)}])
            for number, reference in enumerate(
                ("Practitioner/dr", f"Practitioner?identifier={npi}|99", "PractitionerRole/r",
                 "Practitioner/other"))
        ),
    )  # fmt: skip
    assert read.rows("visits", "source_id, clinician, specialty IS NOT NULL") == [
        ("0", "dr", True), ("1", "dr", True), ("2", "dr", True), ("3", "other", False),
    ]  # fmt: skip
    assert read.codes("specialty", "visits") == [("NUCC-TAXONOMY", "207X00000X")]


@pytest.mark.parametrize(
    "reference",
    ["Patient/ann", "https://ehr.example/fhir/Patient/ann", "Patient/ann/_history/3",
     "urn:uuid:ann", "Patient?identifier=http://mrn.example|A-1"],
)  # fmt: skip
def test_a_person_is_found_by_any_reference(tmp_path: Path, reference: str) -> None:
    """Relative, absolute, versioned, as a URN, or by an identifier."""
    read = read_resources(
        tmp_path,
        patient(identifier=[{"system": "http://mrn.example", "value": "A-1"}]),
        condition(subject=ref(reference)),
        ann=False,
    )
    assert read.rows("events", "patient") == [(0,)]


def test_an_identifier_of_two_people_names_neither(tmp_path: Path) -> None:
    """What is recorded of one may not be counted for the other: the row is quarantined."""
    same = [{"system": "http://mrn.example", "value": "A-1"}]
    read = read_resources(
        tmp_path,
        patient(identifier=same),
        patient("zoe", identifier=same),
        condition(subject=ref("Patient?identifier=http://mrn.example|A-1")),
        ann=False,
    )
    assert read.rows("events", "patient") == []
    assert read.ledger("Condition") == {"read": 1, "quarantined": 1}


def test_a_row_that_names_nobody_known_is_quarantined(tmp_path: Path) -> None:
    """With the name it gives."""
    read = read_resources(tmp_path, condition(who="zoe"))
    assert read.row("quarantine", "line, field, value") == (1, "patient_id", "zoe")
    assert read.ledger("Condition") == {"read": 1, "quarantined": 1}


def test_types_that_are_not_used_are_counted_by_name(tmp_path: Path) -> None:
    """They are skipped, with the reason."""
    read = read_resources(tmp_path, {"resourceType": "Immunization", "id": "i"})
    assert read.ledger("Immunization") == {"read": 1, "skipped": 1}
