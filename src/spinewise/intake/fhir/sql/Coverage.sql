SELECT
    ref(beneficiary) AS patient_id,
    str(period.start) AS start_text,
    str(period."end") AS end_text,
    coalesce(status_Coverage(status), 'active') AS status,
    source_type, source_id, updated_text, file, line, entry
FROM source
