"""
The records of one person as plain FHIR R4: what an exported library reads.

Reading settles what a definition should not have to think about: which rows are one, whose consent
is out, which references hang together, how a code is written. What is settled is written back here,
one resource a row. Where R4 has an element for something it stands there. What it has none for
stands in a small extension, by the name of the column of the record tables (:data:`SAID`).

- ids are generated (``event-00000012``); the source record is an ``identifier``
  (:data:`SOURCE`).
- A partial date is written as FHIR writes it. A time of day is the local clock, written as UTC:
  which zone it was is not kept.
- Rows that references tie to one image share an ``identifier`` of the type accession number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from spinewise.records.people import EPOCH, Days, Event, Person, Visit

Json = dict[str, Any]
Codings = Mapping[int, list[Json]]
"""Code key to its codings, as FHIR writes them."""

SOURCE: Final = "urn:spinewise:record"
"""The system of identifiers that name the source record."""
CLAIM: Final = "urn:spinewise:claim"
"""The system of identifiers that name the claim on which a row stands."""
LINK: Final = "urn:spinewise:image"
"""The system of accession numbers: rows that references tie to one imaging order."""
SAID: Final = (
    "recorded",
    "end",
    "onset",
    "status",
    "setting",
    "position",
    "denied",
    "modality",
    "region",
    "ordered-by",
)
"""Extensions ``urn:spinewise:NAME``: what R4 has no element for on that resource."""

CLASSES: Final = {
    "office": "AMB",
    "virtual": "VR",
    "emergency": "EMER",
    "inpatient": "IMP",
    "home": "HH",
    "laboratory": "laboratory",
    "other": "FLD",
}
"""Setting to the code of ``Encounter.class``; a laboratory is not in HL7's list."""
_ACT_CODE: Final = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_OURS: Final = "urn:spinewise:setting"
_TERMINOLOGY: Final = "http://terminology.hl7.org/CodeSystem"
_IMAGING: Final = {"coding": [{"system": "http://snomed.info/sct", "code": "363679005"}]}
_REFERRAL: Final = {"coding": [{"system": "http://snomed.info/sct", "code": "3457005"}]}


def bundle(person: Person, codings: Codings) -> Json:
    """
    A Bundle (``collection``) of everything that is known of a person, the Patient first.

    Parameters
    ----------
    codings
        Of every code key that the person's rows name.
    """
    known = {visit.visit for visit in person.visits}
    stubs = {
        event.visit: event
        for event in person.events
        if event.visit is not None and event.visit not in known
    }
    resources = [
        _patient(person),
        *_enrolments(person),
        *(_encounter(visit, person, codings) for visit in person.visits),
        *(_undated_encounter(number, row, person) for number, row in sorted(stubs.items())),
        *(_event(event, person, codings) for event in person.events),
    ]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": f"urn:spinewise:{r['resourceType']}/{r['id']}", "resource": r}
            for r in resources
        ],
    }


def patient_id(person: Person) -> str:
    """The id of a person's Patient."""
    return f"patient-{person.patient:08}"


# The person -------------------------------------------------------------------------------------


def _patient(person: Person) -> Json:
    born = person.birth
    said = _clean(
        resourceType="Patient",
        id=patient_id(person),
        identifier=[{"system": SOURCE, "value": person.patient_id}],
        birthDate=_day((_number(born[0]), _number(born[1]))) if born else None,
        deceasedDateTime=_day(person.death) if person.death else None,
    )
    if person.died and not person.death:
        said["deceasedBoolean"] = True
    return said


def _enrolments(person: Person) -> Iterable[Json]:
    """The roster as an EpisodeOfCare; spans of coverage as Coverage."""
    if person.enrolled_from or person.enrolled_to:
        yield _clean(
            resourceType="EpisodeOfCare",
            id=f"roster-{person.patient:08}",
            status="active",
            patient=_reference("Patient", patient_id(person)),
            period=_period(person.enrolled_from, person.enrolled_to),
        )
    for number, (sure, perhaps) in enumerate(
        zip(person.coverage, person.perhaps_covered, strict=True)
    ):
        # The day on which a span surely begins is the last that its start allows.
        start = (perhaps[0], sure[0])
        end = None if sure[1] is None or perhaps[1] is None else (sure[1], perhaps[1])
        yield _clean(
            resourceType="Coverage",
            id=f"coverage-{person.patient:08}-{number:03}",
            status="active",
            beneficiary=_reference("Patient", patient_id(person)),
            payor=[{"display": "not named"}],
            period=_period(start, end),
        )


