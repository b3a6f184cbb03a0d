"""
A made-up FHIR export for timing only: NDJSON with the shape and weight of what systems export.

Resources carry what real ones do and nobody reads (narrative, meta, identifiers, displays), so that
a line is one to two kilobytes. Everything follows from the seed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final
from uuid import UUID

FIRST: Final = datetime(2021, 1, 1)  # noqa: DTZ001 - local time; the offset is written beside it
DAYS: Final = 4 * 365
TYPES: Final = (
    "Patient",
    "Encounter",
    "Condition",
    "ServiceRequest",
    "Procedure",
    "MedicationRequest",
    "Observation",
)
ICD: Final = "http://hl7.org/fhir/sid/icd-10-cm"
SNOMED: Final = "http://snomed.info/sct"
CPT: Final = "http://www.ama-assn.org/go/cpt"
TERMINOLOGY: Final = "http://terminology.hl7.org/CodeSystem"
PAIN: Final = (
    ("M54.50", "Low back pain, unspecified", "279039007"),
    ("M54.59", "Other low back pain", "279039007"),
    ("M54.41", "Lumbago with sciatica, right side", "202794004"),
)
RED: Final = (
    ("C79.51", "Secondary malignant neoplasm of bone", "94222008"),
    ("S32.010A", "Wedge compression fracture of first lumbar vertebra", "207957008"),
    ("G83.4", "Cauda equina syndrome", "192970008"),
)
OTHER: Final = (
    ("I10", "Essential (primary) hypertension", "59621000"),
    ("E11.9", "Type 2 diabetes mellitus without complications", "44054006"),
    ("J06.9", "Acute upper respiratory infection, unspecified", "54150009"),
    ("F32.9", "Major depressive disorder, single episode, unspecified", "370143000"),
    ("K21.9", "Gastro-esophageal reflux disease without esophagitis", "235595009"),
)
IMAGES: Final = (
    ("72148", "MRI lumbar spine without contrast", "241646009"),
    ("72100", "Radiologic examination, spine, lumbosacral; 2 or 3 views", "168594001"),
)
TESTS: Final = (
    ("80053", "Comprehensive metabolic panel", "166312007"),
    ("85025", "Complete blood count", "26604007"),
)
MEDICINES: Final = (("C08CA01", "amlodipine"), ("N02AA05", "oxycodone"), ("M01AE01", "ibuprofen"))
VITALS: Final = (("8867-4", "Heart rate", "/min"), ("29463-7", "Body weight", "kg"))


def write_export(people: int, folder: Path, *, seed: int = 1) -> None:
    """Write ``folder/TYPE.ndjson`` for so many people, unless it is there already."""
    done = folder.with_name(f"{folder.name}.done")
    if done.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    random = Random(seed)
    with ExitStack() as stack:
        files = {
            name: stack.enter_context((folder / f"{name}.ndjson").open("w", encoding="utf-8"))
            for name in TYPES
        }
        for _ in range(people):
            for resource in _person(random):
                line = json.dumps(resource, separators=(",", ":"))
                files[resource["resourceType"]].write(line + "\n")
    done.touch()


Resource = dict[str, Any]


def _person(random: Random) -> Iterator[Resource]:
    patient, number = _id(random), random.getrandbits(60)
    doctor, site = f"p{random.randrange(2000):05}", f"s{random.randrange(200):04}"
    yield _patient(random, patient, number, doctor, site)
    subject = {"reference": f"Patient/{patient}", "display": f"Mx. Given{number % 9973} Family"}
    by = {"reference": f"Practitioner/{doctor}", "display": "Dr. Made Up"}
    for _ in range(random.randrange(1, 8)):
        at = FIRST + timedelta(minutes=random.randrange(DAYS * 1440))
        visit = _id(random)
        encounter = {"reference": f"Encounter/{visit}"}
        yield _encounter(random, visit, at, subject, by, site)
        common = {"subject": subject, "encounter": encounter}
        drawn = random.random()
        if drawn < 0.7:
            codes = PAIN if drawn < 0.06 else RED if drawn < 0.07 else OTHER
            yield _condition(random, at, random.choice(codes)) | common
        if drawn < 0.03:
            yield _order(random, at, random.choice(IMAGES), "363679005", by) | common
            yield _image(random, at + timedelta(days=random.randrange(30)), by) | common
        elif drawn > 0.75:
            yield _order(random, at, random.choice(TESTS), "108252007", by) | common
        if random.random() < 0.3:
            yield _medicine(random, at, by) | common
        if random.random() < 0.3:
            yield _vital(random, at) | common


def _patient(random: Random, id_: str, number: int, doctor: str, site: str) -> Resource:
    born = datetime(1926, 1, 1) + timedelta(days=random.randrange(94 * 365))  # noqa: DTZ001
    made_up = f"A person made up by a generator. Draw {number}."
    return {
        "resourceType": "Patient",
        "id": id_,
        "meta": _meta("patient", FIRST),
        "text": _narrative(made_up),
        "extension": [
            {
                "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex",
                "valueCode": "F",
            },
            {
                "url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
                "valueAddress": {"city": "Springfield", "state": "ON", "country": "CA"},
            },
        ],
        "identifier": [
            {"system": "https://example.org/record", "value": id_},
            {
                "type": _concept((f"{TERMINOLOGY}/v2-0203", "MR", "Medical Record Number")),
                "system": "https://hospital.example.org",
                "value": f"{number}",
            },
        ],
        "name": [{"use": "official", "family": "Family", "given": [f"Given{number % 9973}"]}],
        "telecom": [{"system": "phone", "value": f"555-{number % 10_000_000:07}", "use": "home"}],
        "gender": random.choice(("male", "female")),
        "birthDate": f"{born:%Y-%m-%d}",
        "address": [
            {
                "line": [f"{number % 999} Example Street"],
                "city": "Springfield",
                "postalCode": "K0A 0A0",
                "country": "CA",
            }
        ],
        "maritalStatus": _concept((f"{TERMINOLOGY}/v3-MaritalStatus", "M", "Married")),
        "communication": [{"language": _concept(("urn:ietf:bcp:47", "en-CA", "English (Canada)"))}],
        "generalPractitioner": [{"reference": f"Practitioner/{doctor}"}],
        "managingOrganization": {"reference": f"Organization/{site}"},
    }


def _encounter(
    random: Random, id_: str, at: datetime, subject: Resource, by: Resource, site: str
) -> Resource:
    period = {"start": _time(at), "end": _time(at + timedelta(minutes=random.randrange(10, 45)))}
    kind = random.choices(("AMB", "EMER", "IMP", "VR"), (80, 7, 4, 9))[0]
    primary = (f"{TERMINOLOGY}/v3-ParticipationType", "PPRF", "primary performer")
    return {
        "resourceType": "Encounter",
        "id": id_,
        "meta": _meta("encounter", at),
        "identifier": [{"use": "official", "system": "https://example.org/visit", "value": id_}],
        "status": "finished",
        "class": {"system": f"{TERMINOLOGY}/v3-ActCode", "code": kind},
        "type": [
            _concept(
                (SNOMED, "185345009", "Encounter for symptom (procedure)"),
                (CPT, "99213", "Office or other outpatient visit"),
            )
        ],
        "subject": subject,
        "participant": [{"type": [_concept(primary)], "period": period, "individual": by}],
        "period": period,
        "location": [{"location": {"reference": f"Location/{site}", "display": "A clinic"}}],
        "serviceProvider": {"reference": f"Organization/{site}", "display": "A practice"},
    }


def _condition(random: Random, at: datetime, code: tuple[str, str, str]) -> Resource:
    value, display, snomed = code
    clinical = random.choice(("active", "resolved"))
    category = (f"{TERMINOLOGY}/condition-category", "encounter-diagnosis", "Encounter Diagnosis")
    return {
        "resourceType": "Condition",
        "id": _id(random),
        "meta": _meta("condition-encounter-diagnosis", at),
        "text": _narrative(display),
        "clinicalStatus": _concept((f"{TERMINOLOGY}/condition-clinical", clinical, clinical)),
        "verificationStatus": _concept(
            (f"{TERMINOLOGY}/condition-ver-status", "confirmed", "Confirmed")
        ),
        "category": [_concept(category)],
        "code": _concept((ICD, value, display), (SNOMED, snomed, f"{display} (disorder)")),
        "onsetDateTime": _time(at),
        "recordedDate": _time(at),
    }


def _order(
    random: Random, at: datetime, code: tuple[str, str, str], category: str, by: Resource
) -> Resource:
    return {
        "resourceType": "ServiceRequest",
        "id": _id(random),
        "meta": _meta("servicerequest", at),
        "identifier": [
            {
                "type": _concept((f"{TERMINOLOGY}/v2-0203", "PLAC", "Placer Identifier")),
                "system": "https://example.org/order",
                "value": f"{random.getrandbits(40)}",
            }
        ],
        "status": "completed",
        "intent": "order",
        "category": [_concept((SNOMED, category, "Category of the order"))],
        "priority": "routine",
        "code": _concept((CPT, code[0], code[1]), (SNOMED, code[2], code[1])),
        "occurrenceDateTime": _time(at + timedelta(days=random.randrange(60))),
        "authoredOn": _time(at),
        "requester": by,
        "reasonCode": [{"text": "Low back pain"}],
    }


def _image(random: Random, at: datetime, by: Resource) -> Resource:
    value, display, snomed = random.choice(IMAGES)
    return {
        "resourceType": "Procedure",
        "id": _id(random),
        "meta": _meta("procedure", at),
        "text": _narrative(display),
        "status": "completed",
        "category": _concept((SNOMED, "363679005", "Imaging")),
        "code": _concept((CPT, value, display), (SNOMED, snomed, display)),
        "performedDateTime": _time(at),
        "performer": [{"actor": by}],
    }


def _medicine(random: Random, at: datetime, by: Resource) -> Resource:
    value, display = random.choice(MEDICINES)
    return {
        "resourceType": "MedicationRequest",
        "id": _id(random),
        "meta": _meta("medicationrequest", at),
        "text": _narrative(display),
        "status": "completed",
        "intent": "order",
        "medicationCodeableConcept": _concept(("http://www.whocc.no/atc", value, display)),
        "authoredOn": _time(at),
        "requester": by,
        "dosageInstruction": [{"text": "One tablet a day", "timing": {"code": {"text": "daily"}}}],
        "dispenseRequest": {
            "numberOfRepeatsAllowed": 1,
            "quantity": {"value": 30, "unit": "tablet"},
            "expectedSupplyDuration": {"value": 30, "unit": "days", "code": "d"},
        },
    }


def _vital(random: Random, at: datetime) -> Resource:
    value, display, unit = random.choice(VITALS)
    return {
        "resourceType": "Observation",
        "id": _id(random),
        "meta": _meta("vital-signs", at),
        "text": _narrative(display),
        "status": "final",
        "category": [_concept((f"{TERMINOLOGY}/observation-category", "vital-signs", "Vital"))],
        "code": _concept(("http://loinc.org", value, display)),
        "effectiveDateTime": _time(at),
        "issued": _time(at),
        "valueQuantity": {
            "value": round(random.uniform(50, 100), 1),
            "unit": unit,
            "system": "http://unitsofmeasure.org",
            "code": unit,
        },
    }


def _concept(*codings: tuple[str, str, str]) -> Resource:
    listed = [{"system": system, "code": code, "display": text} for system, code, text in codings]
    return {"coding": listed, "text": codings[0][2]}


def _narrative(text: str) -> Resource:
    div = (
        '<div xmlns="http://www.w3.org/1999/xhtml"><table><tbody><tr><th>Summary</th>'
        f"<td>{text}</td></tr><tr><th>Author</th><td>A generator of made-up records</td></tr>"
        "</tbody></table></div>"
    )
    return {"status": "generated", "div": div}


def _meta(profile: str, at: datetime) -> Resource:
    return {
        "versionId": "1",
        "lastUpdated": f"{at:%Y-%m-%dT%H:%M:%S}.123-05:00",
        "profile": [f"http://hl7.org/fhir/us/core/StructureDefinition/us-core-{profile}"],
        "tag": [{"system": "https://example.org/tag", "code": "made-up"}],
    }


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}-05:00"


def _id(random: Random) -> str:
    return str(UUID(int=random.getrandbits(128), version=4))
