-- Answers to our own findings, and to survey items; each component is an answer of its own.
WITH observed AS (
    SELECT *, list_contains(all_labels(category), 'survey') AS of_a_survey,
        [answer(
            code, "valueBoolean", "valueString", "valueInteger", "valueQuantity",
            "valueCodeableConcept"
        )] || list_transform(coalesce(component, []), lambda c: answer(
            c.code, c."valueBoolean", c."valueString", c."valueInteger", c."valueQuantity",
            c."valueCodeableConcept"
        )) AS answers
    FROM source
    WHERE is_finding(codings(code))
        OR list_contains(all_labels(category), 'survey')
        OR list_bool_or(list_transform(component, lambda c: is_finding(codings(c.code))))
), parts AS (
    SELECT *, unnest(list_transform(
        list_filter(answers, lambda a: a.value IS NOT NULL
            AND (of_a_survey OR is_finding(a.codings))),
        lambda a, n: {part: n - 1, answer: a}
    )) AS one
    FROM observed
)
SELECT
    if(is_finding(one.answer.codings), 'finding', 'answer') AS kind,
    ref(subject) AS patient_id,
    ref(encounter) AS visit_id,
    one.answer.codings AS codings,
    if(
        is_finding(one.answer.codings),
        finding_of(one.answer.value, one.answer.codes),
        one.answer.value
    ) AS value,
    one.answer.unit AS unit,
    one.answer.text AS text,
    one.part::INTEGER AS part,
    coalesce(
        str("effectiveDateTime"), str("effectivePeriod".start), str("effectiveInstant"),
        str(issued)
    ) AS start_text,
    str(issued) AS recorded_text,
    coalesce(status_Observation(status), 'active') AS status,
    ['Observation/' || source_id] || ref_names("basedOn", 'ServiceRequest')
        || ref_names("partOf", 'ImagingStudy') || ref_names("derivedFrom", 'ImagingStudy')
        AS links,
    clinician(performer[1]) AS clinician,
    source_type, source_id, updated_text, file, line, entry
FROM parts
