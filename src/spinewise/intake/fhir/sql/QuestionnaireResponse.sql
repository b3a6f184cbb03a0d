-- Every item with an answer, however deep; items may lie within items and within answers.
WITH RECURSIVE forms AS MATERIALIZED (
    SELECT *, ref(subject) AS patient_id, ref(encounter) AS visit_id FROM source
), items AS (
    SELECT file, line, entry, unnest(json_extract(item, '$[*]')) AS one FROM forms
    UNION ALL
    SELECT file, line, entry, unnest(
        json_extract(one, '$.item[*]') || json_extract(one, '$.answer[*].item[*]')
    )
    FROM items
), answers AS (
    SELECT file, line, entry, one ->> '$.linkId' AS link_id, one ->> '$.definition' AS definition,
        one ->> '$.text' AS words, unnest(json_extract(one, '$.answer[*]')) AS answer
    FROM items
), parts AS (
    SELECT *, row_number() OVER (PARTITION BY file, line, entry ORDER BY link_id, answer) - 1 AS part
    FROM answers
)
SELECT
    if(system = 'urn:spinewise:finding', 'finding', 'answer') AS kind,
    patient_id,
    visit_id,
    [{system: system, value: code, display: words}] AS codings,
    if(system = 'urn:spinewise:finding', finding_of(value, [coded]), value) AS value,
    unit,
    words AS text,
    part::INTEGER AS part,
    str(authored) AS start_text,
    str(authored) AS recorded_text,
    coalesce(status_QuestionnaireResponse(status), 'active') AS status,
    clinician(author) AS clinician,
    source_type, source_id, updated_text, file, line, entry
FROM (
    SELECT file, line, entry, part, words,
        CASE
            WHEN starts_with(definition, 'urn:spinewise:finding') THEN 'urn:spinewise:finding'
            WHEN starts_with(questionnaire, 'urn:spinewise:questionnaire:red-flag-screen')
                THEN 'urn:spinewise:finding'
            WHEN starts_with(questionnaire, 'urn:spinewise:questionnaire:')
                THEN 'urn:spinewise:item'
            ELSE split_part(questionnaire, '|', 1)
        END AS system,
        CASE WHEN starts_with(definition, 'urn:spinewise:')
            THEN regexp_extract(definition, '[^:#/]*$') ELSE link_id END AS code,
        answer ->> '$.valueCoding.code' AS coded,
        coalesce(
            answer ->> '$.valueCoding.code', answer ->> '$.valueBoolean',
            answer ->> '$.valueDecimal', answer ->> '$.valueInteger', answer ->> '$.valueString',
            answer ->> '$.valueQuantity.value', answer ->> '$.valueDate',
            answer ->> '$.valueDateTime', answer ->> '$.valueCoding.display'
        ) AS value,
        answer ->> '$.valueQuantity.unit' AS unit,
        patient_id, visit_id, authored, status, author, source_type, source_id, updated_text
    FROM parts JOIN forms USING (file, line, entry)
)
WHERE value IS NOT NULL
