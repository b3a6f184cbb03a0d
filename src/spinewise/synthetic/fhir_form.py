"""FHIR R4 as a bulk export writes it: one NDJSON file for each type of resource."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import duckdb

from spinewise.synthetic.codes import SYSTEM_URIS
from spinewise.synthetic.facts import ALL_CODES
from spinewise.synthetic.parts import Parts

_ZONE: Final = "-05:00"
_CLASSES: Final = {
    "office": "AMB",
    "virtual": "VR",
    "emergency": "EMER",
    "inpatient": "IMP",
    "home": "HH",
    "laboratory": "laboratory",
}
_CLASS_SYSTEM: Final = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_TERMINOLOGY: Final = "http://terminology.hl7.org/CodeSystem"


# JSON as SQL: each of these gives an expression for a piece of JSON text, NULL for nothing --------


def _text(expression: str) -> str:
    """A JSON string; our words and ids hold nothing that JSON would escape."""
    return f"""'"' || {expression} || '"'"""


def _object(**fields: str) -> str:
    """An object without its empty fields (``concat_ws`` leaves NULL out)."""
    parts = ", ".join(f"""'"{name}":' || {value}""" for name, value in fields.items())
    return f"'{{' || concat_ws(',', {parts}) || '}}'"


def _fixed(value: object) -> str:
    return "'" + json.dumps(value, separators=(",", ":")) + "'"


def _reference(kind: str, expression: str) -> str:
    return f"""'{{"reference":"{kind}/' || {expression} || '"}}'"""


def _list(item: str) -> str:
    return f"'[' || {item} || ']'"


def _concept(number: str) -> str:
    return f"""'{{"coding":[' || coding_of({number}) || ']}}'"""


def _category(system: str, code: str) -> dict[str, object]:
    return {"coding": [{"system": system, "code": code}]}


def _status_from(column: str, words: dict[str, str], otherwise: str) -> str:
    cases = "".join(f" WHEN '{ours}' THEN '{theirs}'" for ours, theirs in words.items())
    return _text(f"(CASE {column}{cases} ELSE '{otherwise}' END)")


_SUBJECT: Final = _reference("Patient", "patient_name(patient)")
_ID: Final = "fact_name(patient, fact.rowid, copy)"
_ENCOUNTER: Final = _reference("Encounter", "visit_name(patient, visit)")
_CLINICIAN: Final = _reference("Practitioner", "clinician")
_NOON: Final = _text(f"(iso(recorded) || 'T12:00:00{_ZONE}')")

_RESOURCES: Final[dict[str, tuple[str, str]]] = {
    "Patient": (
        _object(
            resourceType=_fixed("Patient"),
            id=_text("patient_name(patient)"),
            gender=_text("sex"),
            birthDate=_text(
                "(CASE WHEN birth_year_only THEN left(iso(birth), 4) ELSE iso(birth) END)"
            ),
            deceasedDateTime=_text("iso(opt(died))"),
            communication=_list(
                _object(
                    language="""'{"coding":[{"system":"urn:ietf:bcp:47","code":"'"""
                    """ || language || '"}]}'""",
                    preferred="'true'",
                )
            ),
            generalPractitioner=_list(_CLINICIAN),
            managingOrganization=_reference("Organization", "'practice-' || (practice + 1)"),
        ),
        "FROM person ORDER BY patient",
    ),
    "Coverage": (
        _object(
            resourceType=_fixed("Coverage"),
            id=_text("(patient_name(patient) || '-C')"),
            status=_fixed("active"),
            beneficiary=_SUBJECT,
            payor=_fixed([{"display": "Roster of the practice"}]),
            period=_object(start=_text("iso(joined)"), end=_text('iso(opt("left"))')),
        ),
        "FROM person ORDER BY patient",
    ),
    "Consent": (
        _object(
            resourceType=_fixed("Consent"),
            id=_text("(patient_name(patient) || '-K')"),
            status=_fixed("active"),
            scope=_fixed(_category(f"{_TERMINOLOGY}/consentscope", "patient-privacy")),
            category=_fixed([_category("http://loinc.org", "59284-0")]),
            patient=_SUBJECT,
            dateTime=_text("iso(joined)"),
            policyRule=_fixed(_category(f"{_TERMINOLOGY}/v3-ActCode", "OPTOUT")),
            provision=_fixed({"type": "deny"}),
        ),
        "FROM person WHERE consent_out ORDER BY patient",
    ),
    "Encounter": (
        _object(
            resourceType=_fixed("Encounter"),
            id=_text("visit_name(patient, visit)"),
            status=_fixed("finished"),
            **{
                "class": "class_of(setting)",
                "type": _list(_concept("code")),
                "subject": _SUBJECT,
                "participant": _list(_object(individual=_CLINICIAN)),
                "period": _object(
                    start=_text(f"(moment(day, minute) || ':00{_ZONE}')"),
                ),
                "diagnosis": "diagnoses",
            },
        ),
        """FROM fact LEFT JOIN diagnosed USING (patient, visit)
        WHERE kind = 'visit' ORDER BY fact.rowid""",
    ),
    "Condition": (
        _object(
            resourceType=_fixed("Condition"),
            id=_text(_ID),
            clinicalStatus=f"""CASE WHEN status IN ('refuted', 'entered-in-error') THEN NULL
                WHEN status = 'completed' THEN {
                _fixed(_category(f"{_TERMINOLOGY}/condition-clinical", "resolved"))
            }
                ELSE {_fixed(_category(f"{_TERMINOLOGY}/condition-clinical", "active"))} END""",
            verificationStatus=f"""'{{"coding":[{{"system":"{_TERMINOLOGY}/condition-ver-status",'
                || '"code":"' || CASE WHEN status IN ('refuted', 'entered-in-error') THEN status
                ELSE 'confirmed' END || '"}}]}}'""",
            category=f"""'[{{"coding":[{{"system":"{_TERMINOLOGY}/condition-category",'
                || '"code":"' || CASE category WHEN 'problem-list' THEN 'problem-list-item'
                ELSE category END || '"}}]}}]'""",
            code=_concept("code"),
            subject=_SUBJECT,
            encounter=_ENCOUNTER,
            onsetDateTime=_text(
                "iso(coalesce(onset, CASE WHEN visit IS NULL OR recorded <> day THEN day END))"
            ),
            abatementDateTime=_text('iso("end")'),
            recordedDate=_text("iso(recorded)"),
            recorder=_CLINICIAN,
        ),
        "FROM fact WHERE kind = 'condition' ORDER BY fact.rowid",
    ),
    "ServiceRequest": (
        _object(
            resourceType=_fixed("ServiceRequest"),
            id=_text(f"coalesce(order_name(patient, order_no), {_ID})"),
            status=_status_from("status", {"cancelled": "revoked"}, "active"),
            intent=_fixed("order"),
            category=f"""CASE kind WHEN 'imaging'
                THEN {_fixed([_category("http://snomed.info/sct", "363679005")])}
                ELSE {_fixed([_category("http://snomed.info/sct", "3457005")])} END""",
            code="""'{"coding":[' || coding_of(code) || ']'
                || coalesce(',"text":"' || text || '"', '') || '}'""",
            subject=_SUBJECT,
            authoredOn=_text("(CASE WHEN month_only THEN left(iso(day), 7) ELSE iso(day) END)"),
            requester=_CLINICIAN,
            performerType=_concept("specialty"),
        ),
        """FROM fact WHERE kind = 'referral' OR (kind = 'imaging' AND role = 'order')
        ORDER BY fact.rowid""",
    ),
    "Procedure": (
        _object(
            resourceType=_fixed("Procedure"),
            id=_text(_ID),
            basedOn=_list(_reference("ServiceRequest", "order_name(patient, order_no)")),
            status=_fixed("completed"),
            category=_fixed(_category("http://snomed.info/sct", "363679005")),
            code="""'{"coding":[' || coding_of(code) || ']'
                || coalesce(',"text":"' || text || '"', '') || '}'""",
            subject=_SUBJECT,
            performedDateTime=_text("iso(day)"),
            performer=_list(_object(actor=_CLINICIAN)),
        ),
        "FROM fact WHERE kind = 'imaging' AND role = 'performed' ORDER BY fact.rowid",
    ),
    "MedicationRequest": (
        _object(
            resourceType=_fixed("MedicationRequest"),
            id=_text(_ID),
            status=_fixed("active"),
            intent=_fixed("order"),
            medicationCodeableConcept=_concept("code"),
            subject=_SUBJECT,
            authoredOn=_text("iso(day)"),
            requester=_CLINICIAN,
            dispenseRequest=_object(
                expectedSupplyDuration="""'{"value":' || days_supply
                    || ',"unit":"days","system":"http://unitsofmeasure.org","code":"d"}'"""
            ),
        ),
        "FROM fact WHERE kind = 'medication' ORDER BY fact.rowid",
    ),
    "Observation": (
        _object(
            resourceType=_fixed("Observation"),
            id=_text(_ID),
            status=_fixed("final"),
            category=_list(f"""CASE kind
                WHEN 'answer' THEN {
                _fixed(_category(f"{_TERMINOLOGY}/observation-category", "survey"))
            }
                ELSE {_fixed(_category(f"{_TERMINOLOGY}/observation-category", "exam"))} END"""),
            code=_concept("code"),
            subject=_SUBJECT,
            effectiveDateTime=_text("iso(day)"),
            issued=_NOON,
            performer=_list(_CLINICIAN),
            valueInteger="CAST(TRY_CAST(value AS INTEGER) AS VARCHAR)",
            valueString=_text("(CASE WHEN TRY_CAST(value AS INTEGER) IS NULL THEN value END)"),
        ),
        "FROM fact WHERE kind IN ('finding', 'answer') ORDER BY fact.rowid",
    ),
    "DocumentReference": (
        _object(
            resourceType=_fixed("DocumentReference"),
            id=_text(_ID),
            status=_fixed("current"),
            type=_concept("code"),
            subject=_SUBJECT,
            date=_NOON,
            author=_list(_CLINICIAN),
            content=_list(
                _object(
                    attachment=_object(
                        contentType=_fixed("text/plain; charset=utf-8"),
                        data=_text("base64(encode(text))"),
                    )
                )
            ),
        ),
        "FROM fact WHERE kind = 'note' ORDER BY fact.rowid",
    ),
}

_PRACTITIONERS: Final = f"""
SELECT {_object(resourceType=_fixed("Practitioner"), id=_text("clinician"))}
FROM (SELECT DISTINCT clinician FROM seen) ORDER BY clinician
"""
_ROLES: Final = f"""
SELECT {
    _object(
        resourceType=_fixed("PractitionerRole"),
        id=_text("(clinician || '-role')"),
        practitioner=_CLINICIAN,
        specialty=_list(_concept("specialty")),
    )
}
FROM (SELECT DISTINCT clinician, specialty FROM seen WHERE specialty IS NOT NULL) ORDER BY clinician
"""
_ORGANIZATIONS: Final = f"""
SELECT {
    _object(
        resourceType=_fixed("Organization"),
        id=_text("practice"),
        name=_text("practice"),
    )
}
FROM (SELECT 'practice-' || (k + 1) AS practice, k FROM range($practices) t(k)) ORDER BY k
"""
_STRANGERS: Final = f"""
SELECT {
    _object(
        resourceType=_fixed("Condition"),
        id=_text("('stranger-' || k)"),
        code=_fixed({"coding": [{"system": SYSTEM_URIS["ICD-10-CM"], "code": "I10"}]}),
        subject=_reference("Patient", "patient_name(9000000 + k)"),
        recordedDate=_text("iso($end - k % 300)"),
    )
}
FROM range($count) t(k)
"""


def _filled(query: str, **values: int) -> str:
    for name, value in values.items():
        query = query.replace(f"${name}", str(value))
    return query


class FhirForm:
    """Writes a practice as FHIR R4 NDJSON, block by block."""

    def __init__(self, con: duckdb.DuckDBPyConnection, out: Path) -> None:
        self._con = con
        self._out = out
        self._files = {kind: self._file(kind) for kind in _RESOURCES}
        self._practices = 0
        codings = [
            json.dumps(
                {"system": SYSTEM_URIS[code.system], "code": code.value, "display": code.display},
                separators=(",", ":"),
            )
            for code in ALL_CODES.values()
        ]
        con.execute(f"CREATE MACRO coding_of(number) AS {codings!r}[number + 1]")
        con.execute(
            "CREATE MACRO class_of(setting) AS CASE setting"
            + "".join(
                f" WHEN '{ours}' THEN {_fixed({'system': _CLASS_SYSTEM, 'code': theirs})}"
                for ours, theirs in _CLASSES.items()
            )
            + " END"
        )
        con.execute(
            "CREATE MACRO fact_name(patient, row, copy) AS"
            " patient_name(patient) || '-F' || (row - copy + 1)"
        )
        con.execute("CREATE TABLE seen (clinician VARCHAR, specialty INTEGER)")

    def block(self) -> None:
        """Write the people and facts that are loaded."""
        self._con.execute(
            f"""CREATE OR REPLACE TABLE diagnosed AS
            SELECT patient, visit, '[' || string_agg('{{"condition":' ||
                {_reference("Condition", _ID)} || coalesce(',"rank":' || position, '') || '}}', ','
                ORDER BY position, fact.rowid) || ']' AS diagnoses
            FROM fact WHERE kind = 'condition' AND visit IS NOT NULL AND copy = 1
                AND status <> 'entered-in-error'
            GROUP BY patient, visit"""
        )
        for kind, (resource, source) in _RESOURCES.items():
            self._files[kind].add(f"SELECT {resource} {source}")
        self._con.execute(
            """INSERT INTO seen
            SELECT DISTINCT clinician,
                CASE WHEN kind = 'visit' THEN specialty END
            FROM fact WHERE clinician IS NOT NULL
            UNION SELECT DISTINCT clinician, NULL FROM person"""
        )
        found = self._con.execute("SELECT max(practice) + 1 FROM person").fetchall()
        self._practices = max(self._practices, found[0][0])

    def finish(self, strangers: int, end: int) -> None:
        """Write who worked there, and some rows of people whom the practice does not know."""
        self._files["Condition"].add(_filled(_STRANGERS, count=strangers, end=end))
        self._file("Practitioner").add(_PRACTITIONERS)
        self._file("PractitionerRole").add(_ROLES)
        self._file("Organization").add(_filled(_ORGANIZATIONS, practices=self._practices))

    def _file(self, kind: str) -> Parts:
        return Parts(self._con, self._out / f"{kind}.ndjson", raw=True)
