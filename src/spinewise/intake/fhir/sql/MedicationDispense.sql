SELECT
    'medication' AS kind,
    ref(subject) AS patient_id,
    ref(context) AS visit_id,
    drug("medicationCodeableConcept", "medicationReference", contained) AS codings,
    ref("medicationReference") AS refers_to,
    wording("medicationCodeableConcept") AS text,
    coalesce(str("whenHandedOver"), str("whenPrepared")) AS start_text,
    coalesce(status_MedicationDispense(status), 'active') AS status,
    days_of("daysSupply") AS days_supply,
    source_type, source_id, updated_text, file, line, entry
FROM source
