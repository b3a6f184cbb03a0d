SELECT
    source_id AS patient_id,
    str("birthDate") AS birth_text,
    gender AS sex,
    coalesce(str("deceasedDateTime"), nullif(str("deceasedBoolean"), 'false')) AS death_text,
    clinician("generalPractitioner"[1]) AS clinician,
    ref("managingOrganization") AS practice,
    coalesce(
        list_filter(communication, lambda c: str(c.preferred) = 'true')[1],
        communication[1]
    ).language.coding[1].code AS language,
    source_type, updated_text, file, line, entry
FROM source