# Visits -----------------------------------------------------------------------------------------


def _encounter(visit: Visit, person: Person, codings: Codings) -> Json:
    return _clean(
        resourceType="Encounter",
        id=_visit_id(visit.visit),
        identifier=[{"system": SOURCE, "value": visit.source}],
        extension=_extensions(onset=visit.onset),
        status="finished",
        **{"class": _class(visit.setting)},
        type=_concepts(visit.code, codings),
        serviceType=_concept(visit.specialty, codings),
        subject=_reference("Patient", patient_id(person)),
        participant=[{"individual": {"identifier": {"value": visit.clinician}}}]
        if visit.clinician
        else None,
        period=_clean(
            start=_day(visit.start, visit.time), end=_day(visit.end) if visit.end else None
        ),
    )


def _undated_encounter(number: int, row: Event, person: Person) -> Json:
    """A visit without a day, known from a row that it is linked to."""
    return {
        "resourceType": "Encounter",
        "id": _visit_id(number),
        "status": "finished",
        "class": _class(row.visit_setting),
        "subject": _reference("Patient", patient_id(person)),
    }


def _class(setting: str | None) -> Json:
    if setting is None:
        return {"system": f"{_TERMINOLOGY}/v3-NullFlavor", "code": "UNK"}
    code = CLASSES[setting]
    return {"system": _ACT_CODE if code.isupper() else _OURS, "code": code}


def _visit_id(number: int) -> str:
    return f"visit-{number:08}"


# Events -----------------------------------------------------------------------------------------


def _event(event: Event, person: Person, codings: Codings) -> Json:
    kind = event.role if event.kind == "imaging" and event.role else event.kind
    resource, own = _KINDS[kind](event, codings)
    identifiers: list[Json] = [{"system": SOURCE, "value": event.source}]
    if event.claim:
        identifiers.append({"system": CLAIM, "value": event.claim})
    if event.link:
        accession = {"coding": [{"system": f"{_TERMINOLOGY}/v2-0203", "code": "ACSN"}]}
        identifiers.append({"type": accession, "system": LINK, "value": event.link})
    is_condition = resource == "Condition"
    said = _extensions(
        recorded=None if is_condition else event.recorded,
        recorded_time=event.recorded_time,
        end=None if is_condition else event.end,
        status=event.status if _unsaid(resource, event.status) else None,
        setting=event.setting,
        position=event.position,
        denied=event.denied or None,
        modality=event.modality if event.kind == "imaging" else None,
        region=event.region if event.kind == "imaging" else None,
        ordered_by=event.clinician if _ordered(event) and resource != "ServiceRequest" else None,
    )
    visit = None if event.visit is None else _reference("Encounter", _visit_id(event.visit))
    return _clean(
        resourceType=resource,
        id=f"event-{event.event:08}",
        identifier=identifiers,
        extension=said + own.pop("extension", []),
        subject=_reference("Patient", patient_id(person)),
        **own,
        **_in_context(resource, visit),
    )


def _in_context(resource: str, visit: Json | None) -> Json:
    """Where a resource names the visit."""
    if resource != "DocumentReference":
        return {"encounter": visit}
    return {"context": {"encounter": [visit]}} if visit else {}


