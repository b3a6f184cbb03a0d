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
    setting_of_class(coalesce("class".code, "class".display)) AS setting,
    type AS concept,
    list_transform(diagnosis, lambda d: {
        condition: ref(d.condition), rank: try_cast(str(d.rank) AS INTEGER)
    }) AS diagnoses,
    list_transform(
        list_filter("reasonCode", lambda c: len(c.coding) > 0),
        lambda c: {codings: codings(c), "text": wording(c)}
    ) AS reasons,
    clinician(who.individual) AS clinician,
    source_type, source_id, updated_text, file, line, entry
FROM encounters
