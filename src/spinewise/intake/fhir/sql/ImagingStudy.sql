WITH studies AS (
    SELECT *,
        concat_ws(
            '; ',
            wording("procedureCode"[1]),
            nullif(array_to_string(
                list_transform(series, lambda s: s."bodySite".display), '; '), '')
        ) AS words
    FROM source
)
SELECT
    'imaging' AS kind,
    'study' AS role,
    ref(subject) AS patient_id,
    ref(encounter) AS visit_id,
    all_codings("procedureCode") AS codings,
    coalesce(str(started), str(series[1].started)) AS start_text,
    coalesce(status_ImagingStudy(status), 'active') AS status,
    modality_of(coalesce(series[1].modality.code, modality[1].code), words) AS modality,
    region_of(words) AS region,
    ['ImagingStudy/' || source_id] || ref_names("basedOn", 'ServiceRequest')
        || ref_names(["procedureReference"], 'Procedure') AS links,
    all_codings("reasonCode") AS reason,
    ref("reasonReference"[1]) AS refers_to,
    clinician(referrer) AS clinician,
    'ordering' AS clinician_role,
    nullif(words, '') AS text,
    source_type, source_id, updated_text, file, line, entry
FROM studies