def _condition(event: Event, codings: Codings) -> tuple[str, Json]:
    refuted = event.status == "refuted"
    clinical = {"active": "active", "completed": "resolved"}.get(event.status or "")
    by_onset = event.onset is not None
    follows = event.start == (event.onset or event.recorded)
    follows = follows and event.time == (None if by_onset else event.recorded_time)
    listed = {"problem-list": "problem-list-item"}.get(event.category or "", event.category)
    return "Condition", {
        "extension": []
        if follows
        else [{"url": ASSERTED, "valueDateTime": _day(event.start, event.time)}],
        "clinicalStatus": _coded(f"{_TERMINOLOGY}/condition-clinical", clinical),
        "verificationStatus": _coded(
            f"{_TERMINOLOGY}/condition-ver-status", "refuted" if refuted else None
        ),
        "category": [_coded(f"{_TERMINOLOGY}/condition-category", listed)] if listed else None,
        "code": _concept(event.code, codings),
        "onsetDateTime": _day(event.onset) if event.onset else None,
        "abatementDateTime": _day(event.end) if event.end else None,
        "recordedDate": _day(event.recorded, event.recorded_time) if event.recorded else None,
    }


def _procedure(event: Event, codings: Codings) -> tuple[str, Json]:
    performer = _clean(
        function=_concept(event.specialty, codings),
        actor={"identifier": {"value": event.clinician}} if event.clinician else None,
    )
    if performer and "actor" not in performer:
        performer["actor"] = {"display": "not named"}
    return "Procedure", {
        "status": _STATUS["Procedure"][event.status],
        "category": _IMAGING if event.kind == "imaging" else None,
        "code": _concept(event.code, codings, event.text),
        "performedDateTime": _day(event.start, event.time),
        "performer": [performer] if performer else None,
        "reasonCode": _concepts(event.reason, codings),
    }


def _request(event: Event, codings: Codings) -> tuple[str, Json]:
    return "ServiceRequest", {
        "status": _STATUS["ServiceRequest"][event.status],
        "intent": "order",
        "category": [_IMAGING if event.kind == "imaging" else _REFERRAL],
        "code": _concept(event.code, codings, event.text),
        "authoredOn": _day(event.start, event.time),
        "requester": {"identifier": {"value": event.clinician}} if _ordered(event) else None,
        "performerType": _concept(event.specialty, codings),
        "reasonCode": _concepts(event.reason, codings),
    }


def _study(event: Event, codings: Codings) -> tuple[str, Json]:
    return "ImagingStudy", {
        "status": _STATUS["ImagingStudy"][event.status],
        "started": _day(event.start, event.time),
        "procedureCode": _concepts(event.code, codings),
        "description": event.text,
        "reasonCode": _concepts(event.reason, codings),
    }


def _report(event: Event, codings: Codings) -> tuple[str, Json]:
    reason = _concept(event.reason, codings)
    return "DiagnosticReport", {
        "extension": [{"url": "urn:spinewise:reason", "valueCodeableConcept": reason}]
        if reason
        else [],
        "status": _STATUS["DiagnosticReport"][event.status],
        "category": [_IMAGING],
        "code": _concept(event.code, codings, event.text) or {"text": "not named"},
        "effectiveDateTime": _day(event.start, event.time),
    }


def _medication(event: Event, codings: Codings) -> tuple[str, Json]:
    supply = event.days_supply
    return "MedicationRequest", {
        "status": _STATUS["MedicationRequest"][event.status],
        "intent": "order",
        "medicationCodeableConcept": _concept(event.code, codings) or {"text": "not named"},
        "authoredOn": _day(event.start, event.time),
        "dispenseRequest": None
        if supply is None
        else {
            "expectedSupplyDuration": {
                "value": supply,
                "unit": "days",
                "system": "http://unitsofmeasure.org",
                "code": "d",
            }
        },
    }


def _observation(event: Event, codings: Codings) -> tuple[str, Json]:
    category = "survey" if event.kind == "answer" else "exam"
    return "Observation", {
        "status": _STATUS["Observation"][event.status],
        "category": [_coded(f"{_TERMINOLOGY}/observation-category", category)],
        "code": _concept(event.code, codings) or {"text": "not named"},
        "effectiveDateTime": _day(event.start, event.time),
        "valueString": event.value or None,
        "performer": [{"identifier": {"value": event.clinician}}] if event.clinician else None,
    }


def _document(event: Event, codings: Codings) -> tuple[str, Json]:
    return "DocumentReference", {
        "extension": [{"url": "urn:spinewise:start", "valueDateTime": _day(event.start)}],
        "status": "current",
        "type": _concept(event.code, codings),
        "content": [{"attachment": {"title": "not exported"}}],
    }


