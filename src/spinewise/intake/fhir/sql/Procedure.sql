WITH procedures AS (
    SELECT *,
        codings(code) AS codings,
        is_imaging(codings(code)) OR is_imaging_category(labels(category))
            AS of_an_image,
        described(code, "bodySite") AS text
    FROM source
)
SELECT
    if(of_an_image, 'imaging', 'procedure') AS kind,
    if(of_an_image, 'performed', NULL) AS role,
    if(of_an_image, region_of(text), NULL) AS region,
    ref(subject) AS patient_id,
    ref(encounter) AS visit_id,
    codings,
    span_start("performedDateTime", "performedPeriod") AS start_text,
    str("performedPeriod"."end") AS end_text,
    coalesce(status_Procedure(status), 'active') AS status,
    if(
        of_an_image,
        ['Procedure/' || source_id] || ref_names("basedOn", 'ServiceRequest')
            || ref_names("partOf", 'Procedure') || ref_names(report, 'DiagnosticReport'),
        NULL
    ) AS links,
    all_codings("reasonCode") AS reason,
    if(of_an_image, ref("reasonReference"[1]), NULL) AS refers_to,
    clinician(performer[1].actor) AS clinician,
    'performing' AS clinician_role,
    text,
    source_type, source_id, updated_text, file, line, entry
FROM procedures
