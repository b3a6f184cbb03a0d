"""
The parts of FHIR R4 resources that are read, said once for both ways of reading them.

A shape is a nested dictionary of elements. DuckDB reads its columns from it, and the check of
single lines has its types from it, so that both take and refuse the same.

- ``STRICT``: a string. A number in its place (a code written as ``724.50``) would change its
  meaning, so the line is refused.
- ``TEXT``: a string that is only shown or compared; a number is taken as its text.
- ``ANY``: any JSON, kept as it is.

Some elements are *coded*: the same few texts come again and again, so such an element is staged as
it is written, and each distinct text is read once (:mod:`.concepts`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import msgspec

STRICT: Final = "STRICT"
TEXT: Final = "TEXT"
ANY: Final = "ANY"

Shape = Mapping[str, Any]

_CODING: Final[Shape] = {"system": TEXT, "code": STRICT, "display": TEXT}
_CONCEPT: Final[Shape] = {"coding": [_CODING], "text": TEXT}
# Codes that are only looked up in lists of ours: categories, types, verdicts.
_LABEL: Final[Shape] = {"coding": [{"code": TEXT}]}
_WORD: Final[Shape] = {"code": TEXT, "display": TEXT}
_REFERENCE: Final[Shape] = {"reference": TEXT, "identifier": {"value": TEXT}}
_PERIOD: Final[Shape] = {"start": STRICT, "end": STRICT}
_QUANTITY: Final[Shape] = {"value": ANY, "unit": TEXT, "code": TEXT}
_VALUE: Final[Shape] = {
    "valueBoolean": ANY,
    "valueString": TEXT,
    "valueInteger": ANY,
    "valueQuantity": _QUANTITY,
    "valueCodeableConcept": {"coding": [{"code": TEXT}], "text": TEXT},
}
_MEDICATION: Final[Shape] = {
    "medicationCodeableConcept": _CONCEPT,
    "medicationReference": _REFERENCE,
    "contained": [{"resourceType": TEXT, "id": STRICT, "code": _CONCEPT}],
}
_CLAIM_LINE: Final[Shape] = {
    "sequence": ANY,
    "productOrService": _CONCEPT,
    "servicedDate": STRICT,
    "servicedPeriod": _PERIOD,
    "locationCodeableConcept": _LABEL,
    "encounter": [_REFERENCE],
}
_DENIAL: Final[Shape] = {"category": _LABEL}
_CLAIM: Final[Shape] = {
    "status": TEXT,
    "type": _LABEL,
    "use": TEXT,
    "patient": _REFERENCE,
    "billablePeriod": _PERIOD,
    "created": STRICT,
    "provider": _REFERENCE,
    "diagnosis": [
        {
            "sequence": ANY,
            "diagnosisCodeableConcept": _CONCEPT,
            "diagnosisReference": _REFERENCE,
            "type": [_LABEL],
        }
    ],
}

_SHAPES: Final[dict[str, Shape]] = {
    "Medication": {"code": _CONCEPT},
    "Practitioner": {"identifier": [{"value": TEXT}]},
    "PractitionerRole": {
        "practitioner": _REFERENCE,
        "code": [_CONCEPT],
        "specialty": [_CONCEPT],
    },
    "Organization": {},
    "Consent": {
        "status": TEXT,
        "scope": _LABEL,
        "patient": _REFERENCE,
        "dateTime": STRICT,
        "provision": {"type": TEXT},
    },
    "Patient": {
        "identifier": [{"value": TEXT}],
        "gender": TEXT,
        "birthDate": STRICT,
        "deceasedBoolean": ANY,
        "deceasedDateTime": STRICT,
        "communication": [{"language": _LABEL, "preferred": ANY}],
        "generalPractitioner": [_REFERENCE],
        "managingOrganization": _REFERENCE,
    },
    "Coverage": {"status": TEXT, "beneficiary": _REFERENCE, "period": _PERIOD},
    "Encounter": {
        "status": TEXT,
        "class": _WORD,
        "type": [_CONCEPT],
        "subject": _REFERENCE,
        "participant": [{"type": [_LABEL], "individual": _REFERENCE}],
        "period": _PERIOD,
        "reasonCode": [_CONCEPT],
        "diagnosis": [{"condition": _REFERENCE, "rank": ANY}],
    },
    "Condition": {
        "clinicalStatus": _LABEL,
        "verificationStatus": _LABEL,
        "category": [_LABEL],
        "code": _CONCEPT,
        "subject": _REFERENCE,
        "encounter": _REFERENCE,
        "onsetDateTime": STRICT,
        "onsetPeriod": _PERIOD,
        "abatementDateTime": STRICT,
        "abatementPeriod": _PERIOD,
        "recordedDate": STRICT,
        "recorder": _REFERENCE,
        "asserter": _REFERENCE,
        "evidence": [{"detail": [_REFERENCE]}],
    },
    "Procedure": {
        "basedOn": [_REFERENCE],
        "partOf": [_REFERENCE],
        "report": [_REFERENCE],
        "status": TEXT,
        "category": _LABEL,
        "code": _CONCEPT,
        "subject": _REFERENCE,
        "encounter": _REFERENCE,
        "performedDateTime": STRICT,
        "performedPeriod": _PERIOD,
        "performer": [{"actor": _REFERENCE}],
        "reasonCode": [_CONCEPT],
        "reasonReference": [_REFERENCE],
        "bodySite": [_CONCEPT],
    },
    "ServiceRequest": {
        "status": TEXT,
        "intent": TEXT,
        "category": [_LABEL],
        "doNotPerform": ANY,
        "code": _CONCEPT,
        "subject": _REFERENCE,
        "encounter": _REFERENCE,
        "authoredOn": STRICT,
        "requester": _REFERENCE,
        "performerType": _CONCEPT,
        "reasonCode": [_CONCEPT],
        "reasonReference": [_REFERENCE],
        "bodySite": [_CONCEPT],
    },
    "ImagingStudy": {
        "status": TEXT,
        "modality": [_WORD],
        "subject": _REFERENCE,
        "encounter": _REFERENCE,
        "started": STRICT,
        "basedOn": [_REFERENCE],
        "referrer": _REFERENCE,
        "procedureReference": _REFERENCE,
        "procedureCode": [_CONCEPT],
        "reasonCode": [_CONCEPT],
        "reasonReference": [_REFERENCE],
        "series": [{"modality": _WORD, "bodySite": _WORD, "started": STRICT}],
    },
    "DiagnosticReport": {
        "basedOn": [_REFERENCE],
        "status": TEXT,
        "category": [_LABEL],
        "code": _CONCEPT,
        "subject": _REFERENCE,
        "encounter": _REFERENCE,
        "effectiveDateTime": STRICT,
        "effectivePeriod": _PERIOD,
        "issued": STRICT,
        "performer": [_REFERENCE],
        "result": [_REFERENCE],
        "imagingStudy": [_REFERENCE],
        "conclusionCode": [_CONCEPT],
    },
    "MedicationRequest": {
        **_MEDICATION,
        "status": TEXT,
        "intent": TEXT,
        "doNotPerform": ANY,
        "subject": _REFERENCE,
        "encounter": _REFERENCE,
        "authoredOn": STRICT,
        "requester": _REFERENCE,
        "reasonCode": [_CONCEPT],
        "dispenseRequest": {"expectedSupplyDuration": _QUANTITY},
    },
    "MedicationDispense": {
        **_MEDICATION,
        "status": TEXT,
        "subject": _REFERENCE,
        "context": _REFERENCE,
        "daysSupply": _QUANTITY,
        "whenPrepared": STRICT,
        "whenHandedOver": STRICT,
    },
    "MedicationStatement": {
        **_MEDICATION,
        "status": TEXT,
        "subject": _REFERENCE,
        "context": _REFERENCE,
        "effectiveDateTime": STRICT,
        "effectivePeriod": _PERIOD,
        "dateAsserted": STRICT,
    },
    "Observation": {
        "basedOn": [_REFERENCE],
        "partOf": [_REFERENCE],
        "derivedFrom": [_REFERENCE],
        "status": TEXT,
        "category": [_LABEL],
        "code": _CONCEPT,
        "subject": _REFERENCE,
        "encounter": _REFERENCE,
        "effectiveDateTime": STRICT,
        "effectivePeriod": _PERIOD,
        "effectiveInstant": STRICT,
        "issued": STRICT,
        "performer": [_REFERENCE],
        **_VALUE,
        "component": [{"code": _CONCEPT, **_VALUE}],
    },
    "QuestionnaireResponse": {
        "questionnaire": TEXT,
        "status": TEXT,
        "subject": _REFERENCE,
        "encounter": _REFERENCE,
        "authored": STRICT,
        "author": _REFERENCE,
        "item": ANY,
    },
    "ExplanationOfBenefit": {
        **_CLAIM,
        "claim": _REFERENCE,
        "outcome": TEXT,
        "disposition": TEXT,
        "item": [{**_CLAIM_LINE, "adjudication": [_DENIAL]}],
    },
    "Claim": {**_CLAIM, "item": [_CLAIM_LINE]},
}

TYPES: Final = tuple(_SHAPES)
"""The resource types that are read, in the order in which they have to be staged."""

CODED: Final[dict[str, dict[str, str]]] = {
    "Encounter": {"type": "concept"},
    "Condition": {"code": "concept"},
    "MedicationRequest": {"medicationCodeableConcept": "concept", "reasonCode": "reason_concept"},
}
"""Type -> coded element -> the staging column that gets its text."""

_COMMON: Final[Shape] = {
    "resourceType": TEXT,
    "id": STRICT,
    "meta": {"lastUpdated": TEXT},
}
PLACE: Final = {"(file)": "INTEGER", "(line)": "INTEGER", "(entry)": "INTEGER"}
"""Where a line of a sifted file comes from; NULL in the files of an export themselves."""


def shape(resource_type: str) -> Shape:
    """The elements that are read of a resource type."""
    return {**_COMMON, **_SHAPES[resource_type]}


def columns(resource_type: str) -> str:
    """The ``columns`` argument of ``read_ndjson``."""
    fields = {name: sql_type(part) for name, part in shape(resource_type).items()}
    fields |= dict.fromkeys(CODED.get(resource_type, ()), "JSON") | PLACE
    return "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in fields.items()) + "}"


def sql_type(part: Any) -> str:
    """The type that DuckDB reads a part of a resource as."""
    if isinstance(part, Mapping):
        inner = ", ".join(f'"{name}" {sql_type(value)}' for name, value in part.items())
        return f"STRUCT({inner})"
    if isinstance(part, list):
        return f"{sql_type(part[0])}[]"
    return "VARCHAR" if part == TEXT else "JSON"


def misread(resource_type: str) -> str:
    """A condition in SQL: true where DuckDB took something for a string that is none."""
    tests = [
        test
        for name, part in shape(resource_type).items()
        if name not in CODED.get(resource_type, ())
        and (test := misread_part(f'"{name}"', part)) is not None
    ]
    return " OR ".join(tests)


def misread_part(path: str, part: Any, depth: int = 0) -> str | None:
    """The same condition for the value at ``path``; None where nothing can be misread."""
    if part == STRICT:
        return f"coalesce(NOT starts_with(CAST({path} AS VARCHAR), '\"'), false)"
    if isinstance(part, Mapping):
        tests = [
            test
            for name, value in part.items()
            if (test := misread_part(f'{path}."{name}"', value, depth)) is not None
        ]
        return f"({path} IS NOT NULL AND ({' OR '.join(tests)}))" if tests else None
    if isinstance(part, list):
        item = f"e{depth}"
        test = misread_part(item, part[0], depth + 1)
        if test is not None:
            found = f"len(list_filter({path}, lambda {item}: {test}))"
            return f"coalesce({found} > 0, false)"
    return None


@cache
def decoder(resource_type: str) -> msgspec.json.Decoder[Any]:
    """Reads one line of the type, or raises with the path of what is wrong."""
    return msgspec.json.Decoder(_struct(resource_type, shape(resource_type)))


def _struct(name: str, part: Shape) -> type[msgspec.Struct]:
    fields = [
        (f"field_{number}", _python_type(f"{name}_{element}", value), None)
        for number, (element, value) in enumerate(part.items())
    ]
    names = {f"field_{number}": element for number, element in enumerate(part)}
    return msgspec.defstruct(name, fields, rename=names, gc=False)


def _python_type(name: str, part: Any) -> Any:
    if isinstance(part, Mapping):
        return _struct(name, part) | None
    if isinstance(part, list):
        return list[_python_type(name, part[0])] | None  # type: ignore[misc]
    if part == STRICT:
        return str | None
    return str | int | float | bool | None if part == TEXT else Any
