SELECT
    ref(patient) AS patient_id,
    if(provision.type = 'deny', 'out', 'in') AS consent,
    coalesce(str("dateTime"), updated_text) AS day,
    file, line
FROM source
WHERE status = 'active'
    AND (scope IS NULL OR list_contains(labels(scope), 'patient-privacy'))
