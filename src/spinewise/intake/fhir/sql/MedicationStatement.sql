SELECT
    'medication' AS kind,
    ref(subject) AS patient_id,
    ref(context) AS visit_id,
    drug("medicationCodeableConcept", "medicationReference", contained) AS codings,
    ref("medicationReference") AS refers_to,
    wording("medicationCodeableConcept") AS text,
    coalesce(
        str("effectiveDateTime"), str("effectivePeriod".start), str("dateAsserted")
    ) AS start_text,
    str("effectivePeriod"."end") AS end_text,
    str("dateAsserted") AS recorded_text,
    coalesce(status_MedicationStatement(status), 'active') AS status,
    source_type, source_id, updated_text, file, line, entry
FROM source
