SELECT
    'condition' AS kind,
    ref(subject) AS patient_id,
    ref(encounter) AS visit_id,
    code AS concept,
    coalesce(str("onsetDateTime"), str("onsetPeriod".start), str("recordedDate")) AS start_text,
    coalesce(
        str("abatementDateTime"), str("abatementPeriod"."end"), str("abatementPeriod".start)
    ) AS end_text,
    str("recordedDate") AS recorded_text,
    coalesce(str("onsetDateTime"), str("onsetPeriod".start)) AS onset_text,
    coalesce(
        status_Verification("verificationStatus".coding[1].code),
        status_Condition("clinicalStatus".coding[1].code),
        'active'
    ) AS status,
    list_filter(
        list_transform(all_labels(category), lambda c: category_of(c)),
        lambda c: c IS NOT NULL
    )[1] AS category,
    -- A condition taken from a report names the report.
    if(evidence IS NULL, NULL, ['Condition/' || source_id] || ref_names(
        flatten(list_transform(evidence, lambda e: coalesce(e.detail, []))), 'Observation'
    )) AS links,
    clinician(coalesce(recorder, asserter)) AS clinician,
    source_type, source_id, updated_text, file, line, entry
FROM source
