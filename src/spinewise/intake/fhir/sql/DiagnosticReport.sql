WITH reports AS (
    SELECT *,
        coalesce(str("effectiveDateTime"), str("effectivePeriod".start), str(issued)) AS day,
        coalesce(status_DiagnosticReport(status), 'active') AS state,
        ['DiagnosticReport/' || source_id] || ref_names("basedOn", 'ServiceRequest')
            || ref_names("imagingStudy", 'ImagingStudy') || ref_names(result, 'Observation')
            AS names
    FROM source
)
SELECT
    'imaging' AS kind,
    'report' AS role,
    region_of(wording(code)) AS region,
    ref(subject) AS patient_id,
    ref(encounter) AS visit_id,
    codings(code) AS codings,
    day AS start_text,
    str(issued) AS recorded_text,
    state AS status,
    names AS links,
    clinician(performer[1]) AS clinician,
    'performing' AS clinician_role,
    wording(code) AS "text",
    0 AS part,
    source_type, source_id, updated_text, file, line, entry
FROM reports
WHERE len(coalesce("imagingStudy", [])) > 0
    OR is_imaging_category(all_labels(category))
    OR is_imaging(codings(code))
UNION ALL BY NAME
-- What a report concludes is known when it is issued, and never before its own image.
SELECT
    'finding' AS kind,
    ref(subject) AS patient_id,
    ref(encounter) AS visit_id,
    codings(one.said) AS codings,
    day AS start_text,
    str(issued) AS recorded_text,
    state AS status,
    names AS links,
    clinician(performer[1]) AS clinician,
    wording(one.said) AS "text",
    one.part::INTEGER AS part,
    source_type, source_id, updated_text, file, line, entry
FROM (
    SELECT *, unnest(list_transform(
        list_filter("conclusionCode", lambda c: len(c.coding) > 0),
        lambda c, n: {part: n, said: c}
    )) AS one
    FROM reports
)
