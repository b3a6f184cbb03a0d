SELECT
    'medication' AS kind,
    ref(subject) AS patient_id,
    ref(encounter) AS visit_id,
    "medicationCodeableConcept" AS concept,
    contained_drug("medicationReference", contained) AS codings,
    ref("medicationReference") AS refers_to,
    str("authoredOn") AS start_text,
    str("authoredOn") AS recorded_text,
    order_status(
        status_MedicationRequest(status), status_of_intent(intent), str("doNotPerform")
    ) AS status,
    "reasonCode" AS reason_concept,
    clinician(requester) AS clinician,
    'prescribing' AS clinician_role,
    days_of("dispenseRequest"."expectedSupplyDuration") AS days_supply,
    source_type, source_id, updated_text, file, line, entry
FROM source
