WITH claims AS (
    SELECT *,
        list_bool_or(list_transform(diagnosis,
            lambda d: is_principal(all_labels(d.type)))) AS names_principal,
        list_contains(labels(type), 'pharmacy') AS of_a_pharmacy
    FROM source
), parts AS (
    SELECT *, unnest(list_transform(
        -- A diagnosis by reference is a Condition, which is read by itself.
        list_transform(
            list_filter(coalesce(diagnosis, []),
                lambda d: d."diagnosisCodeableConcept" IS NOT NULL),
            lambda d: {
                kind: 'condition',
                codings: codings(d."diagnosisCodeableConcept"),
                text: wording(d."diagnosisCodeableConcept"),
                start: NULL::VARCHAR,
                visit: NULL::VARCHAR,
                place: NULL::VARCHAR,
                position: CASE
                    WHEN is_principal(all_labels(d.type)) THEN 1
                    WHEN names_principal
                        THEN greatest(2, try_cast(str(d.sequence) AS INTEGER))
                    ELSE try_cast(str(d.sequence) AS INTEGER)
                END,
                denied: false
            }
        ) || list_transform(
            list_filter(coalesce(item, []), lambda i: i."productOrService" IS NOT NULL),
            lambda i: {
                kind: if(of_a_pharmacy, 'medication', 'procedure'),
                codings: codings(i."productOrService"),
                text: wording(i."productOrService"),
                start: span_start(i."servicedDate", i."servicedPeriod"),
                visit: ref(i.encounter[1]),
                place: i."locationCodeableConcept".coding[1].code,
                position: NULL::INTEGER,
                denied: false
            }
        ),
        lambda p, n: {part: n - 1, line: p}
    )) AS one
    FROM claims
)
SELECT
    ref(patient) AS patient_id,
    one.line.kind AS kind,
    one.line.codings AS codings,
    coalesce(one.line.start, str("billablePeriod".start), str(created)) AS start_text,
    str(created) AS recorded_text,
    if(
        "use" IN ('preauthorization', 'predetermination'),
        'cancelled',
        coalesce(status_Claim(status), 'active')
    ) AS status,
    coalesce(one.line.visit, list_filter(
        list_transform(item, lambda i: ref(i.encounter[1])), lambda v: v IS NOT NULL)[1]
    ) AS visit_id,
    source_id AS claim,
    NULL AS claim_status,
    one.line.position AS position,
    setting_of_place(one.line.place) AS setting,
    clinician(provider) AS clinician,
    if(one.line.kind = 'condition', NULL, 'performing') AS clinician_role,
    one.line.text AS text,
    one.part::INTEGER AS part,
    source_type, source_id, updated_text, file, line, entry
FROM parts
