SELECT
    ref(patient) AS patient_id,
    if(str(provision.type) = 'deny', 'out', 'in') AS consent,
    coalesce(str("dateTime"), updated_text) AS day,
    file, line
FROM source
WHERE str(status) = 'active'
    AND (scope IS NULL OR list_contains(code_values(codings(scope)), 'patient-privacy'))
