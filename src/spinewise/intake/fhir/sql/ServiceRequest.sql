WITH requests AS (
    SELECT *,
        codings(code) AS codings,
        CASE
            WHEN is_imaging(codings(code))
                OR is_imaging_category(all_labels(category)) THEN 'imaging'
            WHEN is_referral(codings(code))
                OR is_referral_category(all_labels(category))
                OR "performerType" IS NOT NULL THEN 'referral'
        END AS kind,
        described(code, "bodySite") AS text
    FROM source
)
SELECT
    kind,
    if(kind = 'imaging', 'order', NULL) AS role,
    if(kind = 'imaging', region_of(text), NULL) AS region,
    if(kind = 'imaging', ['ServiceRequest/' || source_id], NULL) AS links,
    ref(subject) AS patient_id,
    ref(encounter) AS visit_id,
    codings,
    -- When it was ordered; `occurrence` is when it was wanted.
    str("authoredOn") AS start_text,
    str("authoredOn") AS recorded_text,
    order_status(
        status_ServiceRequest(status), status_of_intent(intent), str("doNotPerform")
    ) AS status,
    all_codings("reasonCode") AS reason,
    ref("reasonReference"[1]) AS refers_to,
    clinician(requester) AS clinician,
    'ordering' AS clinician_role,
    codings("performerType") AS specialty,
    text,
    source_type, source_id, updated_text, file, line, entry
FROM requests
WHERE kind IS NOT NULL
