WITH encounters AS (
    SELECT *, coalesce(
        -- The person in charge, else the first clinician named.
        list_filter(participant, lambda p: is_clinician(p.individual)
            AND list_has_any(all_labels(p.type), ['PPRF', 'ATND']))[1],
        list_filter(participant, lambda p: is_clinician(p.individual))[1]
    ) AS who
    FROM source
)
SELECT
    ref(subject) AS patient_id,
    str(period.start) AS start_text,
    str(period."end") AS end_text,
    coalesce(status_Encounter(status), 'active') AS status,
    if(
        is_emergency_type(code_values(all_codings(type))),
        'emergency',
        setting_of_class(coalesce("class".code, "class".display))
    ) AS setting,
    all_codings(type) AS codings,
    clinician(who.individual) AS clinician,
    wording(type[1]) AS text,
    source_type, source_id, updated_text, file, line, entry
FROM encounters