_KINDS: Final[dict[str, Callable[[Event, Codings], tuple[str, Json]]]] = {
    "condition": _condition,
    "procedure": _procedure,
    "order": _request,
    "performed": _procedure,
    "study": _study,
    "report": _report,
    "medication": _medication,
    "referral": _request,
    "finding": _observation,
    "answer": _observation,
    "note": _document,
}
ASSERTED: Final = "http://hl7.org/fhir/StructureDefinition/condition-assertedDate"
"""HL7's extension: when a condition was stated, where that is neither its onset nor when it was
recorded."""

_STATUS: Final[dict[str, dict[str | None, str]]] = {
    resource: dict(zip((None, "active", "completed", "planned", "refuted"), words, strict=True))
    for resource, words in {
        "Procedure": ("unknown", "in-progress", "completed", "preparation", "not-done"),
        "ServiceRequest": ("unknown", "active", "completed", "draft", "revoked"),
        "ImagingStudy": ("unknown", "unknown", "available", "registered", "cancelled"),
        "DiagnosticReport": ("unknown", "partial", "final", "registered", "cancelled"),
        "MedicationRequest": ("unknown", "active", "completed", "draft", "cancelled"),
        "Observation": ("unknown", "preliminary", "final", "registered", "cancelled"),
    }.items()
}
"""Our status to the status of each type of resource."""


def _unsaid(resource: str, status: str | None) -> bool:
    """Whether the resource's own status does not say ours, so that the extension has to."""
    if status is None or resource == "DocumentReference":
        return status is not None
    if resource == "Condition":
        return status == "planned"
    return status in ("planned", "refuted")


def _ordered(event: Event) -> bool:
    """Whether the row's clinician is the one who ordered."""
    by_role = event.clinician_role == "ordering"
    return bool(event.clinician) and (
        by_role or (event.role == "order" and not event.clinician_role) or event.kind == "referral"
    )


# Pieces -----------------------------------------------------------------------------------------


def _extensions(**said: Any) -> list[Json]:
    """Extensions of what is said; days as dateTime, words as string."""
    found: list[Json] = []
    for name, value in said.items():
        if value is None or name == "recorded_time":
            continue
        url = f"urn:spinewise:{name.replace('_', '-')}"
        if isinstance(value, tuple):
            time = said.get("recorded_time") if name == "recorded" else None
            found.append({"url": url, "valueDateTime": _day(value, time)})
        elif isinstance(value, bool):
            found.append({"url": url, "valueBoolean": value})
        elif isinstance(value, int):
            found.append({"url": url, "valueInteger": value})
        else:
            found.append({"url": url, "valueString": value})
    return found


def _concept(code: int | None, codings: Codings, text: str | None = None) -> Json | None:
    coding = [] if code is None else codings.get(code, [])
    return _clean(coding=coding or None, text=text or None) or None


def _concepts(code: int | None, codings: Codings) -> list[Json] | None:
    concept = _concept(code, codings)
    return [concept] if concept else None


def _coded(system: str, code: str | None) -> Json | None:
    return {"coding": [{"system": system, "code": code}]} if code else None


def _reference(resource: str, name: str) -> Json:
    return {"reference": f"{resource}/{name}"}


def _period(start: Days | None, end: Days | None) -> Json:
    return _clean(start=_day(start) if start else None, end=_day(end) if end else None)


def _clean(**fields: Any) -> Json:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value not in (None, [], {}, "")}


def _number(day: date) -> int:
    return (day - EPOCH).days


def _day(days: Days, time: datetime | None = None) -> str:
    """A date as FHIR writes it: as much as is known."""
    first, last = EPOCH + timedelta(days[0]), EPOCH + timedelta(days[1])
    if first == last:
        return f"{time.isoformat(timespec='seconds')}Z" if time else first.isoformat()
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
        return f"{first.year:04}"
    assert (first.year, first.month) == (last.year, last.month), days
    return f"{first.year:04}-{first.month:02}"
