SELECT
    'imaging' AS kind,
    'report' AS role,
    region_of(wording(code)) AS region,
    ref(subject) AS patient_id,
    ref(encounter) AS visit_id,
    codings(code) AS codings,
    coalesce(str("effectiveDateTime"), str("effectivePeriod".start), str(issued)) AS start_text,
    str(issued) AS recorded_text,
    coalesce(status_DiagnosticReport(status), 'active') AS status,
    ['DiagnosticReport/' || source_id] || ref_names("basedOn", 'ServiceRequest')
        || ref_names("imagingStudy", 'ImagingStudy') || ref_names(result, 'Observation') AS links,
    clinician(performer[1]) AS clinician,
    'performing' AS clinician_role,
    wording(code) AS text,
    source_type, source_id, updated_text, file, line, entry
FROM source
WHERE len(coalesce("imagingStudy", [])) > 0
    OR is_imaging_category(all_labels(category))
    OR is_imaging(codings(code))
