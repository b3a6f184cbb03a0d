-- image_row
WITH imaging AS (
  SELECT
    e.patient,
    e.event,
    COALESCE(e.role, 'performed') AS role,
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), e.start_lo) AS day_lo,
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), e.start_hi) AS day_hi,
    e.start_time,
    e.link,
    CASE
      WHEN e.clinician_role = 'ordering'
      OR (
        e.role = 'order' AND COALESCE(e.clinician_role, '') = ''
      )
      THEN NULLIF(e.clinician, '')
    END AS ordered_by,
    COALESCE(c.modality, e.modality, '') AS modality,
    LOWER(TRIM(COALESCE(e.region, ''))) AS named,
    COALESCE(c.image_60, FALSE) AS listed,
    COALESCE(c.level_unknown, FALSE) AS level_unknown,
    COALESCE(c.image_60, FALSE) AND NOT COALESCE(c.image_verified_61, FALSE) AS proposed,
    COALESCE(r.diagnosis_59, FALSE) AS for_pain,
    COALESCE(
      REGEXP_MATCHES(
        e.text,
        '(?i)(?:\b(thoraco[ -]?)?lumb(ar|o))|(?:\b((thoraco|dorso)[ -]?)?lomb(aire|al|o))|(?:\bl[ -]?spine)|(?:\bls[ -]?spine)|(?:\bl[1-5]\b)|(?:\blow(er)? back\b)|(?:\bbas du dos\b)'
      ),
      FALSE
    ) AS says_so
  FROM events AS e
  LEFT JOIN code_is AS c
    ON c.code = e.code
  LEFT JOIN code_is AS r
    ON r.code = e.reason
  WHERE
    e.kind = 'imaging'
    AND e.status IS DISTINCT FROM 'refuted'
    AND NOT e.start_lo IS NULL
), classed AS (
  SELECT
    *,
    CASE
      WHEN named = 'lumbar'
      THEN TRUE
      WHEN named <> '' AND NOT named IN ('spine')
      THEN FALSE
      WHEN named = '' AND NOT level_unknown
      THEN listed OR says_so
      WHEN says_so OR for_pain
      THEN TRUE
      ELSE NULL
    END AS region
  FROM imaging
)
SELECT
  patient,
  event,
  role,
  day_lo,
  day_hi,
  start_time,
  link,
  ordered_by,
  modality,
  region,
  for_pain,
  proposed,
  NOT link IS NULL AS is_linked,
  COALESCE(
    link,
    CASE
      WHEN role = 'order'
      THEN 'order:' || event
      ELSE 'shown:' || modality || ':' || day_lo || ':' || day_hi
    END
  ) AS image_group
FROM classed
WHERE
  region IS NULL OR region;

-- several_rows
SELECT
  patient,
  link
FROM image_row
WHERE
  NOT link IS NULL
GROUP BY
  patient,
  link
HAVING
  NOT SUM(CASE role WHEN 'order' THEN 1 WHEN 'report' THEN 1000000 ELSE 1000 END) IN (1, 1000, 1001);

-- image_group
SELECT
  patient,
  is_linked,
  image_group,
  (
    CASE
      WHEN BOOL_OR(CAST(region AS BOOLEAN))
      THEN TRUE
      WHEN BOOL_OR(CAST(region IS NULL AS BOOLEAN))
      THEN NULL
      ELSE FALSE
    END
  ) AS region,
  BOOL_OR(CAST(for_pain AS BOOLEAN)) AS for_pain,
  MIN(event) FILTER(WHERE
    role = 'order') AS order_event,
  ARG_MIN(day_lo, event) FILTER(WHERE
    role = 'order') AS order_lo,
  ARG_MIN(day_hi, event) FILTER(WHERE
    role = 'order') AS order_hi,
  ARG_MIN(proposed, event) FILTER(WHERE
    role = 'order') AS proposed,
  ARG_MIN(modality, event) FILTER(WHERE
    modality <> '') AS modality,
  ARG_MIN(ordered_by, event) FILTER(WHERE
    NOT ordered_by IS NULL) AS clinician,
  MIN(event) FILTER(WHERE
    role IN ('performed', 'study')) AS shown_event,
  MIN(day_lo) FILTER(WHERE
    role IN ('performed', 'study')) AS shown_lo,
  MAX(day_hi) FILTER(WHERE
    role IN ('performed', 'study')) AS shown_hi,
  MIN(start_time) FILTER(WHERE
    role IN ('performed', 'study')) AS performed_time,
  ARG_MIN(proposed, event) FILTER(WHERE
    role IN ('performed', 'study')) AS shown_proposed,
  ARG_MIN(modality, event) FILTER(WHERE
    modality <> '' AND role IN ('performed', 'study')) AS shown_modality,
  MAX(day_lo) FILTER(WHERE
    role IN ('performed', 'study')) > shown_lo
  OR MIN(day_hi) FILTER(WHERE
    role IN ('performed', 'study')) < shown_hi
  OR (
    shown_event IS NULL AND BOOL_OR(CAST(role = 'report' AS BOOLEAN))
  ) AS is_several
FROM image_row AS r
LEFT JOIN several_rows AS s
  USING (patient, link)
WHERE
  r.link IS NULL OR NOT s.patient IS NULL
GROUP BY
  patient,
  is_linked,
  image_group;

-- performance
WITH of_several AS (
  SELECT
    r.*,
    g.shown_event IS NULL AS is_reported
  FROM image_row AS r
  JOIN image_group AS g
    USING (patient, is_linked, image_group)
  WHERE
    g.is_several
)
SELECT
  patient,
  is_linked,
  image_group,
  day_lo,
  day_hi,
  MIN(event) AS event,
  ARG_MIN(proposed, event) AS proposed,
  MIN(start_time) AS performed_time,
  ARG_MIN(modality, event) FILTER(WHERE
    modality <> '') AS modality,
  ROW_NUMBER() OVER (PARTITION BY patient, is_linked, image_group ORDER BY day_lo, day_hi) AS number
FROM of_several
WHERE
  role IN ('performed', 'study') OR (
    is_reported AND role = 'report'
  )
GROUP BY
  patient,
  is_linked,
  image_group,
  day_lo,
  day_hi;

-- image_part
WITH pair AS (
  SELECT
    patient,
    link,
    COALESCE(o.event, s.event) AS event,
    CASE WHEN NOT o.event IS NULL THEN o.proposed ELSE s.proposed END AS proposed,
    o.day_lo AS order_lo,
    o.day_hi AS order_hi,
    s.day_lo AS shown_lo,
    s.day_hi AS shown_hi,
    s.start_time AS performed_time,
    COALESCE(NULLIF(s.modality, ''), o.modality, '') AS modality,
    COALESCE(o.region, s.region) AS region,
    COALESCE(o.for_pain, FALSE) OR COALESCE(s.for_pain, FALSE) AS for_pain,
    COALESCE(CASE WHEN s.event < o.event THEN s.ordered_by END, o.ordered_by, s.ordered_by, '') AS clinician
  FROM (
    SELECT
      *
    FROM image_row
    WHERE
      NOT link IS NULL AND role = 'order'
  ) AS o
  FULL JOIN (
    SELECT
      *
    FROM image_row
    WHERE
      NOT link IS NULL AND role <> 'order'
  ) AS s
    USING (patient, link)
  ANTI JOIN several_rows
    USING (patient, link)
), performed AS (
  SELECT
    *
    EXCLUDE (is_several),
    CAST(1 AS BIGINT) AS number
  FROM image_group
  WHERE
    NOT COALESCE(is_several, FALSE)
  UNION ALL
  SELECT
    g.*
    EXCLUDE (is_several)
    REPLACE (p.event AS shown_event, p.day_lo AS shown_lo, p.day_hi AS shown_hi, p.performed_time AS performed_time, p.proposed AS shown_proposed, p.modality AS shown_modality),
    p.number
  FROM image_group AS g
  JOIN performance AS p
    USING (patient, is_linked, image_group)
), part AS (
  SELECT
    patient,
    COALESCE(order_event, shown_event) AS event,
    CASE WHEN NOT order_event IS NULL THEN number ELSE 1 END AS number,
    CASE WHEN NOT order_event IS NULL THEN proposed ELSE shown_proposed END AS proposed,
    order_lo,
    order_hi,
    shown_lo,
    shown_hi,
    performed_time,
    COALESCE(shown_modality, modality, '') AS modality,
    region,
    for_pain,
    COALESCE(clinician, '') AS clinician,
    CASE WHEN is_linked THEN image_group END AS link
  FROM performed
  UNION ALL
  SELECT
    patient,
    event,
    1,
    proposed,
    order_lo,
    order_hi,
    shown_lo,
    shown_hi,
    performed_time,
    modality,
    region,
    for_pain,
    clinician,
    link
  FROM pair
), same_day AS (
  SELECT
    patient,
    shown_lo
  FROM part
  WHERE
    NOT shown_lo IS NULL
  GROUP BY
    patient,
    shown_lo
  HAVING
    COUNT(*) > 1
), alike AS (
  SELECT
    patient,
    modality,
    shown_lo,
    shown_hi,
    (
      CASE
        WHEN BOOL_OR(CAST(region AS BOOLEAN))
        THEN TRUE
        WHEN BOOL_OR(CAST(region IS NULL AS BOOLEAN))
        THEN NULL
        ELSE FALSE
      END
    ) AS region,
    BOOL_OR(CAST(for_pain AS BOOLEAN)) AS for_pain,
    BOOL_OR(CAST(NOT order_lo IS NULL AS BOOLEAN)) AS is_ordered,
    MIN(event) AS first_event
  FROM part
  SEMI JOIN same_day
    USING (patient, shown_lo)
  GROUP BY
    patient,
    modality,
    shown_lo,
    shown_hi
  HAVING
    COUNT(*) > 1
)
SELECT
  p.*
  REPLACE (CASE WHEN a.first_event IS NULL THEN p.region ELSE a.region END AS region, CASE WHEN a.first_event IS NULL THEN p.for_pain ELSE a.for_pain END AS for_pain)
FROM part AS p
LEFT JOIN alike AS a
  USING (patient, modality, shown_lo, shown_hi)
WHERE
  a.first_event IS NULL
  OR NOT p.order_lo IS NULL
  OR (
    NOT a.is_ordered AND p.event = a.first_event
  );

-- waiting
SELECT
  o.*,
  ROW_NUMBER() OVER (PARTITION BY patient, modality ORDER BY order_lo, event) AS place
FROM image_part AS o
WHERE
  shown_lo IS NULL AND order_lo = order_hi;

-- free
SELECT
  f.*,
  ROW_NUMBER() OVER (PARTITION BY patient, modality ORDER BY shown_lo, event) AS place
FROM image_part AS f
SEMI JOIN waiting
  USING (patient, modality)
WHERE
  order_lo IS NULL AND shown_lo = shown_hi;

-- joined
WITH RECURSIVE queue AS (
  SELECT
    patient,
    modality,
    CAST(0 AS BIGINT) AS turn,
    CAST(0 AS BIGINT) AS taken,
    CAST(0 AS BIGINT) AS match
  FROM (
    SELECT DISTINCT
      patient,
      modality
    FROM waiting
    SEMI JOIN free
      USING (patient, modality)
  )
  UNION ALL
  SELECT
    q.patient,
    q.modality,
    q.turn + 1,
    CASE
      WHEN MIN(f.shown_lo) <= ANY_VALUE(w.order_lo) + 365
      THEN MIN(f.place)
      ELSE ANY_VALUE(q.taken)
    END,
    CASE
      WHEN MIN(f.shown_lo) <= ANY_VALUE(w.order_lo) + 365
      THEN MIN(f.place)
      ELSE 0
    END
  FROM queue AS q
  JOIN waiting AS w
    ON w.patient = q.patient AND w.modality = q.modality AND w.place = q.turn + 1
  LEFT JOIN free AS f
    ON f.patient = q.patient
    AND f.modality = q.modality
    AND f.place > q.taken
    AND f.shown_lo >= w.order_lo
  GROUP BY
    q.patient,
    q.modality,
    q.turn
)
SELECT
  patient,
  modality,
  turn AS order_place,
  match AS shown_place
FROM queue
WHERE
  match > 0;

-- image
WITH matched AS (
  SELECT
    w.patient,
    w.event,
    w.number,
    w.proposed,
    w.order_lo,
    w.order_hi,
    f.shown_lo,
    f.shown_hi,
    f.performed_time,
    w.modality,
    w.region OR f.region AS region,
    w.for_pain OR f.for_pain AS for_pain,
    CASE WHEN w.clinician <> '' THEN w.clinician ELSE f.clinician END AS clinician,
    w.link,
    f.link AS shown_link,
    f.event AS shown_event
  FROM joined AS j
  JOIN waiting AS w
    ON w.patient = j.patient AND w.modality = j.modality AND w.place = j.order_place
  JOIN free AS f
    ON f.patient = j.patient AND f.modality = j.modality AND f.place = j.shown_place
), every AS (
  SELECT
    *
    EXCLUDE (shown_event)
  FROM matched
  UNION ALL
  SELECT
    patient,
    event,
    number,
    proposed,
    order_lo,
    order_hi,
    shown_lo,
    shown_hi,
    performed_time,
    modality,
    region,
    for_pain,
    clinician,
    link,
    NULL
  FROM image_part AS p
  WHERE
    NOT (
      p.shown_lo IS NULL
      AND p.order_lo = p.order_hi
      AND EXISTS(
        SELECT
          1
        FROM matched AS m
        WHERE
          m.event = p.event
      )
    )
    AND NOT (
      p.order_lo IS NULL
      AND EXISTS(
        SELECT
          1
        FROM matched AS m
        WHERE
          m.shown_event = p.event
      )
    )
)
SELECT
  CAST(event AS BIGINT) * 1000000 + number AS image,
  *,
  COALESCE(order_lo, shown_lo) AS day_lo,
  COALESCE(order_hi, shown_hi) AS day_hi
FROM every;

-- rule_patient
SELECT DISTINCT
  patient
FROM (
  SELECT
    e.patient,
    e.kind,
    0 AS source,
    e.event AS number,
    e.code,
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), e.start_lo) AS start_lo,
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), e.start_hi) AS start_hi,
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), COALESCE(e.visit_lo, e.start_lo)) AS service_lo,
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), COALESCE(e.visit_hi, e.start_hi)) AS service_hi,
    e.start_time AS time,
    COALESCE(e.setting, e.visit_setting) AS setting,
    COALESCE(e.claim_status = 'denied', FALSE) AS denied,
    e.position,
    e.days_supply,
    CASE WHEN NOT e.visit_lo IS NULL THEN e.visit_clinician END AS visit_clinician,
    e.clinician
  FROM events AS e
  WHERE
    NOT e.start_lo IS NULL
    AND e.code IN (
      SELECT
        code
      FROM code_is
      WHERE
        rule_37
    )
    AND (
      e.status IS NULL OR NOT e.status IN ('refuted', 'planned')
    )
    AND e.role IS DISTINCT FROM 'order'
  UNION ALL
  SELECT
    patient,
    'visit',
    1,
    visit,
    code,
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), start_lo),
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), start_hi),
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), start_lo),
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), start_hi),
    start_time,
    setting,
    FALSE,
    NULL,
    NULL,
    NULL,
    clinician
  FROM visits
  WHERE
    NOT start_lo IS NULL
    AND code IN (
      SELECT
        code
      FROM code_is
      WHERE
        rule_37
    )
) AS e
JOIN code_is AS c
  ON c.code = e.code
WHERE
  (
    (
      c.rule_20
      AND e.kind IN ('condition', 'visit')
      AND e.start_hi >= 19250
      AND e.start_lo <= 19800
    )
    OR (
      c.rule_3
      AND e.kind IN ('condition', 'visit')
      AND COALESCE(e.position = 1, FALSE)
      AND (
        e.setting IS NULL OR NOT e.setting IN ('inpatient', 'laboratory')
      )
      AND e.service_hi >= 19250
      AND e.service_lo <= 19772
    )
    OR (
      c.rule_32
      AND e.kind IN ('condition', 'visit')
      AND (
        e.setting IS NULL
        OR NOT e.setting IN ('emergency', 'inpatient', 'laboratory', 'other')
      )
      AND e.service_hi >= 19250
      AND e.service_lo <= 19800
    )
    OR (
      c.rule_36
      AND e.kind IN ('condition', 'visit')
      AND e.service_hi >= 19250
      AND e.service_lo <= 19800
    )
  );

-- reach
WITH held AS (
  SELECT
    LEAST(19250, MIN(day_lo)) - 84 AS unit_from
  FROM image
  WHERE
    day_lo <= 19800 AND day_hi >= 19250
), placed AS (
  SELECT
    COALESCE(unit_from, 19250 - 84) - 14 AS image_from
  FROM held
)
SELECT
  image_from,
  COALESCE(LEAST(image_from, MIN(day_lo)), image_from) - 84 AS index_from
FROM placed
LEFT JOIN image
  ON day_hi >= image_from
GROUP BY
  image_from;

-- diagnosis
SELECT
  *
FROM (
  SELECT
    patient,
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), COALESCE(visit_lo, start_lo)) AS day_lo,
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), COALESCE(visit_hi, start_hi)) AS day_hi,
    visit,
    COALESCE(visit_setting, setting) AS setting,
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), onset_lo) AS onset_lo,
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), onset_hi) AS onset_hi,
    diagnosis_verified_62 AS is_verified,
    visit_lo,
    visit_hi,
    visit_time,
    visit_setting,
    visit_clinician,
    visit_onset_lo,
    visit_onset_hi
  FROM events
  JOIN code_is
    USING (code)
  WHERE
    diagnosis_59
    AND kind = 'condition'
    AND status IS DISTINCT FROM 'refuted'
    AND NOT start_lo IS NULL
  UNION ALL
  SELECT
    patient,
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), start_lo),
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), start_hi),
    visit,
    setting,
    NULL,
    NULL,
    diagnosis_verified_62,
    start_lo,
    start_hi,
    start_time,
    setting,
    clinician,
    onset_lo,
    onset_hi
  FROM visits
  JOIN code_is
    USING (code)
  WHERE
    diagnosis_59 AND NOT start_lo IS NULL
)
WHERE
  TRUE AND day_hi >= (
    SELECT
      index_from
    FROM reach
  ) + -180;

-- first_visit
WITH unlinked AS (
  SELECT
    patient,
    CAST('1970-01-01' AS DATE) + CAST(day_lo AS INT) AS start_lo
  FROM diagnosis
  WHERE
    visit IS NULL AND day_lo = day_hi
), index_visit AS (
  SELECT
    patient,
    visit,
    visit_lo AS start_lo,
    visit_hi AS start_hi,
    visit_time AS start_time,
    visit_setting AS setting,
    visit_clinician AS clinician,
    visit_onset_lo AS onset_lo,
    visit_onset_hi AS onset_hi
  FROM diagnosis
  WHERE
    NOT visit IS NULL AND NOT visit_lo IS NULL
  UNION ALL
  SELECT
    patient,
    visit,
    start_lo,
    start_hi,
    start_time,
    setting,
    clinician,
    onset_lo,
    onset_hi
  FROM visits
  SEMI JOIN unlinked
    USING (patient, start_lo)
  WHERE
    start_lo = start_hi
)
SELECT
  patient,
  visit,
  DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), start_lo) AS index_lo,
  DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), start_hi) AS index_hi,
  start_lo,
  start_hi,
  start_time,
  setting,
  COALESCE(clinician, '') AS clinician,
  DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), onset_lo) AS onset_lo,
  DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), onset_hi) AS onset_hi
FROM index_visit
WHERE
  (
    setting IS NULL OR setting IN ('office', 'virtual', 'emergency', 'home')
  )
  AND DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), start_hi) >= (
    SELECT
      index_from
    FROM reach
  )
QUALIFY
  ROW_NUMBER() OVER (
    PARTITION BY patient, start_lo, start_hi
    ORDER BY start_time IS NULL, start_time, visit
  ) = 1;

-- sought
SELECT
  patient,
  BOOL_OR(CAST(is_elsewhere AS BOOLEAN)) AS is_elsewhere,
  BOOL_OR(CAST(has_index AS BOOLEAN)) AS has_index,
  BOOL_OR(CAST(is_ruled AS BOOLEAN)) AS is_ruled,
  CAST('1970-01-01' AS DATE) + CAST((
    SELECT
      index_from
    FROM reach
  ) AS INT) AS index_from
FROM (
  SELECT
    patient,
    (
      NOT (
        v.setting IS NULL OR v.setting IN ('office', 'virtual', 'home')
      )
      AND v.index_lo = v.index_hi
      AND v.index_lo BETWEEN 19250 AND 19800
    ) AS is_elsewhere,
    TRUE AS has_index,
    FALSE AS is_ruled
  FROM first_visit AS v
  UNION ALL
  SELECT
    patient,
    FALSE,
    FALSE,
    TRUE
  FROM rule_patient
)
GROUP BY
  patient;

-- asked_visit
SELECT
  v.patient,
  v.visit,
  DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), v.start_lo) AS day_lo,
  DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), v.start_hi) AS day_hi,
  v.start_time,
  DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), COALESCE(v.end_lo, v.start_lo)) AS end_lo,
  DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), COALESCE(v.end_hi, v.start_hi)) AS end_hi,
  v.setting,
  v.code,
  v.specialty,
  v.clinician
FROM visits AS v
JOIN sought AS s
  ON s.patient = v.patient
WHERE
  NOT v.start_lo IS NULL
  AND (
    (
      s.has_index
      AND v.start_hi >= s.index_from + 0
      AND (
        (
          v.specialty IN (154, 155, 156, 157, 240, 241, 242, 243)
          OR v.code IN (154, 155, 156, 157, 240, 241, 242, 243)
        )
        OR (
          v.specialty IN (90) OR v.code IN (90)
        )
        OR v.setting IN ('emergency', 'inpatient')
      )
    )
    OR (
      s.is_ruled
      AND (
        (
          v.start_hi >= LEAST((
            CAST('1970-01-01' AS DATE) + CAST(19250 AS INT)
          ))
          AND v.start_lo <= GREATEST(
            (
              CAST('1970-01-01' AS DATE) + CAST((
                19250 + 337
              ) AS INT)
            ),
            (
              CAST('1970-01-01' AS DATE) + CAST((
                19772 + 1
              ) AS INT)
            ),
            (
              CAST('1970-01-01' AS DATE) + CAST(19800 AS INT)
            )
          )
          AND COALESCE(v.setting, 'office') IN ('emergency', 'home', 'inpatient', 'office', 'virtual')
        )
        OR (
          v.start_hi >= LEAST(
            (
              CAST('1970-01-01' AS DATE) + CAST(DATE_DIFF(
                'DAY',
                CAST('1970-01-01' AS DATE),
                CAST((
                  CAST('1970-01-01' AS DATE) + CAST(19250 AS INT)
                ) + INTERVAL (
                  -60
                ) MONTH AS DATE)
              ) AS INT)
            )
          )
          AND v.start_lo <= GREATEST((
            CAST('1970-01-01' AS DATE) + CAST((
              19800 + -1
            ) AS INT)
          ))
          AND (
            v.specialty IN (154, 240, 241, 242, 243) OR v.code IN (154, 240, 241, 242, 243)
          )
        )
      )
    )
    OR (
      s.is_elsewhere
      AND v.start_hi >= s.index_from
      AND (
        v.setting IS NULL OR v.setting IN ('office', 'virtual', 'home')
      )
    )
  );

-- followed
WITH later AS (
  SELECT
    v.visit AS index_visit,
    p.visit,
    p.day_lo,
    p.start_time,
    p.clinician
  FROM first_visit AS v
  JOIN asked_visit AS p
    ON p.patient = v.patient AND p.day_lo BETWEEN v.index_lo AND v.index_lo + 14
  WHERE
    (
      NOT (
        v.setting IS NULL OR v.setting IN ('office', 'virtual', 'home')
      )
      AND v.index_lo = v.index_hi
      AND v.index_lo BETWEEN 19250 AND 19800
    )
    AND (
      p.setting IS NULL OR p.setting IN ('office', 'virtual', 'home')
    )
    AND p.day_lo = p.day_hi
)
SELECT
  index_visit AS visit,
  COALESCE(clinician, '') AS clinician
FROM later
QUALIFY
  ROW_NUMBER() OVER (PARTITION BY index_visit ORDER BY day_lo, start_time IS NULL, start_time, visit) = 1;

-- covered
WITH span AS (
  SELECT
    patient,
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), start_hi) AS opens,
    COALESCE(DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), end_lo), 1000000) AS closes
  FROM coverage
  SEMI JOIN first_visit
    USING (patient)
  WHERE
    NOT start_hi IS NULL
), marked AS (
  SELECT
    *,
    CASE
      WHEN opens <= 1 + MAX(closes) OVER (
        PARTITION BY patient
        ORDER BY opens, closes
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
      )
      THEN 0
      ELSE 1
    END AS starts
  FROM span
), numbered AS (
  SELECT
    *,
    SUM(starts) OVER (
      PARTITION BY patient
      ORDER BY opens, closes
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS joined
  FROM marked
)
SELECT
  patient,
  MIN(opens) AS opens,
  MAX(closes) AS closes
FROM numbered
GROUP BY
  patient,
  joined;

-- history
WITH near AS (
  SELECT
    v.visit,
    d.onset_lo,
    d.onset_hi,
    d.is_verified,
    COALESCE(
      d.visit = v.visit,
      v.index_lo = v.index_hi AND d.day_lo = v.index_lo AND d.day_hi = v.index_lo
    ) AS is_at_index,
    d.setting IS NULL OR NOT d.setting IN ('laboratory') AS counts,
    (
      d.day_lo >= (
        v.index_lo + -180
      ) AND d.day_hi <= (
        v.index_lo + -1
      )
    ) AS before_for_sure,
    (
      d.day_hi >= (
        v.index_lo + -180
      ) AND d.day_lo <= (
        v.index_lo + -1
      )
    ) AS before_perhaps
  FROM first_visit AS v
  JOIN diagnosis AS d
    ON d.patient = v.patient
)
SELECT
  visit,
  MIN({'lo': onset_lo, 'hi': onset_hi}) FILTER(WHERE
    is_at_index AND NOT onset_lo IS NULL) AS onset,
  BOOL_OR(CAST(is_at_index AND is_verified AS BOOLEAN)) AS is_verified,
  BOOL_OR(CAST(counts AND before_for_sure AS BOOLEAN)) AS sure,
  BOOL_OR(CAST(counts AND before_perhaps AS BOOLEAN)) AS possible
FROM near
GROUP BY
  visit;

-- candidate
WITH known AS (
  SELECT
    v.*
    EXCLUDE (onset_lo, onset_hi),
    p.birth_lo,
    p.birth_hi,
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), p.enrolled_from_hi) AS enrolled_from_hi,
    LEAST(
      COALESCE(DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), p.enrolled_to_lo), 1000000),
      CASE WHEN has.patient IS NULL THEN 1000000 ELSE COALESCE(s.closes, -1000000) END
    ) AS leaves_lo,
    LEAST(
      COALESCE(DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), p.enrolled_to_hi), 1000000),
      CASE WHEN has.patient IS NULL THEN 1000000 ELSE COALESCE(s.closes, -1000000) END
    ) AS leaves_hi,
    CASE
      WHEN NOT p.death_lo IS NULL
      THEN DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), p.death_lo)
      WHEN NOT p.death_text IS NULL
      THEN -1000000
      ELSE 1000000
    END AS dies_lo,
    CASE
      WHEN NOT p.death_lo IS NULL
      THEN DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), p.death_hi)
      ELSE 1000000
    END AS dies_hi,
    CASE WHEN has.patient IS NULL THEN -1000000 ELSE COALESCE(s.opens, 1000000) END AS covered_from,
    COALESCE(h.sure, FALSE) AS earlier_sure,
    COALESCE(h.possible, FALSE) AS earlier_possible,
    LEAST(
      h.onset,
      CASE WHEN NOT v.onset_lo IS NULL THEN {'lo': v.onset_lo, 'hi': v.onset_hi} END
    ) AS onset,
    COALESCE(h.is_verified, FALSE) AS is_verified,
    CASE
      WHEN (
        v.setting IS NULL OR v.setting IN ('office', 'virtual', 'home')
      )
      OR v.index_lo <> v.index_hi
      THEN v.clinician
      ELSE COALESCE(f.clinician, '')
    END AS attributed
  FROM first_visit AS v
  JOIN patients AS p
    ON p.patient = v.patient
  LEFT JOIN (
    SELECT DISTINCT
      patient
    FROM covered
  ) AS has
    ON has.patient = v.patient
  LEFT JOIN covered AS s
    ON s.patient = v.patient AND v.index_lo BETWEEN s.opens AND s.closes
  LEFT JOIN history AS h
    ON h.visit = v.visit
  LEFT JOIN followed AS f
    ON f.visit = v.visit
), judged AS (
  SELECT
    *,
    CASE
      WHEN index_lo <> index_hi
      THEN NULL
      WHEN earlier_sure
      THEN FALSE
      WHEN earlier_possible
      THEN NULL
      WHEN (
        index_lo + -180
      ) >= GREATEST(19000, COALESCE(enrolled_from_hi, -1000000), covered_from)
      THEN TRUE
      ELSE NULL
    END AS washout,
    CASE
      WHEN birth_lo IS NULL
      THEN NULL
      WHEN (
        YEAR(start_lo) - YEAR(birth_hi) - CASE
          WHEN MONTH(start_lo) * 100 + DAY(start_lo) < MONTH(birth_hi) * 100 + DAY(birth_hi)
          THEN 1
          ELSE 0
        END
      ) >= 16
      THEN TRUE
      WHEN (
        YEAR(start_hi) - YEAR(birth_lo) - CASE
          WHEN MONTH(start_hi) * 100 + DAY(start_hi) < MONTH(birth_lo) * 100 + DAY(birth_lo)
          THEN 1
          ELSE 0
        END
      ) < 16
      THEN FALSE
      ELSE NULL
    END AS age
  FROM known
)
SELECT
  CAST(visit AS BIGINT) AS unit,
  patient,
  index_lo,
  index_hi,
  index_lo = index_hi AS is_dated,
  setting,
  attributed AS clinician,
  onset.lo AS onset_lo,
  onset.hi AS onset_hi,
  washout,
  age,
  washout AND age AS is_episode,
  leaves_lo,
  leaves_hi,
  dies_lo,
  dies_hi,
  NOT is_verified AS proposed
FROM judged;

-- placed
WITH near AS (
  SELECT
    i.image,
    ANY_VALUE(i.day_lo) AS day_lo,
    ANY_VALUE(i.day_hi) AS day_hi,
    MAX(c.index_lo) FILTER(WHERE
      c.is_dated AND c.index_lo <= i.day_lo) AS first_lo,
    MAX(c.index_lo) FILTER(WHERE
      c.is_dated AND c.index_lo <= i.day_hi) AS last_lo,
    ARG_MAX(c.unit, c.index_lo) FILTER(WHERE
      c.is_dated AND c.index_lo <= i.day_lo) AS holds,
    ARG_MIN(c.unit, c.index_lo) FILTER(WHERE
      c.is_dated
      AND i.day_lo = i.day_hi
      AND NOT i.order_lo IS NULL
      AND i.for_pain
      AND c.index_lo > i.day_lo) AS soon,
    ARG_MIN(c.unit, {'lo': c.index_lo, 'hi': c.index_hi}) FILTER(WHERE
      c.index_lo <= i.day_hi) AS perhaps
  FROM image AS i
  JOIN candidate AS c
    ON c.patient = i.patient
    AND c.is_episode IS DISTINCT FROM FALSE
    AND c.index_lo <= i.day_hi + 14
    AND c.index_hi >= i.day_lo - 84
  WHERE
    i.day_hi >= (
      SELECT
        image_from
      FROM reach
    )
  GROUP BY
    i.image
), held AS (
  SELECT
    image,
    soon,
    perhaps,
    CASE WHEN first_lo = last_lo AND day_hi <= first_lo + 84 THEN holds END AS held
  FROM near
), chosen AS (
  SELECT
    h.image,
    c.unit,
    c.index_lo,
    NOT h.held IS NULL AS is_held,
    NOT COALESCE(h.held, h.soon) IS NULL AS certain
  FROM held AS h
  LEFT JOIN candidate AS c
    ON c.unit = COALESCE(h.held, h.soon, h.perhaps)
)
SELECT
  *,
  counted_lo - index_lo AS after_lo,
  counted_hi - index_lo AS after_hi
FROM (
  SELECT
    i.*,
    h.unit,
    h.index_lo,
    COALESCE(h.certain, TRUE) AS certain,
    CASE WHEN h.is_held OR NOT h.certain THEN i.day_lo ELSE h.index_lo END AS counted_lo,
    CASE WHEN h.is_held OR NOT h.certain THEN i.day_hi ELSE h.index_lo END AS counted_hi
  FROM image AS i
  LEFT JOIN chosen AS h
    USING (image)
  WHERE
    i.day_hi >= (
      SELECT
        image_from
      FROM reach
    )
);

-- unit
SELECT
  *
FROM candidate
WHERE
  is_dated
  AND is_episode IS DISTINCT FROM FALSE
  AND (
    (
      index_lo <= 19800 AND index_hi >= 19250
    )
    OR unit IN (
      SELECT
        unit
      FROM placed
      WHERE
        NOT unit IS NULL AND day_lo <= 19800 AND day_hi >= 19250
    )
  );

-- evidence
WITH named AS (
  SELECT
    *
  FROM events
  WHERE
    code IN (
      SELECT
        code
      FROM code_is
      WHERE
        is_evidence
    )
    AND kind <> 'imaging'
  UNION ALL
  SELECT
    *
  FROM events
  WHERE
    kind IN ('referral', 'procedure')
    AND (
      kind = 'referral'
      OR specialty IN (
        SELECT
          code
        FROM code_is
        WHERE
          is_evidence
      )
    )
    AND (
      code IS NULL
      OR NOT code IN (
        SELECT
          code
        FROM code_is
        WHERE
          is_evidence
      )
    )
)
SELECT
  u.unit,
  e.event,
  e.kind,
  e.code,
  e.specialty,
  e.status,
  e.category,
  e.visit,
  e.claim,
  e.link,
  e.value,
  e.number,
  DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), e.start_lo) AS day_lo,
  DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), e.start_hi) AS day_hi,
  e.start_time AS day_time,
  DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), COALESCE(e.recorded_lo, e.start_lo)) AS seen_lo,
  DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), COALESCE(e.recorded_hi, e.start_hi)) AS seen_hi,
  e.recorded_time,
  DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), e.end_lo) AS end_lo,
  DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), e.end_hi) AS end_hi
FROM named AS e
JOIN unit AS u
  ON u.patient = e.patient
WHERE
  NOT e.start_lo IS NULL
  AND DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), e.start_lo) <= u.index_lo + 168;

-- answered
SELECT
  u.unit,
  e.value = 'present' AS says,
  DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), e.start_lo) AS day_lo,
  DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), e.start_hi) AS day_hi,
  e.start_time AS day_time,
  DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), COALESCE(e.recorded_lo, e.start_lo)) AS seen_lo,
  DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), COALESCE(e.recorded_hi, e.start_hi)) AS seen_hi,
  e.recorded_time,
  e.link,
  BIT_OR(f.finding) AS findings
FROM events AS e
JOIN finding_code AS f
  ON f.code = e.code AND f.role = 'said'
JOIN unit AS u
  ON u.patient = e.patient
WHERE
  e.kind = 'finding'
  AND e.status IS DISTINCT FROM 'refuted'
  AND e.value IN ('present', 'absent')
  AND NOT e.start_lo IS NULL
  AND DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), e.start_lo) <= u.index_lo + 168
GROUP BY ALL;

-- near_image
SELECT
  p.*
FROM placed AS p
JOIN unit AS u
  USING (unit)
WHERE
  p.certain
UNION ALL
SELECT
  p.*
  REPLACE (u.unit AS unit, u.index_lo AS index_lo, p.day_lo - u.index_lo AS after_lo, p.day_hi - u.index_lo AS after_hi)
FROM placed AS p
JOIN unit AS u
  ON u.patient = p.patient AND u.index_lo <= p.day_hi AND p.day_lo <= u.index_hi + 84
WHERE
  NOT p.certain;

-- emergency_row
SELECT
  u.unit,
  u.index_lo,
  e.day_lo,
  e.day_hi,
  f.finding,
  FALSE AS is_said,
  TRUE AS is_present,
  e.status IS NOT DISTINCT FROM 'refuted'
  AND (
    e.end_lo IS NULL OR e.end_lo <= e.day_hi
  ) AS may_be_refuted
FROM unit AS u
JOIN evidence AS e
  USING (unit)
JOIN finding_code AS f
  USING (code)
WHERE
  f.finding IN (1, 2, 64, 524288) AND f.role = 'current' AND e.kind <> 'finding'
UNION ALL
SELECT
  u.unit,
  u.index_lo,
  a.day_lo,
  a.day_hi,
  f.finding,
  TRUE,
  a.says,
  FALSE
FROM unit AS u
JOIN answered AS a
  USING (unit)
CROSS JOIN (
  SELECT
    UNNEST([1, 2, 64, 524288]) AS finding
) AS f
WHERE
  a.findings & f.finding <> 0;

-- emergency
SELECT
  unit,
  MIN(day_lo) FILTER(WHERE
    is_present
    AND (
      CASE
        WHEN may_be_refuted
        AND (
          CASE
            WHEN (
              day_lo >= index_lo AND day_hi <= (
                index_lo + 84
              )
            )
            THEN TRUE
            WHEN (
              day_hi >= index_lo AND day_lo <= (
                index_lo + 84
              )
            )
            THEN NULL
            ELSE FALSE
          END
        )
        THEN NULL
        ELSE (
          CASE
            WHEN (
              day_lo >= index_lo AND day_hi <= (
                index_lo + 84
              )
            )
            THEN TRUE
            WHEN (
              day_hi >= index_lo AND day_lo <= (
                index_lo + 84
              )
            )
            THEN NULL
            ELSE FALSE
          END
        )
      END
    )) AS since,
  ARRAY_AGG(DISTINCT finding) FILTER(WHERE
    is_present
    AND (
      CASE
        WHEN may_be_refuted
        AND (
          CASE
            WHEN (
              day_lo >= index_lo AND day_hi <= (
                index_lo + 84
              )
            )
            THEN TRUE
            WHEN (
              day_hi >= index_lo AND day_lo <= (
                index_lo + 84
              )
            )
            THEN NULL
            ELSE FALSE
          END
        )
        THEN NULL
        ELSE (
          CASE
            WHEN (
              day_lo >= index_lo AND day_hi <= (
                index_lo + 84
              )
            )
            THEN TRUE
            WHEN (
              day_hi >= index_lo AND day_lo <= (
                index_lo + 84
              )
            )
            THEN NULL
            ELSE FALSE
          END
        )
      END
    )) AS findings,
  CASE
    WHEN BOOL_OR(
      CAST(is_present
      AND (
        CASE
          WHEN may_be_refuted
          AND (
            CASE
              WHEN (
                day_lo >= index_lo AND day_hi <= (
                  index_lo + 84
                )
              )
              THEN TRUE
              WHEN (
                day_hi >= index_lo AND day_lo <= (
                  index_lo + 84
                )
              )
              THEN NULL
              ELSE FALSE
            END
          )
          THEN NULL
          ELSE (
            CASE
              WHEN (
                day_lo >= index_lo AND day_hi <= (
                  index_lo + 84
                )
              )
              THEN TRUE
              WHEN (
                day_hi >= index_lo AND day_lo <= (
                  index_lo + 84
                )
              )
              THEN NULL
              ELSE FALSE
            END
          )
        END
      ) AS BOOLEAN)
    )
    THEN TRUE
    WHEN BOOL_OR(
      CAST(is_present
      AND (
        CASE
          WHEN may_be_refuted
          AND (
            CASE
              WHEN (
                day_lo >= index_lo AND day_hi <= (
                  index_lo + 84
                )
              )
              THEN TRUE
              WHEN (
                day_hi >= index_lo AND day_lo <= (
                  index_lo + 84
                )
              )
              THEN NULL
              ELSE FALSE
            END
          )
          THEN NULL
          ELSE (
            CASE
              WHEN (
                day_lo >= index_lo AND day_hi <= (
                  index_lo + 84
                )
              )
              THEN TRUE
              WHEN (
                day_hi >= index_lo AND day_lo <= (
                  index_lo + 84
                )
              )
              THEN NULL
              ELSE FALSE
            END
          )
        END
      ) IS NULL AS BOOLEAN)
    )
    OR COUNT(DISTINCT finding) FILTER(WHERE
      is_said
      AND (
        CASE
          WHEN may_be_refuted
          AND (
            CASE
              WHEN (
                day_lo >= index_lo AND day_hi <= (
                  index_lo + 84
                )
              )
              THEN TRUE
              WHEN (
                day_hi >= index_lo AND day_lo <= (
                  index_lo + 84
                )
              )
              THEN NULL
              ELSE FALSE
            END
          )
          THEN NULL
          ELSE (
            CASE
              WHEN (
                day_lo >= index_lo AND day_hi <= (
                  index_lo + 84
                )
              )
              THEN TRUE
              WHEN (
                day_hi >= index_lo AND day_lo <= (
                  index_lo + 84
                )
              )
              THEN NULL
              ELSE FALSE
            END
          )
        END
      )) < 4
    THEN NULL
    ELSE FALSE
  END AS state
FROM emergency_row
GROUP BY
  unit;

-- fitting
SELECT DISTINCT
  unit,
  UNNEST(
    CASE
      WHEN finding = 1
      THEN ['mri', 'ct']
      WHEN finding = 2
      THEN ['mri', 'ct']
      WHEN finding = 64
      THEN ['mri', 'ct']
      WHEN finding = 524288
      THEN ['mri', 'ct']
      ELSE ['']
    END
  ) AS modality
FROM (
  SELECT
    unit,
    UNNEST(findings) AS finding
  FROM emergency
);

-- near_visit
SELECT
  u.unit,
  v.day_lo,
  v.day_hi,
  v.setting,
  v.code,
  v.specialty
FROM asked_visit AS v
JOIN unit AS u
  ON u.patient = v.patient
LEFT JOIN emergency AS e
  ON e.unit = u.unit
WHERE
  (
    (
      v.specialty IN (154, 155, 156, 157, 240, 241, 242, 243)
      OR v.code IN (154, 155, 156, 157, 240, 241, 242, 243)
    )
    OR (
      v.specialty IN (90) OR v.code IN (90)
    )
    OR v.setting IN ('emergency', 'inpatient')
  )
  AND v.day_hi >= u.index_lo + 0
  AND v.day_lo <= GREATEST(u.index_lo, COALESCE(e.since, u.index_lo)) + 84;

-- reading
WITH of_region AS (
  SELECT
    *,
    certain AND COALESCE(region, FALSE) AND after_lo = after_hi AS is_sure
  FROM near_image
  WHERE
    region IS DISTINCT FROM FALSE
), first_image AS (
  SELECT
    unit,
    MIN({'after': after_lo, 'image': image}).image AS image
  FROM of_region
  WHERE
    is_sure AND after_lo BETWEEN 0 AND 42
  GROUP BY
    unit
), perhaps_first AS (
  SELECT
    p.*,
    UNNEST(RANGE(GREATEST(p.after_lo, 0), LEAST(p.after_hi, COALESCE(i.after_lo, 42)) + 1)) AS perhaps_after
  FROM of_region AS p
  LEFT JOIN first_image AS f
    ON f.unit = p.unit
  LEFT JOIN placed AS i
    ON i.image = f.image
  WHERE
    NOT p.is_sure
)
SELECT
  u.unit * 2 AS reading,
  'episode' AS of_what,
  u.unit,
  f.image,
  u.index_lo,
  u.index_lo + COALESCE(p.after_lo, 42) AS as_of,
  p.link,
  p.shown_link,
  p.shown_lo,
  p.shown_hi,
  p.performed_time
FROM unit AS u
LEFT JOIN first_image AS f
  ON f.unit = u.unit
LEFT JOIN placed AS p
  ON p.image = f.image
UNION ALL
SELECT
  -1 - p.image,
  'image',
  p.unit,
  p.image,
  p.index_lo,
  GREATEST(p.day_lo, p.index_lo),
  p.link,
  p.shown_link,
  p.shown_lo,
  p.shown_hi,
  p.performed_time
FROM placed AS p
JOIN unit AS u
  USING (unit)
WHERE
  p.certain AND p.day_lo = p.day_hi
UNION ALL
SELECT
  4611686018427387904 + ROW_NUMBER() OVER (),
  'perhaps',
  p.unit,
  p.image,
  p.index_lo,
  p.index_lo + p.perhaps_after,
  p.link,
  p.shown_link,
  p.shown_lo,
  p.shown_hi,
  p.performed_time
FROM perhaps_first AS p
UNION ALL
SELECT
  unit * 2 + 1,
  'by 14',
  unit,
  NULL,
  index_lo,
  index_lo + 14,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL
FROM unit;

-- finding_row
SELECT
  e.unit,
  f.role,
  f.look_back,
  e.day_lo,
  e.day_hi,
  e.day_time,
  e.seen_lo,
  e.seen_hi,
  e.recorded_time,
  e.end_lo,
  e.end_hi,
  e.link,
  e.status IS NOT DISTINCT FROM 'refuted' AS is_refuted,
  FALSE AS says,
  BIT_OR(f.finding) AS findings
FROM evidence AS e
JOIN finding_code AS f
  USING (code)
WHERE
  f.role = 'coded' AND e.kind <> 'finding'
GROUP BY ALL
UNION ALL
SELECT
  unit,
  'said',
  NULL,
  day_lo,
  day_hi,
  day_time,
  seen_lo,
  seen_hi,
  recorded_time,
  NULL,
  NULL,
  link,
  FALSE,
  says,
  findings
FROM answered;

-- seen_row
WITH joined AS (
  SELECT
    r.reading,
    r.index_lo,
    r.as_of,
    f.*
    EXCLUDE (unit),
    COALESCE(r.index_lo - f.look_back, -1000000) AS looks_from,
    CASE
      WHEN f.link IN (r.link, r.shown_link)
      THEN FALSE
      WHEN f.seen_lo > r.shown_hi
      THEN FALSE
      WHEN f.recorded_time > r.performed_time
      AND f.seen_lo = f.seen_hi
      AND r.shown_lo = r.shown_hi
      AND f.seen_lo = r.shown_lo
      THEN FALSE
      WHEN f.seen_hi <= r.as_of
      THEN TRUE
      WHEN f.seen_lo <= r.as_of
      THEN NULL
      ELSE FALSE
    END AS seen
  FROM reading AS r
  JOIN finding_row AS f
    USING (unit)
), dated AS (
  SELECT
    *,
    (
      CASE
        WHEN (
          day_lo >= index_lo AND day_hi <= as_of
        )
        THEN TRUE
        WHEN (
          day_hi >= index_lo AND day_lo <= as_of
        )
        THEN NULL
        ELSE FALSE
      END
    ) AS in_episode,
    (
      CASE
        WHEN (
          day_lo >= looks_from AND day_hi <= as_of
        )
        THEN TRUE
        WHEN (
          day_hi >= looks_from AND day_lo <= as_of
        )
        THEN NULL
        ELSE FALSE
      END
    ) AS in_look_back,
    CASE
      WHEN NOT is_refuted
      THEN TRUE
      WHEN end_lo IS NULL
      THEN NULL
      ELSE (
        CASE
          WHEN (
            end_lo >= (
              as_of + 1
            ) AND end_hi <= 1000000
          )
          THEN TRUE
          WHEN (
            end_hi >= (
              as_of + 1
            ) AND end_lo <= 1000000
          )
          THEN NULL
          ELSE FALSE
        END
      )
    END AS still,
    (
      CASE
        WHEN (
          end_lo >= -1000000 AND end_hi <= as_of
        )
        THEN TRUE
        WHEN (
          end_hi >= -1000000 AND end_lo <= as_of
        )
        THEN NULL
        ELSE FALSE
      END
    ) AS ended
  FROM joined
)
SELECT
  reading,
  role,
  findings,
  says,
  is_refuted,
  day_lo,
  day_hi,
  day_time,
  end_lo,
  end_hi,
  seen,
  in_look_back,
  ended,
  seen_lo >= index_lo AS is_fresh,
  in_episode AND seen AS answer_held,
  in_look_back AND seen AND still AS coded
FROM dated;

-- statement
SELECT
  reading,
  findings,
  says,
  NOT answer_held IS NULL AS certain,
  TRUE AS by_person,
  COALESCE(CAST(FLOOR(EPOCH(day_time)) AS BIGINT), day_lo * 86400) AS first_moment,
  COALESCE(CAST(FLOOR(EPOCH(day_time)) AS BIGINT), day_hi * 86400 + 86399) AS last_moment
FROM seen_row
WHERE
  role = 'said' AND answer_held IS DISTINCT FROM FALSE
UNION ALL
SELECT
  reading,
  findings,
  FALSE,
  COALESCE(NOT end_lo IS NULL AND ended, FALSE),
  FALSE,
  CASE WHEN end_lo IS NULL THEN day_lo * 86400 ELSE end_lo * 86400 END,
  CASE WHEN end_lo IS NULL THEN 86400000000 ELSE end_hi * 86400 + 86399 END
FROM seen_row
WHERE
  role = 'coded'
  AND is_refuted
  AND coded IS DISTINCT FROM TRUE
  AND in_look_back IS DISTINCT FROM FALSE
  AND seen IS DISTINCT FROM FALSE
  AND (
    end_lo IS NULL OR ended IS DISTINCT FROM FALSE
  );

-- said
WITH latest AS (
  SELECT
    s.reading,
    s.findings,
    s.says,
    s.certain,
    s.by_person,
    s.last_moment,
    s.findings & ~COALESCE(BIT_OR(later.findings), 0) AS not_revised
  FROM statement AS s
  LEFT JOIN statement AS later
    ON later.reading = s.reading AND later.certain AND later.first_moment > s.last_moment
  GROUP BY
    s.reading,
    s.findings,
    s.says,
    s.certain,
    s.by_person,
    s.last_moment
)
SELECT
  reading,
  BIT_OR(CASE WHEN says THEN not_revised ELSE 0 END) AS present,
  BIT_OR(CASE WHEN NOT says THEN not_revised ELSE 0 END) AS absent,
  BIT_OR(CASE WHEN certain THEN not_revised ELSE 0 END) AS certain,
  BIT_OR(CASE WHEN by_person AND certain THEN findings ELSE 0 END) AS answered
FROM latest
GROUP BY
  reading;

-- coded
SELECT
  reading,
  BIT_OR(CASE WHEN coded THEN findings ELSE 0 END) AS coded,
  BIT_OR(CASE WHEN coded IS NULL THEN findings ELSE 0 END) AS perhaps_coded,
  BIT_OR(CASE WHEN coded AND is_fresh THEN findings ELSE 0 END) AS fresh
FROM seen_row
WHERE
  role = 'coded'
GROUP BY
  reading;

-- screen
WITH known AS (
  SELECT
    r.reading,
    COALESCE(said.present, 0) AS present,
    COALESCE(said.absent, 0) AS absent,
    COALESCE(said.certain, 0) AS certain,
    COALESCE(said.answered, 0) AS answered,
    COALESCE(coded.coded, 0) AS coded,
    COALESCE(coded.perhaps_coded, 0) AS perhaps_coded,
    COALESCE(coded.fresh, 0) AS fresh
  FROM reading AS r
  LEFT JOIN said
    USING (reading)
  LEFT JOIN coded
    USING (reading)
), read AS (
  SELECT
    reading,
    answered,
    coded | perhaps_coded | present | absent AS spoke,
    (
      coded & ~(
        absent & ~present
      )
    ) | (
      ~coded & present & ~absent & certain
    ) AS yes,
    ~coded & ~perhaps_coded & absent & ~present & certain AS no,
    fresh | (
      present & ~absent & certain
    ) AS fresh
  FROM known
), filled AS (
  SELECT
    *,
    no + 66600960 - (
      66600960 & spoke
    ) AS asked_no,
    no + 67108863 - (
      67108863 & spoke
    ) AS known_no
  FROM read
), judged AS (
  SELECT
    reading,
    (
      CASE
        WHEN yes & 565959 <> 0
        THEN TRUE
        WHEN asked_no & 565959 = 565959
        THEN FALSE
        ELSE NULL
      END
      OR (
        (
          CASE WHEN asked_no & 8 <> 0 THEN FALSE WHEN yes & 8 = 8 THEN TRUE ELSE NULL END
        )
        AND (
          CASE
            WHEN BIT_COUNT(yes & 304) >= 1
            THEN TRUE
            WHEN 3 - BIT_COUNT(asked_no & 304) >= 1
            THEN NULL
            ELSE FALSE
          END
        )
      )
      OR (
        (
          CASE
            WHEN asked_no & 1024 <> 0
            THEN FALSE
            WHEN yes & 1024 = 1024
            THEN TRUE
            ELSE NULL
          END
        )
        AND (
          CASE
            WHEN BIT_COUNT(yes & 6144) >= 1
            THEN TRUE
            WHEN 2 - BIT_COUNT(asked_no & 6144) >= 1
            THEN NULL
            ELSE FALSE
          END
        )
      )
      OR (
        CASE
          WHEN asked_no & 6144 <> 0
          THEN FALSE
          WHEN yes & 6144 = 6144
          THEN TRUE
          ELSE NULL
        END
      )
      OR (
        (
          CASE
            WHEN asked_no & 65536 <> 0
            THEN FALSE
            WHEN yes & 65536 = 65536
            THEN TRUE
            ELSE NULL
          END
        )
        AND (
          CASE
            WHEN BIT_COUNT(yes & 393216) >= 1
            THEN TRUE
            WHEN 2 - BIT_COUNT(asked_no & 393216) >= 1
            THEN NULL
            ELSE FALSE
          END
        )
      )
    ) AS present,
    answered & 507903 = 507903 AS complete,
    yes & fresh & 565959 <> 0 AS sufficient,
    (
      (
        CASE WHEN known_no & 8 <> 0 THEN FALSE WHEN yes & 8 = 8 THEN TRUE ELSE NULL END
      )
      AND (
        CASE
          WHEN BIT_COUNT(yes & 304) >= 1
          THEN TRUE
          WHEN 3 - BIT_COUNT(known_no & 304) >= 1
          THEN NULL
          ELSE FALSE
        END
      )
    ) AS combination_0,
    (
      (
        CASE
          WHEN known_no & 1024 <> 0
          THEN FALSE
          WHEN yes & 1024 = 1024
          THEN TRUE
          ELSE NULL
        END
      )
      AND (
        CASE
          WHEN BIT_COUNT(yes & 6144) >= 1
          THEN TRUE
          WHEN 2 - BIT_COUNT(known_no & 6144) >= 1
          THEN NULL
          ELSE FALSE
        END
      )
    ) AS combination_1,
    (
      CASE
        WHEN known_no & 6144 <> 0
        THEN FALSE
        WHEN yes & 6144 = 6144
        THEN TRUE
        ELSE NULL
      END
    ) AS combination_2,
    (
      (
        CASE
          WHEN known_no & 65536 <> 0
          THEN FALSE
          WHEN yes & 65536 = 65536
          THEN TRUE
          ELSE NULL
        END
      )
      AND (
        CASE
          WHEN BIT_COUNT(yes & 393216) >= 1
          THEN TRUE
          WHEN 2 - BIT_COUNT(known_no & 393216) >= 1
          THEN NULL
          ELSE FALSE
        END
      )
    ) AS combination_3,
    (
      (
        CASE
          WHEN known_no & 3145728 <> 0
          THEN FALSE
          WHEN yes & 3145728 = 3145728
          THEN TRUE
          ELSE NULL
        END
      )
      AND (
        CASE
          WHEN BIT_COUNT(yes & 29360128) >= 2
          THEN TRUE
          WHEN 3 - BIT_COUNT(known_no & 29360128) >= 2
          THEN NULL
          ELSE FALSE
        END
      )
    ) AS combination_4,
    (
      CASE
        WHEN known_no & 33554432 <> 0
        THEN FALSE
        WHEN yes & 33554432 = 33554432
        THEN TRUE
        ELSE NULL
      END
    ) AS combination_5
  FROM filled
)
SELECT
  *,
  CASE
    WHEN present
    THEN TRUE
    WHEN (
      NOT present
    ) AND complete
    THEN FALSE
    ELSE NULL
  END AS status
FROM judged;

-- reason_flag_evidence
SELECT
  u.reading,
  BOOL_OR(
    CAST((
      c.item_1
      AND e.kind = 'answer'
      AND e.status IS DISTINCT FROM 'refuted'
      AND REGEXP_REPLACE(TRIM(REPLACE(LOWER(COALESCE(e.value, '')), '_', ' ')), '\s+', '-', 'g') IN ('yes')
    )
    AND (
      e.day_lo >= (
        u.index_lo + 42
      )
      AND e.day_hi <= LEAST((
        u.index_lo + 84
      ), u.as_of)
    ) AS BOOLEAN)
  ) AS reason_flag_evidence_0,
  BOOL_OR(
    CAST((
      c.item_1
      AND e.kind = 'answer'
      AND e.status IS DISTINCT FROM 'refuted'
      AND REGEXP_REPLACE(TRIM(REPLACE(LOWER(COALESCE(e.value, '')), '_', ' ')), '\s+', '-', 'g') IN ('yes')
    )
    AND (
      e.day_hi >= (
        u.index_lo + 42
      )
      AND e.day_lo <= LEAST((
        u.index_lo + 84
      ), u.as_of)
    ) AS BOOLEAN)
  ) AS reason_flag_evidence_1,
  BOOL_OR(
    CAST((
      c.evidence_2 AND e.status IS DISTINCT FROM 'refuted'
    )
    AND (
      (
        e.day_lo >= -1000000 AND e.day_hi <= LEAST((
          u.index_lo + -1
        ), u.as_of)
      )
      AND (
        NOT e.kind IN ('condition', 'finding', 'note')
        OR e.seen_hi <= LEAST((
          u.index_lo + -1
        ), u.as_of)
      )
    ) AS BOOLEAN)
  ) AS reason_flag_evidence_2,
  BOOL_OR(
    CAST((
      c.evidence_2 AND e.status IS DISTINCT FROM 'refuted'
    )
    AND (
      (
        e.day_hi >= -1000000 AND e.day_lo <= LEAST((
          u.index_lo + -1
        ), u.as_of)
      )
      AND (
        NOT e.kind IN ('condition', 'finding', 'note')
        OR e.seen_lo <= LEAST((
          u.index_lo + -1
        ), u.as_of)
      )
    ) AS BOOLEAN)
  ) AS reason_flag_evidence_3
FROM reading AS u
JOIN evidence AS e
  ON e.unit = u.unit
JOIN code_is AS c
  ON c.code = e.code
LEFT JOIN emergency AS m
  ON m.unit = u.unit
WHERE
  (
    (
      c.evidence_2 AND e.status IS DISTINCT FROM 'refuted'
    )
    OR (
      c.item_1
      AND e.kind = 'answer'
      AND e.status IS DISTINCT FROM 'refuted'
      AND REGEXP_REPLACE(TRIM(REPLACE(LOWER(COALESCE(e.value, '')), '_', ' ')), '\s+', '-', 'g') IN ('yes')
    )
  )
GROUP BY
  u.reading;

-- judged
WITH screened AS (
  SELECT
    r.*,
    s.status AS screen_status,
    s.complete AS screen_complete,
    s.sufficient AS screen_sufficient,
    s.combination_0 AS screen_combination_0,
    s.combination_1 AS screen_combination_1,
    s.combination_2 AS screen_combination_2,
    s.combination_3 AS screen_combination_3,
    s.combination_4 AS screen_combination_4,
    s.combination_5 AS screen_combination_5
  FROM reading AS r
  JOIN screen AS s
    USING (reading)
), reasoned AS (
  SELECT
    r.reading,
    r.of_what,
    r.unit,
    r.image,
    r.screen_status AS status,
    r.screen_complete AS complete,
    r.screen_sufficient AS sufficient,
    r.screen_combination_0 AS combination_0,
    r.screen_combination_1 AS combination_1,
    r.screen_combination_2 AS combination_2,
    r.screen_combination_3 AS combination_3,
    r.screen_combination_4 AS combination_4,
    r.screen_combination_5 AS combination_5,
    (
      (
        CASE
          WHEN reason_flag_evidence_0
          THEN TRUE
          WHEN reason_flag_evidence_1
          THEN NULL
          ELSE FALSE
        END
      )
      OR (
        CASE
          WHEN reason_flag_evidence_2
          THEN TRUE
          WHEN reason_flag_evidence_3
          THEN NULL
          ELSE FALSE
        END
      )
    ) AS reason
  FROM screened AS r
  LEFT JOIN reason_flag_evidence
    ON reason_flag_evidence.reading = r.reading
), varying AS (
  SELECT
    p.unit,
    BOOL_OR(CAST(p.status IS DISTINCT FROM r.status AS BOOLEAN)) AS status,
    BOOL_OR(
      CAST(COALESCE(p.status, FALSE) IS DISTINCT FROM COALESCE(r.status, FALSE) AS BOOLEAN)
    ) AS status_recorded,
    BOOL_OR(CAST(p.complete IS DISTINCT FROM r.complete AS BOOLEAN)) AS complete,
    BOOL_OR(
      CAST(COALESCE(p.complete, FALSE) IS DISTINCT FROM COALESCE(r.complete, FALSE) AS BOOLEAN)
    ) AS complete_recorded,
    BOOL_OR(CAST(p.sufficient IS DISTINCT FROM r.sufficient AS BOOLEAN)) AS sufficient,
    BOOL_OR(
      CAST(COALESCE(p.sufficient, FALSE) IS DISTINCT FROM COALESCE(r.sufficient, FALSE) AS BOOLEAN)
    ) AS sufficient_recorded,
    BOOL_OR(CAST(p.combination_0 IS DISTINCT FROM r.combination_0 AS BOOLEAN)) AS combination_0,
    BOOL_OR(
      CAST(COALESCE(p.combination_0, FALSE) IS DISTINCT FROM COALESCE(r.combination_0, FALSE) AS BOOLEAN)
    ) AS combination_0_recorded,
    BOOL_OR(CAST(p.combination_1 IS DISTINCT FROM r.combination_1 AS BOOLEAN)) AS combination_1,
    BOOL_OR(
      CAST(COALESCE(p.combination_1, FALSE) IS DISTINCT FROM COALESCE(r.combination_1, FALSE) AS BOOLEAN)
    ) AS combination_1_recorded,
    BOOL_OR(CAST(p.combination_2 IS DISTINCT FROM r.combination_2 AS BOOLEAN)) AS combination_2,
    BOOL_OR(
      CAST(COALESCE(p.combination_2, FALSE) IS DISTINCT FROM COALESCE(r.combination_2, FALSE) AS BOOLEAN)
    ) AS combination_2_recorded,
    BOOL_OR(CAST(p.combination_3 IS DISTINCT FROM r.combination_3 AS BOOLEAN)) AS combination_3,
    BOOL_OR(
      CAST(COALESCE(p.combination_3, FALSE) IS DISTINCT FROM COALESCE(r.combination_3, FALSE) AS BOOLEAN)
    ) AS combination_3_recorded,
    BOOL_OR(CAST(p.combination_4 IS DISTINCT FROM r.combination_4 AS BOOLEAN)) AS combination_4,
    BOOL_OR(
      CAST(COALESCE(p.combination_4, FALSE) IS DISTINCT FROM COALESCE(r.combination_4, FALSE) AS BOOLEAN)
    ) AS combination_4_recorded,
    BOOL_OR(CAST(p.combination_5 IS DISTINCT FROM r.combination_5 AS BOOLEAN)) AS combination_5,
    BOOL_OR(
      CAST(COALESCE(p.combination_5, FALSE) IS DISTINCT FROM COALESCE(r.combination_5, FALSE) AS BOOLEAN)
    ) AS combination_5_recorded,
    BOOL_OR(CAST(p.reason IS DISTINCT FROM r.reason AS BOOLEAN)) AS reason,
    BOOL_OR(
      CAST(COALESCE(p.reason, FALSE) IS DISTINCT FROM COALESCE(r.reason, FALSE) AS BOOLEAN)
    ) AS reason_recorded
  FROM reasoned AS p
  JOIN reasoned AS r
    ON r.unit = p.unit AND r.of_what = 'episode'
  WHERE
    p.of_what = 'perhaps'
  GROUP BY
    p.unit
), settled AS (
  SELECT
    r.reading,
    r.of_what,
    r.unit,
    r.image,
    CASE WHEN v.status THEN NULL ELSE r.status END AS status,
    CASE WHEN v.status_recorded THEN NULL ELSE COALESCE(r.status, FALSE) END AS status_recorded,
    CASE WHEN v.complete THEN NULL ELSE r.complete END AS complete,
    CASE WHEN v.complete_recorded THEN NULL ELSE COALESCE(r.complete, FALSE) END AS complete_recorded,
    CASE WHEN v.sufficient THEN NULL ELSE r.sufficient END AS sufficient,
    CASE WHEN v.sufficient_recorded THEN NULL ELSE COALESCE(r.sufficient, FALSE) END AS sufficient_recorded,
    CASE WHEN v.combination_0 THEN NULL ELSE r.combination_0 END AS combination_0,
    CASE
      WHEN v.combination_0_recorded
      THEN NULL
      ELSE COALESCE(r.combination_0, FALSE)
    END AS combination_0_recorded,
    CASE WHEN v.combination_1 THEN NULL ELSE r.combination_1 END AS combination_1,
    CASE
      WHEN v.combination_1_recorded
      THEN NULL
      ELSE COALESCE(r.combination_1, FALSE)
    END AS combination_1_recorded,
    CASE WHEN v.combination_2 THEN NULL ELSE r.combination_2 END AS combination_2,
    CASE
      WHEN v.combination_2_recorded
      THEN NULL
      ELSE COALESCE(r.combination_2, FALSE)
    END AS combination_2_recorded,
    CASE WHEN v.combination_3 THEN NULL ELSE r.combination_3 END AS combination_3,
    CASE
      WHEN v.combination_3_recorded
      THEN NULL
      ELSE COALESCE(r.combination_3, FALSE)
    END AS combination_3_recorded,
    CASE WHEN v.combination_4 THEN NULL ELSE r.combination_4 END AS combination_4,
    CASE
      WHEN v.combination_4_recorded
      THEN NULL
      ELSE COALESCE(r.combination_4, FALSE)
    END AS combination_4_recorded,
    CASE WHEN v.combination_5 THEN NULL ELSE r.combination_5 END AS combination_5,
    CASE
      WHEN v.combination_5_recorded
      THEN NULL
      ELSE COALESCE(r.combination_5, FALSE)
    END AS combination_5_recorded,
    CASE WHEN v.reason THEN NULL ELSE r.reason END AS reason,
    CASE WHEN v.reason_recorded THEN NULL ELSE COALESCE(r.reason, FALSE) END AS reason_recorded
  FROM reasoned AS r
  LEFT JOIN varying AS v
    ON v.unit = r.unit AND r.of_what = 'episode'
  WHERE
    r.of_what <> 'perhaps'
)
SELECT
  *,
  CASE
    WHEN status OR reason
    THEN 'indicated'
    WHEN NOT (
      status OR reason
    )
    THEN 'not-indicated'
    ELSE 'cannot-tell'
  END AS verdict
FROM settled;

-- index_flag_evidence
SELECT
  u.unit,
  BOOL_OR(
    CAST((
      c.ongoing_43
      AND e.kind = 'condition'
      AND e.status IS DISTINCT FROM 'refuted'
      AND (
        e.category IS NOT DISTINCT FROM 'problem-list'
        OR c.always_44
        OR (
          e.category IS NULL AND e.visit IS NULL AND e.claim IS NULL
        )
      )
    )
    AND (
      (
        e.day_lo >= -1000000 AND e.day_hi <= (
          u.index_lo + -181
        )
      )
      AND e.seen_hi <= u.index_lo
      AND CASE
        WHEN e.end_lo IS NULL
        THEN e.status IS DISTINCT FROM 'completed'
        ELSE (
          e.end_lo >= u.index_lo AND e.end_hi <= 1000000
        )
      END
    ) AS BOOLEAN)
  ) AS index_flag_evidence_0,
  BOOL_OR(
    CAST((
      c.ongoing_43
      AND e.kind = 'condition'
      AND e.status IS DISTINCT FROM 'refuted'
      AND (
        e.category IS NOT DISTINCT FROM 'problem-list'
        OR c.always_44
        OR (
          e.category IS NULL AND e.visit IS NULL AND e.claim IS NULL
        )
      )
    )
    AND (
      (
        e.day_hi >= -1000000 AND e.day_lo <= (
          u.index_lo + -181
        )
      )
      AND e.seen_lo <= u.index_lo
      AND (
        e.end_lo IS NULL OR (
          e.end_hi >= u.index_lo AND e.end_lo <= 1000000
        )
      )
    ) AS BOOLEAN)
  ) AS index_flag_evidence_1,
  BOOL_OR(
    CAST((
      c.evidence_45 AND e.status IS DISTINCT FROM 'refuted'
    )
    AND (
      (
        e.day_lo >= (
          u.index_lo + -365
        ) AND e.day_hi <= (
          u.index_lo + 14
        )
      )
      AND (
        NOT e.kind IN ('condition', 'finding', 'note')
        OR e.seen_hi <= (
          u.index_lo + 14
        )
      )
    ) AS BOOLEAN)
  ) AS index_flag_evidence_2,
  BOOL_OR(
    CAST((
      c.evidence_45 AND e.status IS DISTINCT FROM 'refuted'
    )
    AND (
      (
        e.day_hi >= (
          u.index_lo + -365
        ) AND e.day_lo <= (
          u.index_lo + 14
        )
      )
      AND (
        NOT e.kind IN ('condition', 'finding', 'note')
        OR e.seen_lo <= (
          u.index_lo + 14
        )
      )
    ) AS BOOLEAN)
  ) AS index_flag_evidence_3,
  BOOL_OR(
    CAST((
      c.evidence_46 AND e.status IS DISTINCT FROM 'refuted'
    )
    AND (
      (
        e.day_lo >= (
          u.index_lo + -547
        ) AND e.day_hi <= (
          u.index_lo + 0
        )
      )
      AND (
        NOT e.kind IN ('condition', 'finding', 'note')
        OR e.seen_hi <= (
          u.index_lo + 0
        )
      )
    ) AS BOOLEAN)
  ) AS index_flag_evidence_4,
  BOOL_OR(
    CAST((
      c.evidence_46 AND e.status IS DISTINCT FROM 'refuted'
    )
    AND (
      (
        e.day_hi >= (
          u.index_lo + -547
        ) AND e.day_lo <= (
          u.index_lo + 0
        )
      )
      AND (
        NOT e.kind IN ('condition', 'finding', 'note')
        OR e.seen_lo <= (
          u.index_lo + 0
        )
      )
    ) AS BOOLEAN)
  ) AS index_flag_evidence_5,
  BOOL_OR(
    CAST((
      c.evidence_47 AND e.status IS DISTINCT FROM 'refuted'
    )
    AND (
      (
        e.day_lo >= (
          u.index_lo + -449
        ) AND e.day_hi <= (
          u.index_lo + 0
        )
      )
      AND (
        NOT e.kind IN ('condition', 'finding', 'note')
        OR e.seen_hi <= (
          u.index_lo + 0
        )
      )
    ) AS BOOLEAN)
  ) AS index_flag_evidence_6,
  BOOL_OR(
    CAST((
      c.evidence_47 AND e.status IS DISTINCT FROM 'refuted'
    )
    AND (
      (
        e.day_hi >= (
          u.index_lo + -449
        ) AND e.day_lo <= (
          u.index_lo + 0
        )
      )
      AND (
        NOT e.kind IN ('condition', 'finding', 'note')
        OR e.seen_lo <= (
          u.index_lo + 0
        )
      )
    ) AS BOOLEAN)
  ) AS index_flag_evidence_7,
  BOOL_OR(
    CAST((
      c.evidence_48 AND e.status IS DISTINCT FROM 'refuted'
    )
    AND (
      (
        e.day_lo >= (
          u.index_lo + -323
        ) AND e.day_hi <= (
          u.index_lo + 14
        )
      )
      AND (
        NOT e.kind IN ('condition', 'finding', 'note')
        OR e.seen_hi <= (
          u.index_lo + 14
        )
      )
    ) AS BOOLEAN)
  ) AS index_flag_evidence_8,
  BOOL_OR(
    CAST((
      c.evidence_48 AND e.status IS DISTINCT FROM 'refuted'
    )
    AND (
      (
        e.day_hi >= (
          u.index_lo + -323
        ) AND e.day_lo <= (
          u.index_lo + 14
        )
      )
      AND (
        NOT e.kind IN ('condition', 'finding', 'note')
        OR e.seen_lo <= (
          u.index_lo + 14
        )
      )
    ) AS BOOLEAN)
  ) AS index_flag_evidence_9,
  BOOL_OR(
    CAST((
      c.item_53 AND e.kind = 'answer' AND e.status IS DISTINCT FROM 'refuted'
    )
    AND (
      e.day_lo >= (
        u.index_lo + -14
      ) AND e.day_hi <= (
        u.index_lo + 14
      )
    ) AS BOOLEAN)
  ) AS index_flag_evidence_10,
  BOOL_OR(
    CAST((
      c.item_53 AND e.kind = 'answer' AND e.status IS DISTINCT FROM 'refuted'
    )
    AND (
      e.day_hi >= (
        u.index_lo + -14
      ) AND e.day_lo <= (
        u.index_lo + 14
      )
    ) AS BOOLEAN)
  ) AS index_flag_evidence_11,
  BOOL_OR(
    CAST((
      c.item_53 AND e.kind = 'answer' AND e.status IS DISTINCT FROM 'refuted'
    )
    AND (
      e.day_lo >= (
        u.index_lo + 28
      ) AND e.day_hi <= (
        u.index_lo + 84
      )
    ) AS BOOLEAN)
  ) AS index_flag_evidence_12,
  BOOL_OR(
    CAST((
      c.item_53 AND e.kind = 'answer' AND e.status IS DISTINCT FROM 'refuted'
    )
    AND (
      e.day_hi >= (
        u.index_lo + 28
      ) AND e.day_lo <= (
        u.index_lo + 84
      )
    ) AS BOOLEAN)
  ) AS index_flag_evidence_13,
  MAX({'day': e.day_lo, 'event': e.event, 'number': e.number}) FILTER(WHERE
    (
      c.item_53
      AND e.kind = 'answer'
      AND e.status IS DISTINCT FROM 'refuted'
      AND NOT e.number IS NULL
      AND e.day_lo = e.day_hi
      AND (
        e.day_lo >= (
          u.index_lo + -14
        ) AND e.day_hi <= (
          u.index_lo + 14
        )
      )
    )) AS index_flag_evidence_14,
  MAX({'day': e.day_lo, 'event': e.event, 'number': e.number}) FILTER(WHERE
    (
      c.item_53
      AND e.kind = 'answer'
      AND e.status IS DISTINCT FROM 'refuted'
      AND NOT e.number IS NULL
      AND e.day_lo = e.day_hi
      AND (
        e.day_lo >= (
          u.index_lo + 28
        ) AND e.day_hi <= (
          u.index_lo + 84
        )
      )
    )) AS index_flag_evidence_15,
  BOOL_OR(
    CAST((
      c.evidence_54 AND e.status IS DISTINCT FROM 'refuted' AND e.kind IN ('medication')
    )
    AND (
      (
        e.day_lo >= (
          u.index_lo + -180
        ) AND e.day_hi <= (
          u.index_lo + -1
        )
      )
      AND (
        NOT e.kind IN ('condition', 'finding', 'note')
        OR e.seen_hi <= (
          u.index_lo + -1
        )
      )
    ) AS BOOLEAN)
  ) AS index_flag_evidence_16,
  BOOL_OR(
    CAST((
      c.evidence_54 AND e.status IS DISTINCT FROM 'refuted' AND e.kind IN ('medication')
    )
    AND (
      (
        e.day_hi >= (
          u.index_lo + -180
        ) AND e.day_lo <= (
          u.index_lo + -1
        )
      )
      AND (
        NOT e.kind IN ('condition', 'finding', 'note')
        OR e.seen_lo <= (
          u.index_lo + -1
        )
      )
    ) AS BOOLEAN)
  ) AS index_flag_evidence_17,
  BOOL_OR(
    CAST((
      c.evidence_55 AND e.status IS DISTINCT FROM 'refuted'
    )
    AND (
      (
        e.day_lo >= -1000000 AND e.day_hi <= (
          u.index_lo + 30
        )
      )
      AND (
        NOT e.kind IN ('condition', 'finding', 'note')
        OR e.seen_hi <= (
          u.index_lo + 30
        )
      )
    ) AS BOOLEAN)
  ) AS index_flag_evidence_18,
  BOOL_OR(
    CAST((
      c.evidence_55 AND e.status IS DISTINCT FROM 'refuted'
    )
    AND (
      (
        e.day_hi >= -1000000 AND e.day_lo <= (
          u.index_lo + 30
        )
      )
      AND (
        NOT e.kind IN ('condition', 'finding', 'note')
        OR e.seen_lo <= (
          u.index_lo + 30
        )
      )
    ) AS BOOLEAN)
  ) AS index_flag_evidence_19,
  BOOL_OR(
    CAST((
      c.rule_17 AND e.status IS DISTINCT FROM 'refuted'
    )
    AND (
      (
        e.day_lo >= (
          u.index_lo + -365
        ) AND e.day_hi <= (
          u.index_lo + 30
        )
      )
      AND (
        NOT e.kind IN ('condition', 'finding', 'note')
        OR e.seen_hi <= (
          u.index_lo + 30
        )
      )
    ) AS BOOLEAN)
  ) AS index_flag_evidence_20,
  BOOL_OR(
    CAST((
      c.rule_17 AND e.status IS DISTINCT FROM 'refuted'
    )
    AND (
      (
        e.day_hi >= (
          u.index_lo + -365
        ) AND e.day_lo <= (
          u.index_lo + 30
        )
      )
      AND (
        NOT e.kind IN ('condition', 'finding', 'note')
        OR e.seen_lo <= (
          u.index_lo + 30
        )
      )
    ) AS BOOLEAN)
  ) AS index_flag_evidence_21,
  BOOL_OR(
    CAST((
      c.evidence_56 AND e.status IS DISTINCT FROM 'refuted'
    )
    AND (
      (
        e.day_lo >= (
          u.index_lo + -365
        ) AND e.day_hi <= (
          u.index_lo + 30
        )
      )
      AND (
        NOT e.kind IN ('condition', 'finding', 'note')
        OR e.seen_hi <= (
          u.index_lo + 30
        )
      )
    ) AS BOOLEAN)
  ) AS index_flag_evidence_22,
  BOOL_OR(
    CAST((
      c.evidence_56 AND e.status IS DISTINCT FROM 'refuted'
    )
    AND (
      (
        e.day_hi >= (
          u.index_lo + -365
        ) AND e.day_lo <= (
          u.index_lo + 30
        )
      )
      AND (
        NOT e.kind IN ('condition', 'finding', 'note')
        OR e.seen_lo <= (
          u.index_lo + 30
        )
      )
    ) AS BOOLEAN)
  ) AS index_flag_evidence_23,
  BOOL_OR(
    CAST((
      c.evidence_57 AND e.status IS DISTINCT FROM 'refuted' AND e.kind IN ('medication')
    )
    AND (
      (
        e.day_lo >= (
          u.index_lo + 0
        ) AND e.day_hi <= (
          u.index_lo + 30
        )
      )
      AND (
        NOT e.kind IN ('condition', 'finding', 'note')
        OR e.seen_hi <= (
          u.index_lo + 30
        )
      )
    ) AS BOOLEAN)
  ) AS index_flag_evidence_24,
  BOOL_OR(
    CAST((
      c.evidence_57 AND e.status IS DISTINCT FROM 'refuted' AND e.kind IN ('medication')
    )
    AND (
      (
        e.day_hi >= (
          u.index_lo + 0
        ) AND e.day_lo <= (
          u.index_lo + 30
        )
      )
      AND (
        NOT e.kind IN ('condition', 'finding', 'note')
        OR e.seen_lo <= (
          u.index_lo + 30
        )
      )
    ) AS BOOLEAN)
  ) AS index_flag_evidence_25
FROM unit AS u
JOIN evidence AS e
  ON e.unit = u.unit
JOIN code_is AS c
  ON c.code = e.code
LEFT JOIN emergency AS m
  ON m.unit = u.unit
WHERE
  (
    (
      c.evidence_45 AND e.status IS DISTINCT FROM 'refuted'
    )
    OR (
      c.evidence_46 AND e.status IS DISTINCT FROM 'refuted'
    )
    OR (
      c.evidence_47 AND e.status IS DISTINCT FROM 'refuted'
    )
    OR (
      c.evidence_48 AND e.status IS DISTINCT FROM 'refuted'
    )
    OR (
      c.evidence_54 AND e.status IS DISTINCT FROM 'refuted' AND e.kind IN ('medication')
    )
    OR (
      c.evidence_55 AND e.status IS DISTINCT FROM 'refuted'
    )
    OR (
      c.evidence_56 AND e.status IS DISTINCT FROM 'refuted'
    )
    OR (
      c.evidence_57 AND e.status IS DISTINCT FROM 'refuted' AND e.kind IN ('medication')
    )
    OR (
      c.item_53
      AND e.kind = 'answer'
      AND e.status IS DISTINCT FROM 'refuted'
      AND NOT e.number IS NULL
      AND e.day_lo = e.day_hi
      AND (
        e.day_lo >= (
          u.index_lo + -14
        ) AND e.day_hi <= (
          u.index_lo + 14
        )
      )
    )
    OR (
      c.item_53
      AND e.kind = 'answer'
      AND e.status IS DISTINCT FROM 'refuted'
      AND NOT e.number IS NULL
      AND e.day_lo = e.day_hi
      AND (
        e.day_lo >= (
          u.index_lo + 28
        ) AND e.day_hi <= (
          u.index_lo + 84
        )
      )
    )
    OR (
      c.item_53 AND e.kind = 'answer' AND e.status IS DISTINCT FROM 'refuted'
    )
    OR (
      c.ongoing_43
      AND e.kind = 'condition'
      AND e.status IS DISTINCT FROM 'refuted'
      AND (
        e.category IS NOT DISTINCT FROM 'problem-list'
        OR c.always_44
        OR (
          e.category IS NULL AND e.visit IS NULL AND e.claim IS NULL
        )
      )
    )
    OR (
      c.rule_17 AND e.status IS DISTINCT FROM 'refuted'
    )
  )
GROUP BY
  u.unit;

-- index_flag_images
SELECT
  u.unit,
  BOOL_OR(
    CAST(TRUE
    AND COALESCE(
      (
        (
          e.counted_lo >= (
            u.index_lo + 0
          ) AND e.counted_hi <= (
            u.index_lo + 42
          )
        )
        AND e.region
        AND e.certain
      ),
      FALSE
    ) AS BOOLEAN)
  ) AS index_flag_images_0,
  BOOL_OR(
    CAST(TRUE
    AND (
      e.counted_hi >= (
        u.index_lo + 0
      ) AND e.counted_lo <= (
        u.index_lo + 42
      )
    ) AS BOOLEAN)
  ) AS index_flag_images_1,
  BOOL_OR(
    CAST((
      NOT f.unit IS NULL AND NOT e.shown_lo IS NULL
    )
    AND COALESCE(
      (
        (
          e.shown_lo >= (
            COALESCE(m.since, u.index_lo) + 0
          )
          AND e.shown_hi <= (
            COALESCE(m.since, u.index_lo) + 2
          )
        )
        AND e.region
        AND e.certain
      ),
      FALSE
    ) AS BOOLEAN)
  ) AS index_flag_images_2,
  BOOL_OR(
    CAST((
      NOT f.unit IS NULL AND NOT e.shown_lo IS NULL
    )
    AND (
      e.shown_hi >= (
        COALESCE(m.since, u.index_lo) + 0
      )
      AND e.shown_lo <= (
        COALESCE(m.since, u.index_lo) + 2
      )
    ) AS BOOLEAN)
  ) AS index_flag_images_3
FROM unit AS u
JOIN near_image AS e
  ON e.unit = u.unit
LEFT JOIN fitting AS f
  ON f.unit = e.unit AND f.modality = e.modality
LEFT JOIN emergency AS m
  ON m.unit = u.unit
WHERE
  (
    (
      NOT f.unit IS NULL AND NOT e.shown_lo IS NULL
    ) OR TRUE
  )
GROUP BY
  u.unit;

-- index_flag_visits
SELECT
  u.unit,
  BOOL_OR(
    CAST((
      e.setting IN ('emergency', 'inpatient')
    )
    AND (
      e.day_lo >= (
        COALESCE(m.since, u.index_lo) + 0
      )
      AND e.day_hi <= (
        COALESCE(m.since, u.index_lo) + 2
      )
    ) AS BOOLEAN)
  ) AS index_flag_visits_0,
  BOOL_OR(
    CAST((
      e.setting IN ('emergency', 'inpatient')
    )
    AND (
      e.day_hi >= (
        COALESCE(m.since, u.index_lo) + 0
      )
      AND e.day_lo <= (
        COALESCE(m.since, u.index_lo) + 2
      )
    ) AS BOOLEAN)
  ) AS index_flag_visits_1,
  BOOL_OR(
    CAST((
      (
        (
          COALESCE(c.rule_31, FALSE) OR COALESCE(s.rule_31, FALSE)
        )
        AND NOT COALESCE(c.not_specialty_50, FALSE)
        AND NOT COALESCE(s.not_specialty_50, FALSE)
      )
    )
    AND (
      e.day_lo >= (
        u.index_lo + 0
      ) AND e.day_hi <= (
        u.index_lo + 84
      )
    ) AS BOOLEAN)
  ) AS index_flag_visits_2,
  BOOL_OR(
    CAST((
      (
        (
          COALESCE(c.rule_31, FALSE) OR COALESCE(s.rule_31, FALSE)
        )
        AND NOT COALESCE(c.not_specialty_50, FALSE)
        AND NOT COALESCE(s.not_specialty_50, FALSE)
      )
    )
    AND (
      e.day_hi >= (
        u.index_lo + 0
      ) AND e.day_lo <= (
        u.index_lo + 84
      )
    ) AS BOOLEAN)
  ) AS index_flag_visits_3,
  BOOL_OR(
    CAST((
      (
        COALESCE(c.specialty_52, FALSE) OR COALESCE(s.specialty_52, FALSE)
      )
    )
    AND (
      e.day_lo >= (
        u.index_lo + 0
      ) AND e.day_hi <= (
        u.index_lo + 84
      )
    ) AS BOOLEAN)
  ) AS index_flag_visits_4,
  BOOL_OR(
    CAST((
      (
        COALESCE(c.specialty_52, FALSE) OR COALESCE(s.specialty_52, FALSE)
      )
    )
    AND (
      e.day_hi >= (
        u.index_lo + 0
      ) AND e.day_lo <= (
        u.index_lo + 84
      )
    ) AS BOOLEAN)
  ) AS index_flag_visits_5
FROM unit AS u
JOIN near_visit AS e
  ON e.unit = u.unit
LEFT JOIN code_is AS c
  ON c.code = e.code
LEFT JOIN code_is AS s
  ON s.code = e.specialty
LEFT JOIN emergency AS m
  ON m.unit = u.unit
WHERE
  (
    (
      (
        (
          COALESCE(c.rule_31, FALSE) OR COALESCE(s.rule_31, FALSE)
        )
        AND NOT COALESCE(c.not_specialty_50, FALSE)
        AND NOT COALESCE(s.not_specialty_50, FALSE)
      )
    )
    OR (
      (
        COALESCE(c.specialty_52, FALSE) OR COALESCE(s.specialty_52, FALSE)
      )
    )
    OR (
      e.setting IN ('emergency', 'inpatient')
    )
  )
GROUP BY
  u.unit;

-- index_flag_acts
SELECT
  u.unit,
  BOOL_OR(
    CAST((
      e.kind = 'referral'
      AND e.status IS DISTINCT FROM 'refuted'
      AND (
        COALESCE(c.referral_49, FALSE)
        OR COALESCE(c.rule_34, FALSE)
        OR COALESCE(s.rule_34, FALSE)
      )
    )
    AND (
      e.day_lo >= (
        COALESCE(m.since, u.index_lo) + 0
      )
      AND e.day_hi <= (
        COALESCE(m.since, u.index_lo) + 2
      )
    ) AS BOOLEAN)
  ) AS index_flag_acts_0,
  BOOL_OR(
    CAST((
      e.kind = 'referral'
      AND e.status IS DISTINCT FROM 'refuted'
      AND (
        COALESCE(c.referral_49, FALSE)
        OR COALESCE(c.rule_34, FALSE)
        OR COALESCE(s.rule_34, FALSE)
      )
    )
    AND (
      e.day_hi >= (
        COALESCE(m.since, u.index_lo) + 0
      )
      AND e.day_lo <= (
        COALESCE(m.since, u.index_lo) + 2
      )
    ) AS BOOLEAN)
  ) AS index_flag_acts_1,
  BOOL_OR(
    CAST((
      e.kind = 'procedure'
      AND e.status IS DISTINCT FROM 'refuted'
      AND (
        (
          COALESCE(c.rule_31, FALSE) OR COALESCE(s.rule_31, FALSE)
        )
        AND NOT COALESCE(c.not_specialty_50, FALSE)
        AND NOT COALESCE(s.not_specialty_50, FALSE)
      )
    )
    AND (
      e.day_lo >= (
        u.index_lo + 0
      ) AND e.day_hi <= (
        u.index_lo + 84
      )
    ) AS BOOLEAN)
  ) AS index_flag_acts_2,
  BOOL_OR(
    CAST((
      e.kind = 'procedure'
      AND e.status IS DISTINCT FROM 'refuted'
      AND (
        (
          COALESCE(c.rule_31, FALSE) OR COALESCE(s.rule_31, FALSE)
        )
        AND NOT COALESCE(c.not_specialty_50, FALSE)
        AND NOT COALESCE(s.not_specialty_50, FALSE)
      )
    )
    AND (
      e.day_hi >= (
        u.index_lo + 0
      ) AND e.day_lo <= (
        u.index_lo + 84
      )
    ) AS BOOLEAN)
  ) AS index_flag_acts_3,
  BOOL_OR(
    CAST((
      e.kind = 'referral'
      AND e.status IS DISTINCT FROM 'refuted'
      AND (
        COALESCE(c.referral_51, FALSE)
        OR COALESCE(c.rule_31, FALSE)
        OR COALESCE(s.rule_31, FALSE)
      )
    )
    AND (
      e.day_lo >= (
        u.index_lo + 0
      ) AND e.day_hi <= (
        u.index_lo + 84
      )
    ) AS BOOLEAN)
  ) AS index_flag_acts_4,
  BOOL_OR(
    CAST((
      e.kind = 'referral'
      AND e.status IS DISTINCT FROM 'refuted'
      AND (
        COALESCE(c.referral_51, FALSE)
        OR COALESCE(c.rule_31, FALSE)
        OR COALESCE(s.rule_31, FALSE)
      )
    )
    AND (
      e.day_hi >= (
        u.index_lo + 0
      ) AND e.day_lo <= (
        u.index_lo + 84
      )
    ) AS BOOLEAN)
  ) AS index_flag_acts_5,
  BOOL_OR(
    CAST((
      e.kind = 'procedure'
      AND e.status IS DISTINCT FROM 'refuted'
      AND (
        COALESCE(c.specialty_52, FALSE) OR COALESCE(s.specialty_52, FALSE)
      )
    )
    AND (
      e.day_lo >= (
        u.index_lo + 0
      ) AND e.day_hi <= (
        u.index_lo + 84
      )
    ) AS BOOLEAN)
  ) AS index_flag_acts_6,
  BOOL_OR(
    CAST((
      e.kind = 'procedure'
      AND e.status IS DISTINCT FROM 'refuted'
      AND (
        COALESCE(c.specialty_52, FALSE) OR COALESCE(s.specialty_52, FALSE)
      )
    )
    AND (
      e.day_hi >= (
        u.index_lo + 0
      ) AND e.day_lo <= (
        u.index_lo + 84
      )
    ) AS BOOLEAN)
  ) AS index_flag_acts_7
FROM unit AS u
JOIN evidence AS e
  ON e.unit = u.unit
LEFT JOIN code_is AS c
  ON c.code = e.code
LEFT JOIN code_is AS s
  ON s.code = e.specialty
LEFT JOIN emergency AS m
  ON m.unit = u.unit
WHERE
  (
    (
      e.kind = 'procedure'
      AND e.status IS DISTINCT FROM 'refuted'
      AND (
        (
          COALESCE(c.rule_31, FALSE) OR COALESCE(s.rule_31, FALSE)
        )
        AND NOT COALESCE(c.not_specialty_50, FALSE)
        AND NOT COALESCE(s.not_specialty_50, FALSE)
      )
    )
    OR (
      e.kind = 'procedure'
      AND e.status IS DISTINCT FROM 'refuted'
      AND (
        COALESCE(c.specialty_52, FALSE) OR COALESCE(s.specialty_52, FALSE)
      )
    )
    OR (
      e.kind = 'referral'
      AND e.status IS DISTINCT FROM 'refuted'
      AND (
        COALESCE(c.referral_49, FALSE)
        OR COALESCE(c.rule_34, FALSE)
        OR COALESCE(s.rule_34, FALSE)
      )
    )
    OR (
      e.kind = 'referral'
      AND e.status IS DISTINCT FROM 'refuted'
      AND (
        COALESCE(c.referral_51, FALSE)
        OR COALESCE(c.rule_31, FALSE)
        OR COALESCE(s.rule_31, FALSE)
      )
    )
  )
GROUP BY
  u.unit;

-- rule_row
SELECT
  *
FROM (
  SELECT
    e.patient,
    e.kind,
    0 AS source,
    e.event AS number,
    e.code,
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), e.start_lo) AS start_lo,
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), e.start_hi) AS start_hi,
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), COALESCE(e.visit_lo, e.start_lo)) AS service_lo,
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), COALESCE(e.visit_hi, e.start_hi)) AS service_hi,
    e.start_time AS time,
    COALESCE(e.setting, e.visit_setting) AS setting,
    COALESCE(e.claim_status = 'denied', FALSE) AS denied,
    e.position,
    e.days_supply,
    CASE WHEN NOT e.visit_lo IS NULL THEN e.visit_clinician END AS visit_clinician,
    e.clinician
  FROM events AS e
  WHERE
    NOT e.start_lo IS NULL
    AND e.code IN (
      SELECT
        code
      FROM code_is
      WHERE
        rule_38
    )
    AND (
      e.status IS NULL OR NOT e.status IN ('refuted', 'planned')
    )
    AND e.role IS DISTINCT FROM 'order'
  UNION ALL
  SELECT
    patient,
    'visit',
    1,
    visit,
    code,
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), start_lo),
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), start_hi),
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), start_lo),
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), start_hi),
    start_time,
    setting,
    FALSE,
    NULL,
    NULL,
    NULL,
    clinician
  FROM visits
  WHERE
    NOT start_lo IS NULL
    AND code IN (
      SELECT
        code
      FROM code_is
      WHERE
        rule_38
    )
)
SEMI JOIN rule_patient
  USING (patient);

-- rule_act
SELECT
  e.patient,
  DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), e.start_lo) AS day_lo,
  DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), e.start_hi) AS day_hi,
  e.code,
  e.specialty
FROM events AS e
WHERE
  e.kind = 'procedure'
  AND NOT e.start_lo IS NULL
  AND (
    e.status IS NULL OR NOT e.status IN ('refuted', 'planned')
  );

-- rule_image
WITH row_of AS (
  SELECT
    e.patient,
    e.event,
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), e.start_lo) AS day_lo,
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), e.start_hi) AS day_hi,
    e.start_time AS time,
    COALESCE(e.claim_status = 'denied', FALSE) AS denied,
    e.reason,
    e.claim,
    e.code,
    e.link,
    r.modality,
    NOT r.event IS NULL AS is_row
  FROM events AS e
  LEFT JOIN image_row AS r
    ON r.event = e.event
  SEMI JOIN rule_patient AS p
    ON p.patient = e.patient
  WHERE
    e.kind = 'imaging'
    AND NOT e.start_lo IS NULL
    AND (
      e.status IS NULL OR NOT e.status IN ('refuted', 'planned')
    )
    AND e.role IS DISTINCT FROM 'order'
)
SELECT
  o.*
  EXCLUDE (link, modality, is_row),
  NOT i.image IS NULL AS is_region,
  i.modality AS image_modality,
  i.region
FROM row_of AS o
LEFT JOIN image AS i
  ON i.patient = o.patient
  AND o.is_row
  AND i.shown_lo = o.day_lo
  AND i.shown_hi = o.day_hi
  AND (
    o.link = i.link OR o.link = i.shown_link OR o.modality = i.modality
  );

-- rule_span
WITH span AS (
  SELECT
    p.patient,
    TRUE AS is_sure,
    GREATEST(
      COALESCE(c.opens, -1000000),
      COALESCE(DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), p.enrolled_from_hi), -1000000)
    ) AS opens,
    LEAST(
      COALESCE(c.closes, 1000000),
      COALESCE(DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), p.enrolled_to_lo), 1000000)
    ) AS closes
  FROM patients AS p
  LEFT JOIN (
    SELECT
      patient,
      DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), start_hi) AS opens,
      DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), end_lo) AS closes
    FROM coverage
    WHERE
      NOT start_lo IS NULL
  ) AS c
    ON c.patient = p.patient
  WHERE
    NOT c.patient IS NULL
    OR NOT p.enrolled_from_lo IS NULL
    OR NOT p.enrolled_to_lo IS NULL
  UNION ALL
  SELECT
    p.patient,
    FALSE AS is_sure,
    GREATEST(
      COALESCE(c.opens, -1000000),
      COALESCE(DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), p.enrolled_from_lo), -1000000)
    ) AS opens,
    LEAST(
      COALESCE(c.closes, 1000000),
      COALESCE(DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), p.enrolled_to_hi), 1000000)
    ) AS closes
  FROM patients AS p
  LEFT JOIN (
    SELECT
      patient,
      DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), start_lo) AS opens,
      DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), end_hi) AS closes
    FROM coverage
    WHERE
      NOT start_lo IS NULL
  ) AS c
    ON c.patient = p.patient
  WHERE
    NOT c.patient IS NULL
    OR NOT p.enrolled_from_lo IS NULL
    OR NOT p.enrolled_to_lo IS NULL
), marked AS (
  SELECT
    *,
    CASE
      WHEN opens <= 1 + MAX(closes) OVER (
        PARTITION BY patient, is_sure
        ORDER BY opens, closes
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
      )
      THEN 0
      ELSE 1
    END AS starts
  FROM span
  WHERE
    opens <= closes
), numbered AS (
  SELECT
    *,
    SUM(starts) OVER (
      PARTITION BY patient, is_sure
      ORDER BY opens, closes
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS joined
  FROM marked
)
SELECT
  patient,
  is_sure,
  MIN(opens) AS opens,
  MAX(closes) AS closes
FROM numbered
GROUP BY
  patient,
  is_sure,
  joined;

-- rule_0_candidate
WITH found AS (
  SELECT
    e.patient,
    e.service_lo AS index_lo,
    e.service_hi AS index_hi,
    CAST(NULL AS TIMESTAMP) AS index_time,
    BOOL_AND(CAST(NOT c.rule_verified_39 AS BOOLEAN)) AS proposed,
    MIN(
      {'late': e.time IS NULL, 'time': COALESCE(e.time, CAST('-infinity' AS TIMESTAMP)), 'source': e.source, 'number': e.number, 'clinician': COALESCE(NULLIF(e.visit_clinician, ''), e.clinician)}
    ) FILTER(WHERE
      COALESCE(NULLIF(e.visit_clinician, ''), e.clinician) <> '').clinician AS clinician
  FROM rule_row AS e
  JOIN code_is AS c
    ON c.code = e.code
  WHERE
    (
      c.rule_3
      AND e.kind IN ('condition', 'visit')
      AND COALESCE(e.position = 1, FALSE)
      AND (
        e.setting IS NULL OR NOT e.setting IN ('inpatient', 'laboratory')
      )
      AND e.service_hi >= 19250
      AND e.service_lo <= 19772
    )
  GROUP BY ALL
)
SELECT
  ROW_NUMBER() OVER (ORDER BY patient, period_first, index_lo, index_hi) AS unit,
  patient,
  period_first,
  period_last,
  index_lo,
  index_hi,
  index_lo = index_hi AS is_dated,
  index_time,
  proposed,
  COALESCE(f.clinician, '') AS clinician,
  CASE WHEN index_lo >= first AND index_hi <= last THEN TRUE END AS in_window,
  p.birth_lo,
  p.birth_hi,
  CASE
    WHEN NOT p.death_lo IS NULL
    THEN DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), p.death_lo)
    WHEN NOT p.death_text IS NULL
    THEN -1000000
    ELSE 1000000
  END AS dies_lo,
  CASE
    WHEN NOT p.death_lo IS NULL
    THEN DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), p.death_hi)
    ELSE 1000000
  END AS dies_hi
FROM found AS f
JOIN (VALUES
  (19250, 19800, 19250, 19772)) AS w(period_first, period_last, first, last)
  ON index_hi >= first AND index_lo <= last
JOIN patients AS p
  USING (patient);

-- rule_0_where_visits
SELECT
  u.unit,
  BOOL_OR(
    CAST((
      COALESCE(e.setting, 'office') IN ('inpatient')
    )
    AND (
      e.day_lo >= u.index_lo AND e.day_hi <= (
        u.index_lo + 1
      )
    ) AS BOOLEAN)
  ) AS rule_0_where_visits_0,
  BOOL_OR(
    CAST((
      COALESCE(e.setting, 'office') IN ('inpatient')
    )
    AND (
      e.day_hi >= u.index_lo AND e.day_lo <= (
        u.index_lo + 1
      )
    ) AS BOOLEAN)
  ) AS rule_0_where_visits_1
FROM rule_0_candidate AS u
JOIN asked_visit AS e
  ON e.patient = u.patient
LEFT JOIN code_is AS c
  ON c.code = e.code
LEFT JOIN code_is AS s
  ON s.code = e.specialty
WHERE
  (
    (
      COALESCE(e.setting, 'office') IN ('inpatient')
    )
  )
  AND (
    (
      e.day_hi >= u.index_lo AND e.day_lo <= (
        u.index_lo + 1
      )
    )
  )
GROUP BY
  u.unit;

-- rule_0_found
SELECT
  *,
  MIN(index_lo) FILTER(WHERE
    eligible AND is_dated) OVER (PARTITION BY patient, period_first) AS first_day
FROM (
  SELECT
    u.*,
    CASE
      WHEN u.is_dated
      THEN u.in_window
      AND (
        NOT (
          CASE
            WHEN rule_0_where_visits_0
            THEN TRUE
            WHEN rule_0_where_visits_1
            THEN NULL
            ELSE FALSE
          END
        )
      )
      ELSE u.in_window
    END AS eligible
  FROM rule_0_candidate AS u
  LEFT JOIN rule_0_where_visits
    ON rule_0_where_visits.unit = u.unit
)
WHERE
  eligible IS DISTINCT FROM FALSE;

-- rule_0_chosen
SELECT
  *
FROM rule_0_found
ANTI JOIN (
  SELECT
    patient,
    period_first
  FROM rule_0_found
  WHERE
    (
      eligible IS NULL OR NOT is_dated
    )
    AND (
      first_day IS NULL OR index_lo < first_day
    )
)
  USING (patient, period_first)
WHERE
  eligible AND is_dated AND index_lo = first_day;

-- rule_0_case
SELECT
  *
FROM rule_0_chosen;

-- rule_0_ask_with_rule_3
SELECT DISTINCT
  i.event
FROM rule_image AS i
LEFT JOIN code_is AS r
  ON r.code = i.reason
LEFT JOIN (
  SELECT DISTINCT
    e.patient,
    e.claim
  FROM events AS e
  JOIN code_is AS c
    ON c.code = e.code
  WHERE
    c.rule_3
    AND e.kind = 'condition'
    AND (
      e.status IS NULL OR NOT e.status IN ('refuted', 'planned')
    )
    AND e.claim <> ''
    AND NOT e.start_lo IS NULL
) AS d
  ON d.patient = i.patient AND d.claim = i.claim
WHERE
  COALESCE(r.rule_3, FALSE) OR NOT d.claim IS NULL;

-- rule_0_ask_enrolled_0
WITH asked AS (
  SELECT
    unit,
    patient,
    (
      u.index_lo + -180
    ) AS first,
    (
      u.index_lo + 28
    ) AS last
  FROM rule_0_case AS u
)
SELECT
  unit,
  COUNT(DISTINCT first) FILTER(WHERE
    s.is_sure) >= 1 AS rule_0_ask_enrolled_0_sure,
  COUNT(DISTINCT first) FILTER(WHERE
    NOT s.is_sure) >= 1 AS rule_0_ask_enrolled_0_possible
FROM asked AS a
JOIN rule_span AS s
  ON s.patient = a.patient AND s.opens <= a.first AND s.closes >= a.last
GROUP BY
  unit;

-- rule_0_ask_covered_1
WITH fill AS (
  SELECT
    u.unit,
    e.start_lo AS day_lo,
    e.start_hi AS day_hi,
    e.days_supply,
    e.number,
    u.index_lo AS closes
  FROM rule_0_case AS u
  JOIN rule_row AS e
    ON e.patient = u.patient
  JOIN code_is AS c
    ON c.code = e.code
  WHERE
    c.rule_16
    AND e.kind = 'medication'
    AND e.days_supply > 0
    AND e.start_hi >= (
      u.index_lo + -365
    )
    AND e.start_lo <= u.index_lo
), served AS (
  SELECT
    *,
    SUM(days_supply) OVER (
      PARTITION BY unit
      ORDER BY day_lo, days_supply, number
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS served
  FROM fill
  WHERE
    day_lo = day_hi
), queued AS (
  SELECT
    *,
    MAX(day_lo - (
      served - days_supply
    )) OVER (
      PARTITION BY unit
      ORDER BY day_lo, days_supply, number
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS shift
  FROM served
), run AS (
  SELECT
    unit,
    LEAST(MAX(served + shift), ANY_VALUE(closes) + 1) - MIN(day_lo) AS days
  FROM queued
  GROUP BY
    unit,
    shift
), longest AS (
  SELECT
    unit,
    MAX(days) AS days
  FROM run
  GROUP BY
    unit
)
SELECT
  unit,
  ANY_VALUE(l.days) AS rule_0_ask_covered_1_days,
  SUM(f.days_supply) AS rule_0_ask_covered_1_all,
  BOOL_OR(CAST(f.day_lo <> f.day_hi AS BOOLEAN)) AS rule_0_ask_covered_1_open
FROM fill AS f
LEFT JOIN longest AS l
  USING (unit)
GROUP BY
  unit;

-- rule_0_ask_rows
SELECT
  u.unit,
  BOOL_OR(
    CAST((
      c.rule_3 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      e.service_lo >= (
        u.index_lo + -180
      ) AND e.service_hi <= (
        u.index_lo + -1
      )
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_0,
  BOOL_OR(
    CAST((
      c.rule_3 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      e.service_hi >= (
        u.index_lo + -180
      ) AND e.service_lo <= (
        u.index_lo + -1
      )
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_1,
  BOOL_OR(
    CAST((
      c.rule_4 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      e.service_lo >= -1000000 AND e.service_hi <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_2,
  BOOL_OR(
    CAST((
      c.rule_4 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      e.service_hi >= -1000000 AND e.service_lo <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_3,
  BOOL_OR(
    CAST((
      c.rule_5 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      e.service_lo >= -1000000 AND e.service_hi <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_4,
  BOOL_OR(
    CAST((
      c.rule_5 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      e.service_hi >= -1000000 AND e.service_lo <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_5,
  BOOL_OR(
    CAST((
      c.rule_6 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      e.service_lo >= -1000000 AND e.service_hi <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_6,
  BOOL_OR(
    CAST((
      c.rule_6 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      e.service_hi >= -1000000 AND e.service_lo <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_7,
  BOOL_OR(
    CAST((
      c.rule_7 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      e.service_lo >= -1000000 AND e.service_hi <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_8,
  BOOL_OR(
    CAST((
      c.rule_7 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      e.service_hi >= -1000000 AND e.service_lo <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_9,
  BOOL_OR(
    CAST((
      c.rule_8
    )
    AND (
      e.start_lo >= -1000000 AND e.start_hi <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_10,
  BOOL_OR(
    CAST((
      c.rule_8
    )
    AND (
      e.start_hi >= -1000000 AND e.start_lo <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_11,
  BOOL_OR(
    CAST((
      c.rule_9 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      e.service_lo >= -1000000 AND e.service_hi <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_12,
  BOOL_OR(
    CAST((
      c.rule_9 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      e.service_hi >= -1000000 AND e.service_lo <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_13,
  BOOL_OR(
    CAST((
      c.rule_10 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      e.service_lo >= -1000000 AND e.service_hi <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_14,
  BOOL_OR(
    CAST((
      c.rule_10 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      e.service_hi >= -1000000 AND e.service_lo <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_15,
  BOOL_OR(
    CAST((
      c.rule_11 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      e.service_lo >= (
        u.index_lo + -365
      ) AND e.service_hi <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_16,
  BOOL_OR(
    CAST((
      c.rule_11 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      e.service_hi >= (
        u.index_lo + -365
      ) AND e.service_lo <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_17,
  BOOL_OR(
    CAST((
      c.rule_12 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      e.service_lo >= (
        u.index_lo + -365
      ) AND e.service_hi <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_18,
  BOOL_OR(
    CAST((
      c.rule_12 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      e.service_hi >= (
        u.index_lo + -365
      ) AND e.service_lo <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_19,
  BOOL_OR(
    CAST((
      c.rule_13 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      e.service_lo >= (
        u.index_lo + -365
      ) AND e.service_hi <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_20,
  BOOL_OR(
    CAST((
      c.rule_13 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      e.service_hi >= (
        u.index_lo + -365
      ) AND e.service_lo <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_21,
  BOOL_OR(
    CAST((
      c.rule_14 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      e.service_lo >= (
        u.index_lo + -90
      ) AND e.service_hi <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_22,
  BOOL_OR(
    CAST((
      c.rule_14 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      e.service_hi >= (
        u.index_lo + -90
      ) AND e.service_lo <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_23,
  BOOL_OR(
    CAST((
      c.rule_15 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      e.service_lo >= (
        u.index_lo + -90
      ) AND e.service_hi <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_24,
  BOOL_OR(
    CAST((
      c.rule_15 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      e.service_hi >= (
        u.index_lo + -90
      ) AND e.service_lo <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_25,
  BOOL_OR(
    CAST((
      c.rule_17 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      e.service_lo >= u.period_first AND e.service_hi <= u.period_last
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_26,
  BOOL_OR(
    CAST((
      c.rule_17 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      e.service_hi >= u.period_first AND e.service_lo <= u.period_last
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_27,
  COUNT(DISTINCT e.service_lo) FILTER(WHERE
    (
      c.rule_18 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      (
        e.service_lo >= u.period_first AND e.service_hi <= u.period_last
      )
      AND e.service_lo = e.service_hi
    )) AS rule_0_ask_rows_28,
  COUNT(DISTINCT e.service_lo) FILTER(WHERE
    (
      c.rule_18 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      (
        e.service_hi >= u.period_first AND e.service_lo <= u.period_last
      )
      AND e.service_lo = e.service_hi
    )) AS rule_0_ask_rows_29,
  COUNT(*) FILTER(WHERE
    (
      c.rule_18 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    AND (
      (
        e.service_hi >= u.period_first AND e.service_lo <= u.period_last
      )
      AND e.service_lo <> e.service_hi
    )) AS rule_0_ask_rows_30,
  BOOL_OR(
    CAST((
      c.rule_19
    )
    AND (
      e.start_lo >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
        ) + INTERVAL (
          -12
        ) MONTH AS DATE)
      )
      AND e.start_hi <= u.period_last
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_31,
  BOOL_OR(
    CAST((
      c.rule_19
    )
    AND (
      e.start_hi >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
        ) + INTERVAL (
          -12
        ) MONTH AS DATE)
      )
      AND e.start_lo <= u.period_last
    ) AS BOOLEAN)
  ) AS rule_0_ask_rows_32
FROM rule_0_case AS u
JOIN rule_row AS e
  ON e.patient = u.patient
JOIN code_is AS c
  ON c.code = e.code
WHERE
  (
    (
      c.rule_10 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    OR (
      c.rule_11 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    OR (
      c.rule_12 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    OR (
      c.rule_13 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    OR (
      c.rule_14 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    OR (
      c.rule_15 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    OR (
      c.rule_17 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    OR (
      c.rule_18 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    OR (
      c.rule_19
    )
    OR (
      c.rule_3 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    OR (
      c.rule_4 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    OR (
      c.rule_5 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    OR (
      c.rule_6 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    OR (
      c.rule_7 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
    OR (
      c.rule_8
    )
    OR (
      c.rule_9 AND (
        e.setting IS NULL OR NOT e.setting IN ('laboratory')
      )
    )
  )
  AND (
    (
      e.service_hi >= (
        u.index_lo + -180
      ) AND e.service_lo <= (
        u.index_lo + -1
      )
    )
    OR (
      e.service_hi >= (
        u.index_lo + -365
      ) AND e.service_lo <= (
        u.index_lo + 28
      )
    )
    OR (
      e.service_hi >= (
        u.index_lo + -90
      ) AND e.service_lo <= (
        u.index_lo + 28
      )
    )
    OR (
      e.service_hi >= -1000000 AND e.service_lo <= (
        u.index_lo + 28
      )
    )
    OR (
      e.service_hi >= u.period_first AND e.service_lo <= u.period_last
    )
    OR (
      e.start_hi >= -1000000 AND e.start_lo <= (
        u.index_lo + 28
      )
    )
    OR (
      e.start_hi >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
        ) + INTERVAL (
          -12
        ) MONTH AS DATE)
      )
      AND e.start_lo <= u.period_last
    )
  )
GROUP BY
  u.unit;

-- rule_0_ask_images_rule_3
SELECT
  u.unit,
  BOOL_OR(
    CAST((
      NOT e.denied AND e.is_region AND e.image_modality IN ('xray', 'ct', 'mri')
    )
    AND (
      (
        e.day_lo >= u.index_lo AND e.day_hi <= (
          u.index_lo + 28
        )
      )
      AND COALESCE(e.region, FALSE)
    ) AS BOOLEAN)
  ) AS rule_0_ask_images_rule_3_0,
  BOOL_OR(
    CAST((
      NOT e.denied AND e.is_region AND e.image_modality IN ('xray', 'ct', 'mri')
    )
    AND (
      e.day_hi >= u.index_lo AND e.day_lo <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_0_ask_images_rule_3_1
FROM rule_0_case AS u
JOIN rule_image AS e
  ON e.patient = u.patient
JOIN rule_0_ask_with_rule_3 AS d
  ON d.event = e.event
LEFT JOIN code_is AS c
  ON c.code = e.code
WHERE
  (
    (
      NOT e.denied AND e.is_region AND e.image_modality IN ('xray', 'ct', 'mri')
    )
  )
  AND (
    (
      e.day_hi >= u.index_lo AND e.day_lo <= (
        u.index_lo + 28
      )
    )
  )
GROUP BY
  u.unit;

-- rule_0_answer
WITH answered AS (
  SELECT
    u.patient,
    u.period_first,
    u.index_lo,
    u.index_hi,
    u.clinician,
    u.proposed,
    CASE WHEN u.is_dated THEN u.eligible ELSE NULL END AS dated,
    CASE
      WHEN u.is_dated
      THEN (
        NOT (
          CASE WHEN rule_0_ask_rows_0 THEN TRUE WHEN rule_0_ask_rows_1 THEN NULL ELSE FALSE END
        )
      )
      ELSE NULL
    END AS require_0,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN rule_0_ask_enrolled_0_sure
          THEN TRUE
          WHEN rule_0_ask_enrolled_0_possible
          THEN NULL
          ELSE FALSE
        END
      )
      ELSE NULL
    END AS require_1,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN u.birth_lo IS NULL
          THEN NULL
          ELSE (
            (
              CASE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                  )) - YEAR(u.birth_hi) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                    )) < MONTH(u.birth_hi) * 100 + DAY(u.birth_hi)
                    THEN 1
                    ELSE 0
                  END
                ) >= 18
                THEN TRUE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                  )) - YEAR(u.birth_lo) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                    )) < MONTH(u.birth_lo) * 100 + DAY(u.birth_lo)
                    THEN 1
                    ELSE 0
                  END
                ) >= 18
                THEN NULL
                ELSE FALSE
              END
            )
            AND (
              CASE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                  )) - YEAR(u.birth_lo) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                    )) < MONTH(u.birth_lo) * 100 + DAY(u.birth_lo)
                    THEN 1
                    ELSE 0
                  END
                ) <= 75
                THEN TRUE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                  )) - YEAR(u.birth_hi) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                    )) < MONTH(u.birth_hi) * 100 + DAY(u.birth_hi)
                    THEN 1
                    ELSE 0
                  END
                ) <= 75
                THEN NULL
                ELSE FALSE
              END
            )
          )
        END
      )
      ELSE NULL
    END AS require_2,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_0_ask_rows_2 THEN TRUE WHEN rule_0_ask_rows_3 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_0,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_0_ask_rows_4 THEN TRUE WHEN rule_0_ask_rows_5 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_1,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_0_ask_rows_6 THEN TRUE WHEN rule_0_ask_rows_7 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_2,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_0_ask_rows_8 THEN TRUE WHEN rule_0_ask_rows_9 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_3,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN rule_0_ask_rows_10
          THEN TRUE
          WHEN rule_0_ask_rows_11
          THEN NULL
          ELSE FALSE
        END
      )
      ELSE NULL
    END AS exclude_4,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN rule_0_ask_rows_12
          THEN TRUE
          WHEN rule_0_ask_rows_13
          THEN NULL
          ELSE FALSE
        END
      )
      ELSE NULL
    END AS exclude_5,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN rule_0_ask_rows_14
          THEN TRUE
          WHEN rule_0_ask_rows_15
          THEN NULL
          ELSE FALSE
        END
      )
      ELSE NULL
    END AS exclude_6,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN rule_0_ask_rows_16
          THEN TRUE
          WHEN rule_0_ask_rows_17
          THEN NULL
          ELSE FALSE
        END
      )
      ELSE NULL
    END AS exclude_7,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN rule_0_ask_rows_18
          THEN TRUE
          WHEN rule_0_ask_rows_19
          THEN NULL
          ELSE FALSE
        END
      )
      ELSE NULL
    END AS exclude_8,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN rule_0_ask_rows_20
          THEN TRUE
          WHEN rule_0_ask_rows_21
          THEN NULL
          ELSE FALSE
        END
      )
      ELSE NULL
    END AS exclude_9,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN rule_0_ask_rows_22
          THEN TRUE
          WHEN rule_0_ask_rows_23
          THEN NULL
          ELSE FALSE
        END
      )
      ELSE NULL
    END AS exclude_10,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN rule_0_ask_rows_24
          THEN TRUE
          WHEN rule_0_ask_rows_25
          THEN NULL
          ELSE FALSE
        END
      )
      ELSE NULL
    END AS exclude_11,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN rule_0_ask_covered_1_days >= 90
          THEN TRUE
          WHEN rule_0_ask_covered_1_open AND rule_0_ask_covered_1_all >= 90
          THEN NULL
          ELSE FALSE
        END
      )
      ELSE NULL
    END AS exclude_12,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN rule_0_ask_rows_26
          THEN TRUE
          WHEN rule_0_ask_rows_27
          THEN NULL
          ELSE FALSE
        END
      )
      ELSE NULL
    END AS exclude_13,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN (
            u.dies_lo >= u.period_first AND u.dies_hi <= u.period_last
          )
          THEN TRUE
          WHEN (
            u.dies_hi >= u.period_first AND u.dies_lo <= u.period_last
          )
          THEN NULL
          ELSE FALSE
        END
      )
      ELSE NULL
    END AS exclude_14,
    CASE
      WHEN u.is_dated
      THEN (
        (
          CASE
            WHEN u.birth_lo IS NULL
            THEN NULL
            ELSE (
              (
                CASE
                  WHEN (
                    YEAR((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                    )) - YEAR(u.birth_hi) - CASE
                      WHEN MONTH((
                        CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                      )) * 100 + DAY((
                        CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                      )) < MONTH(u.birth_hi) * 100 + DAY(u.birth_hi)
                      THEN 1
                      ELSE 0
                    END
                  ) >= 66
                  THEN TRUE
                  WHEN (
                    YEAR((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                    )) - YEAR(u.birth_lo) - CASE
                      WHEN MONTH((
                        CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                      )) * 100 + DAY((
                        CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                      )) < MONTH(u.birth_lo) * 100 + DAY(u.birth_lo)
                      THEN 1
                      ELSE 0
                    END
                  ) >= 66
                  THEN NULL
                  ELSE FALSE
                END
              )
            )
          END
        )
        AND (
          CASE
            WHEN rule_0_ask_rows_28 >= 2
            THEN TRUE
            WHEN rule_0_ask_rows_29 + rule_0_ask_rows_30 >= 2
            THEN NULL
            ELSE FALSE
          END
        )
        AND (
          CASE
            WHEN rule_0_ask_rows_31
            THEN TRUE
            WHEN rule_0_ask_rows_32
            THEN NULL
            ELSE FALSE
          END
        )
      )
      ELSE NULL
    END AS exclude_15,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN rule_0_ask_images_rule_3_0
          THEN TRUE
          WHEN rule_0_ask_images_rule_3_1
          THEN NULL
          ELSE FALSE
        END
      )
      ELSE NULL
    END AS numerator,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN u.birth_lo IS NULL
          THEN NULL
          ELSE (
            (
              CASE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                  )) - YEAR(u.birth_hi) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                    )) < MONTH(u.birth_hi) * 100 + DAY(u.birth_hi)
                    THEN 1
                    ELSE 0
                  END
                ) >= 18
                THEN TRUE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                  )) - YEAR(u.birth_lo) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                    )) < MONTH(u.birth_lo) * 100 + DAY(u.birth_lo)
                    THEN 1
                    ELSE 0
                  END
                ) >= 18
                THEN NULL
                ELSE FALSE
              END
            )
            AND (
              CASE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                  )) - YEAR(u.birth_lo) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                    )) < MONTH(u.birth_lo) * 100 + DAY(u.birth_lo)
                    THEN 1
                    ELSE 0
                  END
                ) <= 64
                THEN TRUE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                  )) - YEAR(u.birth_hi) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                    )) < MONTH(u.birth_hi) * 100 + DAY(u.birth_hi)
                    THEN 1
                    ELSE 0
                  END
                ) <= 64
                THEN NULL
                ELSE FALSE
              END
            )
          )
        END
      )
      ELSE NULL
    END AS stratum_0,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN u.birth_lo IS NULL
          THEN NULL
          ELSE (
            (
              CASE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                  )) - YEAR(u.birth_hi) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                    )) < MONTH(u.birth_hi) * 100 + DAY(u.birth_hi)
                    THEN 1
                    ELSE 0
                  END
                ) >= 65
                THEN TRUE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                  )) - YEAR(u.birth_lo) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                    )) < MONTH(u.birth_lo) * 100 + DAY(u.birth_lo)
                    THEN 1
                    ELSE 0
                  END
                ) >= 65
                THEN NULL
                ELSE FALSE
              END
            )
            AND (
              CASE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                  )) - YEAR(u.birth_lo) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                    )) < MONTH(u.birth_lo) * 100 + DAY(u.birth_lo)
                    THEN 1
                    ELSE 0
                  END
                ) <= 75
                THEN TRUE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                  )) - YEAR(u.birth_hi) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
                    )) < MONTH(u.birth_hi) * 100 + DAY(u.birth_hi)
                    THEN 1
                    ELSE 0
                  END
                ) <= 75
                THEN NULL
                ELSE FALSE
              END
            )
          )
        END
      )
      ELSE NULL
    END AS stratum_1,
    u.is_dated AND 19900 < u.index_lo + 28 AS not_yet,
    u.is_dated
    AND NOT (
      19900 < u.index_lo + 28
    )
    AND (
      NOT (
        (
          u.index_lo + 0 >= 19000 AND u.index_lo + 28 <= 19500
        )
        OR (
          u.index_lo + 0 >= 19560 AND u.index_lo + 28 <= 19900
        )
      )
    ) AS without_imaging,
    u.is_dated
    AND (
      u.index_lo < 19000
      OR (
        u.index_lo + -180
      ) < 19000
      OR (
        u.index_lo + -365
      ) < 19000
      OR (
        u.index_lo + -90
      ) < 19000
      OR u.period_first < 19000
      OR DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
        ) + INTERVAL (
          -12
        ) MONTH AS DATE)
      ) < 19000
    ) AS short
  FROM rule_0_case AS u
  LEFT JOIN rule_0_ask_enrolled_0
    ON rule_0_ask_enrolled_0.unit = u.unit
  LEFT JOIN rule_0_ask_covered_1
    ON rule_0_ask_covered_1.unit = u.unit
  LEFT JOIN rule_0_ask_rows
    ON rule_0_ask_rows.unit = u.unit
  LEFT JOIN rule_0_ask_images_rule_3
    ON rule_0_ask_images_rule_3.unit = u.unit
), joined AS (
  SELECT
    *,
    (
      dated AND require_0 AND require_1 AND require_2
    ) AS requires,
    (
      exclude_0
      OR exclude_1
      OR exclude_2
      OR exclude_3
      OR exclude_4
      OR exclude_5
      OR exclude_6
      OR exclude_7
      OR exclude_8
      OR exclude_9
      OR exclude_10
      OR exclude_11
      OR exclude_12
      OR exclude_13
      OR exclude_14
      OR exclude_15
    ) AS excludes,
    (
      not_yet OR without_imaging
    ) AS missed
  FROM answered
)
SELECT
  *,
  requires AND NOT excludes AS eligible,
  requires IS DISTINCT FROM FALSE AS is_open,
  CASE WHEN missed THEN NULL ELSE numerator END AS settled
FROM joined;

-- rule_1_candidate
WITH found AS (
  SELECT
    e.patient,
    e.start_lo AS index_lo,
    e.start_hi AS index_hi,
    CASE WHEN COUNT(*) = COUNT(e.time) THEN MIN(e.time) END AS index_time,
    BOOL_AND(CAST(NOT c.rule_verified_40 AS BOOLEAN)) AS proposed,
    MIN(
      {'late': e.time IS NULL, 'time': COALESCE(e.time, CAST('-infinity' AS TIMESTAMP)), 'source': e.source, 'number': e.number, 'clinician': COALESCE(NULLIF(e.visit_clinician, ''), e.clinician)}
    ) FILTER(WHERE
      COALESCE(NULLIF(e.visit_clinician, ''), e.clinician) <> '').clinician AS clinician
  FROM rule_row AS e
  JOIN code_is AS c
    ON c.code = e.code
  WHERE
    (
      c.rule_20
      AND e.kind IN ('condition', 'visit')
      AND e.start_hi >= 19250
      AND e.start_lo <= 19800
    )
  GROUP BY ALL
)
SELECT
  ROW_NUMBER() OVER (ORDER BY patient, period_first, index_lo, index_hi) AS unit,
  patient,
  period_first,
  period_last,
  index_lo,
  index_hi,
  index_lo = index_hi AS is_dated,
  index_time,
  proposed,
  COALESCE(f.clinician, '') AS clinician,
  CASE WHEN index_lo >= first AND index_hi <= last THEN TRUE END AS in_window,
  p.birth_lo,
  p.birth_hi,
  CASE
    WHEN NOT p.death_lo IS NULL
    THEN DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), p.death_lo)
    WHEN NOT p.death_text IS NULL
    THEN -1000000
    ELSE 1000000
  END AS dies_lo,
  CASE
    WHEN NOT p.death_lo IS NULL
    THEN DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), p.death_hi)
    ELSE 1000000
  END AS dies_hi
FROM found AS f
JOIN (VALUES
  (19250, 19800, 19250, 19800)) AS w(period_first, period_last, first, last)
  ON index_hi >= first AND index_lo <= last
JOIN patients AS p
  USING (patient);

-- rule_1_found
SELECT
  *,
  MIN(index_lo) FILTER(WHERE
    eligible AND is_dated) OVER (PARTITION BY patient, period_first) AS first_day
FROM (
  SELECT
    u.*,
    CASE WHEN u.is_dated THEN u.in_window AND TRUE ELSE u.in_window END AS eligible
  FROM rule_1_candidate AS u
)
WHERE
  eligible IS DISTINCT FROM FALSE;

-- rule_1_chosen
SELECT
  *
FROM rule_1_found
ANTI JOIN (
  SELECT
    patient,
    period_first
  FROM rule_1_found
  WHERE
    (
      eligible IS NULL OR NOT is_dated
    )
    AND (
      first_day IS NULL OR index_lo < first_day
    )
)
  USING (patient, period_first)
WHERE
  eligible AND is_dated AND index_lo = first_day;

-- rule_1_case
SELECT
  *
FROM rule_1_chosen;

-- rule_1_ask_visits
SELECT
  u.unit,
  BOOL_OR(
    CAST((
      COALESCE(e.setting, 'office') IN ('office', 'home', 'emergency')
    )
    AND (
      (
        e.day_lo >= u.period_first AND e.day_hi <= (
          u.period_first + 337
        )
      )
      AND e.day_hi <= u.index_lo
      AND e.end_lo >= u.index_lo
      AND NOT (
        e.day_lo = u.index_lo
        AND e.day_hi = u.index_lo
        AND COALESCE(e.start_time > u.index_time, FALSE)
      )
    ) AS BOOLEAN)
  ) AS rule_1_ask_visits_0,
  BOOL_OR(
    CAST((
      COALESCE(e.setting, 'office') IN ('office', 'home', 'emergency')
    )
    AND (
      (
        e.day_hi >= u.period_first AND e.day_lo <= (
          u.period_first + 337
        )
      )
      AND e.day_lo <= u.index_lo
      AND e.end_hi >= u.index_lo
      AND NOT (
        e.day_lo = u.index_lo
        AND e.day_hi = u.index_lo
        AND COALESCE(e.start_time > u.index_time, FALSE)
      )
    ) AS BOOLEAN)
  ) AS rule_1_ask_visits_1
FROM rule_1_case AS u
JOIN asked_visit AS e
  ON e.patient = u.patient
LEFT JOIN code_is AS c
  ON c.code = e.code
LEFT JOIN code_is AS s
  ON s.code = e.specialty
WHERE
  (
    (
      COALESCE(e.setting, 'office') IN ('office', 'home', 'emergency')
    )
  )
  AND (
    (
      (
        e.day_hi >= u.period_first AND e.day_lo <= (
          u.period_first + 337
        )
      )
      AND e.day_lo <= u.index_lo
      AND e.end_hi >= u.index_lo
      AND NOT (
        e.day_lo = u.index_lo
        AND e.day_hi = u.index_lo
        AND COALESCE(e.start_time > u.index_time, FALSE)
      )
    )
  )
GROUP BY
  u.unit;

-- rule_1_ask_rows
SELECT
  u.unit,
  BOOL_OR(
    CAST((
      c.rule_20
    )
    AND (
      e.start_lo >= (
        u.index_lo + -180
      ) AND e.start_hi <= (
        u.index_lo + -1
      )
    ) AS BOOLEAN)
  ) AS rule_1_ask_rows_0,
  BOOL_OR(
    CAST((
      c.rule_20
    )
    AND (
      e.start_hi >= (
        u.index_lo + -180
      ) AND e.start_lo <= (
        u.index_lo + -1
      )
    ) AS BOOLEAN)
  ) AS rule_1_ask_rows_1,
  BOOL_OR(
    CAST((
      c.rule_4
    ) AND (
      e.start_lo >= -1000000 AND e.start_hi <= u.period_last
    ) AS BOOLEAN)
  ) AS rule_1_ask_rows_2,
  BOOL_OR(
    CAST((
      c.rule_4
    ) AND (
      e.start_hi >= -1000000 AND e.start_lo <= u.period_last
    ) AS BOOLEAN)
  ) AS rule_1_ask_rows_3,
  BOOL_OR(
    CAST((
      c.rule_14
    )
    AND (
      e.start_lo >= (
        u.period_last + -365
      ) AND e.start_hi <= u.period_last
    ) AS BOOLEAN)
  ) AS rule_1_ask_rows_4,
  BOOL_OR(
    CAST((
      c.rule_14
    )
    AND (
      e.start_hi >= (
        u.period_last + -365
      ) AND e.start_lo <= u.period_last
    ) AS BOOLEAN)
  ) AS rule_1_ask_rows_5,
  BOOL_OR(
    CAST((
      c.rule_11
    )
    AND (
      e.start_lo >= (
        u.period_last + -365
      ) AND e.start_hi <= u.period_last
    ) AS BOOLEAN)
  ) AS rule_1_ask_rows_6,
  BOOL_OR(
    CAST((
      c.rule_11
    )
    AND (
      e.start_hi >= (
        u.period_last + -365
      ) AND e.start_lo <= u.period_last
    ) AS BOOLEAN)
  ) AS rule_1_ask_rows_7,
  BOOL_OR(
    CAST((
      c.rule_21
    )
    AND (
      e.start_lo >= (
        u.period_last + -365
      ) AND e.start_hi <= u.period_last
    ) AS BOOLEAN)
  ) AS rule_1_ask_rows_8,
  BOOL_OR(
    CAST((
      c.rule_21
    )
    AND (
      e.start_hi >= (
        u.period_last + -365
      ) AND e.start_lo <= u.period_last
    ) AS BOOLEAN)
  ) AS rule_1_ask_rows_9
FROM rule_1_case AS u
JOIN rule_row AS e
  ON e.patient = u.patient
JOIN code_is AS c
  ON c.code = e.code
WHERE
  (
    (
      c.rule_11
    )
    OR (
      c.rule_14
    )
    OR (
      c.rule_20
    )
    OR (
      c.rule_21
    )
    OR (
      c.rule_4
    )
  )
  AND (
    (
      e.start_hi >= (
        u.index_lo + -180
      ) AND e.start_lo <= (
        u.index_lo + -1
      )
    )
    OR (
      e.start_hi >= (
        u.period_last + -365
      ) AND e.start_lo <= u.period_last
    )
    OR (
      e.start_hi >= -1000000 AND e.start_lo <= u.period_last
    )
  )
GROUP BY
  u.unit;

-- rule_1_ask_images
SELECT
  u.unit,
  BOOL_OR(
    CAST((
      NOT e.denied
      AND NOT (
        e.day_lo = u.index_lo
        AND e.day_hi = u.index_lo
        AND COALESCE(e.time < u.index_time, FALSE)
      )
      AND e.is_region
      AND e.image_modality IN ('xray', 'ct', 'mri')
    )
    AND (
      (
        e.day_lo >= u.index_lo AND e.day_hi <= (
          u.index_lo + 28
        )
      )
      AND COALESCE(e.region, FALSE)
    ) AS BOOLEAN)
  ) AS rule_1_ask_images_0,
  BOOL_OR(
    CAST((
      NOT e.denied
      AND NOT (
        e.day_lo = u.index_lo
        AND e.day_hi = u.index_lo
        AND COALESCE(e.time < u.index_time, FALSE)
      )
      AND e.is_region
      AND e.image_modality IN ('xray', 'ct', 'mri')
    )
    AND (
      e.day_hi >= u.index_lo AND e.day_lo <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_1_ask_images_1
FROM rule_1_case AS u
JOIN rule_image AS e
  ON e.patient = u.patient
LEFT JOIN code_is AS c
  ON c.code = e.code
WHERE
  (
    (
      NOT e.denied
      AND NOT (
        e.day_lo = u.index_lo
        AND e.day_hi = u.index_lo
        AND COALESCE(e.time < u.index_time, FALSE)
      )
      AND e.is_region
      AND e.image_modality IN ('xray', 'ct', 'mri')
    )
  )
  AND (
    (
      e.day_hi >= u.index_lo AND e.day_lo <= (
        u.index_lo + 28
      )
    )
  )
GROUP BY
  u.unit;

-- rule_1_answer
WITH answered AS (
  SELECT
    u.patient,
    u.period_first,
    u.index_lo,
    u.index_hi,
    u.clinician,
    u.proposed,
    CASE WHEN u.is_dated THEN u.eligible ELSE NULL END AS dated,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN rule_1_ask_visits_0
          THEN TRUE
          WHEN rule_1_ask_visits_1
          THEN NULL
          ELSE FALSE
        END
      )
      ELSE NULL
    END AS require_0,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN u.birth_lo IS NULL
          THEN NULL
          ELSE (
            (
              CASE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                  )) - YEAR(u.birth_hi) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                    )) < MONTH(u.birth_hi) * 100 + DAY(u.birth_hi)
                    THEN 1
                    ELSE 0
                  END
                ) >= 18
                THEN TRUE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                  )) - YEAR(u.birth_lo) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                    )) < MONTH(u.birth_lo) * 100 + DAY(u.birth_lo)
                    THEN 1
                    ELSE 0
                  END
                ) >= 18
                THEN NULL
                ELSE FALSE
              END
            )
            AND (
              CASE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                  )) - YEAR(u.birth_lo) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                    )) < MONTH(u.birth_lo) * 100 + DAY(u.birth_lo)
                    THEN 1
                    ELSE 0
                  END
                ) <= 49
                THEN TRUE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                  )) - YEAR(u.birth_hi) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                    )) < MONTH(u.birth_hi) * 100 + DAY(u.birth_hi)
                    THEN 1
                    ELSE 0
                  END
                ) <= 49
                THEN NULL
                ELSE FALSE
              END
            )
          )
        END
      )
      ELSE NULL
    END AS require_1,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_1_ask_rows_0 THEN TRUE WHEN rule_1_ask_rows_1 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_0,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_1_ask_rows_2 THEN TRUE WHEN rule_1_ask_rows_3 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_1,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_1_ask_rows_4 THEN TRUE WHEN rule_1_ask_rows_5 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_2,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_1_ask_rows_6 THEN TRUE WHEN rule_1_ask_rows_7 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_3,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_1_ask_rows_8 THEN TRUE WHEN rule_1_ask_rows_9 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_4,
    CASE
      WHEN u.is_dated
      THEN (
        NOT (
          CASE
            WHEN rule_1_ask_images_0
            THEN TRUE
            WHEN rule_1_ask_images_1
            THEN NULL
            ELSE FALSE
          END
        )
      )
      ELSE NULL
    END AS numerator,
    u.is_dated AND 19900 < u.index_lo + 28 AS not_yet,
    u.is_dated
    AND NOT (
      19900 < u.index_lo + 28
    )
    AND (
      NOT (
        (
          u.index_lo + 0 >= 19000 AND u.index_lo + 28 <= 19500
        )
        OR (
          u.index_lo + 0 >= 19560 AND u.index_lo + 28 <= 19900
        )
      )
    ) AS without_imaging,
    u.is_dated
    AND (
      u.index_lo < 19000
      OR (
        u.index_lo + -180
      ) < 19000
      OR (
        u.period_last + -365
      ) < 19000
      OR u.period_first < 19000
    ) AS short
  FROM rule_1_case AS u
  LEFT JOIN rule_1_ask_visits
    ON rule_1_ask_visits.unit = u.unit
  LEFT JOIN rule_1_ask_rows
    ON rule_1_ask_rows.unit = u.unit
  LEFT JOIN rule_1_ask_images
    ON rule_1_ask_images.unit = u.unit
), joined AS (
  SELECT
    *,
    (
      dated AND require_0 AND require_1
    ) AS requires,
    (
      exclude_0 OR exclude_1 OR exclude_2 OR exclude_3 OR exclude_4
    ) AS excludes,
    (
      not_yet OR without_imaging
    ) AS missed
  FROM answered
)
SELECT
  *,
  requires AND NOT excludes AS eligible,
  requires IS DISTINCT FROM FALSE AS is_open,
  CASE WHEN missed THEN NULL ELSE numerator END AS settled
FROM joined;

-- rule_2_candidate
WITH found AS (
  SELECT
    e.patient,
    e.start_lo AS index_lo,
    e.start_hi AS index_hi,
    CASE WHEN COUNT(*) = COUNT(e.time) THEN MIN(e.time) END AS index_time,
    BOOL_AND(CAST(NOT c.rule_verified_40 AS BOOLEAN)) AS proposed,
    MIN(
      {'late': e.time IS NULL, 'time': COALESCE(e.time, CAST('-infinity' AS TIMESTAMP)), 'source': e.source, 'number': e.number, 'clinician': COALESCE(NULLIF(e.visit_clinician, ''), e.clinician)}
    ) FILTER(WHERE
      COALESCE(NULLIF(e.visit_clinician, ''), e.clinician) <> '').clinician AS clinician
  FROM rule_row AS e
  JOIN code_is AS c
    ON c.code = e.code
  WHERE
    (
      c.rule_20
      AND e.kind IN ('condition', 'visit')
      AND e.start_hi >= 19250
      AND e.start_lo <= 19800
    )
  GROUP BY ALL
)
SELECT
  ROW_NUMBER() OVER (ORDER BY patient, period_first, index_lo, index_hi) AS unit,
  patient,
  period_first,
  period_last,
  index_lo,
  index_hi,
  index_lo = index_hi AS is_dated,
  index_time,
  proposed,
  COALESCE(f.clinician, '') AS clinician,
  CASE WHEN index_lo >= first AND index_hi <= last THEN TRUE END AS in_window,
  p.birth_lo,
  p.birth_hi,
  CASE
    WHEN NOT p.death_lo IS NULL
    THEN DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), p.death_lo)
    WHEN NOT p.death_text IS NULL
    THEN -1000000
    ELSE 1000000
  END AS dies_lo,
  CASE
    WHEN NOT p.death_lo IS NULL
    THEN DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), p.death_hi)
    ELSE 1000000
  END AS dies_hi
FROM found AS f
JOIN (VALUES
  (19250, 19800, 19250, 19800)) AS w(period_first, period_last, first, last)
  ON index_hi >= first AND index_lo <= last
JOIN patients AS p
  USING (patient);

-- rule_2_found
SELECT
  *,
  MIN(index_lo) FILTER(WHERE
    eligible AND is_dated) OVER (PARTITION BY patient, period_first) AS first_day
FROM (
  SELECT
    u.*,
    CASE WHEN u.is_dated THEN u.in_window AND TRUE ELSE u.in_window END AS eligible
  FROM rule_2_candidate AS u
)
WHERE
  eligible IS DISTINCT FROM FALSE;

-- rule_2_chosen
SELECT
  *
FROM rule_2_found
ANTI JOIN (
  SELECT
    patient,
    period_first
  FROM rule_2_found
  WHERE
    (
      eligible IS NULL OR NOT is_dated
    )
    AND (
      first_day IS NULL OR index_lo < first_day
    )
)
  USING (patient, period_first)
WHERE
  eligible AND is_dated AND index_lo = first_day;

-- rule_2_case
SELECT
  *
FROM rule_2_chosen;

-- rule_2_ask_visits
SELECT
  u.unit,
  BOOL_OR(
    CAST((
      COALESCE(e.setting, 'office') IN ('office', 'home', 'emergency')
    )
    AND (
      (
        e.day_lo >= u.period_first AND e.day_hi <= (
          u.period_first + 337
        )
      )
      AND e.day_hi <= u.index_lo
      AND e.end_lo >= u.index_lo
      AND NOT (
        e.day_lo = u.index_lo
        AND e.day_hi = u.index_lo
        AND COALESCE(e.start_time > u.index_time, FALSE)
      )
    ) AS BOOLEAN)
  ) AS rule_2_ask_visits_0,
  BOOL_OR(
    CAST((
      COALESCE(e.setting, 'office') IN ('office', 'home', 'emergency')
    )
    AND (
      (
        e.day_hi >= u.period_first AND e.day_lo <= (
          u.period_first + 337
        )
      )
      AND e.day_lo <= u.index_lo
      AND e.end_hi >= u.index_lo
      AND NOT (
        e.day_lo = u.index_lo
        AND e.day_hi = u.index_lo
        AND COALESCE(e.start_time > u.index_time, FALSE)
      )
    ) AS BOOLEAN)
  ) AS rule_2_ask_visits_1
FROM rule_2_case AS u
JOIN asked_visit AS e
  ON e.patient = u.patient
LEFT JOIN code_is AS c
  ON c.code = e.code
LEFT JOIN code_is AS s
  ON s.code = e.specialty
WHERE
  (
    (
      COALESCE(e.setting, 'office') IN ('office', 'home', 'emergency')
    )
  )
  AND (
    (
      (
        e.day_hi >= u.period_first AND e.day_lo <= (
          u.period_first + 337
        )
      )
      AND e.day_lo <= u.index_lo
      AND e.end_hi >= u.index_lo
      AND NOT (
        e.day_lo = u.index_lo
        AND e.day_hi = u.index_lo
        AND COALESCE(e.start_time > u.index_time, FALSE)
      )
    )
  )
GROUP BY
  u.unit;

-- rule_2_ask_rows
SELECT
  u.unit,
  BOOL_OR(
    CAST((
      c.rule_20
    )
    AND (
      e.start_lo >= (
        u.index_lo + -180
      ) AND e.start_hi <= (
        u.index_lo + -1
      )
    ) AS BOOLEAN)
  ) AS rule_2_ask_rows_0,
  BOOL_OR(
    CAST((
      c.rule_20
    )
    AND (
      e.start_hi >= (
        u.index_lo + -180
      ) AND e.start_lo <= (
        u.index_lo + -1
      )
    ) AS BOOLEAN)
  ) AS rule_2_ask_rows_1,
  BOOL_OR(
    CAST((
      c.rule_4
    ) AND (
      e.start_lo >= -1000000 AND e.start_hi <= u.period_last
    ) AS BOOLEAN)
  ) AS rule_2_ask_rows_2,
  BOOL_OR(
    CAST((
      c.rule_4
    ) AND (
      e.start_hi >= -1000000 AND e.start_lo <= u.period_last
    ) AS BOOLEAN)
  ) AS rule_2_ask_rows_3,
  BOOL_OR(
    CAST((
      c.rule_14
    )
    AND (
      e.start_lo >= (
        u.index_lo + -365
      ) AND e.start_hi <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_2_ask_rows_4,
  BOOL_OR(
    CAST((
      c.rule_14
    )
    AND (
      e.start_hi >= (
        u.index_lo + -365
      ) AND e.start_lo <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_2_ask_rows_5,
  BOOL_OR(
    CAST((
      c.rule_11
    )
    AND (
      e.start_lo >= (
        u.index_lo + -365
      ) AND e.start_hi <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_2_ask_rows_6,
  BOOL_OR(
    CAST((
      c.rule_11
    )
    AND (
      e.start_hi >= (
        u.index_lo + -365
      ) AND e.start_lo <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_2_ask_rows_7,
  BOOL_OR(
    CAST((
      c.rule_21
    )
    AND (
      e.start_lo >= (
        u.index_lo + -365
      ) AND e.start_hi <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_2_ask_rows_8,
  BOOL_OR(
    CAST((
      c.rule_21
    )
    AND (
      e.start_hi >= (
        u.index_lo + -365
      ) AND e.start_lo <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_2_ask_rows_9
FROM rule_2_case AS u
JOIN rule_row AS e
  ON e.patient = u.patient
JOIN code_is AS c
  ON c.code = e.code
WHERE
  (
    (
      c.rule_11
    )
    OR (
      c.rule_14
    )
    OR (
      c.rule_20
    )
    OR (
      c.rule_21
    )
    OR (
      c.rule_4
    )
  )
  AND (
    (
      e.start_hi >= (
        u.index_lo + -180
      ) AND e.start_lo <= (
        u.index_lo + -1
      )
    )
    OR (
      e.start_hi >= (
        u.index_lo + -365
      ) AND e.start_lo <= (
        u.index_lo + 28
      )
    )
    OR (
      e.start_hi >= -1000000 AND e.start_lo <= u.period_last
    )
  )
GROUP BY
  u.unit;

-- rule_2_ask_images
SELECT
  u.unit,
  BOOL_OR(
    CAST((
      NOT e.denied AND e.is_region AND e.image_modality IN ('xray', 'ct', 'mri')
    )
    AND (
      (
        e.day_lo >= u.index_lo AND e.day_hi <= (
          u.index_lo + 28
        )
      )
      AND COALESCE(e.region, FALSE)
    ) AS BOOLEAN)
  ) AS rule_2_ask_images_0,
  BOOL_OR(
    CAST((
      NOT e.denied AND e.is_region AND e.image_modality IN ('xray', 'ct', 'mri')
    )
    AND (
      e.day_hi >= u.index_lo AND e.day_lo <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_2_ask_images_1
FROM rule_2_case AS u
JOIN rule_image AS e
  ON e.patient = u.patient
LEFT JOIN code_is AS c
  ON c.code = e.code
WHERE
  (
    (
      NOT e.denied AND e.is_region AND e.image_modality IN ('xray', 'ct', 'mri')
    )
  )
  AND (
    (
      e.day_hi >= u.index_lo AND e.day_lo <= (
        u.index_lo + 28
      )
    )
  )
GROUP BY
  u.unit;

-- rule_2_answer
WITH answered AS (
  SELECT
    u.patient,
    u.period_first,
    u.index_lo,
    u.index_hi,
    u.clinician,
    u.proposed,
    CASE WHEN u.is_dated THEN u.eligible ELSE NULL END AS dated,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN rule_2_ask_visits_0
          THEN TRUE
          WHEN rule_2_ask_visits_1
          THEN NULL
          ELSE FALSE
        END
      )
      ELSE NULL
    END AS require_0,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN u.birth_lo IS NULL
          THEN NULL
          ELSE (
            (
              CASE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                  )) - YEAR(u.birth_hi) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                    )) < MONTH(u.birth_hi) * 100 + DAY(u.birth_hi)
                    THEN 1
                    ELSE 0
                  END
                ) >= 18
                THEN TRUE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                  )) - YEAR(u.birth_lo) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                    )) < MONTH(u.birth_lo) * 100 + DAY(u.birth_lo)
                    THEN 1
                    ELSE 0
                  END
                ) >= 18
                THEN NULL
                ELSE FALSE
              END
            )
            AND (
              CASE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                  )) - YEAR(u.birth_lo) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                    )) < MONTH(u.birth_lo) * 100 + DAY(u.birth_lo)
                    THEN 1
                    ELSE 0
                  END
                ) <= 49
                THEN TRUE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                  )) - YEAR(u.birth_hi) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                    )) < MONTH(u.birth_hi) * 100 + DAY(u.birth_hi)
                    THEN 1
                    ELSE 0
                  END
                ) <= 49
                THEN NULL
                ELSE FALSE
              END
            )
          )
        END
      )
      ELSE NULL
    END AS require_1,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_2_ask_rows_0 THEN TRUE WHEN rule_2_ask_rows_1 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_0,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_2_ask_rows_2 THEN TRUE WHEN rule_2_ask_rows_3 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_1,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_2_ask_rows_4 THEN TRUE WHEN rule_2_ask_rows_5 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_2,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_2_ask_rows_6 THEN TRUE WHEN rule_2_ask_rows_7 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_3,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_2_ask_rows_8 THEN TRUE WHEN rule_2_ask_rows_9 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_4,
    CASE
      WHEN u.is_dated
      THEN (
        NOT (
          CASE
            WHEN rule_2_ask_images_0
            THEN TRUE
            WHEN rule_2_ask_images_1
            THEN NULL
            ELSE FALSE
          END
        )
      )
      ELSE NULL
    END AS numerator,
    u.is_dated AND 19900 < u.index_lo + 28 AS not_yet,
    u.is_dated
    AND NOT (
      19900 < u.index_lo + 28
    )
    AND (
      NOT (
        (
          u.index_lo + 0 >= 19000 AND u.index_lo + 28 <= 19500
        )
        OR (
          u.index_lo + 0 >= 19560 AND u.index_lo + 28 <= 19900
        )
      )
    ) AS without_imaging,
    u.is_dated
    AND (
      u.index_lo < 19000
      OR (
        u.index_lo + -180
      ) < 19000
      OR (
        u.index_lo + -365
      ) < 19000
      OR u.period_first < 19000
    ) AS short
  FROM rule_2_case AS u
  LEFT JOIN rule_2_ask_visits
    ON rule_2_ask_visits.unit = u.unit
  LEFT JOIN rule_2_ask_rows
    ON rule_2_ask_rows.unit = u.unit
  LEFT JOIN rule_2_ask_images
    ON rule_2_ask_images.unit = u.unit
), joined AS (
  SELECT
    *,
    (
      dated AND require_0 AND require_1
    ) AS requires,
    (
      exclude_0 OR exclude_1 OR exclude_2 OR exclude_3 OR exclude_4
    ) AS excludes,
    (
      not_yet OR without_imaging
    ) AS missed
  FROM answered
)
SELECT
  *,
  requires AND NOT excludes AS eligible,
  requires IS DISTINCT FROM FALSE AS is_open,
  CASE WHEN missed THEN NULL ELSE numerator END AS settled
FROM joined;

-- rule_3_candidate
WITH found AS (
  SELECT
    e.patient,
    e.start_lo AS index_lo,
    e.start_hi AS index_hi,
    CASE WHEN COUNT(*) = COUNT(e.time) THEN MIN(e.time) END AS index_time,
    BOOL_AND(CAST(NOT c.rule_verified_40 AS BOOLEAN)) AS proposed,
    MIN(
      {'late': e.time IS NULL, 'time': COALESCE(e.time, CAST('-infinity' AS TIMESTAMP)), 'source': e.source, 'number': e.number, 'clinician': COALESCE(NULLIF(e.visit_clinician, ''), e.clinician)}
    ) FILTER(WHERE
      COALESCE(NULLIF(e.visit_clinician, ''), e.clinician) <> '').clinician AS clinician
  FROM rule_row AS e
  JOIN code_is AS c
    ON c.code = e.code
  WHERE
    (
      c.rule_20
      AND e.kind IN ('condition', 'visit')
      AND e.start_hi >= 19250
      AND e.start_lo <= 19800
    )
  GROUP BY ALL
)
SELECT
  ROW_NUMBER() OVER (ORDER BY patient, period_first, index_lo, index_hi) AS unit,
  patient,
  period_first,
  period_last,
  index_lo,
  index_hi,
  index_lo = index_hi AS is_dated,
  index_time,
  proposed,
  COALESCE(f.clinician, '') AS clinician,
  CASE WHEN index_lo >= first AND index_hi <= last THEN TRUE END AS in_window,
  p.birth_lo,
  p.birth_hi,
  CASE
    WHEN NOT p.death_lo IS NULL
    THEN DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), p.death_lo)
    WHEN NOT p.death_text IS NULL
    THEN -1000000
    ELSE 1000000
  END AS dies_lo,
  CASE
    WHEN NOT p.death_lo IS NULL
    THEN DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), p.death_hi)
    ELSE 1000000
  END AS dies_hi
FROM found AS f
JOIN (VALUES
  (19250, 19800, 19250, 19800)) AS w(period_first, period_last, first, last)
  ON index_hi >= first AND index_lo <= last
JOIN patients AS p
  USING (patient);

-- rule_3_found
SELECT
  *,
  MIN(index_lo) FILTER(WHERE
    eligible AND is_dated) OVER (PARTITION BY patient, period_first) AS first_day
FROM (
  SELECT
    u.*,
    CASE WHEN u.is_dated THEN u.in_window AND TRUE ELSE u.in_window END AS eligible
  FROM rule_3_candidate AS u
)
WHERE
  eligible IS DISTINCT FROM FALSE;

-- rule_3_chosen
SELECT
  *
FROM rule_3_found
ANTI JOIN (
  SELECT
    patient,
    period_first
  FROM rule_3_found
  WHERE
    (
      eligible IS NULL OR NOT is_dated
    )
    AND (
      first_day IS NULL OR index_lo < first_day
    )
)
  USING (patient, period_first)
WHERE
  eligible AND is_dated AND index_lo = first_day;

-- rule_3_case
SELECT
  *
FROM rule_3_chosen;

-- rule_3_ask_visits
SELECT
  u.unit,
  BOOL_OR(
    CAST((
      COALESCE(e.setting, 'office') IN ('office', 'virtual', 'home', 'emergency')
    )
    AND (
      e.day_lo >= u.period_first AND e.day_hi <= u.period_last
    ) AS BOOLEAN)
  ) AS rule_3_ask_visits_0,
  BOOL_OR(
    CAST((
      COALESCE(e.setting, 'office') IN ('office', 'virtual', 'home', 'emergency')
    )
    AND (
      e.day_hi >= u.period_first AND e.day_lo <= u.period_last
    ) AS BOOLEAN)
  ) AS rule_3_ask_visits_1
FROM rule_3_case AS u
JOIN asked_visit AS e
  ON e.patient = u.patient
LEFT JOIN code_is AS c
  ON c.code = e.code
LEFT JOIN code_is AS s
  ON s.code = e.specialty
WHERE
  (
    (
      COALESCE(e.setting, 'office') IN ('office', 'virtual', 'home', 'emergency')
    )
  )
  AND (
    (
      e.day_hi >= u.period_first AND e.day_lo <= u.period_last
    )
  )
GROUP BY
  u.unit;

-- rule_3_ask_rows
SELECT
  u.unit,
  BOOL_OR(
    CAST((
      c.rule_20
    )
    AND (
      e.start_lo >= (
        u.index_lo + -180
      ) AND e.start_hi <= (
        u.index_lo + -1
      )
    ) AS BOOLEAN)
  ) AS rule_3_ask_rows_0,
  BOOL_OR(
    CAST((
      c.rule_20
    )
    AND (
      e.start_hi >= (
        u.index_lo + -180
      ) AND e.start_lo <= (
        u.index_lo + -1
      )
    ) AS BOOLEAN)
  ) AS rule_3_ask_rows_1,
  BOOL_OR(
    CAST((
      c.rule_4
    )
    AND (
      e.start_lo >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
        ) + INTERVAL (
          -24
        ) MONTH AS DATE)
      )
      AND e.start_hi <= u.period_last
    ) AS BOOLEAN)
  ) AS rule_3_ask_rows_2,
  BOOL_OR(
    CAST((
      c.rule_4
    )
    AND (
      e.start_hi >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
        ) + INTERVAL (
          -24
        ) MONTH AS DATE)
      )
      AND e.start_lo <= u.period_last
    ) AS BOOLEAN)
  ) AS rule_3_ask_rows_3,
  BOOL_OR(
    CAST((
      c.rule_14
    )
    AND (
      e.start_lo >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
        ) + INTERVAL (
          -24
        ) MONTH AS DATE)
      )
      AND e.start_hi <= u.period_last
    ) AS BOOLEAN)
  ) AS rule_3_ask_rows_4,
  BOOL_OR(
    CAST((
      c.rule_14
    )
    AND (
      e.start_hi >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
        ) + INTERVAL (
          -24
        ) MONTH AS DATE)
      )
      AND e.start_lo <= u.period_last
    ) AS BOOLEAN)
  ) AS rule_3_ask_rows_5,
  BOOL_OR(
    CAST((
      c.rule_11
    )
    AND (
      e.start_lo >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
        ) + INTERVAL (
          -24
        ) MONTH AS DATE)
      )
      AND e.start_hi <= u.period_last
    ) AS BOOLEAN)
  ) AS rule_3_ask_rows_6,
  BOOL_OR(
    CAST((
      c.rule_11
    )
    AND (
      e.start_hi >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
        ) + INTERVAL (
          -24
        ) MONTH AS DATE)
      )
      AND e.start_lo <= u.period_last
    ) AS BOOLEAN)
  ) AS rule_3_ask_rows_7,
  BOOL_OR(
    CAST((
      c.rule_21
    )
    AND (
      e.start_lo >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
        ) + INTERVAL (
          -24
        ) MONTH AS DATE)
      )
      AND e.start_hi <= u.period_last
    ) AS BOOLEAN)
  ) AS rule_3_ask_rows_8,
  BOOL_OR(
    CAST((
      c.rule_21
    )
    AND (
      e.start_hi >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
        ) + INTERVAL (
          -24
        ) MONTH AS DATE)
      )
      AND e.start_lo <= u.period_last
    ) AS BOOLEAN)
  ) AS rule_3_ask_rows_9
FROM rule_3_case AS u
JOIN rule_row AS e
  ON e.patient = u.patient
JOIN code_is AS c
  ON c.code = e.code
WHERE
  (
    (
      c.rule_11
    )
    OR (
      c.rule_14
    )
    OR (
      c.rule_20
    )
    OR (
      c.rule_21
    )
    OR (
      c.rule_4
    )
  )
  AND (
    (
      e.start_hi >= (
        u.index_lo + -180
      ) AND e.start_lo <= (
        u.index_lo + -1
      )
    )
    OR (
      e.start_hi >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
        ) + INTERVAL (
          -24
        ) MONTH AS DATE)
      )
      AND e.start_lo <= u.period_last
    )
  )
GROUP BY
  u.unit;

-- rule_3_ask_images
SELECT
  u.unit,
  BOOL_OR(
    CAST((
      NOT e.denied AND e.is_region AND e.image_modality IN ('xray', 'ct', 'mri')
    )
    AND (
      (
        e.day_lo >= u.index_lo AND e.day_hi <= (
          u.index_lo + 28
        )
      )
      AND COALESCE(e.region, FALSE)
    ) AS BOOLEAN)
  ) AS rule_3_ask_images_0,
  BOOL_OR(
    CAST((
      NOT e.denied AND e.is_region AND e.image_modality IN ('xray', 'ct', 'mri')
    )
    AND (
      e.day_hi >= u.index_lo AND e.day_lo <= (
        u.index_lo + 28
      )
    ) AS BOOLEAN)
  ) AS rule_3_ask_images_1
FROM rule_3_case AS u
JOIN rule_image AS e
  ON e.patient = u.patient
LEFT JOIN code_is AS c
  ON c.code = e.code
WHERE
  (
    (
      NOT e.denied AND e.is_region AND e.image_modality IN ('xray', 'ct', 'mri')
    )
  )
  AND (
    (
      e.day_hi >= u.index_lo AND e.day_lo <= (
        u.index_lo + 28
      )
    )
  )
GROUP BY
  u.unit;

-- rule_3_answer
WITH answered AS (
  SELECT
    u.patient,
    u.period_first,
    u.index_lo,
    u.index_hi,
    u.clinician,
    u.proposed,
    CASE WHEN u.is_dated THEN u.eligible ELSE NULL END AS dated,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN u.birth_lo IS NULL
          THEN NULL
          ELSE (
            (
              CASE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                  )) - YEAR(u.birth_hi) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                    )) < MONTH(u.birth_hi) * 100 + DAY(u.birth_hi)
                    THEN 1
                    ELSE 0
                  END
                ) >= 18
                THEN TRUE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                  )) - YEAR(u.birth_lo) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                    )) < MONTH(u.birth_lo) * 100 + DAY(u.birth_lo)
                    THEN 1
                    ELSE 0
                  END
                ) >= 18
                THEN NULL
                ELSE FALSE
              END
            )
            AND (
              CASE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                  )) - YEAR(u.birth_lo) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                    )) < MONTH(u.birth_lo) * 100 + DAY(u.birth_lo)
                    THEN 1
                    ELSE 0
                  END
                ) <= 49
                THEN TRUE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                  )) - YEAR(u.birth_hi) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.period_first AS INT)
                    )) < MONTH(u.birth_hi) * 100 + DAY(u.birth_hi)
                    THEN 1
                    ELSE 0
                  END
                ) <= 49
                THEN NULL
                ELSE FALSE
              END
            )
          )
        END
      )
      ELSE NULL
    END AS require_0,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN rule_3_ask_visits_0
          THEN TRUE
          WHEN rule_3_ask_visits_1
          THEN NULL
          ELSE FALSE
        END
      )
      ELSE NULL
    END AS require_1,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_3_ask_rows_0 THEN TRUE WHEN rule_3_ask_rows_1 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_0,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_3_ask_rows_2 THEN TRUE WHEN rule_3_ask_rows_3 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_1,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_3_ask_rows_4 THEN TRUE WHEN rule_3_ask_rows_5 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_2,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_3_ask_rows_6 THEN TRUE WHEN rule_3_ask_rows_7 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_3,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_3_ask_rows_8 THEN TRUE WHEN rule_3_ask_rows_9 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_4,
    CASE
      WHEN u.is_dated
      THEN (
        NOT (
          CASE
            WHEN rule_3_ask_images_0
            THEN TRUE
            WHEN rule_3_ask_images_1
            THEN NULL
            ELSE FALSE
          END
        )
      )
      ELSE NULL
    END AS numerator,
    u.is_dated AND 19900 < u.index_lo + 28 AS not_yet,
    u.is_dated
    AND NOT (
      19900 < u.index_lo + 28
    )
    AND (
      NOT (
        (
          u.index_lo + 0 >= 19000 AND u.index_lo + 28 <= 19500
        )
        OR (
          u.index_lo + 0 >= 19560 AND u.index_lo + 28 <= 19900
        )
      )
    ) AS without_imaging,
    u.is_dated
    AND (
      u.index_lo < 19000
      OR (
        u.index_lo + -180
      ) < 19000
      OR DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.period_last AS INT)
        ) + INTERVAL (
          -24
        ) MONTH AS DATE)
      ) < 19000
      OR u.period_first < 19000
    ) AS short
  FROM rule_3_case AS u
  LEFT JOIN rule_3_ask_visits
    ON rule_3_ask_visits.unit = u.unit
  LEFT JOIN rule_3_ask_rows
    ON rule_3_ask_rows.unit = u.unit
  LEFT JOIN rule_3_ask_images
    ON rule_3_ask_images.unit = u.unit
), joined AS (
  SELECT
    *,
    (
      dated AND require_0 AND require_1
    ) AS requires,
    (
      exclude_0 OR exclude_1 OR exclude_2 OR exclude_3 OR exclude_4
    ) AS excludes,
    (
      not_yet OR without_imaging
    ) AS missed
  FROM answered
)
SELECT
  *,
  requires AND NOT excludes AS eligible,
  requires IS DISTINCT FROM FALSE AS is_open,
  CASE WHEN missed THEN NULL ELSE numerator END AS settled
FROM joined;

-- rule_4_candidate
WITH found AS (
  SELECT
    e.patient,
    e.service_lo AS index_lo,
    e.service_hi AS index_hi,
    CAST(NULL AS TIMESTAMP) AS index_time,
    BOOL_AND(CAST(NOT c.rule_verified_41 AS BOOLEAN)) AS proposed,
    MIN(
      {'late': e.time IS NULL, 'time': COALESCE(e.time, CAST('-infinity' AS TIMESTAMP)), 'source': e.source, 'number': e.number, 'clinician': COALESCE(NULLIF(e.visit_clinician, ''), e.clinician)}
    ) FILTER(WHERE
      COALESCE(NULLIF(e.visit_clinician, ''), e.clinician) <> '').clinician AS clinician
  FROM rule_row AS e
  JOIN code_is AS c
    ON c.code = e.code
  WHERE
    (
      c.rule_36
      AND e.kind IN ('condition', 'visit')
      AND e.service_hi >= 19250
      AND e.service_lo <= 19800
    )
  GROUP BY ALL
)
SELECT
  ROW_NUMBER() OVER (ORDER BY patient, period_first, index_lo, index_hi) AS unit,
  patient,
  period_first,
  period_last,
  index_lo,
  index_hi,
  index_lo = index_hi AS is_dated,
  index_time,
  proposed,
  COALESCE(f.clinician, '') AS clinician,
  CASE WHEN index_lo >= first AND index_hi <= last THEN TRUE END AS in_window,
  p.birth_lo,
  p.birth_hi,
  CASE
    WHEN NOT p.death_lo IS NULL
    THEN DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), p.death_lo)
    WHEN NOT p.death_text IS NULL
    THEN -1000000
    ELSE 1000000
  END AS dies_lo,
  CASE
    WHEN NOT p.death_lo IS NULL
    THEN DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), p.death_hi)
    ELSE 1000000
  END AS dies_hi
FROM found AS f
JOIN (VALUES
  (19250, 19800, 19250, 19800)) AS w(period_first, period_last, first, last)
  ON index_hi >= first AND index_lo <= last
JOIN patients AS p
  USING (patient);

-- rule_4_found
SELECT
  *,
  MIN(index_lo) FILTER(WHERE
    eligible AND is_dated) OVER (PARTITION BY patient, period_first) AS first_day
FROM (
  SELECT
    u.*,
    CASE WHEN u.is_dated THEN u.in_window AND TRUE ELSE u.in_window END AS eligible
  FROM rule_4_candidate AS u
)
WHERE
  eligible IS DISTINCT FROM FALSE;

-- rule_4_chosen
SELECT
  *
FROM rule_4_found;

-- rule_4_look_images
SELECT
  u.unit,
  MIN(e.day_hi) FILTER(WHERE
    (
      COALESCE(c.rule_22, FALSE)
    )
    AND (
      e.day_lo >= u.index_lo AND e.day_hi <= (
        u.index_lo + 42
      )
    )) AS rule_4_look_images_0,
  MIN(e.day_lo) FILTER(WHERE
    (
      COALESCE(c.rule_22, FALSE)
    )
    AND (
      e.day_hi >= u.index_lo AND e.day_lo <= (
        u.index_lo + 42
      )
    )) AS rule_4_look_images_1
FROM rule_4_chosen AS u
JOIN rule_image AS e
  ON e.patient = u.patient
LEFT JOIN code_is AS c
  ON c.code = e.code
WHERE
  (
    (
      COALESCE(c.rule_22, FALSE)
    )
  )
  AND (
    (
      e.day_hi >= u.index_lo AND e.day_lo <= (
        u.index_lo + 42
      )
    )
  )
GROUP BY
  u.unit;

-- rule_4_case
SELECT
  u.*,
  LEAST(
    COALESCE(rule_4_look_images_0, (
      u.index_lo + 42
    )),
    COALESCE(rule_4_look_images_1, COALESCE(rule_4_look_images_0, (
      u.index_lo + 42
    )))
  ) AS image_lo,
  COALESCE(rule_4_look_images_0, (
    u.index_lo + 42
  )) AS image_hi
FROM rule_4_chosen AS u
LEFT JOIN rule_4_look_images
  ON rule_4_look_images.unit = u.unit;

-- rule_4_ask_enrolled_0
WITH asked AS (
  SELECT
    unit,
    patient,
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), month) AS first,
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), LAST_DAY(month)) AS last
  FROM (
    SELECT
      *,
      CAST(UNNEST(
        GENERATE_SERIES(
          CAST(DATE_TRUNC('MONTH', (
            CAST('1970-01-01' AS DATE) + CAST(opens AS INT)
          )) AS TIMESTAMP),
          CAST((
            CAST('1970-01-01' AS DATE) + CAST(closes AS INT)
          ) AS TIMESTAMP),
          INTERVAL '1' MONTH
        )
      ) AS DATE) AS month
    FROM (
      SELECT
        unit,
        patient,
        DATE_DIFF(
          'DAY',
          CAST('1970-01-01' AS DATE),
          MAKE_DATE(YEAR((
            CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
          )), 1, 1)
        ) AS opens,
        DATE_DIFF(
          'DAY',
          CAST('1970-01-01' AS DATE),
          MAKE_DATE(YEAR((
            CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
          )), 12, 31)
        ) AS closes
      FROM rule_4_case AS u
    )
  )
  WHERE
    DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), month) >= opens
    AND DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), LAST_DAY(month)) <= closes
)
SELECT
  unit,
  COUNT(DISTINCT first) FILTER(WHERE
    s.is_sure) >= 10 AS rule_4_ask_enrolled_0_sure,
  COUNT(DISTINCT first) FILTER(WHERE
    NOT s.is_sure) >= 10 AS rule_4_ask_enrolled_0_possible
FROM asked AS a
JOIN rule_span AS s
  ON s.patient = a.patient AND s.opens <= a.first AND s.closes >= a.last
GROUP BY
  unit;

-- rule_4_ask_rows
SELECT
  u.unit,
  BOOL_OR(
    CAST((
      c.rule_23
    )
    AND (
      e.service_lo >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          -12
        ) MONTH AS DATE)
      )
      AND e.service_hi <= (
        u.index_lo + -43
      )
    ) AS BOOLEAN)
  ) AS rule_4_ask_rows_0,
  BOOL_OR(
    CAST((
      c.rule_23
    )
    AND (
      e.service_hi >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          -12
        ) MONTH AS DATE)
      )
      AND e.service_lo <= (
        u.index_lo + -43
      )
    ) AS BOOLEAN)
  ) AS rule_4_ask_rows_1,
  BOOL_OR(
    CAST((
      c.rule_24
    ) AND (
      e.service_lo >= -1000000 AND e.service_hi <= u.image_lo
    ) AS BOOLEAN)
  ) AS rule_4_ask_rows_2,
  BOOL_OR(
    CAST((
      c.rule_24
    ) AND (
      e.service_hi >= -1000000 AND e.service_lo <= u.image_hi
    ) AS BOOLEAN)
  ) AS rule_4_ask_rows_3,
  BOOL_OR(
    CAST((
      c.rule_25
    ) AND (
      e.service_lo >= -1000000 AND e.service_hi <= u.image_lo
    ) AS BOOLEAN)
  ) AS rule_4_ask_rows_4,
  BOOL_OR(
    CAST((
      c.rule_25
    ) AND (
      e.service_hi >= -1000000 AND e.service_lo <= u.image_hi
    ) AS BOOLEAN)
  ) AS rule_4_ask_rows_5,
  BOOL_OR(
    CAST((
      c.rule_26
    ) AND (
      e.service_lo >= -1000000 AND e.service_hi <= u.image_lo
    ) AS BOOLEAN)
  ) AS rule_4_ask_rows_6,
  BOOL_OR(
    CAST((
      c.rule_26
    ) AND (
      e.service_hi >= -1000000 AND e.service_lo <= u.image_hi
    ) AS BOOLEAN)
  ) AS rule_4_ask_rows_7,
  BOOL_OR(
    CAST((
      c.rule_27
    ) AND (
      e.service_lo >= -1000000 AND e.service_hi <= u.image_lo
    ) AS BOOLEAN)
  ) AS rule_4_ask_rows_8,
  BOOL_OR(
    CAST((
      c.rule_27
    ) AND (
      e.service_hi >= -1000000 AND e.service_lo <= u.image_hi
    ) AS BOOLEAN)
  ) AS rule_4_ask_rows_9,
  BOOL_OR(
    CAST((
      c.rule_28
    ) AND (
      e.service_lo >= -1000000 AND e.service_hi <= u.image_lo
    ) AS BOOLEAN)
  ) AS rule_4_ask_rows_10,
  BOOL_OR(
    CAST((
      c.rule_28
    ) AND (
      e.service_hi >= -1000000 AND e.service_lo <= u.image_hi
    ) AS BOOLEAN)
  ) AS rule_4_ask_rows_11,
  BOOL_OR(
    CAST((
      c.rule_29
    ) AND (
      e.service_lo >= -1000000 AND e.service_hi <= u.image_lo
    ) AS BOOLEAN)
  ) AS rule_4_ask_rows_12,
  BOOL_OR(
    CAST((
      c.rule_29
    ) AND (
      e.service_hi >= -1000000 AND e.service_lo <= u.image_hi
    ) AS BOOLEAN)
  ) AS rule_4_ask_rows_13,
  BOOL_OR(
    CAST((
      c.rule_30
    ) AND (
      e.service_lo >= -1000000 AND e.service_hi <= u.image_lo
    ) AS BOOLEAN)
  ) AS rule_4_ask_rows_14,
  BOOL_OR(
    CAST((
      c.rule_30
    ) AND (
      e.service_hi >= -1000000 AND e.service_lo <= u.image_hi
    ) AS BOOLEAN)
  ) AS rule_4_ask_rows_15
FROM rule_4_case AS u
JOIN rule_row AS e
  ON e.patient = u.patient
JOIN code_is AS c
  ON c.code = e.code
WHERE
  (
    (
      c.rule_23
    )
    OR (
      c.rule_24
    )
    OR (
      c.rule_25
    )
    OR (
      c.rule_26
    )
    OR (
      c.rule_27
    )
    OR (
      c.rule_28
    )
    OR (
      c.rule_29
    )
    OR (
      c.rule_30
    )
  )
  AND (
    (
      e.service_hi >= -1000000 AND e.service_lo <= u.image_hi
    )
    OR (
      e.service_hi >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          -12
        ) MONTH AS DATE)
      )
      AND e.service_lo <= (
        u.index_lo + -43
      )
    )
  )
GROUP BY
  u.unit;

-- rule_4_ask_images
SELECT
  u.unit,
  BOOL_OR(
    CAST((
      COALESCE(c.rule_22, FALSE)
    )
    AND (
      e.day_lo >= u.index_lo AND e.day_hi <= (
        u.index_lo + 42
      )
    ) AS BOOLEAN)
  ) AS rule_4_ask_images_0,
  BOOL_OR(
    CAST((
      COALESCE(c.rule_22, FALSE)
    )
    AND (
      e.day_hi >= u.index_lo AND e.day_lo <= (
        u.index_lo + 42
      )
    ) AS BOOLEAN)
  ) AS rule_4_ask_images_1
FROM rule_4_case AS u
JOIN rule_image AS e
  ON e.patient = u.patient
LEFT JOIN code_is AS c
  ON c.code = e.code
WHERE
  (
    (
      COALESCE(c.rule_22, FALSE)
    )
  )
  AND (
    (
      e.day_hi >= u.index_lo AND e.day_lo <= (
        u.index_lo + 42
      )
    )
  )
GROUP BY
  u.unit;

-- rule_4_answer
WITH answered AS (
  SELECT
    u.patient,
    u.period_first,
    u.index_lo,
    u.index_hi,
    u.clinician,
    u.proposed,
    CASE WHEN u.is_dated THEN u.eligible ELSE NULL END AS dated,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN rule_4_ask_enrolled_0_sure
          THEN TRUE
          WHEN rule_4_ask_enrolled_0_possible
          THEN NULL
          ELSE FALSE
        END
      )
      ELSE NULL
    END AS require_0,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_4_ask_rows_0 THEN TRUE WHEN rule_4_ask_rows_1 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_0,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_4_ask_rows_2 THEN TRUE WHEN rule_4_ask_rows_3 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_1,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_4_ask_rows_4 THEN TRUE WHEN rule_4_ask_rows_5 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_2,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_4_ask_rows_6 THEN TRUE WHEN rule_4_ask_rows_7 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_3,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_4_ask_rows_8 THEN TRUE WHEN rule_4_ask_rows_9 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_4,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN rule_4_ask_rows_10
          THEN TRUE
          WHEN rule_4_ask_rows_11
          THEN NULL
          ELSE FALSE
        END
      )
      ELSE NULL
    END AS exclude_5,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN rule_4_ask_rows_12
          THEN TRUE
          WHEN rule_4_ask_rows_13
          THEN NULL
          ELSE FALSE
        END
      )
      ELSE NULL
    END AS exclude_6,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN rule_4_ask_rows_14
          THEN TRUE
          WHEN rule_4_ask_rows_15
          THEN NULL
          ELSE FALSE
        END
      )
      ELSE NULL
    END AS exclude_7,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN rule_4_ask_images_0
          THEN TRUE
          WHEN rule_4_ask_images_1
          THEN NULL
          ELSE FALSE
        END
      )
      ELSE NULL
    END AS numerator,
    u.is_dated AND 19900 < u.index_lo + 42 AS not_yet,
    u.is_dated
    AND NOT (
      19900 < u.index_lo + 42
    )
    AND (
      NOT (
        (
          u.index_lo + 0 >= 19000 AND u.index_lo + 42 <= 19500
        )
        OR (
          u.index_lo + 0 >= 19560 AND u.index_lo + 42 <= 19900
        )
      )
    ) AS without_imaging,
    u.is_dated
    AND (
      u.index_lo < 19000
      OR DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          -12
        ) MONTH AS DATE)
      ) < 19000
      OR DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        MAKE_DATE(YEAR((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        )), 1, 1)
      ) < 19000
    ) AS short
  FROM rule_4_case AS u
  LEFT JOIN rule_4_ask_enrolled_0
    ON rule_4_ask_enrolled_0.unit = u.unit
  LEFT JOIN rule_4_ask_rows
    ON rule_4_ask_rows.unit = u.unit
  LEFT JOIN rule_4_ask_images
    ON rule_4_ask_images.unit = u.unit
), joined AS (
  SELECT
    *,
    (
      dated AND require_0
    ) AS requires,
    (
      exclude_0
      OR exclude_1
      OR exclude_2
      OR exclude_3
      OR exclude_4
      OR exclude_5
      OR exclude_6
      OR exclude_7
    ) AS excludes,
    (
      not_yet OR without_imaging
    ) AS missed
  FROM answered
)
SELECT
  *,
  requires AND NOT excludes AS eligible,
  requires IS DISTINCT FROM FALSE AS is_open,
  CASE WHEN missed THEN NULL ELSE numerator END AS settled
FROM joined;

-- rule_5_candidate
WITH found AS (
  SELECT
    e.patient,
    e.service_lo AS index_lo,
    e.service_hi AS index_hi,
    CAST(NULL AS TIMESTAMP) AS index_time,
    BOOL_AND(CAST(NOT c.rule_verified_42 AS BOOLEAN)) AS proposed,
    MIN(
      {'late': e.time IS NULL, 'time': COALESCE(e.time, CAST('-infinity' AS TIMESTAMP)), 'source': e.source, 'number': e.number, 'clinician': COALESCE(NULLIF(e.visit_clinician, ''), e.clinician)}
    ) FILTER(WHERE
      COALESCE(NULLIF(e.visit_clinician, ''), e.clinician) <> '').clinician AS clinician
  FROM rule_row AS e
  JOIN code_is AS c
    ON c.code = e.code
  WHERE
    (
      c.rule_32
      AND e.kind IN ('condition', 'visit')
      AND (
        e.setting IS NULL
        OR NOT e.setting IN ('emergency', 'inpatient', 'laboratory', 'other')
      )
      AND e.service_hi >= 19250
      AND e.service_lo <= 19800
    )
  GROUP BY ALL
)
SELECT
  ROW_NUMBER() OVER (ORDER BY patient, period_first, index_lo, index_hi) AS unit,
  patient,
  period_first,
  period_last,
  index_lo,
  index_hi,
  index_lo = index_hi AS is_dated,
  index_time,
  proposed,
  COALESCE(f.clinician, '') AS clinician,
  CASE WHEN index_lo >= first AND index_hi <= last THEN TRUE END AS in_window,
  p.birth_lo,
  p.birth_hi,
  CASE
    WHEN NOT p.death_lo IS NULL
    THEN DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), p.death_lo)
    WHEN NOT p.death_text IS NULL
    THEN -1000000
    ELSE 1000000
  END AS dies_lo,
  CASE
    WHEN NOT p.death_lo IS NULL
    THEN DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), p.death_hi)
    ELSE 1000000
  END AS dies_hi
FROM found AS f
JOIN (VALUES
  (19250, 19800, 19250, 19800)) AS w(period_first, period_last, first, last)
  ON index_hi >= first AND index_lo <= last
JOIN patients AS p
  USING (patient);

-- rule_5_where_visits
SELECT
  u.unit,
  BOOL_OR(
    CAST((
      COALESCE(e.setting, 'office') IN ('office', 'home', 'virtual')
      AND NOT (
        COALESCE(c.rule_31, FALSE) OR COALESCE(s.rule_31, FALSE)
      )
    )
    AND (
      e.day_lo >= u.index_lo AND e.day_hi <= u.index_lo
    ) AS BOOLEAN)
  ) AS rule_5_where_visits_0,
  BOOL_OR(
    CAST((
      COALESCE(e.setting, 'office') IN ('office', 'home', 'virtual')
      AND NOT (
        COALESCE(c.rule_31, FALSE) OR COALESCE(s.rule_31, FALSE)
      )
    )
    AND (
      e.day_hi >= u.index_lo AND e.day_lo <= u.index_lo
    ) AS BOOLEAN)
  ) AS rule_5_where_visits_1
FROM rule_5_candidate AS u
JOIN asked_visit AS e
  ON e.patient = u.patient
LEFT JOIN code_is AS c
  ON c.code = e.code
LEFT JOIN code_is AS s
  ON s.code = e.specialty
WHERE
  (
    (
      COALESCE(e.setting, 'office') IN ('office', 'home', 'virtual')
      AND NOT (
        COALESCE(c.rule_31, FALSE) OR COALESCE(s.rule_31, FALSE)
      )
    )
  )
  AND (
    (
      e.day_hi >= u.index_lo AND e.day_lo <= u.index_lo
    )
  )
GROUP BY
  u.unit;

-- rule_5_found
SELECT
  *,
  MIN(index_lo) FILTER(WHERE
    eligible AND is_dated) OVER (PARTITION BY patient, period_first) AS first_day
FROM (
  SELECT
    u.*,
    CASE
      WHEN u.is_dated
      THEN u.in_window
      AND (
        CASE
          WHEN rule_5_where_visits_0
          THEN TRUE
          WHEN rule_5_where_visits_1
          THEN NULL
          ELSE FALSE
        END
      )
      ELSE u.in_window
    END AS eligible
  FROM rule_5_candidate AS u
  LEFT JOIN rule_5_where_visits
    ON rule_5_where_visits.unit = u.unit
)
WHERE
  eligible IS DISTINCT FROM FALSE;

-- rule_5_chosen
SELECT
  *
FROM rule_5_found
ANTI JOIN (
  SELECT
    patient,
    period_first
  FROM rule_5_found
  WHERE
    (
      eligible IS NULL OR NOT is_dated
    )
    AND (
      first_day IS NULL OR index_lo < first_day
    )
)
  USING (patient, period_first)
WHERE
  eligible AND is_dated AND index_lo = first_day;

-- rule_5_case
SELECT
  *
FROM rule_5_chosen;

-- rule_5_ask_rows
SELECT
  u.unit,
  BOOL_OR(
    CAST((
      c.rule_32
    )
    AND (
      e.service_lo >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          -60
        ) MONTH AS DATE)
      )
      AND e.service_hi <= (
        u.index_lo + -1
      )
    ) AS BOOLEAN)
  ) AS rule_5_ask_rows_0,
  BOOL_OR(
    CAST((
      c.rule_32
    )
    AND (
      e.service_hi >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          -60
        ) MONTH AS DATE)
      )
      AND e.service_lo <= (
        u.index_lo + -1
      )
    ) AS BOOLEAN)
  ) AS rule_5_ask_rows_1,
  BOOL_OR(
    CAST((
      c.rule_4
    )
    AND (
      e.service_lo >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          -60
        ) MONTH AS DATE)
      )
      AND e.service_hi <= (
        u.index_lo + -1
      )
    ) AS BOOLEAN)
  ) AS rule_5_ask_rows_2,
  BOOL_OR(
    CAST((
      c.rule_4
    )
    AND (
      e.service_hi >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          -60
        ) MONTH AS DATE)
      )
      AND e.service_lo <= (
        u.index_lo + -1
      )
    ) AS BOOLEAN)
  ) AS rule_5_ask_rows_3,
  BOOL_OR(
    CAST((
      c.rule_12
    )
    AND (
      e.service_lo >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          -60
        ) MONTH AS DATE)
      )
      AND e.service_hi <= (
        u.index_lo + -1
      )
    ) AS BOOLEAN)
  ) AS rule_5_ask_rows_4,
  BOOL_OR(
    CAST((
      c.rule_12
    )
    AND (
      e.service_hi >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          -60
        ) MONTH AS DATE)
      )
      AND e.service_lo <= (
        u.index_lo + -1
      )
    ) AS BOOLEAN)
  ) AS rule_5_ask_rows_5,
  BOOL_OR(
    CAST((
      c.rule_33
    )
    AND (
      e.service_lo >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          -60
        ) MONTH AS DATE)
      )
      AND e.service_hi <= (
        u.index_lo + -1
      )
    ) AS BOOLEAN)
  ) AS rule_5_ask_rows_6,
  BOOL_OR(
    CAST((
      c.rule_33
    )
    AND (
      e.service_hi >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          -60
        ) MONTH AS DATE)
      )
      AND e.service_lo <= (
        u.index_lo + -1
      )
    ) AS BOOLEAN)
  ) AS rule_5_ask_rows_7,
  BOOL_OR(
    CAST((
      c.rule_10
    )
    AND (
      e.service_lo >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          -60
        ) MONTH AS DATE)
      )
      AND e.service_hi <= (
        u.index_lo + -1
      )
    ) AS BOOLEAN)
  ) AS rule_5_ask_rows_8,
  BOOL_OR(
    CAST((
      c.rule_10
    )
    AND (
      e.service_hi >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          -60
        ) MONTH AS DATE)
      )
      AND e.service_lo <= (
        u.index_lo + -1
      )
    ) AS BOOLEAN)
  ) AS rule_5_ask_rows_9
FROM rule_5_case AS u
JOIN rule_row AS e
  ON e.patient = u.patient
JOIN code_is AS c
  ON c.code = e.code
WHERE
  (
    (
      c.rule_10
    )
    OR (
      c.rule_12
    )
    OR (
      c.rule_32
    )
    OR (
      c.rule_33
    )
    OR (
      c.rule_4
    )
  )
  AND (
    (
      e.service_hi >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          -60
        ) MONTH AS DATE)
      )
      AND e.service_lo <= (
        u.index_lo + -1
      )
    )
  )
GROUP BY
  u.unit;

-- rule_5_ask_visits
SELECT
  u.unit,
  BOOL_OR(
    CAST((
      (
        COALESCE(c.rule_34, FALSE) OR COALESCE(s.rule_34, FALSE)
      )
    )
    AND (
      e.day_lo >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          -60
        ) MONTH AS DATE)
      )
      AND e.day_hi <= (
        u.index_lo + -1
      )
    ) AS BOOLEAN)
  ) AS rule_5_ask_visits_0,
  BOOL_OR(
    CAST((
      (
        COALESCE(c.rule_34, FALSE) OR COALESCE(s.rule_34, FALSE)
      )
    )
    AND (
      e.day_hi >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          -60
        ) MONTH AS DATE)
      )
      AND e.day_lo <= (
        u.index_lo + -1
      )
    ) AS BOOLEAN)
  ) AS rule_5_ask_visits_1
FROM rule_5_case AS u
JOIN asked_visit AS e
  ON e.patient = u.patient
LEFT JOIN code_is AS c
  ON c.code = e.code
LEFT JOIN code_is AS s
  ON s.code = e.specialty
WHERE
  (
    (
      (
        COALESCE(c.rule_34, FALSE) OR COALESCE(s.rule_34, FALSE)
      )
    )
  )
  AND (
    (
      e.day_hi >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          -60
        ) MONTH AS DATE)
      )
      AND e.day_lo <= (
        u.index_lo + -1
      )
    )
  )
GROUP BY
  u.unit;

-- rule_5_ask_acts
SELECT
  u.unit,
  BOOL_OR(
    CAST((
      (
        COALESCE(c.rule_34, FALSE) OR COALESCE(s.rule_34, FALSE)
      )
    )
    AND (
      e.day_lo >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          -60
        ) MONTH AS DATE)
      )
      AND e.day_hi <= (
        u.index_lo + -1
      )
    ) AS BOOLEAN)
  ) AS rule_5_ask_acts_0,
  BOOL_OR(
    CAST((
      (
        COALESCE(c.rule_34, FALSE) OR COALESCE(s.rule_34, FALSE)
      )
    )
    AND (
      e.day_hi >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          -60
        ) MONTH AS DATE)
      )
      AND e.day_lo <= (
        u.index_lo + -1
      )
    ) AS BOOLEAN)
  ) AS rule_5_ask_acts_1
FROM rule_5_case AS u
JOIN rule_act AS e
  ON e.patient = u.patient
LEFT JOIN code_is AS c
  ON c.code = e.code
LEFT JOIN code_is AS s
  ON s.code = e.specialty
WHERE
  (
    (
      (
        COALESCE(c.rule_34, FALSE) OR COALESCE(s.rule_34, FALSE)
      )
    )
  )
  AND (
    (
      e.day_hi >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          -60
        ) MONTH AS DATE)
      )
      AND e.day_lo <= (
        u.index_lo + -1
      )
    )
  )
GROUP BY
  u.unit;

-- rule_5_ask_images
SELECT
  u.unit,
  BOOL_OR(
    CAST((
      e.is_region AND e.image_modality IN ('ct', 'mri')
    )
    AND (
      (
        e.day_lo >= DATE_DIFF(
          'DAY',
          CAST('1970-01-01' AS DATE),
          CAST((
            CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
          ) + INTERVAL (
            -60
          ) MONTH AS DATE)
        )
        AND e.day_hi <= (
          u.index_lo + -1
        )
      )
      AND COALESCE(e.region, FALSE)
    ) AS BOOLEAN)
  ) AS rule_5_ask_images_0,
  BOOL_OR(
    CAST((
      e.is_region AND e.image_modality IN ('ct', 'mri')
    )
    AND (
      e.day_hi >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          -60
        ) MONTH AS DATE)
      )
      AND e.day_lo <= (
        u.index_lo + -1
      )
    ) AS BOOLEAN)
  ) AS rule_5_ask_images_1,
  BOOL_OR(
    CAST((
      COALESCE(c.rule_35, FALSE)
    )
    AND (
      e.day_lo >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          -60
        ) MONTH AS DATE)
      )
      AND e.day_hi <= (
        u.index_lo + -1
      )
    ) AS BOOLEAN)
  ) AS rule_5_ask_images_2,
  BOOL_OR(
    CAST((
      COALESCE(c.rule_35, FALSE)
    )
    AND (
      e.day_hi >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          -60
        ) MONTH AS DATE)
      )
      AND e.day_lo <= (
        u.index_lo + -1
      )
    ) AS BOOLEAN)
  ) AS rule_5_ask_images_3,
  BOOL_OR(
    CAST((
      e.is_region AND e.image_modality IN ('ct', 'mri')
    )
    AND (
      (
        e.day_lo >= u.index_lo
        AND e.day_hi <= DATE_DIFF(
          'DAY',
          CAST('1970-01-01' AS DATE),
          CAST((
            CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
          ) + INTERVAL (
            3
          ) MONTH AS DATE)
        )
      )
      AND COALESCE(e.region, FALSE)
    ) AS BOOLEAN)
  ) AS rule_5_ask_images_4,
  BOOL_OR(
    CAST((
      e.is_region AND e.image_modality IN ('ct', 'mri')
    )
    AND (
      e.day_hi >= u.index_lo
      AND e.day_lo <= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          3
        ) MONTH AS DATE)
      )
    ) AS BOOLEAN)
  ) AS rule_5_ask_images_5,
  BOOL_OR(
    CAST((
      COALESCE(c.rule_35, FALSE)
    )
    AND (
      e.day_lo >= u.index_lo
      AND e.day_hi <= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          3
        ) MONTH AS DATE)
      )
    ) AS BOOLEAN)
  ) AS rule_5_ask_images_6,
  BOOL_OR(
    CAST((
      COALESCE(c.rule_35, FALSE)
    )
    AND (
      e.day_hi >= u.index_lo
      AND e.day_lo <= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          3
        ) MONTH AS DATE)
      )
    ) AS BOOLEAN)
  ) AS rule_5_ask_images_7
FROM rule_5_case AS u
JOIN rule_image AS e
  ON e.patient = u.patient
LEFT JOIN code_is AS c
  ON c.code = e.code
WHERE
  (
    (
      COALESCE(c.rule_35, FALSE)
    )
    OR (
      e.is_region AND e.image_modality IN ('ct', 'mri')
    )
  )
  AND (
    (
      e.day_hi >= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          -60
        ) MONTH AS DATE)
      )
      AND e.day_lo <= (
        u.index_lo + -1
      )
    )
    OR (
      e.day_hi >= u.index_lo
      AND e.day_lo <= DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          3
        ) MONTH AS DATE)
      )
    )
  )
GROUP BY
  u.unit;

-- rule_5_answer
WITH answered AS (
  SELECT
    u.patient,
    u.period_first,
    u.index_lo,
    u.index_hi,
    u.clinician,
    u.proposed,
    CASE WHEN u.is_dated THEN u.eligible ELSE NULL END AS dated,
    CASE
      WHEN u.is_dated
      THEN (
        CASE
          WHEN u.birth_lo IS NULL
          THEN NULL
          ELSE (
            (
              CASE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
                  )) - YEAR(u.birth_hi) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
                    )) < MONTH(u.birth_hi) * 100 + DAY(u.birth_hi)
                    THEN 1
                    ELSE 0
                  END
                ) >= 18
                THEN TRUE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
                  )) - YEAR(u.birth_lo) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
                    )) < MONTH(u.birth_lo) * 100 + DAY(u.birth_lo)
                    THEN 1
                    ELSE 0
                  END
                ) >= 18
                THEN NULL
                ELSE FALSE
              END
            )
            AND (
              CASE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
                  )) - YEAR(u.birth_lo) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
                    )) < MONTH(u.birth_lo) * 100 + DAY(u.birth_lo)
                    THEN 1
                    ELSE 0
                  END
                ) <= 105
                THEN TRUE
                WHEN (
                  YEAR((
                    CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
                  )) - YEAR(u.birth_hi) - CASE
                    WHEN MONTH((
                      CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
                    )) * 100 + DAY((
                      CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
                    )) < MONTH(u.birth_hi) * 100 + DAY(u.birth_hi)
                    THEN 1
                    ELSE 0
                  END
                ) <= 105
                THEN NULL
                ELSE FALSE
              END
            )
          )
        END
      )
      ELSE NULL
    END AS require_0,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_5_ask_rows_0 THEN TRUE WHEN rule_5_ask_rows_1 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_0,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_5_ask_rows_2 THEN TRUE WHEN rule_5_ask_rows_3 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_1,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_5_ask_rows_4 THEN TRUE WHEN rule_5_ask_rows_5 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_2,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_5_ask_rows_6 THEN TRUE WHEN rule_5_ask_rows_7 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_3,
    CASE
      WHEN u.is_dated
      THEN (
        (
          CASE
            WHEN rule_5_ask_visits_0
            THEN TRUE
            WHEN rule_5_ask_visits_1
            THEN NULL
            ELSE FALSE
          END
        )
        OR (
          CASE WHEN rule_5_ask_acts_0 THEN TRUE WHEN rule_5_ask_acts_1 THEN NULL ELSE FALSE END
        )
      )
      ELSE NULL
    END AS exclude_4,
    CASE
      WHEN u.is_dated
      THEN (
        (
          CASE
            WHEN rule_5_ask_images_0
            THEN TRUE
            WHEN rule_5_ask_images_1
            THEN NULL
            ELSE FALSE
          END
        )
        OR (
          CASE
            WHEN rule_5_ask_images_2
            THEN TRUE
            WHEN rule_5_ask_images_3
            THEN NULL
            ELSE FALSE
          END
        )
      )
      ELSE NULL
    END AS exclude_5,
    CASE
      WHEN u.is_dated
      THEN (
        CASE WHEN rule_5_ask_rows_8 THEN TRUE WHEN rule_5_ask_rows_9 THEN NULL ELSE FALSE END
      )
      ELSE NULL
    END AS exclude_6,
    CASE
      WHEN u.is_dated
      THEN (
        (
          CASE
            WHEN rule_5_ask_images_4
            THEN TRUE
            WHEN rule_5_ask_images_5
            THEN NULL
            ELSE FALSE
          END
        )
        OR (
          CASE
            WHEN rule_5_ask_images_6
            THEN TRUE
            WHEN rule_5_ask_images_7
            THEN NULL
            ELSE FALSE
          END
        )
      )
      ELSE NULL
    END AS numerator,
    u.is_dated AND 19900 < u.index_lo + 92 AS not_yet,
    u.is_dated
    AND NOT (
      19900 < u.index_lo + 92
    )
    AND (
      NOT (
        (
          u.index_lo + 0 >= 19000 AND u.index_lo + 92 <= 19500
        )
        OR (
          u.index_lo + 0 >= 19560 AND u.index_lo + 92 <= 19900
        )
      )
    ) AS without_imaging,
    u.is_dated
    AND (
      u.index_lo < 19000
      OR DATE_DIFF(
        'DAY',
        CAST('1970-01-01' AS DATE),
        CAST((
          CAST('1970-01-01' AS DATE) + CAST(u.index_lo AS INT)
        ) + INTERVAL (
          -60
        ) MONTH AS DATE)
      ) < 19000
    ) AS short
  FROM rule_5_case AS u
  LEFT JOIN rule_5_ask_rows
    ON rule_5_ask_rows.unit = u.unit
  LEFT JOIN rule_5_ask_visits
    ON rule_5_ask_visits.unit = u.unit
  LEFT JOIN rule_5_ask_acts
    ON rule_5_ask_acts.unit = u.unit
  LEFT JOIN rule_5_ask_images
    ON rule_5_ask_images.unit = u.unit
), joined AS (
  SELECT
    *,
    (
      dated AND require_0
    ) AS requires,
    (
      exclude_0
      OR exclude_1
      OR exclude_2
      OR exclude_3
      OR exclude_4
      OR exclude_5
      OR exclude_6
    ) AS excludes,
    (
      not_yet OR without_imaging
    ) AS missed
  FROM answered
)
SELECT
  *,
  requires AND NOT excludes AS eligible,
  requires IS DISTINCT FROM FALSE AS is_open,
  CASE WHEN missed THEN NULL ELSE numerator END AS settled
FROM joined;

-- episode_pattern
SELECT
  unit,
  patient,
  day_lo,
  day_hi,
  clinician,
  modality,
  shared + COALESCE(
    CAST((
      (
        NOT (
          screen_status_recorded OR screen_reason_recorded
        )
      )
    ) AS BIGINT),
    2
  ) * 59049 + COALESCE(
    CAST((
      (
        NOT (
          screen_status OR screen_reason
        )
      )
    ) AS BIGINT),
    2
  ) * 177147 + COALESCE(
    CAST((
      (
        CASE
          WHEN (
            CASE
              WHEN index_flag_images_0
              THEN TRUE
              WHEN index_flag_images_1
              THEN NULL
              ELSE FALSE
            END
          )
          THEN TRUE
          WHEN NOT (
            (
              index_lo + 0 >= 19000 AND index_lo + 42 <= 19500
            )
            OR (
              index_lo + 0 >= 19560 AND index_lo + 42 <= 19900
            )
          )
          THEN NULL
          ELSE (
            CASE
              WHEN index_flag_images_0
              THEN TRUE
              WHEN index_flag_images_1
              THEN NULL
              ELSE FALSE
            END
          )
        END
      )
    ) AS BIGINT),
    2
  ) * 531441 + COALESCE(
    CAST((
      (
        CASE
          WHEN (
            CASE
              WHEN index_flag_images_0
              THEN TRUE
              WHEN index_flag_images_1
              THEN NULL
              ELSE FALSE
            END
          )
          THEN TRUE
          WHEN NOT (
            (
              index_lo + 0 >= 19000 AND index_lo + 42 <= 19500
            )
            OR (
              index_lo + 0 >= 19560 AND index_lo + 42 <= 19900
            )
          )
          THEN NULL
          ELSE (
            CASE
              WHEN index_flag_images_0
              THEN TRUE
              WHEN index_flag_images_1
              THEN NULL
              ELSE FALSE
            END
          )
        END
      )
    ) AS BIGINT),
    2
  ) * 1594323 + COALESCE(
    CAST((
      CASE WHEN LEAST(leaves_lo, dies_lo) < index_lo + 42 THEN NULL ELSE TRUE END
    ) AS BIGINT),
    2
  ) * 4782969 + COALESCE(CAST((
    LEAST(leaves_hi, dies_hi) < index_lo + 42
  ) AS BIGINT), 2) * 14348907 + COALESCE(CAST((
    19900 < index_lo + 42
  ) AS BIGINT), 2) * 43046721 + COALESCE(
    CAST((
      (
        NOT (
          (
            index_lo + 0 >= 19000 AND index_lo + 42 <= 19500
          )
          OR (
            index_lo + 0 >= 19560 AND index_lo + 42 <= 19900
          )
        )
      )
    ) AS BIGINT),
    2
  ) * 129140163 AS pattern_0,
  shared + COALESCE(CAST((
    COALESCE(emergency_state, FALSE)
  ) AS BIGINT), 2) * 59049 + COALESCE(CAST((
    emergency_state
  ) AS BIGINT), 2) * 177147 + COALESCE(
    CAST((
      (
        NOT (
          (
            CASE
              WHEN (
                CASE
                  WHEN index_flag_images_2
                  THEN TRUE
                  WHEN index_flag_images_3
                  THEN NULL
                  ELSE FALSE
                END
              )
              THEN TRUE
              WHEN NOT (
                (
                  COALESCE(emergency_since, index_lo) + 0 >= 19000
                  AND COALESCE(emergency_since, index_lo) + 2 <= 19500
                )
                OR (
                  COALESCE(emergency_since, index_lo) + 0 >= 19560
                  AND COALESCE(emergency_since, index_lo) + 2 <= 19900
                )
              )
              THEN NULL
              ELSE (
                CASE
                  WHEN index_flag_images_2
                  THEN TRUE
                  WHEN index_flag_images_3
                  THEN NULL
                  ELSE FALSE
                END
              )
            END
          )
          OR (
            CASE
              WHEN (
                CASE
                  WHEN index_flag_visits_0
                  THEN TRUE
                  WHEN index_flag_visits_1
                  THEN NULL
                  ELSE FALSE
                END
              )
              THEN TRUE
              WHEN NOT (
                (
                  COALESCE(emergency_since, index_lo) + 0 >= 19000
                  AND COALESCE(emergency_since, index_lo) + 2 <= 19600
                )
              )
              THEN NULL
              ELSE (
                CASE
                  WHEN index_flag_visits_0
                  THEN TRUE
                  WHEN index_flag_visits_1
                  THEN NULL
                  ELSE FALSE
                END
              )
            END
          )
          OR (
            CASE WHEN index_flag_acts_0 THEN TRUE WHEN index_flag_acts_1 THEN NULL ELSE FALSE END
          )
        )
      )
    ) AS BIGINT),
    2
  ) * 531441 + COALESCE(
    CAST((
      (
        NOT (
          (
            CASE
              WHEN (
                CASE
                  WHEN index_flag_images_2
                  THEN TRUE
                  WHEN index_flag_images_3
                  THEN NULL
                  ELSE FALSE
                END
              )
              THEN TRUE
              WHEN NOT (
                (
                  COALESCE(emergency_since, index_lo) + 0 >= 19000
                  AND COALESCE(emergency_since, index_lo) + 2 <= 19500
                )
                OR (
                  COALESCE(emergency_since, index_lo) + 0 >= 19560
                  AND COALESCE(emergency_since, index_lo) + 2 <= 19900
                )
              )
              THEN NULL
              ELSE (
                CASE
                  WHEN index_flag_images_2
                  THEN TRUE
                  WHEN index_flag_images_3
                  THEN NULL
                  ELSE FALSE
                END
              )
            END
          )
          OR (
            CASE
              WHEN (
                CASE
                  WHEN index_flag_visits_0
                  THEN TRUE
                  WHEN index_flag_visits_1
                  THEN NULL
                  ELSE FALSE
                END
              )
              THEN TRUE
              WHEN NOT (
                (
                  COALESCE(emergency_since, index_lo) + 0 >= 19000
                  AND COALESCE(emergency_since, index_lo) + 2 <= 19600
                )
              )
              THEN NULL
              ELSE (
                CASE
                  WHEN index_flag_visits_0
                  THEN TRUE
                  WHEN index_flag_visits_1
                  THEN NULL
                  ELSE FALSE
                END
              )
            END
          )
          OR (
            CASE WHEN index_flag_acts_0 THEN TRUE WHEN index_flag_acts_1 THEN NULL ELSE FALSE END
          )
        )
      )
    ) AS BIGINT),
    2
  ) * 1594323 + COALESCE(
    CAST((
      CASE
        WHEN NOT emergency_since IS NULL
        AND LEAST(leaves_lo, 1000000) < COALESCE(emergency_since, index_lo) + 2
        THEN NULL
        ELSE TRUE
      END
    ) AS BIGINT),
    2
  ) * 4782969 + COALESCE(
    CAST((
      NOT emergency_since IS NULL
      AND LEAST(leaves_hi, 1000000) < COALESCE(emergency_since, index_lo) + 2
    ) AS BIGINT),
    2
  ) * 14348907 + COALESCE(
    CAST((
      NOT emergency_since IS NULL AND 19900 < COALESCE(emergency_since, index_lo) + 2
    ) AS BIGINT),
    2
  ) * 43046721 + COALESCE(
    CAST((
      NOT emergency_since IS NULL
      AND (
        NOT (
          (
            COALESCE(emergency_since, index_lo) + 0 >= 19000
            AND COALESCE(emergency_since, index_lo) + 2 <= 19500
          )
          OR (
            COALESCE(emergency_since, index_lo) + 0 >= 19560
            AND COALESCE(emergency_since, index_lo) + 2 <= 19900
          )
        )
      )
    ) AS BIGINT),
    2
  ) * 129140163 AS pattern_1,
  shared + COALESCE(CAST((
    TRUE
  ) AS BIGINT), 2) * 59049 + COALESCE(CAST((
    TRUE
  ) AS BIGINT), 2) * 177147 + COALESCE(
    CAST((
      (
        screen_by_14_complete_recorded OR screen_by_14_sufficient_recorded
      )
    ) AS BIGINT),
    2
  ) * 531441 + COALESCE(
    CAST((
      (
        screen_by_14_complete OR screen_by_14_sufficient
      )
    ) AS BIGINT),
    2
  ) * 1594323 + COALESCE(
    CAST((
      CASE WHEN LEAST(leaves_lo, dies_lo) < index_lo + 14 THEN NULL ELSE TRUE END
    ) AS BIGINT),
    2
  ) * 4782969 + COALESCE(CAST((
    LEAST(leaves_hi, dies_hi) < index_lo + 14
  ) AS BIGINT), 2) * 14348907 + COALESCE(CAST((
    19900 < index_lo + 14
  ) AS BIGINT), 2) * 43046721 AS pattern_2,
  shared + COALESCE(CAST((
    TRUE
  ) AS BIGINT), 2) * 59049 + COALESCE(CAST((
    TRUE
  ) AS BIGINT), 2) * 177147 + COALESCE(
    CAST((
      (
        CASE
          WHEN (
            (
              CASE
                WHEN index_flag_visits_2
                THEN TRUE
                WHEN index_flag_visits_3
                THEN NULL
                ELSE FALSE
              END
            )
            OR (
              CASE WHEN index_flag_acts_2 THEN TRUE WHEN index_flag_acts_3 THEN NULL ELSE FALSE END
            )
          )
          THEN TRUE
          WHEN NOT (
            (
              index_lo + 0 >= 19000 AND index_lo + 84 <= 19900
            )
          )
          THEN NULL
          ELSE (
            (
              CASE
                WHEN index_flag_visits_2
                THEN TRUE
                WHEN index_flag_visits_3
                THEN NULL
                ELSE FALSE
              END
            )
            OR (
              CASE WHEN index_flag_acts_2 THEN TRUE WHEN index_flag_acts_3 THEN NULL ELSE FALSE END
            )
          )
        END
      )
    ) AS BIGINT),
    2
  ) * 531441 + COALESCE(
    CAST((
      (
        CASE
          WHEN (
            (
              CASE
                WHEN index_flag_visits_2
                THEN TRUE
                WHEN index_flag_visits_3
                THEN NULL
                ELSE FALSE
              END
            )
            OR (
              CASE WHEN index_flag_acts_2 THEN TRUE WHEN index_flag_acts_3 THEN NULL ELSE FALSE END
            )
          )
          THEN TRUE
          WHEN NOT (
            (
              index_lo + 0 >= 19000 AND index_lo + 84 <= 19900
            )
          )
          THEN NULL
          ELSE (
            (
              CASE
                WHEN index_flag_visits_2
                THEN TRUE
                WHEN index_flag_visits_3
                THEN NULL
                ELSE FALSE
              END
            )
            OR (
              CASE WHEN index_flag_acts_2 THEN TRUE WHEN index_flag_acts_3 THEN NULL ELSE FALSE END
            )
          )
        END
      )
    ) AS BIGINT),
    2
  ) * 1594323 + COALESCE(
    CAST((
      (
        (
          CASE WHEN index_flag_acts_4 THEN TRUE WHEN index_flag_acts_5 THEN NULL ELSE FALSE END
        )
        AND (
          NOT (
            CASE
              WHEN (
                (
                  CASE
                    WHEN index_flag_visits_2
                    THEN TRUE
                    WHEN index_flag_visits_3
                    THEN NULL
                    ELSE FALSE
                  END
                )
                OR (
                  CASE WHEN index_flag_acts_2 THEN TRUE WHEN index_flag_acts_3 THEN NULL ELSE FALSE END
                )
              )
              THEN TRUE
              WHEN NOT (
                (
                  index_lo + 0 >= 19000 AND index_lo + 84 <= 19900
                )
              )
              THEN NULL
              ELSE (
                (
                  CASE
                    WHEN index_flag_visits_2
                    THEN TRUE
                    WHEN index_flag_visits_3
                    THEN NULL
                    ELSE FALSE
                  END
                )
                OR (
                  CASE WHEN index_flag_acts_2 THEN TRUE WHEN index_flag_acts_3 THEN NULL ELSE FALSE END
                )
              )
            END
          )
        )
      )
    ) AS BIGINT),
    2
  ) * 4782969 + COALESCE(
    CAST((
      (
        CASE
          WHEN (
            (
              CASE
                WHEN index_flag_visits_4
                THEN TRUE
                WHEN index_flag_visits_5
                THEN NULL
                ELSE FALSE
              END
            )
            OR (
              CASE WHEN index_flag_acts_6 THEN TRUE WHEN index_flag_acts_7 THEN NULL ELSE FALSE END
            )
          )
          THEN TRUE
          WHEN NOT (
            (
              index_lo + 0 >= 19000 AND index_lo + 84 <= 19900
            )
          )
          THEN NULL
          ELSE (
            (
              CASE
                WHEN index_flag_visits_4
                THEN TRUE
                WHEN index_flag_visits_5
                THEN NULL
                ELSE FALSE
              END
            )
            OR (
              CASE WHEN index_flag_acts_6 THEN TRUE WHEN index_flag_acts_7 THEN NULL ELSE FALSE END
            )
          )
        END
      )
    ) AS BIGINT),
    2
  ) * 14348907 + COALESCE(
    CAST((
      CASE WHEN LEAST(leaves_lo, dies_lo) < index_lo + 84 THEN NULL ELSE TRUE END
    ) AS BIGINT),
    2
  ) * 43046721 + COALESCE(CAST((
    LEAST(leaves_hi, dies_hi) < index_lo + 84
  ) AS BIGINT), 2) * 129140163 + COALESCE(CAST((
    19900 < index_lo + 84
  ) AS BIGINT), 2) * 387420489 + COALESCE(
    CAST((
      (
        NOT (
          (
            index_lo + 0 >= 19000 AND index_lo + 84 <= 19900
          )
        )
      )
    ) AS BIGINT),
    2
  ) * 1162261467 AS pattern_3,
  shared + COALESCE(
    CAST((
      (
        (
          CASE
            WHEN index_flag_evidence_10
            THEN TRUE
            WHEN index_flag_evidence_11
            THEN NULL
            ELSE FALSE
          END
        )
        AND (
          CASE
            WHEN index_flag_evidence_12
            THEN TRUE
            WHEN index_flag_evidence_13
            THEN NULL
            ELSE FALSE
          END
        )
      )
    ) AS BIGINT),
    2
  ) * 59049 + COALESCE(
    CAST((
      (
        (
          CASE
            WHEN index_flag_evidence_10
            THEN TRUE
            WHEN index_flag_evidence_11
            THEN NULL
            ELSE FALSE
          END
        )
        AND (
          CASE
            WHEN index_flag_evidence_12
            THEN TRUE
            WHEN index_flag_evidence_13
            THEN NULL
            ELSE FALSE
          END
        )
      )
    ) AS BIGINT),
    2
  ) * 177147 + COALESCE(
    CAST((
      (
        index_flag_evidence_15.number - index_flag_evidence_14.number >= 2.0
      )
    ) AS BIGINT),
    2
  ) * 531441 + COALESCE(
    CAST((
      (
        index_flag_evidence_15.number - index_flag_evidence_14.number >= 2.0
      )
    ) AS BIGINT),
    2
  ) * 1594323 + COALESCE(
    CAST((
      CASE WHEN LEAST(leaves_lo, dies_lo) < index_lo + 84 THEN NULL ELSE TRUE END
    ) AS BIGINT),
    2
  ) * 4782969 + COALESCE(CAST((
    LEAST(leaves_hi, dies_hi) < index_lo + 84
  ) AS BIGINT), 2) * 14348907 + COALESCE(CAST((
    19900 < index_lo + 84
  ) AS BIGINT), 2) * 43046721 + COALESCE(
    CAST((
      (
        NOT (
          (
            index_lo + -14 >= 19000 AND index_lo + 84 <= 19900
          )
        )
      )
    ) AS BIGINT),
    2
  ) * 129140163 AS pattern_4,
  shared + COALESCE(
    CAST((
      (
        NOT (
          (
            CASE
              WHEN (
                CASE
                  WHEN index_flag_evidence_16
                  THEN TRUE
                  WHEN index_flag_evidence_17
                  THEN NULL
                  ELSE FALSE
                END
              )
              THEN TRUE
              WHEN NOT (
                (
                  index_lo + -180 >= 19000 AND index_lo + -1 <= 19900
                )
              )
              THEN NULL
              ELSE (
                CASE
                  WHEN index_flag_evidence_16
                  THEN TRUE
                  WHEN index_flag_evidence_17
                  THEN NULL
                  ELSE FALSE
                END
              )
            END
          )
          OR (
            CASE
              WHEN index_flag_evidence_18
              THEN TRUE
              WHEN index_flag_evidence_19
              THEN NULL
              ELSE FALSE
            END
          )
          OR (
            CASE
              WHEN index_flag_evidence_20
              THEN TRUE
              WHEN index_flag_evidence_21
              THEN NULL
              ELSE FALSE
            END
          )
          OR (
            CASE
              WHEN index_flag_evidence_22
              THEN TRUE
              WHEN index_flag_evidence_23
              THEN NULL
              ELSE FALSE
            END
          )
        )
      )
    ) AS BIGINT),
    2
  ) * 59049 + COALESCE(
    CAST((
      (
        NOT (
          (
            CASE
              WHEN (
                CASE
                  WHEN index_flag_evidence_16
                  THEN TRUE
                  WHEN index_flag_evidence_17
                  THEN NULL
                  ELSE FALSE
                END
              )
              THEN TRUE
              WHEN NOT (
                (
                  index_lo + -180 >= 19000 AND index_lo + -1 <= 19900
                )
              )
              THEN NULL
              ELSE (
                CASE
                  WHEN index_flag_evidence_16
                  THEN TRUE
                  WHEN index_flag_evidence_17
                  THEN NULL
                  ELSE FALSE
                END
              )
            END
          )
          OR (
            CASE
              WHEN index_flag_evidence_18
              THEN TRUE
              WHEN index_flag_evidence_19
              THEN NULL
              ELSE FALSE
            END
          )
          OR (
            CASE
              WHEN index_flag_evidence_20
              THEN TRUE
              WHEN index_flag_evidence_21
              THEN NULL
              ELSE FALSE
            END
          )
          OR (
            CASE
              WHEN index_flag_evidence_22
              THEN TRUE
              WHEN index_flag_evidence_23
              THEN NULL
              ELSE FALSE
            END
          )
        )
      )
    ) AS BIGINT),
    2
  ) * 177147 + COALESCE(
    CAST((
      (
        CASE
          WHEN (
            CASE
              WHEN index_flag_evidence_24
              THEN TRUE
              WHEN index_flag_evidence_25
              THEN NULL
              ELSE FALSE
            END
          )
          THEN TRUE
          WHEN NOT (
            (
              index_lo + 0 >= 19000 AND index_lo + 30 <= 19900
            )
          )
          THEN NULL
          ELSE (
            CASE
              WHEN index_flag_evidence_24
              THEN TRUE
              WHEN index_flag_evidence_25
              THEN NULL
              ELSE FALSE
            END
          )
        END
      )
    ) AS BIGINT),
    2
  ) * 531441 + COALESCE(
    CAST((
      (
        CASE
          WHEN (
            CASE
              WHEN index_flag_evidence_24
              THEN TRUE
              WHEN index_flag_evidence_25
              THEN NULL
              ELSE FALSE
            END
          )
          THEN TRUE
          WHEN NOT (
            (
              index_lo + 0 >= 19000 AND index_lo + 30 <= 19900
            )
          )
          THEN NULL
          ELSE (
            CASE
              WHEN index_flag_evidence_24
              THEN TRUE
              WHEN index_flag_evidence_25
              THEN NULL
              ELSE FALSE
            END
          )
        END
      )
    ) AS BIGINT),
    2
  ) * 1594323 + COALESCE(
    CAST((
      CASE WHEN LEAST(leaves_lo, dies_lo) < index_lo + 30 THEN NULL ELSE TRUE END
    ) AS BIGINT),
    2
  ) * 4782969 + COALESCE(CAST((
    LEAST(leaves_hi, dies_hi) < index_lo + 30
  ) AS BIGINT), 2) * 14348907 + COALESCE(CAST((
    19900 < index_lo + 30
  ) AS BIGINT), 2) * 43046721 + COALESCE(
    CAST((
      (
        NOT (
          (
            index_lo + -180 >= 19000 AND index_lo + 30 <= 19900
          )
        )
      )
    ) AS BIGINT),
    2
  ) * 129140163 AS pattern_5
FROM (
  SELECT
    *,
    0 + COALESCE(CAST((
      is_dated
    ) AS BIGINT), 2) * 1 + COALESCE(CAST((
      washout
    ) AS BIGINT), 2) * 3 + COALESCE(CAST((
      age
    ) AS BIGINT), 2) * 9 + COALESCE(CAST((
      screen_status
    ) AS BIGINT), 2) * 27 + COALESCE(CAST((
      onset_lo IS NULL
    ) AS BIGINT), 2) * 81 + COALESCE(CAST((
      setting IS NULL
    ) AS BIGINT), 2) * 243 + COALESCE(CAST((
      proposed
    ) AS BIGINT), 2) * 729 + COALESCE(
      CAST((
        (
          (
            CASE
              WHEN index_flag_evidence_0
              THEN TRUE
              WHEN index_flag_evidence_1
              THEN NULL
              ELSE FALSE
            END
          )
          OR (
            CASE
              WHEN onset_lo IS NULL
              THEN FALSE
              ELSE (
                CASE
                  WHEN (
                    onset_lo >= -1000000 AND onset_hi <= (
                      index_lo + -84
                    )
                  )
                  THEN TRUE
                  WHEN (
                    onset_hi >= -1000000 AND onset_lo <= (
                      index_lo + -84
                    )
                  )
                  THEN NULL
                  ELSE FALSE
                END
              )
            END
          )
        )
      ) AS BIGINT),
      2
    ) * 2187 + COALESCE(
      CAST((
        (
          (
            CASE
              WHEN index_flag_evidence_2
              THEN TRUE
              WHEN index_flag_evidence_3
              THEN NULL
              ELSE FALSE
            END
          )
          OR (
            CASE
              WHEN index_flag_evidence_4
              THEN TRUE
              WHEN index_flag_evidence_5
              THEN NULL
              ELSE FALSE
            END
          )
          OR (
            CASE
              WHEN index_flag_evidence_6
              THEN TRUE
              WHEN index_flag_evidence_7
              THEN NULL
              ELSE FALSE
            END
          )
          OR (
            CASE
              WHEN index_flag_evidence_8
              THEN TRUE
              WHEN index_flag_evidence_9
              THEN NULL
              ELSE FALSE
            END
          )
        )
      ) AS BIGINT),
      2
    ) * 6561 + COALESCE(
      CAST((
        (
          screen_by_14_combination_4 OR screen_by_14_combination_5
        )
      ) AS BIGINT),
      2
    ) * 19683 AS shared
  FROM (
    SELECT
      c.*,
      '' AS modality,
      c.index_lo AS day_lo,
      c.index_hi AS day_hi,
      m.since AS emergency_since,
      m.state AS emergency_state,
      screen.status AS screen_status,
      screen.status_recorded AS screen_status_recorded,
      screen.complete AS screen_complete,
      screen.complete_recorded AS screen_complete_recorded,
      screen.sufficient AS screen_sufficient,
      screen.sufficient_recorded AS screen_sufficient_recorded,
      screen.combination_0 AS screen_combination_0,
      screen.combination_0_recorded AS screen_combination_0_recorded,
      screen.combination_1 AS screen_combination_1,
      screen.combination_1_recorded AS screen_combination_1_recorded,
      screen.combination_2 AS screen_combination_2,
      screen.combination_2_recorded AS screen_combination_2_recorded,
      screen.combination_3 AS screen_combination_3,
      screen.combination_3_recorded AS screen_combination_3_recorded,
      screen.combination_4 AS screen_combination_4,
      screen.combination_4_recorded AS screen_combination_4_recorded,
      screen.combination_5 AS screen_combination_5,
      screen.combination_5_recorded AS screen_combination_5_recorded,
      screen.reason AS screen_reason,
      screen.reason_recorded AS screen_reason_recorded,
      screen.verdict AS screen_verdict,
      screen_by_14.status AS screen_by_14_status,
      screen_by_14.status_recorded AS screen_by_14_status_recorded,
      screen_by_14.complete AS screen_by_14_complete,
      screen_by_14.complete_recorded AS screen_by_14_complete_recorded,
      screen_by_14.sufficient AS screen_by_14_sufficient,
      screen_by_14.sufficient_recorded AS screen_by_14_sufficient_recorded,
      screen_by_14.combination_0 AS screen_by_14_combination_0,
      screen_by_14.combination_0_recorded AS screen_by_14_combination_0_recorded,
      screen_by_14.combination_1 AS screen_by_14_combination_1,
      screen_by_14.combination_1_recorded AS screen_by_14_combination_1_recorded,
      screen_by_14.combination_2 AS screen_by_14_combination_2,
      screen_by_14.combination_2_recorded AS screen_by_14_combination_2_recorded,
      screen_by_14.combination_3 AS screen_by_14_combination_3,
      screen_by_14.combination_3_recorded AS screen_by_14_combination_3_recorded,
      screen_by_14.combination_4 AS screen_by_14_combination_4,
      screen_by_14.combination_4_recorded AS screen_by_14_combination_4_recorded,
      screen_by_14.combination_5 AS screen_by_14_combination_5,
      screen_by_14.combination_5_recorded AS screen_by_14_combination_5_recorded,
      screen_by_14.reason AS screen_by_14_reason,
      screen_by_14.reason_recorded AS screen_by_14_reason_recorded,
      screen_by_14.verdict AS screen_by_14_verdict,
      index_flag_evidence_0,
      index_flag_evidence_1,
      index_flag_evidence_2,
      index_flag_evidence_3,
      index_flag_evidence_4,
      index_flag_evidence_5,
      index_flag_evidence_6,
      index_flag_evidence_7,
      index_flag_evidence_8,
      index_flag_evidence_9,
      index_flag_evidence_10,
      index_flag_evidence_11,
      index_flag_evidence_12,
      index_flag_evidence_13,
      index_flag_evidence_14,
      index_flag_evidence_15,
      index_flag_evidence_16,
      index_flag_evidence_17,
      index_flag_evidence_18,
      index_flag_evidence_19,
      index_flag_evidence_20,
      index_flag_evidence_21,
      index_flag_evidence_22,
      index_flag_evidence_23,
      index_flag_evidence_24,
      index_flag_evidence_25,
      index_flag_images_0,
      index_flag_images_1,
      index_flag_images_2,
      index_flag_images_3,
      index_flag_visits_0,
      index_flag_visits_1,
      index_flag_visits_2,
      index_flag_visits_3,
      index_flag_visits_4,
      index_flag_visits_5,
      index_flag_acts_0,
      index_flag_acts_1,
      index_flag_acts_2,
      index_flag_acts_3,
      index_flag_acts_4,
      index_flag_acts_5,
      index_flag_acts_6,
      index_flag_acts_7
    FROM candidate AS c
    LEFT JOIN judged AS screen
      ON screen.unit = c.unit AND screen.of_what = 'episode'
    LEFT JOIN judged AS screen_by_14
      ON screen_by_14.unit = c.unit AND screen_by_14.of_what = 'by 14'
    LEFT JOIN emergency AS m
      ON m.unit = c.unit
    LEFT JOIN index_flag_evidence
      ON index_flag_evidence.unit = c.unit
    LEFT JOIN index_flag_images
      ON index_flag_images.unit = c.unit
    LEFT JOIN index_flag_visits
      ON index_flag_visits.unit = c.unit
    LEFT JOIN index_flag_acts
      ON index_flag_acts.unit = c.unit
    WHERE
      c.index_lo <= 19800 AND c.index_hi >= 19250
  )
);

-- image_pattern
SELECT
  unit,
  patient,
  day_lo,
  day_hi,
  clinician,
  modality,
  shared + COALESCE(CAST((
    TRUE
  ) AS BIGINT), 2) * 177147 + COALESCE(CAST((
    TRUE
  ) AS BIGINT), 2) * 531441 + COALESCE(
    CAST((
      (
        NOT (
          screen_status_recorded OR screen_reason_recorded
        )
      )
    ) AS BIGINT),
    2
  ) * 1594323 + COALESCE(
    CAST((
      (
        NOT (
          screen_status OR screen_reason
        )
      )
    ) AS BIGINT),
    2
  ) * 4782969 AS pattern_0,
  shared + COALESCE(CAST((
    TRUE
  ) AS BIGINT), 2) * 177147 + COALESCE(CAST((
    TRUE
  ) AS BIGINT), 2) * 531441 + COALESCE(CAST((
    (
      screen_verdict = 'cannot-tell'
    )
  ) AS BIGINT), 2) * 1594323 + COALESCE(CAST((
    (
      screen_verdict = 'cannot-tell'
    )
  ) AS BIGINT), 2) * 4782969 AS pattern_1
FROM (
  SELECT
    *,
    0 + COALESCE(CAST((
      certain AND day_lo = day_hi AND unit_is_dated
    ) AS BIGINT), 2) * 1 + COALESCE(CAST((
      episode IS NULL
    ) AS BIGINT), 2) * 3 + COALESCE(CAST((
      washout
    ) AS BIGINT), 2) * 9 + COALESCE(CAST((
      age
    ) AS BIGINT), 2) * 27 + COALESCE(CAST((
      region
    ) AS BIGINT), 2) * 81 + COALESCE(
      CAST((
        CASE screen_verdict
          WHEN 'indicated'
          THEN TRUE
          WHEN 'not-indicated'
          THEN FALSE
          ELSE NULL
        END
      ) AS BIGINT),
      2
    ) * 243 + COALESCE(CAST((
      order_lo IS NULL
    ) AS BIGINT), 2) * 729 + COALESCE(CAST((
      proposed OR COALESCE(unit_proposed, FALSE)
    ) AS BIGINT), 2) * 2187 + COALESCE(
      CAST((
        (
          (
            CASE
              WHEN index_flag_evidence_0
              THEN TRUE
              WHEN index_flag_evidence_1
              THEN NULL
              ELSE FALSE
            END
          )
          OR (
            CASE
              WHEN onset_lo IS NULL
              THEN FALSE
              ELSE (
                CASE
                  WHEN (
                    onset_lo >= -1000000 AND onset_hi <= (
                      index_lo + -84
                    )
                  )
                  THEN TRUE
                  WHEN (
                    onset_hi >= -1000000 AND onset_lo <= (
                      index_lo + -84
                    )
                  )
                  THEN NULL
                  ELSE FALSE
                END
              )
            END
          )
        )
      ) AS BIGINT),
      2
    ) * 6561 + COALESCE(
      CAST((
        (
          (
            CASE
              WHEN index_flag_evidence_2
              THEN TRUE
              WHEN index_flag_evidence_3
              THEN NULL
              ELSE FALSE
            END
          )
          OR (
            CASE
              WHEN index_flag_evidence_4
              THEN TRUE
              WHEN index_flag_evidence_5
              THEN NULL
              ELSE FALSE
            END
          )
          OR (
            CASE
              WHEN index_flag_evidence_6
              THEN TRUE
              WHEN index_flag_evidence_7
              THEN NULL
              ELSE FALSE
            END
          )
          OR (
            CASE
              WHEN index_flag_evidence_8
              THEN TRUE
              WHEN index_flag_evidence_9
              THEN NULL
              ELSE FALSE
            END
          )
        )
      ) AS BIGINT),
      2
    ) * 19683 + COALESCE(
      CAST((
        (
          screen_by_14_combination_4 OR screen_by_14_combination_5
        )
      ) AS BIGINT),
      2
    ) * 59049 AS shared
  FROM (
    SELECT
      p.*
      EXCLUDE (unit),
      p.image AS unit,
      p.unit AS episode,
      c.is_dated AS unit_is_dated,
      c.washout,
      c.age,
      c.onset_lo,
      c.onset_hi,
      c.proposed AS unit_proposed,
      m.since AS emergency_since,
      screen.status AS screen_status,
      screen.status_recorded AS screen_status_recorded,
      screen.complete AS screen_complete,
      screen.complete_recorded AS screen_complete_recorded,
      screen.sufficient AS screen_sufficient,
      screen.sufficient_recorded AS screen_sufficient_recorded,
      screen.combination_0 AS screen_combination_0,
      screen.combination_0_recorded AS screen_combination_0_recorded,
      screen.combination_1 AS screen_combination_1,
      screen.combination_1_recorded AS screen_combination_1_recorded,
      screen.combination_2 AS screen_combination_2,
      screen.combination_2_recorded AS screen_combination_2_recorded,
      screen.combination_3 AS screen_combination_3,
      screen.combination_3_recorded AS screen_combination_3_recorded,
      screen.combination_4 AS screen_combination_4,
      screen.combination_4_recorded AS screen_combination_4_recorded,
      screen.combination_5 AS screen_combination_5,
      screen.combination_5_recorded AS screen_combination_5_recorded,
      screen.reason AS screen_reason,
      screen.reason_recorded AS screen_reason_recorded,
      screen.verdict AS screen_verdict,
      screen_by_14.status AS screen_by_14_status,
      screen_by_14.status_recorded AS screen_by_14_status_recorded,
      screen_by_14.complete AS screen_by_14_complete,
      screen_by_14.complete_recorded AS screen_by_14_complete_recorded,
      screen_by_14.sufficient AS screen_by_14_sufficient,
      screen_by_14.sufficient_recorded AS screen_by_14_sufficient_recorded,
      screen_by_14.combination_0 AS screen_by_14_combination_0,
      screen_by_14.combination_0_recorded AS screen_by_14_combination_0_recorded,
      screen_by_14.combination_1 AS screen_by_14_combination_1,
      screen_by_14.combination_1_recorded AS screen_by_14_combination_1_recorded,
      screen_by_14.combination_2 AS screen_by_14_combination_2,
      screen_by_14.combination_2_recorded AS screen_by_14_combination_2_recorded,
      screen_by_14.combination_3 AS screen_by_14_combination_3,
      screen_by_14.combination_3_recorded AS screen_by_14_combination_3_recorded,
      screen_by_14.combination_4 AS screen_by_14_combination_4,
      screen_by_14.combination_4_recorded AS screen_by_14_combination_4_recorded,
      screen_by_14.combination_5 AS screen_by_14_combination_5,
      screen_by_14.combination_5_recorded AS screen_by_14_combination_5_recorded,
      screen_by_14.reason AS screen_by_14_reason,
      screen_by_14.reason_recorded AS screen_by_14_reason_recorded,
      screen_by_14.verdict AS screen_by_14_verdict,
      index_flag_evidence_0,
      index_flag_evidence_1,
      index_flag_evidence_2,
      index_flag_evidence_3,
      index_flag_evidence_4,
      index_flag_evidence_5,
      index_flag_evidence_6,
      index_flag_evidence_7,
      index_flag_evidence_8,
      index_flag_evidence_9,
      index_flag_evidence_10,
      index_flag_evidence_11,
      index_flag_evidence_12,
      index_flag_evidence_13,
      index_flag_evidence_14,
      index_flag_evidence_15,
      index_flag_evidence_16,
      index_flag_evidence_17,
      index_flag_evidence_18,
      index_flag_evidence_19,
      index_flag_evidence_20,
      index_flag_evidence_21,
      index_flag_evidence_22,
      index_flag_evidence_23,
      index_flag_evidence_24,
      index_flag_evidence_25,
      index_flag_images_0,
      index_flag_images_1,
      index_flag_images_2,
      index_flag_images_3,
      index_flag_visits_0,
      index_flag_visits_1,
      index_flag_visits_2,
      index_flag_visits_3,
      index_flag_visits_4,
      index_flag_visits_5,
      index_flag_acts_0,
      index_flag_acts_1,
      index_flag_acts_2,
      index_flag_acts_3,
      index_flag_acts_4,
      index_flag_acts_5,
      index_flag_acts_6,
      index_flag_acts_7
    FROM placed AS p
    JOIN candidate AS c
      ON c.unit = p.unit
    LEFT JOIN judged AS screen
      ON screen.image = p.image AND screen.of_what = 'image'
    LEFT JOIN judged AS screen_by_14
      ON screen_by_14.unit = p.unit AND screen_by_14.of_what = 'by 14'
    LEFT JOIN emergency AS m
      ON m.unit = p.unit
    LEFT JOIN index_flag_evidence
      ON index_flag_evidence.unit = p.unit
    LEFT JOIN index_flag_images
      ON index_flag_images.unit = p.unit
    LEFT JOIN index_flag_visits
      ON index_flag_visits.unit = p.unit
    LEFT JOIN index_flag_acts
      ON index_flag_acts.unit = p.unit
    WHERE
      p.day_lo <= 19800 AND p.day_hi >= 19250
  )
)
UNION ALL
SELECT
  unit,
  patient,
  day_lo,
  day_hi,
  clinician,
  modality,
  13634483 + COALESCE(CAST((
    no_order
  ) AS BIGINT), 2) * 729 + COALESCE(CAST((
    proposed
  ) AS BIGINT), 2) * 2187,
  13634483 + COALESCE(CAST((
    no_order
  ) AS BIGINT), 2) * 729 + COALESCE(CAST((
    proposed
  ) AS BIGINT), 2) * 2187
FROM (
  SELECT
    image AS unit,
    patient,
    day_lo,
    day_hi,
    clinician,
    modality,
    order_lo IS NULL AS no_order,
    proposed
  FROM placed
  WHERE
    unit IS NULL AND day_lo <= 19800 AND day_hi >= 19250
);

-- answer_pattern
SELECT
  unit,
  patient,
  day_lo,
  day_hi,
  clinician,
  modality,
  CASE
    WHEN item_58
    THEN shared + COALESCE(CAST((
      item_58
    ) AS BIGINT), 2) * 3 + COALESCE(
      CAST((
        said IN ('definitely', 'for-the-most-part', 'somewhat', 'not-at-all')
      ) AS BIGINT),
      2
    ) * 9 + COALESCE(
      CAST((
        said IN ('definitely', 'for-the-most-part', 'somewhat', 'not-at-all')
      ) AS BIGINT),
      2
    ) * 27 + COALESCE(CAST((
      said IN ('definitely')
    ) AS BIGINT), 2) * 81 + COALESCE(CAST((
      said IN ('definitely')
    ) AS BIGINT), 2) * 243
  END AS pattern_0
FROM (
  SELECT
    *,
    0 + COALESCE(CAST((
      day_lo = day_hi
    ) AS BIGINT), 2) * 1 AS shared
  FROM (
    SELECT
      a.event AS unit,
      a.patient,
      '' AS modality,
      COALESCE(NULLIF(a.clinician, ''), v.clinician, '') AS clinician,
      DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), a.start_lo) AS day_lo,
      DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), a.start_hi) AS day_hi,
      REGEXP_REPLACE(TRIM(REPLACE(LOWER(COALESCE(a.value, '')), '_', ' ')), '\s+', '-', 'g') AS said,
      c.item_58
    FROM events AS a
    JOIN code_is AS c
      ON c.code = a.code AND (
        c.item_58
      )
    LEFT JOIN visits AS v
      ON v.visit = a.visit
    WHERE
      a.kind = 'answer'
      AND a.status IS DISTINCT FROM 'refuted'
      AND DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), a.start_hi) >= 19250
      AND DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), a.start_lo) <= 19800
  )
);

-- rule_0_pattern
SELECT
  unit,
  patient,
  day_lo,
  day_hi,
  clinician,
  modality,
  shared + COALESCE(CAST((
    TRUE
  ) AS BIGINT), 2) * 7625597484987 + COALESCE(CAST((
    TRUE
  ) AS BIGINT), 2) * 22876792454961 + COALESCE(CAST((
    numerator
  ) AS BIGINT), 2) * 68630377364883 + COALESCE(CAST((
    numerator
  ) AS BIGINT), 2) * 205891132094649 + COALESCE(CAST((
    not_yet
  ) AS BIGINT), 2) * 617673396283947 + COALESCE(CAST((
    without_imaging
  ) AS BIGINT), 2) * 1853020188851841 AS pattern_0
FROM (
  SELECT
    *,
    0 + COALESCE(CAST((
      no_index
    ) AS BIGINT), 2) * 1 + COALESCE(CAST((
      is_undated
    ) AS BIGINT), 2) * 3 + COALESCE(CAST((
      is_earlier
    ) AS BIGINT), 2) * 9 + COALESCE(CAST((
      dated
    ) AS BIGINT), 2) * 27 + COALESCE(CAST((
      require_0
    ) AS BIGINT), 2) * 81 + COALESCE(CAST((
      require_1
    ) AS BIGINT), 2) * 243 + COALESCE(CAST((
      require_2
    ) AS BIGINT), 2) * 729 + COALESCE(CAST((
      exclude_0
    ) AS BIGINT), 2) * 2187 + COALESCE(CAST((
      exclude_1
    ) AS BIGINT), 2) * 6561 + COALESCE(CAST((
      exclude_2
    ) AS BIGINT), 2) * 19683 + COALESCE(CAST((
      exclude_3
    ) AS BIGINT), 2) * 59049 + COALESCE(CAST((
      exclude_4
    ) AS BIGINT), 2) * 177147 + COALESCE(CAST((
      exclude_5
    ) AS BIGINT), 2) * 531441 + COALESCE(CAST((
      exclude_6
    ) AS BIGINT), 2) * 1594323 + COALESCE(CAST((
      exclude_7
    ) AS BIGINT), 2) * 4782969 + COALESCE(CAST((
      exclude_8
    ) AS BIGINT), 2) * 14348907 + COALESCE(CAST((
      exclude_9
    ) AS BIGINT), 2) * 43046721 + COALESCE(CAST((
      exclude_10
    ) AS BIGINT), 2) * 129140163 + COALESCE(CAST((
      exclude_11
    ) AS BIGINT), 2) * 387420489 + COALESCE(CAST((
      exclude_12
    ) AS BIGINT), 2) * 1162261467 + COALESCE(CAST((
      exclude_13
    ) AS BIGINT), 2) * 3486784401 + COALESCE(CAST((
      exclude_14
    ) AS BIGINT), 2) * 10460353203 + COALESCE(CAST((
      exclude_15
    ) AS BIGINT), 2) * 31381059609 + COALESCE(CAST((
      stratum_0
    ) AS BIGINT), 2) * 94143178827 + COALESCE(CAST((
      stratum_1
    ) AS BIGINT), 2) * 282429536481 + COALESCE(CAST((
      short
    ) AS BIGINT), 2) * 847288609443 + COALESCE(CAST((
      proposed
    ) AS BIGINT), 2) * 2541865828329 AS shared
  FROM (
    WITH gathered AS (
      SELECT
        patient,
        period_first,
        requires AS requires,
        eligible AS eligible,
        (
          CASE
            WHEN (
              is_open AND excludes IS FALSE
            )
            THEN TRUE
            WHEN (
              is_open AND excludes IS NULL
            )
            THEN NULL
            ELSE FALSE
          END
        ) AS spared,
        CASE WHEN is_open THEN missed END AS missed,
        CASE
          WHEN (
            eligible AND settled
          )
          THEN TRUE
          WHEN (
            eligible IS DISTINCT FROM FALSE AND is_open
          )
          THEN CASE
            WHEN CASE
              WHEN eligible IS DISTINCT FROM FALSE AND is_open
              THEN COALESCE(settled, FALSE)
            END
            THEN TRUE
            WHEN CASE
              WHEN eligible IS DISTINCT FROM FALSE AND is_open
              THEN COALESCE(NOT settled, FALSE)
            END
            THEN FALSE
            ELSE NULL
          END
          ELSE CASE
            WHEN CASE WHEN is_open THEN COALESCE(settled, FALSE) END
            THEN TRUE
            WHEN CASE WHEN is_open THEN COALESCE(NOT settled, FALSE) END
            THEN FALSE
            ELSE NULL
          END
        END AS numerator,
        (
          {'rank': CASE
            WHEN eligible AND numerator
            THEN 0
            WHEN eligible
            THEN 1
            WHEN requires
            THEN 2
            ELSE 3
          END, 'lo': index_lo, 'hi': index_hi, 'clinician': clinician, 'proposed': proposed, 'short': short, 'stratum_0': stratum_0, 'stratum_1': stratum_1}
        ) AS named,
        (
          dated IS FALSE
        ) AS dated_fails,
        (
          is_open AND dated IS NULL
        ) AS dated_open,
        (
          require_0 IS FALSE
        ) AS require_0_fails,
        (
          is_open AND require_0 IS NULL
        ) AS require_0_open,
        (
          require_1 IS FALSE
        ) AS require_1_fails,
        (
          is_open AND require_1 IS NULL
        ) AS require_1_open,
        (
          require_2 IS FALSE
        ) AS require_2_fails,
        (
          is_open AND require_2 IS NULL
        ) AS require_2_open,
        (
          is_open AND COALESCE(exclude_0, FALSE)
        ) AS exclude_0_holds,
        (
          is_open AND exclude_0 IS DISTINCT FROM FALSE
        ) AS exclude_0_may,
        (
          is_open AND COALESCE(exclude_1, FALSE)
        ) AS exclude_1_holds,
        (
          is_open AND exclude_1 IS DISTINCT FROM FALSE
        ) AS exclude_1_may,
        (
          is_open AND COALESCE(exclude_2, FALSE)
        ) AS exclude_2_holds,
        (
          is_open AND exclude_2 IS DISTINCT FROM FALSE
        ) AS exclude_2_may,
        (
          is_open AND COALESCE(exclude_3, FALSE)
        ) AS exclude_3_holds,
        (
          is_open AND exclude_3 IS DISTINCT FROM FALSE
        ) AS exclude_3_may,
        (
          is_open AND COALESCE(exclude_4, FALSE)
        ) AS exclude_4_holds,
        (
          is_open AND exclude_4 IS DISTINCT FROM FALSE
        ) AS exclude_4_may,
        (
          is_open AND COALESCE(exclude_5, FALSE)
        ) AS exclude_5_holds,
        (
          is_open AND exclude_5 IS DISTINCT FROM FALSE
        ) AS exclude_5_may,
        (
          is_open AND COALESCE(exclude_6, FALSE)
        ) AS exclude_6_holds,
        (
          is_open AND exclude_6 IS DISTINCT FROM FALSE
        ) AS exclude_6_may,
        (
          is_open AND COALESCE(exclude_7, FALSE)
        ) AS exclude_7_holds,
        (
          is_open AND exclude_7 IS DISTINCT FROM FALSE
        ) AS exclude_7_may,
        (
          is_open AND COALESCE(exclude_8, FALSE)
        ) AS exclude_8_holds,
        (
          is_open AND exclude_8 IS DISTINCT FROM FALSE
        ) AS exclude_8_may,
        (
          is_open AND COALESCE(exclude_9, FALSE)
        ) AS exclude_9_holds,
        (
          is_open AND exclude_9 IS DISTINCT FROM FALSE
        ) AS exclude_9_may,
        (
          is_open AND COALESCE(exclude_10, FALSE)
        ) AS exclude_10_holds,
        (
          is_open AND exclude_10 IS DISTINCT FROM FALSE
        ) AS exclude_10_may,
        (
          is_open AND COALESCE(exclude_11, FALSE)
        ) AS exclude_11_holds,
        (
          is_open AND exclude_11 IS DISTINCT FROM FALSE
        ) AS exclude_11_may,
        (
          is_open AND COALESCE(exclude_12, FALSE)
        ) AS exclude_12_holds,
        (
          is_open AND exclude_12 IS DISTINCT FROM FALSE
        ) AS exclude_12_may,
        (
          is_open AND COALESCE(exclude_13, FALSE)
        ) AS exclude_13_holds,
        (
          is_open AND exclude_13 IS DISTINCT FROM FALSE
        ) AS exclude_13_may,
        (
          is_open AND COALESCE(exclude_14, FALSE)
        ) AS exclude_14_holds,
        (
          is_open AND exclude_14 IS DISTINCT FROM FALSE
        ) AS exclude_14_may,
        (
          is_open AND COALESCE(exclude_15, FALSE)
        ) AS exclude_15_holds,
        (
          is_open AND exclude_15 IS DISTINCT FROM FALSE
        ) AS exclude_15_may,
        (
          is_open AND not_yet
        ) AS not_yet,
        (
          is_open AND without_imaging
        ) AS without_imaging
      FROM rule_0_answer
    ), told AS (
      SELECT
        *,
        CASE
          WHEN NOT eligible IS NULL
          THEN NOT eligible
          WHEN requires
          THEN NULL
          ELSE NOT spared
        END AS excluded
      FROM gathered
    ), person AS (
      SELECT
        patient,
        period_first,
        named.lo AS day_lo,
        named.hi AS day_hi,
        named.clinician,
        named.proposed,
        named.short,
        numerator,
        named.stratum_0,
        named.stratum_1,
        CASE
          WHEN requires
          THEN TRUE
          WHEN requires IS NULL
          THEN NOT NULLIF(dated_open, TRUE)
          ELSE NOT dated_fails
        END AS dated,
        CASE
          WHEN requires
          THEN TRUE
          WHEN requires IS NULL
          THEN NOT NULLIF(require_0_open, TRUE)
          ELSE NOT require_0_fails
        END AS require_0,
        CASE
          WHEN requires
          THEN TRUE
          WHEN requires IS NULL
          THEN NOT NULLIF(require_1_open, TRUE)
          ELSE NOT require_1_fails
        END AS require_1,
        CASE
          WHEN requires
          THEN TRUE
          WHEN requires IS NULL
          THEN NOT NULLIF(require_2_open, TRUE)
          ELSE NOT require_2_fails
        END AS require_2,
        CASE
          WHEN excluded
          THEN exclude_0_holds
          WHEN excluded IS NULL AND exclude_0_may
          THEN NULL
          ELSE FALSE
        END AS exclude_0,
        CASE
          WHEN excluded
          THEN exclude_1_holds
          WHEN excluded IS NULL AND exclude_1_may
          THEN NULL
          ELSE FALSE
        END AS exclude_1,
        CASE
          WHEN excluded
          THEN exclude_2_holds
          WHEN excluded IS NULL AND exclude_2_may
          THEN NULL
          ELSE FALSE
        END AS exclude_2,
        CASE
          WHEN excluded
          THEN exclude_3_holds
          WHEN excluded IS NULL AND exclude_3_may
          THEN NULL
          ELSE FALSE
        END AS exclude_3,
        CASE
          WHEN excluded
          THEN exclude_4_holds
          WHEN excluded IS NULL AND exclude_4_may
          THEN NULL
          ELSE FALSE
        END AS exclude_4,
        CASE
          WHEN excluded
          THEN exclude_5_holds
          WHEN excluded IS NULL AND exclude_5_may
          THEN NULL
          ELSE FALSE
        END AS exclude_5,
        CASE
          WHEN excluded
          THEN exclude_6_holds
          WHEN excluded IS NULL AND exclude_6_may
          THEN NULL
          ELSE FALSE
        END AS exclude_6,
        CASE
          WHEN excluded
          THEN exclude_7_holds
          WHEN excluded IS NULL AND exclude_7_may
          THEN NULL
          ELSE FALSE
        END AS exclude_7,
        CASE
          WHEN excluded
          THEN exclude_8_holds
          WHEN excluded IS NULL AND exclude_8_may
          THEN NULL
          ELSE FALSE
        END AS exclude_8,
        CASE
          WHEN excluded
          THEN exclude_9_holds
          WHEN excluded IS NULL AND exclude_9_may
          THEN NULL
          ELSE FALSE
        END AS exclude_9,
        CASE
          WHEN excluded
          THEN exclude_10_holds
          WHEN excluded IS NULL AND exclude_10_may
          THEN NULL
          ELSE FALSE
        END AS exclude_10,
        CASE
          WHEN excluded
          THEN exclude_11_holds
          WHEN excluded IS NULL AND exclude_11_may
          THEN NULL
          ELSE FALSE
        END AS exclude_11,
        CASE
          WHEN excluded
          THEN exclude_12_holds
          WHEN excluded IS NULL AND exclude_12_may
          THEN NULL
          ELSE FALSE
        END AS exclude_12,
        CASE
          WHEN excluded
          THEN exclude_13_holds
          WHEN excluded IS NULL AND exclude_13_may
          THEN NULL
          ELSE FALSE
        END AS exclude_13,
        CASE
          WHEN excluded
          THEN exclude_14_holds
          WHEN excluded IS NULL AND exclude_14_may
          THEN NULL
          ELSE FALSE
        END AS exclude_14,
        CASE
          WHEN excluded
          THEN exclude_15_holds
          WHEN excluded IS NULL AND exclude_15_may
          THEN NULL
          ELSE FALSE
        END AS exclude_15,
        FALSE AS no_exclusion,
        missed AND not_yet AS not_yet,
        missed AND without_imaging AS without_imaging,
        FALSE AS is_undated
      FROM told
    ), undated AS (
      SELECT
        patient,
        period_first,
        MIN(index_lo) FILTER(WHERE
          (
            eligible IS NULL OR NOT is_dated
          )
          AND (
            first_day IS NULL OR index_lo < first_day
          )) AS day_lo,
        COALESCE(
          ANY_VALUE(first_day),
          MAX(index_hi) FILTER(WHERE
            (
              eligible IS NULL OR NOT is_dated
            )
            AND (
              first_day IS NULL OR index_lo < first_day
            ))
        ) AS day_hi
      FROM rule_0_found
      WHERE
        TRUE
      GROUP BY
        patient,
        period_first
      HAVING
        BOOL_OR(
          CAST((
            eligible IS NULL OR NOT is_dated
          )
          AND (
            first_day IS NULL OR index_lo < first_day
          ) AS BOOLEAN)
        )
    )
    SELECT
      patient AS unit,
      patient,
      period_first < 19250 AS is_earlier,
      COALESCE(a.day_lo, o.day_lo) AS day_lo,
      COALESCE(a.day_hi, o.day_hi) AS day_hi,
      COALESCE(a.clinician, '') AS clinician,
      '' AS modality,
      FALSE AS no_index,
      NOT o.patient IS NULL AS is_undated,
      COALESCE(a.proposed, FALSE) AS proposed,
      COALESCE(a.short, FALSE) AS short,
      a.*
      EXCLUDE (patient, period_first, day_lo, day_hi, clinician, proposed, short, is_undated)
    FROM person AS a
    FULL JOIN undated AS o
      USING (patient, period_first)
  )
);

-- rule_1_pattern
SELECT
  unit,
  patient,
  day_lo,
  day_hi,
  clinician,
  modality,
  shared + COALESCE(CAST((
    TRUE
  ) AS BIGINT), 2) * 1594323 + COALESCE(CAST((
    TRUE
  ) AS BIGINT), 2) * 4782969 + COALESCE(CAST((
    numerator
  ) AS BIGINT), 2) * 14348907 + COALESCE(CAST((
    numerator
  ) AS BIGINT), 2) * 43046721 + COALESCE(CAST((
    not_yet
  ) AS BIGINT), 2) * 129140163 + COALESCE(CAST((
    without_imaging
  ) AS BIGINT), 2) * 387420489 AS pattern_0
FROM (
  SELECT
    *,
    0 + COALESCE(CAST((
      no_index
    ) AS BIGINT), 2) * 1 + COALESCE(CAST((
      is_undated
    ) AS BIGINT), 2) * 3 + COALESCE(CAST((
      is_earlier
    ) AS BIGINT), 2) * 9 + COALESCE(CAST((
      dated
    ) AS BIGINT), 2) * 27 + COALESCE(CAST((
      require_0
    ) AS BIGINT), 2) * 81 + COALESCE(CAST((
      require_1
    ) AS BIGINT), 2) * 243 + COALESCE(CAST((
      exclude_0
    ) AS BIGINT), 2) * 729 + COALESCE(CAST((
      exclude_1
    ) AS BIGINT), 2) * 2187 + COALESCE(CAST((
      exclude_2
    ) AS BIGINT), 2) * 6561 + COALESCE(CAST((
      exclude_3
    ) AS BIGINT), 2) * 19683 + COALESCE(CAST((
      exclude_4
    ) AS BIGINT), 2) * 59049 + COALESCE(CAST((
      short
    ) AS BIGINT), 2) * 177147 + COALESCE(CAST((
      proposed
    ) AS BIGINT), 2) * 531441 AS shared
  FROM (
    WITH gathered AS (
      SELECT
        patient,
        period_first,
        requires AS requires,
        eligible AS eligible,
        (
          CASE
            WHEN (
              is_open AND excludes IS FALSE
            )
            THEN TRUE
            WHEN (
              is_open AND excludes IS NULL
            )
            THEN NULL
            ELSE FALSE
          END
        ) AS spared,
        CASE WHEN is_open THEN missed END AS missed,
        CASE
          WHEN (
            eligible AND settled
          )
          THEN TRUE
          WHEN (
            eligible IS DISTINCT FROM FALSE AND is_open
          )
          THEN CASE
            WHEN CASE
              WHEN eligible IS DISTINCT FROM FALSE AND is_open
              THEN COALESCE(settled, FALSE)
            END
            THEN TRUE
            WHEN CASE
              WHEN eligible IS DISTINCT FROM FALSE AND is_open
              THEN COALESCE(NOT settled, FALSE)
            END
            THEN FALSE
            ELSE NULL
          END
          ELSE CASE
            WHEN CASE WHEN is_open THEN COALESCE(settled, FALSE) END
            THEN TRUE
            WHEN CASE WHEN is_open THEN COALESCE(NOT settled, FALSE) END
            THEN FALSE
            ELSE NULL
          END
        END AS numerator,
        (
          {'rank': CASE
            WHEN eligible AND numerator
            THEN 0
            WHEN eligible
            THEN 1
            WHEN requires
            THEN 2
            ELSE 3
          END, 'lo': index_lo, 'hi': index_hi, 'clinician': clinician, 'proposed': proposed, 'short': short}
        ) AS named,
        (
          dated IS FALSE
        ) AS dated_fails,
        (
          is_open AND dated IS NULL
        ) AS dated_open,
        (
          require_0 IS FALSE
        ) AS require_0_fails,
        (
          is_open AND require_0 IS NULL
        ) AS require_0_open,
        (
          require_1 IS FALSE
        ) AS require_1_fails,
        (
          is_open AND require_1 IS NULL
        ) AS require_1_open,
        (
          is_open AND COALESCE(exclude_0, FALSE)
        ) AS exclude_0_holds,
        (
          is_open AND exclude_0 IS DISTINCT FROM FALSE
        ) AS exclude_0_may,
        (
          is_open AND COALESCE(exclude_1, FALSE)
        ) AS exclude_1_holds,
        (
          is_open AND exclude_1 IS DISTINCT FROM FALSE
        ) AS exclude_1_may,
        (
          is_open AND COALESCE(exclude_2, FALSE)
        ) AS exclude_2_holds,
        (
          is_open AND exclude_2 IS DISTINCT FROM FALSE
        ) AS exclude_2_may,
        (
          is_open AND COALESCE(exclude_3, FALSE)
        ) AS exclude_3_holds,
        (
          is_open AND exclude_3 IS DISTINCT FROM FALSE
        ) AS exclude_3_may,
        (
          is_open AND COALESCE(exclude_4, FALSE)
        ) AS exclude_4_holds,
        (
          is_open AND exclude_4 IS DISTINCT FROM FALSE
        ) AS exclude_4_may,
        (
          is_open AND not_yet
        ) AS not_yet,
        (
          is_open AND without_imaging
        ) AS without_imaging
      FROM rule_1_answer
    ), told AS (
      SELECT
        *,
        CASE
          WHEN NOT eligible IS NULL
          THEN NOT eligible
          WHEN requires
          THEN NULL
          ELSE NOT spared
        END AS excluded
      FROM gathered
    ), person AS (
      SELECT
        patient,
        period_first,
        named.lo AS day_lo,
        named.hi AS day_hi,
        named.clinician,
        named.proposed,
        named.short,
        numerator,
        CASE
          WHEN requires
          THEN TRUE
          WHEN requires IS NULL
          THEN NOT NULLIF(dated_open, TRUE)
          ELSE NOT dated_fails
        END AS dated,
        CASE
          WHEN requires
          THEN TRUE
          WHEN requires IS NULL
          THEN NOT NULLIF(require_0_open, TRUE)
          ELSE NOT require_0_fails
        END AS require_0,
        CASE
          WHEN requires
          THEN TRUE
          WHEN requires IS NULL
          THEN NOT NULLIF(require_1_open, TRUE)
          ELSE NOT require_1_fails
        END AS require_1,
        CASE
          WHEN excluded
          THEN exclude_0_holds
          WHEN excluded IS NULL AND exclude_0_may
          THEN NULL
          ELSE FALSE
        END AS exclude_0,
        CASE
          WHEN excluded
          THEN exclude_1_holds
          WHEN excluded IS NULL AND exclude_1_may
          THEN NULL
          ELSE FALSE
        END AS exclude_1,
        CASE
          WHEN excluded
          THEN exclude_2_holds
          WHEN excluded IS NULL AND exclude_2_may
          THEN NULL
          ELSE FALSE
        END AS exclude_2,
        CASE
          WHEN excluded
          THEN exclude_3_holds
          WHEN excluded IS NULL AND exclude_3_may
          THEN NULL
          ELSE FALSE
        END AS exclude_3,
        CASE
          WHEN excluded
          THEN exclude_4_holds
          WHEN excluded IS NULL AND exclude_4_may
          THEN NULL
          ELSE FALSE
        END AS exclude_4,
        FALSE AS no_exclusion,
        missed AND not_yet AS not_yet,
        missed AND without_imaging AS without_imaging,
        FALSE AS is_undated
      FROM told
    ), undated AS (
      SELECT
        patient,
        period_first,
        MIN(index_lo) FILTER(WHERE
          (
            eligible IS NULL OR NOT is_dated
          )
          AND (
            first_day IS NULL OR index_lo < first_day
          )) AS day_lo,
        COALESCE(
          ANY_VALUE(first_day),
          MAX(index_hi) FILTER(WHERE
            (
              eligible IS NULL OR NOT is_dated
            )
            AND (
              first_day IS NULL OR index_lo < first_day
            ))
        ) AS day_hi
      FROM rule_1_found
      WHERE
        TRUE
      GROUP BY
        patient,
        period_first
      HAVING
        BOOL_OR(
          CAST((
            eligible IS NULL OR NOT is_dated
          )
          AND (
            first_day IS NULL OR index_lo < first_day
          ) AS BOOLEAN)
        )
    )
    SELECT
      patient AS unit,
      patient,
      period_first < 19250 AS is_earlier,
      COALESCE(a.day_lo, o.day_lo) AS day_lo,
      COALESCE(a.day_hi, o.day_hi) AS day_hi,
      COALESCE(a.clinician, '') AS clinician,
      '' AS modality,
      FALSE AS no_index,
      NOT o.patient IS NULL AS is_undated,
      COALESCE(a.proposed, FALSE) AS proposed,
      COALESCE(a.short, FALSE) AS short,
      a.*
      EXCLUDE (patient, period_first, day_lo, day_hi, clinician, proposed, short, is_undated)
    FROM person AS a
    FULL JOIN undated AS o
      USING (patient, period_first)
  )
);

-- rule_2_pattern
SELECT
  unit,
  patient,
  day_lo,
  day_hi,
  clinician,
  modality,
  shared + COALESCE(CAST((
    TRUE
  ) AS BIGINT), 2) * 1594323 + COALESCE(CAST((
    TRUE
  ) AS BIGINT), 2) * 4782969 + COALESCE(CAST((
    numerator
  ) AS BIGINT), 2) * 14348907 + COALESCE(CAST((
    numerator
  ) AS BIGINT), 2) * 43046721 + COALESCE(CAST((
    not_yet
  ) AS BIGINT), 2) * 129140163 + COALESCE(CAST((
    without_imaging
  ) AS BIGINT), 2) * 387420489 AS pattern_0
FROM (
  SELECT
    *,
    0 + COALESCE(CAST((
      no_index
    ) AS BIGINT), 2) * 1 + COALESCE(CAST((
      is_undated
    ) AS BIGINT), 2) * 3 + COALESCE(CAST((
      is_earlier
    ) AS BIGINT), 2) * 9 + COALESCE(CAST((
      dated
    ) AS BIGINT), 2) * 27 + COALESCE(CAST((
      require_0
    ) AS BIGINT), 2) * 81 + COALESCE(CAST((
      require_1
    ) AS BIGINT), 2) * 243 + COALESCE(CAST((
      exclude_0
    ) AS BIGINT), 2) * 729 + COALESCE(CAST((
      exclude_1
    ) AS BIGINT), 2) * 2187 + COALESCE(CAST((
      exclude_2
    ) AS BIGINT), 2) * 6561 + COALESCE(CAST((
      exclude_3
    ) AS BIGINT), 2) * 19683 + COALESCE(CAST((
      exclude_4
    ) AS BIGINT), 2) * 59049 + COALESCE(CAST((
      short
    ) AS BIGINT), 2) * 177147 + COALESCE(CAST((
      proposed
    ) AS BIGINT), 2) * 531441 AS shared
  FROM (
    WITH gathered AS (
      SELECT
        patient,
        period_first,
        requires AS requires,
        eligible AS eligible,
        (
          CASE
            WHEN (
              is_open AND excludes IS FALSE
            )
            THEN TRUE
            WHEN (
              is_open AND excludes IS NULL
            )
            THEN NULL
            ELSE FALSE
          END
        ) AS spared,
        CASE WHEN is_open THEN missed END AS missed,
        CASE
          WHEN (
            eligible AND settled
          )
          THEN TRUE
          WHEN (
            eligible IS DISTINCT FROM FALSE AND is_open
          )
          THEN CASE
            WHEN CASE
              WHEN eligible IS DISTINCT FROM FALSE AND is_open
              THEN COALESCE(settled, FALSE)
            END
            THEN TRUE
            WHEN CASE
              WHEN eligible IS DISTINCT FROM FALSE AND is_open
              THEN COALESCE(NOT settled, FALSE)
            END
            THEN FALSE
            ELSE NULL
          END
          ELSE CASE
            WHEN CASE WHEN is_open THEN COALESCE(settled, FALSE) END
            THEN TRUE
            WHEN CASE WHEN is_open THEN COALESCE(NOT settled, FALSE) END
            THEN FALSE
            ELSE NULL
          END
        END AS numerator,
        (
          {'rank': CASE
            WHEN eligible AND numerator
            THEN 0
            WHEN eligible
            THEN 1
            WHEN requires
            THEN 2
            ELSE 3
          END, 'lo': index_lo, 'hi': index_hi, 'clinician': clinician, 'proposed': proposed, 'short': short}
        ) AS named,
        (
          dated IS FALSE
        ) AS dated_fails,
        (
          is_open AND dated IS NULL
        ) AS dated_open,
        (
          require_0 IS FALSE
        ) AS require_0_fails,
        (
          is_open AND require_0 IS NULL
        ) AS require_0_open,
        (
          require_1 IS FALSE
        ) AS require_1_fails,
        (
          is_open AND require_1 IS NULL
        ) AS require_1_open,
        (
          is_open AND COALESCE(exclude_0, FALSE)
        ) AS exclude_0_holds,
        (
          is_open AND exclude_0 IS DISTINCT FROM FALSE
        ) AS exclude_0_may,
        (
          is_open AND COALESCE(exclude_1, FALSE)
        ) AS exclude_1_holds,
        (
          is_open AND exclude_1 IS DISTINCT FROM FALSE
        ) AS exclude_1_may,
        (
          is_open AND COALESCE(exclude_2, FALSE)
        ) AS exclude_2_holds,
        (
          is_open AND exclude_2 IS DISTINCT FROM FALSE
        ) AS exclude_2_may,
        (
          is_open AND COALESCE(exclude_3, FALSE)
        ) AS exclude_3_holds,
        (
          is_open AND exclude_3 IS DISTINCT FROM FALSE
        ) AS exclude_3_may,
        (
          is_open AND COALESCE(exclude_4, FALSE)
        ) AS exclude_4_holds,
        (
          is_open AND exclude_4 IS DISTINCT FROM FALSE
        ) AS exclude_4_may,
        (
          is_open AND not_yet
        ) AS not_yet,
        (
          is_open AND without_imaging
        ) AS without_imaging
      FROM rule_2_answer
    ), told AS (
      SELECT
        *,
        CASE
          WHEN NOT eligible IS NULL
          THEN NOT eligible
          WHEN requires
          THEN NULL
          ELSE NOT spared
        END AS excluded
      FROM gathered
    ), person AS (
      SELECT
        patient,
        period_first,
        named.lo AS day_lo,
        named.hi AS day_hi,
        named.clinician,
        named.proposed,
        named.short,
        numerator,
        CASE
          WHEN requires
          THEN TRUE
          WHEN requires IS NULL
          THEN NOT NULLIF(dated_open, TRUE)
          ELSE NOT dated_fails
        END AS dated,
        CASE
          WHEN requires
          THEN TRUE
          WHEN requires IS NULL
          THEN NOT NULLIF(require_0_open, TRUE)
          ELSE NOT require_0_fails
        END AS require_0,
        CASE
          WHEN requires
          THEN TRUE
          WHEN requires IS NULL
          THEN NOT NULLIF(require_1_open, TRUE)
          ELSE NOT require_1_fails
        END AS require_1,
        CASE
          WHEN excluded
          THEN exclude_0_holds
          WHEN excluded IS NULL AND exclude_0_may
          THEN NULL
          ELSE FALSE
        END AS exclude_0,
        CASE
          WHEN excluded
          THEN exclude_1_holds
          WHEN excluded IS NULL AND exclude_1_may
          THEN NULL
          ELSE FALSE
        END AS exclude_1,
        CASE
          WHEN excluded
          THEN exclude_2_holds
          WHEN excluded IS NULL AND exclude_2_may
          THEN NULL
          ELSE FALSE
        END AS exclude_2,
        CASE
          WHEN excluded
          THEN exclude_3_holds
          WHEN excluded IS NULL AND exclude_3_may
          THEN NULL
          ELSE FALSE
        END AS exclude_3,
        CASE
          WHEN excluded
          THEN exclude_4_holds
          WHEN excluded IS NULL AND exclude_4_may
          THEN NULL
          ELSE FALSE
        END AS exclude_4,
        FALSE AS no_exclusion,
        missed AND not_yet AS not_yet,
        missed AND without_imaging AS without_imaging,
        FALSE AS is_undated
      FROM told
    ), undated AS (
      SELECT
        patient,
        period_first,
        MIN(index_lo) FILTER(WHERE
          (
            eligible IS NULL OR NOT is_dated
          )
          AND (
            first_day IS NULL OR index_lo < first_day
          )) AS day_lo,
        COALESCE(
          ANY_VALUE(first_day),
          MAX(index_hi) FILTER(WHERE
            (
              eligible IS NULL OR NOT is_dated
            )
            AND (
              first_day IS NULL OR index_lo < first_day
            ))
        ) AS day_hi
      FROM rule_2_found
      WHERE
        TRUE
      GROUP BY
        patient,
        period_first
      HAVING
        BOOL_OR(
          CAST((
            eligible IS NULL OR NOT is_dated
          )
          AND (
            first_day IS NULL OR index_lo < first_day
          ) AS BOOLEAN)
        )
    )
    SELECT
      patient AS unit,
      patient,
      period_first < 19250 AS is_earlier,
      COALESCE(a.day_lo, o.day_lo) AS day_lo,
      COALESCE(a.day_hi, o.day_hi) AS day_hi,
      COALESCE(a.clinician, '') AS clinician,
      '' AS modality,
      FALSE AS no_index,
      NOT o.patient IS NULL AS is_undated,
      COALESCE(a.proposed, FALSE) AS proposed,
      COALESCE(a.short, FALSE) AS short,
      a.*
      EXCLUDE (patient, period_first, day_lo, day_hi, clinician, proposed, short, is_undated)
    FROM person AS a
    FULL JOIN undated AS o
      USING (patient, period_first)
  )
);

-- rule_3_pattern
SELECT
  unit,
  patient,
  day_lo,
  day_hi,
  clinician,
  modality,
  shared + COALESCE(CAST((
    TRUE
  ) AS BIGINT), 2) * 1594323 + COALESCE(CAST((
    TRUE
  ) AS BIGINT), 2) * 4782969 + COALESCE(CAST((
    numerator
  ) AS BIGINT), 2) * 14348907 + COALESCE(CAST((
    numerator
  ) AS BIGINT), 2) * 43046721 + COALESCE(CAST((
    not_yet
  ) AS BIGINT), 2) * 129140163 + COALESCE(CAST((
    without_imaging
  ) AS BIGINT), 2) * 387420489 AS pattern_0
FROM (
  SELECT
    *,
    0 + COALESCE(CAST((
      no_index
    ) AS BIGINT), 2) * 1 + COALESCE(CAST((
      is_undated
    ) AS BIGINT), 2) * 3 + COALESCE(CAST((
      is_earlier
    ) AS BIGINT), 2) * 9 + COALESCE(CAST((
      dated
    ) AS BIGINT), 2) * 27 + COALESCE(CAST((
      require_0
    ) AS BIGINT), 2) * 81 + COALESCE(CAST((
      require_1
    ) AS BIGINT), 2) * 243 + COALESCE(CAST((
      exclude_0
    ) AS BIGINT), 2) * 729 + COALESCE(CAST((
      exclude_1
    ) AS BIGINT), 2) * 2187 + COALESCE(CAST((
      exclude_2
    ) AS BIGINT), 2) * 6561 + COALESCE(CAST((
      exclude_3
    ) AS BIGINT), 2) * 19683 + COALESCE(CAST((
      exclude_4
    ) AS BIGINT), 2) * 59049 + COALESCE(CAST((
      short
    ) AS BIGINT), 2) * 177147 + COALESCE(CAST((
      proposed
    ) AS BIGINT), 2) * 531441 AS shared
  FROM (
    WITH gathered AS (
      SELECT
        patient,
        period_first,
        requires AS requires,
        eligible AS eligible,
        (
          CASE
            WHEN (
              is_open AND excludes IS FALSE
            )
            THEN TRUE
            WHEN (
              is_open AND excludes IS NULL
            )
            THEN NULL
            ELSE FALSE
          END
        ) AS spared,
        CASE WHEN is_open THEN missed END AS missed,
        CASE
          WHEN (
            eligible AND settled
          )
          THEN TRUE
          WHEN (
            eligible IS DISTINCT FROM FALSE AND is_open
          )
          THEN CASE
            WHEN CASE
              WHEN eligible IS DISTINCT FROM FALSE AND is_open
              THEN COALESCE(settled, FALSE)
            END
            THEN TRUE
            WHEN CASE
              WHEN eligible IS DISTINCT FROM FALSE AND is_open
              THEN COALESCE(NOT settled, FALSE)
            END
            THEN FALSE
            ELSE NULL
          END
          ELSE CASE
            WHEN CASE WHEN is_open THEN COALESCE(settled, FALSE) END
            THEN TRUE
            WHEN CASE WHEN is_open THEN COALESCE(NOT settled, FALSE) END
            THEN FALSE
            ELSE NULL
          END
        END AS numerator,
        (
          {'rank': CASE
            WHEN eligible AND numerator
            THEN 0
            WHEN eligible
            THEN 1
            WHEN requires
            THEN 2
            ELSE 3
          END, 'lo': index_lo, 'hi': index_hi, 'clinician': clinician, 'proposed': proposed, 'short': short}
        ) AS named,
        (
          dated IS FALSE
        ) AS dated_fails,
        (
          is_open AND dated IS NULL
        ) AS dated_open,
        (
          require_0 IS FALSE
        ) AS require_0_fails,
        (
          is_open AND require_0 IS NULL
        ) AS require_0_open,
        (
          require_1 IS FALSE
        ) AS require_1_fails,
        (
          is_open AND require_1 IS NULL
        ) AS require_1_open,
        (
          is_open AND COALESCE(exclude_0, FALSE)
        ) AS exclude_0_holds,
        (
          is_open AND exclude_0 IS DISTINCT FROM FALSE
        ) AS exclude_0_may,
        (
          is_open AND COALESCE(exclude_1, FALSE)
        ) AS exclude_1_holds,
        (
          is_open AND exclude_1 IS DISTINCT FROM FALSE
        ) AS exclude_1_may,
        (
          is_open AND COALESCE(exclude_2, FALSE)
        ) AS exclude_2_holds,
        (
          is_open AND exclude_2 IS DISTINCT FROM FALSE
        ) AS exclude_2_may,
        (
          is_open AND COALESCE(exclude_3, FALSE)
        ) AS exclude_3_holds,
        (
          is_open AND exclude_3 IS DISTINCT FROM FALSE
        ) AS exclude_3_may,
        (
          is_open AND COALESCE(exclude_4, FALSE)
        ) AS exclude_4_holds,
        (
          is_open AND exclude_4 IS DISTINCT FROM FALSE
        ) AS exclude_4_may,
        (
          is_open AND not_yet
        ) AS not_yet,
        (
          is_open AND without_imaging
        ) AS without_imaging
      FROM rule_3_answer
    ), told AS (
      SELECT
        *,
        CASE
          WHEN NOT eligible IS NULL
          THEN NOT eligible
          WHEN requires
          THEN NULL
          ELSE NOT spared
        END AS excluded
      FROM gathered
    ), person AS (
      SELECT
        patient,
        period_first,
        named.lo AS day_lo,
        named.hi AS day_hi,
        named.clinician,
        named.proposed,
        named.short,
        numerator,
        CASE
          WHEN requires
          THEN TRUE
          WHEN requires IS NULL
          THEN NOT NULLIF(dated_open, TRUE)
          ELSE NOT dated_fails
        END AS dated,
        CASE
          WHEN requires
          THEN TRUE
          WHEN requires IS NULL
          THEN NOT NULLIF(require_0_open, TRUE)
          ELSE NOT require_0_fails
        END AS require_0,
        CASE
          WHEN requires
          THEN TRUE
          WHEN requires IS NULL
          THEN NOT NULLIF(require_1_open, TRUE)
          ELSE NOT require_1_fails
        END AS require_1,
        CASE
          WHEN excluded
          THEN exclude_0_holds
          WHEN excluded IS NULL AND exclude_0_may
          THEN NULL
          ELSE FALSE
        END AS exclude_0,
        CASE
          WHEN excluded
          THEN exclude_1_holds
          WHEN excluded IS NULL AND exclude_1_may
          THEN NULL
          ELSE FALSE
        END AS exclude_1,
        CASE
          WHEN excluded
          THEN exclude_2_holds
          WHEN excluded IS NULL AND exclude_2_may
          THEN NULL
          ELSE FALSE
        END AS exclude_2,
        CASE
          WHEN excluded
          THEN exclude_3_holds
          WHEN excluded IS NULL AND exclude_3_may
          THEN NULL
          ELSE FALSE
        END AS exclude_3,
        CASE
          WHEN excluded
          THEN exclude_4_holds
          WHEN excluded IS NULL AND exclude_4_may
          THEN NULL
          ELSE FALSE
        END AS exclude_4,
        FALSE AS no_exclusion,
        missed AND not_yet AS not_yet,
        missed AND without_imaging AS without_imaging,
        FALSE AS is_undated
      FROM told
    ), undated AS (
      SELECT
        patient,
        period_first,
        MIN(index_lo) FILTER(WHERE
          (
            eligible IS NULL OR NOT is_dated
          )
          AND (
            first_day IS NULL OR index_lo < first_day
          )) AS day_lo,
        COALESCE(
          ANY_VALUE(first_day),
          MAX(index_hi) FILTER(WHERE
            (
              eligible IS NULL OR NOT is_dated
            )
            AND (
              first_day IS NULL OR index_lo < first_day
            ))
        ) AS day_hi
      FROM rule_3_found
      WHERE
        TRUE
      GROUP BY
        patient,
        period_first
      HAVING
        BOOL_OR(
          CAST((
            eligible IS NULL OR NOT is_dated
          )
          AND (
            first_day IS NULL OR index_lo < first_day
          ) AS BOOLEAN)
        )
    )
    SELECT
      patient AS unit,
      patient,
      period_first < 19250 AS is_earlier,
      COALESCE(a.day_lo, o.day_lo) AS day_lo,
      COALESCE(a.day_hi, o.day_hi) AS day_hi,
      COALESCE(a.clinician, '') AS clinician,
      '' AS modality,
      FALSE AS no_index,
      NOT o.patient IS NULL AS is_undated,
      COALESCE(a.proposed, FALSE) AS proposed,
      COALESCE(a.short, FALSE) AS short,
      a.*
      EXCLUDE (patient, period_first, day_lo, day_hi, clinician, proposed, short, is_undated)
    FROM person AS a
    FULL JOIN undated AS o
      USING (patient, period_first)
  )
);

-- rule_4_pattern
SELECT
  unit,
  patient,
  day_lo,
  day_hi,
  clinician,
  modality,
  shared + COALESCE(CAST((
    TRUE
  ) AS BIGINT), 2) * 14348907 + COALESCE(CAST((
    TRUE
  ) AS BIGINT), 2) * 43046721 + COALESCE(CAST((
    numerator
  ) AS BIGINT), 2) * 129140163 + COALESCE(CAST((
    numerator
  ) AS BIGINT), 2) * 387420489 + COALESCE(CAST((
    not_yet
  ) AS BIGINT), 2) * 1162261467 + COALESCE(CAST((
    without_imaging
  ) AS BIGINT), 2) * 3486784401 AS pattern_0
FROM (
  SELECT
    *,
    0 + COALESCE(CAST((
      no_index
    ) AS BIGINT), 2) * 1 + COALESCE(CAST((
      is_undated
    ) AS BIGINT), 2) * 3 + COALESCE(CAST((
      is_earlier
    ) AS BIGINT), 2) * 9 + COALESCE(CAST((
      dated
    ) AS BIGINT), 2) * 27 + COALESCE(CAST((
      require_0
    ) AS BIGINT), 2) * 81 + COALESCE(CAST((
      exclude_0
    ) AS BIGINT), 2) * 243 + COALESCE(CAST((
      exclude_1
    ) AS BIGINT), 2) * 729 + COALESCE(CAST((
      exclude_2
    ) AS BIGINT), 2) * 2187 + COALESCE(CAST((
      exclude_3
    ) AS BIGINT), 2) * 6561 + COALESCE(CAST((
      exclude_4
    ) AS BIGINT), 2) * 19683 + COALESCE(CAST((
      exclude_5
    ) AS BIGINT), 2) * 59049 + COALESCE(CAST((
      exclude_6
    ) AS BIGINT), 2) * 177147 + COALESCE(CAST((
      exclude_7
    ) AS BIGINT), 2) * 531441 + COALESCE(CAST((
      short
    ) AS BIGINT), 2) * 1594323 + COALESCE(CAST((
      proposed
    ) AS BIGINT), 2) * 4782969 AS shared
  FROM (
    WITH gathered AS (
      SELECT
        patient,
        period_first,
        (
          CASE
            WHEN BOOL_OR(CAST(requires AS BOOLEAN))
            THEN TRUE
            WHEN BOOL_OR(CAST(requires IS NULL AS BOOLEAN))
            THEN NULL
            ELSE FALSE
          END
        ) AS requires,
        (
          CASE
            WHEN BOOL_OR(CAST(eligible AS BOOLEAN))
            THEN TRUE
            WHEN BOOL_OR(CAST(eligible IS NULL AS BOOLEAN))
            THEN NULL
            ELSE FALSE
          END
        ) AS eligible,
        (
          CASE
            WHEN BOOL_OR(CAST(is_open AND excludes IS FALSE AS BOOLEAN))
            THEN TRUE
            WHEN BOOL_OR(CAST(is_open AND excludes IS NULL AS BOOLEAN))
            THEN NULL
            ELSE FALSE
          END
        ) AS spared,
        BOOL_AND(CAST(missed AS BOOLEAN)) FILTER(WHERE
          is_open) AS missed,
        CASE
          WHEN BOOL_OR(CAST(eligible AND settled AS BOOLEAN))
          THEN TRUE
          WHEN BOOL_OR(CAST(eligible IS DISTINCT FROM FALSE AND is_open AS BOOLEAN))
          THEN CASE
            WHEN BOOL_AND(CAST(COALESCE(settled, FALSE) AS BOOLEAN)) FILTER(WHERE
              eligible IS DISTINCT FROM FALSE AND is_open)
            THEN TRUE
            WHEN BOOL_AND(CAST(COALESCE(NOT settled, FALSE) AS BOOLEAN)) FILTER(WHERE
              eligible IS DISTINCT FROM FALSE AND is_open)
            THEN FALSE
            ELSE NULL
          END
          ELSE CASE
            WHEN BOOL_AND(CAST(COALESCE(settled, FALSE) AS BOOLEAN)) FILTER(WHERE
              is_open)
            THEN TRUE
            WHEN BOOL_AND(CAST(COALESCE(NOT settled, FALSE) AS BOOLEAN)) FILTER(WHERE
              is_open)
            THEN FALSE
            ELSE NULL
          END
        END AS numerator,
        MIN(
          {'rank': CASE
            WHEN eligible AND numerator
            THEN 0
            WHEN eligible
            THEN 1
            WHEN requires
            THEN 2
            ELSE 3
          END, 'lo': index_lo, 'hi': index_hi, 'clinician': clinician, 'proposed': proposed, 'short': short}
        ) AS named,
        BOOL_OR(CAST(dated IS FALSE AS BOOLEAN)) AS dated_fails,
        BOOL_OR(CAST(is_open AND dated IS NULL AS BOOLEAN)) AS dated_open,
        BOOL_OR(CAST(require_0 IS FALSE AS BOOLEAN)) AS require_0_fails,
        BOOL_OR(CAST(is_open AND require_0 IS NULL AS BOOLEAN)) AS require_0_open,
        BOOL_OR(CAST(is_open AND COALESCE(exclude_0, FALSE) AS BOOLEAN)) AS exclude_0_holds,
        BOOL_OR(CAST(is_open AND exclude_0 IS DISTINCT FROM FALSE AS BOOLEAN)) AS exclude_0_may,
        BOOL_OR(CAST(is_open AND COALESCE(exclude_1, FALSE) AS BOOLEAN)) AS exclude_1_holds,
        BOOL_OR(CAST(is_open AND exclude_1 IS DISTINCT FROM FALSE AS BOOLEAN)) AS exclude_1_may,
        BOOL_OR(CAST(is_open AND COALESCE(exclude_2, FALSE) AS BOOLEAN)) AS exclude_2_holds,
        BOOL_OR(CAST(is_open AND exclude_2 IS DISTINCT FROM FALSE AS BOOLEAN)) AS exclude_2_may,
        BOOL_OR(CAST(is_open AND COALESCE(exclude_3, FALSE) AS BOOLEAN)) AS exclude_3_holds,
        BOOL_OR(CAST(is_open AND exclude_3 IS DISTINCT FROM FALSE AS BOOLEAN)) AS exclude_3_may,
        BOOL_OR(CAST(is_open AND COALESCE(exclude_4, FALSE) AS BOOLEAN)) AS exclude_4_holds,
        BOOL_OR(CAST(is_open AND exclude_4 IS DISTINCT FROM FALSE AS BOOLEAN)) AS exclude_4_may,
        BOOL_OR(CAST(is_open AND COALESCE(exclude_5, FALSE) AS BOOLEAN)) AS exclude_5_holds,
        BOOL_OR(CAST(is_open AND exclude_5 IS DISTINCT FROM FALSE AS BOOLEAN)) AS exclude_5_may,
        BOOL_OR(CAST(is_open AND COALESCE(exclude_6, FALSE) AS BOOLEAN)) AS exclude_6_holds,
        BOOL_OR(CAST(is_open AND exclude_6 IS DISTINCT FROM FALSE AS BOOLEAN)) AS exclude_6_may,
        BOOL_OR(CAST(is_open AND COALESCE(exclude_7, FALSE) AS BOOLEAN)) AS exclude_7_holds,
        BOOL_OR(CAST(is_open AND exclude_7 IS DISTINCT FROM FALSE AS BOOLEAN)) AS exclude_7_may,
        BOOL_OR(CAST(is_open AND not_yet AS BOOLEAN)) AS not_yet,
        BOOL_OR(CAST(is_open AND without_imaging AS BOOLEAN)) AS without_imaging
      FROM rule_4_answer
      GROUP BY
        patient,
        period_first
    ), told AS (
      SELECT
        *,
        CASE
          WHEN NOT eligible IS NULL
          THEN NOT eligible
          WHEN requires
          THEN NULL
          ELSE NOT spared
        END AS excluded
      FROM gathered
    ), person AS (
      SELECT
        patient,
        period_first,
        named.lo AS day_lo,
        named.hi AS day_hi,
        named.clinician,
        named.proposed,
        named.short,
        numerator,
        CASE
          WHEN requires
          THEN TRUE
          WHEN requires IS NULL
          THEN NOT NULLIF(dated_open, TRUE)
          ELSE NOT dated_fails
        END AS dated,
        CASE
          WHEN requires
          THEN TRUE
          WHEN requires IS NULL
          THEN NOT NULLIF(require_0_open, TRUE)
          ELSE NOT require_0_fails
        END AS require_0,
        CASE
          WHEN excluded
          THEN exclude_0_holds
          WHEN excluded IS NULL AND exclude_0_may
          THEN NULL
          ELSE FALSE
        END AS exclude_0,
        CASE
          WHEN excluded
          THEN exclude_1_holds
          WHEN excluded IS NULL AND exclude_1_may
          THEN NULL
          ELSE FALSE
        END AS exclude_1,
        CASE
          WHEN excluded
          THEN exclude_2_holds
          WHEN excluded IS NULL AND exclude_2_may
          THEN NULL
          ELSE FALSE
        END AS exclude_2,
        CASE
          WHEN excluded
          THEN exclude_3_holds
          WHEN excluded IS NULL AND exclude_3_may
          THEN NULL
          ELSE FALSE
        END AS exclude_3,
        CASE
          WHEN excluded
          THEN exclude_4_holds
          WHEN excluded IS NULL AND exclude_4_may
          THEN NULL
          ELSE FALSE
        END AS exclude_4,
        CASE
          WHEN excluded
          THEN exclude_5_holds
          WHEN excluded IS NULL AND exclude_5_may
          THEN NULL
          ELSE FALSE
        END AS exclude_5,
        CASE
          WHEN excluded
          THEN exclude_6_holds
          WHEN excluded IS NULL AND exclude_6_may
          THEN NULL
          ELSE FALSE
        END AS exclude_6,
        CASE
          WHEN excluded
          THEN exclude_7_holds
          WHEN excluded IS NULL AND exclude_7_may
          THEN NULL
          ELSE FALSE
        END AS exclude_7,
        FALSE AS no_exclusion,
        missed AND not_yet AS not_yet,
        missed AND without_imaging AS without_imaging,
        FALSE AS is_undated
      FROM told
    ), undated AS (
      SELECT
        patient,
        period_first,
        MIN(index_lo) FILTER(WHERE
          (
            eligible IS NULL OR NOT is_dated
          )
          AND (
            first_day IS NULL OR index_lo < first_day
          )) AS day_lo,
        COALESCE(
          ANY_VALUE(first_day),
          MAX(index_hi) FILTER(WHERE
            (
              eligible IS NULL OR NOT is_dated
            )
            AND (
              first_day IS NULL OR index_lo < first_day
            ))
        ) AS day_hi
      FROM rule_4_found
      WHERE
        FALSE
      GROUP BY
        patient,
        period_first
      HAVING
        BOOL_OR(
          CAST((
            eligible IS NULL OR NOT is_dated
          )
          AND (
            first_day IS NULL OR index_lo < first_day
          ) AS BOOLEAN)
        )
    )
    SELECT
      patient AS unit,
      patient,
      period_first < 19250 AS is_earlier,
      COALESCE(a.day_lo, o.day_lo) AS day_lo,
      COALESCE(a.day_hi, o.day_hi) AS day_hi,
      COALESCE(a.clinician, '') AS clinician,
      '' AS modality,
      FALSE AS no_index,
      NOT o.patient IS NULL AS is_undated,
      COALESCE(a.proposed, FALSE) AS proposed,
      COALESCE(a.short, FALSE) AS short,
      a.*
      EXCLUDE (patient, period_first, day_lo, day_hi, clinician, proposed, short, is_undated)
    FROM person AS a
    FULL JOIN undated AS o
      USING (patient, period_first)
  )
);

-- rule_5_pattern
SELECT
  unit,
  patient,
  day_lo,
  day_hi,
  clinician,
  modality,
  shared + COALESCE(CAST((
    TRUE
  ) AS BIGINT), 2) * 4782969 + COALESCE(CAST((
    TRUE
  ) AS BIGINT), 2) * 14348907 + COALESCE(CAST((
    numerator
  ) AS BIGINT), 2) * 43046721 + COALESCE(CAST((
    numerator
  ) AS BIGINT), 2) * 129140163 + COALESCE(CAST((
    not_yet
  ) AS BIGINT), 2) * 387420489 + COALESCE(CAST((
    without_imaging
  ) AS BIGINT), 2) * 1162261467 AS pattern_0
FROM (
  SELECT
    *,
    0 + COALESCE(CAST((
      no_index
    ) AS BIGINT), 2) * 1 + COALESCE(CAST((
      is_undated
    ) AS BIGINT), 2) * 3 + COALESCE(CAST((
      is_earlier
    ) AS BIGINT), 2) * 9 + COALESCE(CAST((
      dated
    ) AS BIGINT), 2) * 27 + COALESCE(CAST((
      require_0
    ) AS BIGINT), 2) * 81 + COALESCE(CAST((
      exclude_0
    ) AS BIGINT), 2) * 243 + COALESCE(CAST((
      exclude_1
    ) AS BIGINT), 2) * 729 + COALESCE(CAST((
      exclude_2
    ) AS BIGINT), 2) * 2187 + COALESCE(CAST((
      exclude_3
    ) AS BIGINT), 2) * 6561 + COALESCE(CAST((
      exclude_4
    ) AS BIGINT), 2) * 19683 + COALESCE(CAST((
      exclude_5
    ) AS BIGINT), 2) * 59049 + COALESCE(CAST((
      exclude_6
    ) AS BIGINT), 2) * 177147 + COALESCE(CAST((
      short
    ) AS BIGINT), 2) * 531441 + COALESCE(CAST((
      proposed
    ) AS BIGINT), 2) * 1594323 AS shared
  FROM (
    WITH gathered AS (
      SELECT
        patient,
        period_first,
        requires AS requires,
        eligible AS eligible,
        (
          CASE
            WHEN (
              is_open AND excludes IS FALSE
            )
            THEN TRUE
            WHEN (
              is_open AND excludes IS NULL
            )
            THEN NULL
            ELSE FALSE
          END
        ) AS spared,
        CASE WHEN is_open THEN missed END AS missed,
        CASE
          WHEN (
            eligible AND settled
          )
          THEN TRUE
          WHEN (
            eligible IS DISTINCT FROM FALSE AND is_open
          )
          THEN CASE
            WHEN CASE
              WHEN eligible IS DISTINCT FROM FALSE AND is_open
              THEN COALESCE(settled, FALSE)
            END
            THEN TRUE
            WHEN CASE
              WHEN eligible IS DISTINCT FROM FALSE AND is_open
              THEN COALESCE(NOT settled, FALSE)
            END
            THEN FALSE
            ELSE NULL
          END
          ELSE CASE
            WHEN CASE WHEN is_open THEN COALESCE(settled, FALSE) END
            THEN TRUE
            WHEN CASE WHEN is_open THEN COALESCE(NOT settled, FALSE) END
            THEN FALSE
            ELSE NULL
          END
        END AS numerator,
        (
          {'rank': CASE
            WHEN eligible AND numerator
            THEN 0
            WHEN eligible
            THEN 1
            WHEN requires
            THEN 2
            ELSE 3
          END, 'lo': index_lo, 'hi': index_hi, 'clinician': clinician, 'proposed': proposed, 'short': short}
        ) AS named,
        (
          dated IS FALSE
        ) AS dated_fails,
        (
          is_open AND dated IS NULL
        ) AS dated_open,
        (
          require_0 IS FALSE
        ) AS require_0_fails,
        (
          is_open AND require_0 IS NULL
        ) AS require_0_open,
        (
          is_open AND COALESCE(exclude_0, FALSE)
        ) AS exclude_0_holds,
        (
          is_open AND exclude_0 IS DISTINCT FROM FALSE
        ) AS exclude_0_may,
        (
          is_open AND COALESCE(exclude_1, FALSE)
        ) AS exclude_1_holds,
        (
          is_open AND exclude_1 IS DISTINCT FROM FALSE
        ) AS exclude_1_may,
        (
          is_open AND COALESCE(exclude_2, FALSE)
        ) AS exclude_2_holds,
        (
          is_open AND exclude_2 IS DISTINCT FROM FALSE
        ) AS exclude_2_may,
        (
          is_open AND COALESCE(exclude_3, FALSE)
        ) AS exclude_3_holds,
        (
          is_open AND exclude_3 IS DISTINCT FROM FALSE
        ) AS exclude_3_may,
        (
          is_open AND COALESCE(exclude_4, FALSE)
        ) AS exclude_4_holds,
        (
          is_open AND exclude_4 IS DISTINCT FROM FALSE
        ) AS exclude_4_may,
        (
          is_open AND COALESCE(exclude_5, FALSE)
        ) AS exclude_5_holds,
        (
          is_open AND exclude_5 IS DISTINCT FROM FALSE
        ) AS exclude_5_may,
        (
          is_open AND COALESCE(exclude_6, FALSE)
        ) AS exclude_6_holds,
        (
          is_open AND exclude_6 IS DISTINCT FROM FALSE
        ) AS exclude_6_may,
        (
          is_open AND not_yet
        ) AS not_yet,
        (
          is_open AND without_imaging
        ) AS without_imaging
      FROM rule_5_answer
    ), told AS (
      SELECT
        *,
        CASE
          WHEN NOT eligible IS NULL
          THEN NOT eligible
          WHEN requires
          THEN NULL
          ELSE NOT spared
        END AS excluded
      FROM gathered
    ), person AS (
      SELECT
        patient,
        period_first,
        named.lo AS day_lo,
        named.hi AS day_hi,
        named.clinician,
        named.proposed,
        named.short,
        numerator,
        CASE
          WHEN requires
          THEN TRUE
          WHEN requires IS NULL
          THEN NOT NULLIF(dated_open, TRUE)
          ELSE NOT dated_fails
        END AS dated,
        CASE
          WHEN requires
          THEN TRUE
          WHEN requires IS NULL
          THEN NOT NULLIF(require_0_open, TRUE)
          ELSE NOT require_0_fails
        END AS require_0,
        CASE
          WHEN excluded
          THEN exclude_0_holds
          WHEN excluded IS NULL AND exclude_0_may
          THEN NULL
          ELSE FALSE
        END AS exclude_0,
        CASE
          WHEN excluded
          THEN exclude_1_holds
          WHEN excluded IS NULL AND exclude_1_may
          THEN NULL
          ELSE FALSE
        END AS exclude_1,
        CASE
          WHEN excluded
          THEN exclude_2_holds
          WHEN excluded IS NULL AND exclude_2_may
          THEN NULL
          ELSE FALSE
        END AS exclude_2,
        CASE
          WHEN excluded
          THEN exclude_3_holds
          WHEN excluded IS NULL AND exclude_3_may
          THEN NULL
          ELSE FALSE
        END AS exclude_3,
        CASE
          WHEN excluded
          THEN exclude_4_holds
          WHEN excluded IS NULL AND exclude_4_may
          THEN NULL
          ELSE FALSE
        END AS exclude_4,
        CASE
          WHEN excluded
          THEN exclude_5_holds
          WHEN excluded IS NULL AND exclude_5_may
          THEN NULL
          ELSE FALSE
        END AS exclude_5,
        CASE
          WHEN excluded
          THEN exclude_6_holds
          WHEN excluded IS NULL AND exclude_6_may
          THEN NULL
          ELSE FALSE
        END AS exclude_6,
        FALSE AS no_exclusion,
        missed AND not_yet AS not_yet,
        missed AND without_imaging AS without_imaging,
        FALSE AS is_undated
      FROM told
    ), undated AS (
      SELECT
        patient,
        period_first,
        MIN(index_lo) FILTER(WHERE
          (
            eligible IS NULL OR NOT is_dated
          )
          AND (
            first_day IS NULL OR index_lo < first_day
          )) AS day_lo,
        COALESCE(
          ANY_VALUE(first_day),
          MAX(index_hi) FILTER(WHERE
            (
              eligible IS NULL OR NOT is_dated
            )
            AND (
              first_day IS NULL OR index_lo < first_day
            ))
        ) AS day_hi
      FROM rule_5_found
      WHERE
        TRUE
      GROUP BY
        patient,
        period_first
      HAVING
        BOOL_OR(
          CAST((
            eligible IS NULL OR NOT is_dated
          )
          AND (
            first_day IS NULL OR index_lo < first_day
          ) AS BOOLEAN)
        )
    )
    SELECT
      patient AS unit,
      patient,
      period_first < 19250 AS is_earlier,
      COALESCE(a.day_lo, o.day_lo) AS day_lo,
      COALESCE(a.day_hi, o.day_hi) AS day_hi,
      COALESCE(a.clinician, '') AS clinician,
      '' AS modality,
      FALSE AS no_index,
      NOT o.patient IS NULL AS is_undated,
      COALESCE(a.proposed, FALSE) AS proposed,
      COALESCE(a.short, FALSE) AS short,
      a.*
      EXCLUDE (patient, period_first, day_lo, day_hi, clinician, proposed, short, is_undated)
    FROM person AS a
    FULL JOIN undated AS o
      USING (patient, period_first)
  )
);

-- rest
SELECT
  'hedis-lbp-my2025' AS indicator,
  CAST(5521779867740005 AS BIGINT) AS pattern,
  (
    (
      SELECT
        COUNT(*)
      FROM patients
    ) - (
      SELECT
        COUNT(*)
      FROM (
        SELECT
          patient
        FROM rule_0_answer
        WHERE
          period_first = 19250
        UNION
        SELECT
          patient
        FROM rule_0_found
        WHERE
          period_first = 19250
          AND TRUE
          AND (
            eligible IS NULL OR NOT is_dated
          )
          AND (
            first_day IS NULL OR index_lo < first_day
          )
      )
    )
  ) AS units
UNION ALL
SELECT
  'cms166v4' AS indicator,
  CAST(1154466973 AS BIGINT) AS pattern,
  (
    (
      SELECT
        COUNT(*)
      FROM patients
    ) - (
      SELECT
        COUNT(*)
      FROM (
        SELECT
          patient
        FROM rule_1_answer
        WHERE
          period_first = 19250
        UNION
        SELECT
          patient
        FROM rule_1_found
        WHERE
          period_first = 19250
          AND TRUE
          AND (
            eligible IS NULL OR NOT is_dated
          )
          AND (
            first_day IS NULL OR index_lo < first_day
          )
      )
    )
  ) AS units
UNION ALL
SELECT
  'cms166v5' AS indicator,
  CAST(1154466973 AS BIGINT) AS pattern,
  (
    (
      SELECT
        COUNT(*)
      FROM patients
    ) - (
      SELECT
        COUNT(*)
      FROM (
        SELECT
          patient
        FROM rule_2_answer
        WHERE
          period_first = 19250
        UNION
        SELECT
          patient
        FROM rule_2_found
        WHERE
          period_first = 19250
          AND TRUE
          AND (
            eligible IS NULL OR NOT is_dated
          )
          AND (
            first_day IS NULL OR index_lo < first_day
          )
      )
    )
  ) AS units
UNION ALL
SELECT
  'nqf0052-2012' AS indicator,
  CAST(1154466973 AS BIGINT) AS pattern,
  (
    (
      SELECT
        COUNT(*)
      FROM patients
    ) - (
      SELECT
        COUNT(*)
      FROM (
        SELECT
          patient
        FROM rule_3_answer
        WHERE
          period_first = 19250
        UNION
        SELECT
          patient
        FROM rule_3_found
        WHERE
          period_first = 19250
          AND TRUE
          AND (
            eligible IS NULL OR NOT is_dated
          )
          AND (
            first_day IS NULL OR index_lo < first_day
          )
      )
    )
  ) AS units
UNION ALL
SELECT
  'charlesworth-2016' AS indicator,
  CAST(10390202965 AS BIGINT) AS pattern,
  (
    (
      SELECT
        COUNT(*)
      FROM patients
    ) - (
      SELECT
        COUNT(*)
      FROM (
        SELECT
          patient
        FROM rule_4_answer
        WHERE
          period_first = 19250
        UNION
        SELECT
          patient
        FROM rule_4_found
        WHERE
          period_first = 19250
          AND FALSE
          AND (
            eligible IS NULL OR NOT is_dated
          )
          AND (
            first_day IS NULL OR index_lo < first_day
          )
      )
    )
  ) AS units
UNION ALL
SELECT
  'cmaj-open-ontario' AS indicator,
  CAST(3463400971 AS BIGINT) AS pattern,
  (
    (
      SELECT
        COUNT(*)
      FROM patients
    ) - (
      SELECT
        COUNT(*)
      FROM (
        SELECT
          patient
        FROM rule_5_answer
        WHERE
          period_first = 19250
        UNION
        SELECT
          patient
        FROM rule_5_found
        WHERE
          period_first = 19250
          AND TRUE
          AND (
            eligible IS NULL OR NOT is_dated
          )
          AND (
            first_day IS NULL OR index_lo < first_day
          )
      )
    )
  ) AS units;

-- pattern
SELECT
  *
FROM (
  WITH unpacked AS (
    SELECT
      'imaging-early' AS indicator,
      pattern,
      CASE (
        pattern // 1
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS is_dated,
      CASE (
        pattern // 3
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS washout,
      CASE (
        pattern // 9
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS age,
      CASE (
        pattern // 27
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS status,
      CASE (
        pattern // 81
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS no_onset,
      CASE (
        pattern // 243
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS no_setting,
      CASE (
        pattern // 729
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS proposed,
      CASE (
        pattern // 2187
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS rule_0,
      CASE (
        pattern // 6561
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS rule_1,
      CASE (
        pattern // 19683
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS rule_2,
      CASE (
        pattern // 59049
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population_recorded,
      CASE (
        pattern // 177147
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population,
      CASE (
        pattern // 531441
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator_recorded,
      CASE (
        pattern // 1594323
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator,
      CASE (
        pattern // 4782969
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS follows,
      CASE
        WHEN CASE (
          pattern // 14348907
        ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
        THEN 'not-followed'
        WHEN CASE (
          pattern // 43046721
        ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
        THEN 'not-yet'
        ELSE CONCAT_WS(
          ';',
          CASE
            WHEN CASE (
              pattern // 129140163
            ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
            THEN 'not-carried:imaging'
          END
        )
      END AS missed,
      '' AS also,
      FALSE AS is_beside
    FROM (
      SELECT DISTINCT
        pattern_0 AS pattern
      FROM episode_pattern
      WHERE
        NOT pattern_0 IS NULL
    )
    UNION ALL
    SELECT
      'imaging-missed' AS indicator,
      pattern,
      CASE (
        pattern // 1
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS is_dated,
      CASE (
        pattern // 3
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS washout,
      CASE (
        pattern // 9
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS age,
      CASE (
        pattern // 27
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS status,
      CASE (
        pattern // 81
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS no_onset,
      CASE (
        pattern // 243
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS no_setting,
      CASE (
        pattern // 729
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS proposed,
      CASE (
        pattern // 2187
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS rule_0,
      CASE (
        pattern // 6561
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS rule_1,
      CASE (
        pattern // 19683
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS rule_2,
      CASE (
        pattern // 59049
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population_recorded,
      CASE (
        pattern // 177147
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population,
      CASE (
        pattern // 531441
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator_recorded,
      CASE (
        pattern // 1594323
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator,
      CASE (
        pattern // 4782969
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS follows,
      CASE
        WHEN CASE (
          pattern // 14348907
        ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
        THEN 'not-followed'
        WHEN CASE (
          pattern // 43046721
        ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
        THEN 'not-yet'
        ELSE CONCAT_WS(
          ';',
          CASE
            WHEN CASE (
              pattern // 129140163
            ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
            THEN 'not-carried:imaging'
          END
        )
      END AS missed,
      '' AS also,
      TRUE AS is_beside
    FROM (
      SELECT DISTINCT
        pattern_1 AS pattern
      FROM episode_pattern
      WHERE
        NOT pattern_1 IS NULL
    )
    UNION ALL
    SELECT
      'red-flag-documentation' AS indicator,
      pattern,
      CASE (
        pattern // 1
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS is_dated,
      CASE (
        pattern // 3
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS washout,
      CASE (
        pattern // 9
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS age,
      CASE (
        pattern // 27
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS status,
      CASE (
        pattern // 81
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS no_onset,
      CASE (
        pattern // 243
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS no_setting,
      CASE (
        pattern // 729
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS proposed,
      CASE (
        pattern // 2187
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS rule_0,
      CASE (
        pattern // 6561
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS rule_1,
      CASE (
        pattern // 19683
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS rule_2,
      CASE (
        pattern // 59049
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population_recorded,
      CASE (
        pattern // 177147
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population,
      CASE (
        pattern // 531441
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator_recorded,
      CASE (
        pattern // 1594323
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator,
      CASE (
        pattern // 4782969
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS follows,
      CASE
        WHEN CASE (
          pattern // 14348907
        ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
        THEN 'not-followed'
        WHEN CASE (
          pattern // 43046721
        ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
        THEN 'not-yet'
        ELSE ''
      END AS missed,
      '' AS also,
      FALSE AS is_beside
    FROM (
      SELECT DISTINCT
        pattern_2 AS pattern
      FROM episode_pattern
      WHERE
        NOT pattern_2 IS NULL
    )
    UNION ALL
    SELECT
      'specialist-consultation' AS indicator,
      pattern,
      CASE (
        pattern // 1
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS is_dated,
      CASE (
        pattern // 3
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS washout,
      CASE (
        pattern // 9
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS age,
      CASE (
        pattern // 27
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS status,
      CASE (
        pattern // 81
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS no_onset,
      CASE (
        pattern // 243
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS no_setting,
      CASE (
        pattern // 729
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS proposed,
      CASE (
        pattern // 2187
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS rule_0,
      CASE (
        pattern // 6561
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS rule_1,
      CASE (
        pattern // 19683
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS rule_2,
      CASE (
        pattern // 59049
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population_recorded,
      CASE (
        pattern // 177147
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population,
      CASE (
        pattern // 531441
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator_recorded,
      CASE (
        pattern // 1594323
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator,
      CASE (
        pattern // 43046721
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS follows,
      CASE
        WHEN CASE (
          pattern // 129140163
        ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
        THEN 'not-followed'
        WHEN CASE (
          pattern // 387420489
        ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
        THEN 'not-yet'
        ELSE CONCAT_WS(
          ';',
          CASE
            WHEN CASE (
              pattern // 1162261467
            ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
            THEN 'not-carried:consultations'
          END
        )
      END AS missed,
      CONCAT_WS(
        ';',
        CASE
          WHEN CASE (
            pattern // 14348907
          ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
          THEN 'rapid-access-assessment'
        END,
        CASE
          WHEN CASE (
            pattern // 4782969
          ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
          THEN 'referred-not-seen'
        END
      ) AS also,
      FALSE AS is_beside
    FROM (
      SELECT DISTINCT
        pattern_3 AS pattern
      FROM episode_pattern
      WHERE
        NOT pattern_3 IS NULL
    )
    UNION ALL
    SELECT
      'quality-of-life' AS indicator,
      pattern,
      CASE (
        pattern // 1
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS is_dated,
      CASE (
        pattern // 3
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS washout,
      CASE (
        pattern // 9
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS age,
      CASE (
        pattern // 27
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS status,
      CASE (
        pattern // 81
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS no_onset,
      CASE (
        pattern // 243
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS no_setting,
      CASE (
        pattern // 729
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS proposed,
      CASE (
        pattern // 2187
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS rule_0,
      CASE (
        pattern // 6561
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS rule_1,
      CASE (
        pattern // 19683
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS rule_2,
      CASE (
        pattern // 59049
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population_recorded,
      CASE (
        pattern // 177147
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population,
      CASE (
        pattern // 531441
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator_recorded,
      CASE (
        pattern // 1594323
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator,
      CASE (
        pattern // 4782969
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS follows,
      CASE
        WHEN CASE (
          pattern // 14348907
        ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
        THEN 'not-followed'
        WHEN CASE (
          pattern // 43046721
        ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
        THEN 'not-yet'
        ELSE CONCAT_WS(
          ';',
          CASE
            WHEN CASE (
              pattern // 129140163
            ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
            THEN 'not-carried:answers'
          END
        )
      END AS missed,
      '' AS also,
      FALSE AS is_beside
    FROM (
      SELECT DISTINCT
        pattern_4 AS pattern
      FROM episode_pattern
      WHERE
        NOT pattern_4 IS NULL
    )
    UNION ALL
    SELECT
      'opioid-start' AS indicator,
      pattern,
      CASE (
        pattern // 1
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS is_dated,
      CASE (
        pattern // 3
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS washout,
      CASE (
        pattern // 9
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS age,
      CASE (
        pattern // 27
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS status,
      CASE (
        pattern // 81
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS no_onset,
      CASE (
        pattern // 243
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS no_setting,
      CASE (
        pattern // 729
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS proposed,
      CASE (
        pattern // 2187
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS rule_0,
      CASE (
        pattern // 6561
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS rule_1,
      CASE (
        pattern // 19683
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS rule_2,
      CASE (
        pattern // 59049
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population_recorded,
      CASE (
        pattern // 177147
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population,
      CASE (
        pattern // 531441
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator_recorded,
      CASE (
        pattern // 1594323
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator,
      CASE (
        pattern // 4782969
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS follows,
      CASE
        WHEN CASE (
          pattern // 14348907
        ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
        THEN 'not-followed'
        WHEN CASE (
          pattern // 43046721
        ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
        THEN 'not-yet'
        ELSE CONCAT_WS(
          ';',
          CASE
            WHEN CASE (
              pattern // 129140163
            ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
            THEN 'not-carried:prescriptions'
          END
        )
      END AS missed,
      '' AS also,
      FALSE AS is_beside
    FROM (
      SELECT DISTINCT
        pattern_5 AS pattern
      FROM episode_pattern
      WHERE
        NOT pattern_5 IS NULL
    )
  ), judged AS (
    SELECT
      *,
      (
        rule_0 OR rule_1 OR rule_2
      ) AS excluded,
      (
        age IS FALSE OR washout IS FALSE
      ) AS is_outside,
      NOT is_dated AS is_undated
    FROM unpacked
  ), doubted AS (
    SELECT
      *,
      CONCAT_WS(
        ';',
        CASE WHEN age IS NULL THEN 'age-unknown' END,
        CASE WHEN excluded IS NULL AND rule_0 IS NULL THEN 'chronic-unknown' END,
        CASE WHEN follows IS NULL THEN 'date-unknown' END,
        CASE WHEN excluded IS NULL AND rule_2 IS NULL THEN 'not-acute-unknown' END,
        CASE WHEN numerator_recorded IS NULL THEN 'numerator-unknown' END,
        CASE WHEN population_recorded IS NULL THEN 'population-unknown' END,
        CASE WHEN excluded IS NULL AND rule_1 IS NULL THEN 'pregnant-unknown' END,
        CASE WHEN washout IS NULL THEN 'washout-unknown' END
      ) AS doubts
    FROM judged
  ), sorted_out AS (
    SELECT
      *,
      CASE
        WHEN is_outside
        THEN 'outside'
        WHEN is_undated
        THEN 'undecided'
        WHEN missed <> ''
        THEN 'not-evaluated'
        WHEN excluded
        THEN 'excluded'
        WHEN is_beside AND population IS NULL
        THEN 'beside'
        WHEN population_recorded IS FALSE
        THEN 'outside'
        WHEN doubts <> ''
        THEN 'undecided'
        ELSE 'in'
      END AS category,
      CASE
        WHEN (
          (
            washout AND age AND follows
          ) AND population AND (
            NOT excluded
          )
        )
        THEN CASE WHEN numerator THEN 4 WHEN NOT numerator THEN 2 ELSE 6 END
        WHEN NOT (
          (
            washout AND age AND follows
          ) AND population AND (
            NOT excluded
          )
        )
        THEN 1
        ELSE 1 + CASE WHEN numerator THEN 4 WHEN NOT numerator THEN 2 ELSE 6 END
      END AS allowed
    FROM doubted
  )
  SELECT
    indicator,
    pattern,
    category,
    CASE
      WHEN is_outside
      THEN CONCAT_WS(
        ';',
        CASE WHEN age IS FALSE THEN 'age' END,
        CASE WHEN washout IS FALSE THEN 'washout' END
      )
      WHEN is_undated
      THEN CONCAT_WS(';', CASE WHEN TRUE THEN 'date-unknown' END)
      WHEN category = 'not-evaluated'
      THEN missed
      WHEN category = 'excluded'
      THEN CONCAT_WS(
        ';',
        CASE WHEN rule_0 THEN 'chronic' END,
        CASE WHEN rule_2 THEN 'not-acute' END,
        CASE WHEN rule_1 THEN 'pregnant' END
      )
      WHEN category = 'beside'
      THEN 'population-unknown'
      WHEN category = 'outside'
      THEN 'population'
      WHEN category = 'undecided'
      THEN doubts
      ELSE ''
    END AS reasons,
    CASE
      WHEN is_outside
      THEN FALSE
      WHEN is_undated OR category = 'not-evaluated'
      THEN NULL
      ELSE (
        washout AND age AND follows
      ) AND population_recorded
    END AS in_denominator,
    CASE
      WHEN is_outside OR is_undated OR category = 'not-evaluated'
      THEN FALSE
      ELSE excluded
    END AS excluded,
    CASE
      WHEN is_outside
      THEN FALSE
      WHEN is_undated OR category = 'not-evaluated'
      THEN NULL
      ELSE numerator_recorded
    END AS in_numerator,
    CASE
      WHEN is_outside
      THEN 1
      WHEN is_undated
      THEN 7
      WHEN category IN ('not-evaluated', 'excluded', 'beside')
      THEN 1
      ELSE allowed
    END AS places,
    CASE
      WHEN is_outside
      THEN ''
      WHEN is_undated
      THEN ''
      ELSE CASE
        WHEN status
        THEN 'present'
        WHEN NOT status
        THEN 'absent'
        ELSE 'not-documented'
      END
    END AS verdict,
    CASE WHEN category = 'in' THEN also ELSE '' END AS also,
    CONCAT_WS(
      ';',
      CASE WHEN no_onset THEN 'onset-not-recorded' END,
      CASE WHEN no_setting THEN 'setting-not-recorded' END
    ) AS assumed,
    proposed AS proposed,
    FALSE AS is_earlier
  FROM sorted_out
)
UNION ALL
SELECT
  *
FROM (
  WITH unpacked AS (
    SELECT
      'imaging-without-recorded-flag' AS indicator,
      pattern,
      CASE (
        pattern // 1
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS is_dated,
      CASE (
        pattern // 3
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS no_episode,
      CASE (
        pattern // 9
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS washout,
      CASE (
        pattern // 27
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS age,
      CASE (
        pattern // 81
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS region,
      CASE (
        pattern // 243
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS indicated,
      CASE (
        pattern // 729
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS no_order,
      CASE (
        pattern // 2187
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS proposed,
      CASE (
        pattern // 6561
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS rule_0,
      CASE (
        pattern // 19683
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS rule_1,
      CASE (
        pattern // 59049
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS rule_2,
      CASE (
        pattern // 177147
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population_recorded,
      CASE (
        pattern // 531441
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population,
      CASE (
        pattern // 1594323
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator_recorded,
      CASE (
        pattern // 4782969
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator,
      '' AS missed,
      '' AS also,
      FALSE AS is_beside
    FROM (
      SELECT DISTINCT
        pattern_0 AS pattern
      FROM image_pattern
      WHERE
        NOT pattern_0 IS NULL
    )
    UNION ALL
    SELECT
      'imaging-unknown' AS indicator,
      pattern,
      CASE (
        pattern // 1
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS is_dated,
      CASE (
        pattern // 3
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS no_episode,
      CASE (
        pattern // 9
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS washout,
      CASE (
        pattern // 27
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS age,
      CASE (
        pattern // 81
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS region,
      CASE (
        pattern // 243
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS indicated,
      CASE (
        pattern // 729
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS no_order,
      CASE (
        pattern // 2187
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS proposed,
      CASE (
        pattern // 6561
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS rule_0,
      CASE (
        pattern // 19683
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS rule_1,
      CASE (
        pattern // 59049
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS rule_2,
      CASE (
        pattern // 177147
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population_recorded,
      CASE (
        pattern // 531441
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population,
      CASE (
        pattern // 1594323
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator_recorded,
      CASE (
        pattern // 4782969
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator,
      '' AS missed,
      '' AS also,
      FALSE AS is_beside
    FROM (
      SELECT DISTINCT
        pattern_1 AS pattern
      FROM image_pattern
      WHERE
        NOT pattern_1 IS NULL
    )
  ), judged AS (
    SELECT
      *,
      (
        rule_0 OR rule_1 OR rule_2
      ) AS excluded,
      (
        no_episode
      ) AS is_outside,
      NOT is_dated AS is_undated
    FROM unpacked
  ), doubted AS (
    SELECT
      *,
      CONCAT_WS(
        ';',
        CASE WHEN age IS NULL THEN 'age-unknown' END,
        CASE WHEN excluded IS NULL AND rule_0 IS NULL THEN 'chronic-unknown' END,
        CASE WHEN excluded IS NULL AND rule_2 IS NULL THEN 'not-acute-unknown' END,
        CASE WHEN numerator_recorded IS NULL THEN 'numerator-unknown' END,
        CASE WHEN population_recorded IS NULL THEN 'population-unknown' END,
        CASE WHEN excluded IS NULL AND rule_1 IS NULL THEN 'pregnant-unknown' END,
        CASE WHEN region IS NULL THEN 'region-unknown' END,
        CASE WHEN washout IS NULL THEN 'washout-unknown' END
      ) AS doubts
    FROM judged
  ), sorted_out AS (
    SELECT
      *,
      CASE
        WHEN is_outside
        THEN 'outside'
        WHEN is_undated
        THEN 'undecided'
        WHEN missed <> ''
        THEN 'not-evaluated'
        WHEN excluded
        THEN 'excluded'
        WHEN is_beside AND population IS NULL
        THEN 'beside'
        WHEN population_recorded IS FALSE
        THEN 'outside'
        WHEN doubts <> ''
        THEN 'undecided'
        ELSE 'in'
      END AS category,
      CASE
        WHEN (
          (
            washout AND age AND region
          ) AND population AND (
            NOT excluded
          )
        )
        THEN CASE WHEN numerator THEN 4 WHEN NOT numerator THEN 2 ELSE 6 END
        WHEN NOT (
          (
            washout AND age AND region
          ) AND population AND (
            NOT excluded
          )
        )
        THEN 1
        ELSE 1 + CASE WHEN numerator THEN 4 WHEN NOT numerator THEN 2 ELSE 6 END
      END AS allowed
    FROM doubted
  )
  SELECT
    indicator,
    pattern,
    category,
    CASE
      WHEN is_outside
      THEN CONCAT_WS(';', CASE WHEN no_episode THEN 'no-episode' END)
      WHEN is_undated
      THEN CONCAT_WS(
        ';',
        CASE WHEN age IS NULL THEN 'age-unknown' END,
        CASE WHEN TRUE THEN 'date-unknown' END,
        CASE WHEN region IS NULL THEN 'region-unknown' END,
        CASE WHEN washout IS NULL THEN 'washout-unknown' END
      )
      WHEN category = 'not-evaluated'
      THEN missed
      WHEN category = 'excluded'
      THEN CONCAT_WS(
        ';',
        CASE WHEN rule_0 THEN 'chronic' END,
        CASE WHEN rule_2 THEN 'not-acute' END,
        CASE WHEN rule_1 THEN 'pregnant' END
      )
      WHEN category = 'beside'
      THEN 'population-unknown'
      WHEN category = 'outside'
      THEN 'population'
      WHEN category = 'undecided'
      THEN doubts
      ELSE ''
    END AS reasons,
    CASE
      WHEN is_outside
      THEN FALSE
      WHEN is_undated OR category = 'not-evaluated'
      THEN NULL
      ELSE (
        washout AND age AND region
      ) AND population_recorded
    END AS in_denominator,
    CASE
      WHEN is_outside OR is_undated OR category = 'not-evaluated'
      THEN FALSE
      ELSE excluded
    END AS excluded,
    CASE
      WHEN is_outside
      THEN FALSE
      WHEN is_undated OR category = 'not-evaluated'
      THEN NULL
      ELSE numerator_recorded
    END AS in_numerator,
    CASE
      WHEN is_outside
      THEN 1
      WHEN is_undated
      THEN 7
      WHEN category IN ('not-evaluated', 'excluded', 'beside')
      THEN 1
      ELSE allowed
    END AS places,
    CASE
      WHEN is_outside
      THEN ''
      WHEN is_undated
      THEN 'cannot-tell'
      ELSE CASE
        WHEN indicated
        THEN 'indicated'
        WHEN NOT indicated
        THEN 'not-indicated'
        ELSE 'cannot-tell'
      END
    END AS verdict,
    CASE WHEN category = 'in' THEN also ELSE '' END AS also,
    CONCAT_WS(';', CASE WHEN no_order THEN 'dated-by-performance' END) AS assumed,
    proposed AS proposed,
    FALSE AS is_earlier
  FROM sorted_out
)
UNION ALL
SELECT
  *
FROM (
  WITH unpacked AS (
    SELECT
      'experience-definitely' AS indicator,
      pattern,
      CASE (
        pattern // 1
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS is_dated,
      CASE (
        pattern // 9
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population_recorded,
      CASE (
        pattern // 27
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population,
      CASE (
        pattern // 81
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator_recorded,
      CASE (
        pattern // 243
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator,
      '' AS missed,
      '' AS also,
      FALSE AS is_beside
    FROM (
      SELECT DISTINCT
        pattern_0 AS pattern
      FROM answer_pattern
      WHERE
        NOT pattern_0 IS NULL
    )
  ), judged AS (
    SELECT
      *,
      FALSE AS excluded,
      FALSE AS is_outside,
      FALSE AS is_undated
    FROM unpacked
  ), doubted AS (
    SELECT
      *,
      CONCAT_WS(
        ';',
        CASE WHEN NOT is_dated THEN 'date-unknown' END,
        CASE WHEN numerator_recorded IS NULL THEN 'numerator-unknown' END,
        CASE WHEN population_recorded IS NULL THEN 'population-unknown' END
      ) AS doubts
    FROM judged
  ), sorted_out AS (
    SELECT
      *,
      CASE
        WHEN is_outside
        THEN 'outside'
        WHEN is_undated
        THEN 'undecided'
        WHEN missed <> ''
        THEN 'not-evaluated'
        WHEN excluded
        THEN 'excluded'
        WHEN is_beside AND population IS NULL
        THEN 'beside'
        WHEN population_recorded IS FALSE
        THEN 'outside'
        WHEN doubts <> ''
        THEN 'undecided'
        ELSE 'in'
      END AS category,
      CASE
        WHEN (
          (
            CASE WHEN is_dated THEN TRUE ELSE NULL END
          )
          AND population
          AND (
            NOT excluded
          )
        )
        THEN CASE WHEN numerator THEN 4 WHEN NOT numerator THEN 2 ELSE 6 END
        WHEN NOT (
          (
            CASE WHEN is_dated THEN TRUE ELSE NULL END
          )
          AND population
          AND (
            NOT excluded
          )
        )
        THEN 1
        ELSE 1 + CASE WHEN numerator THEN 4 WHEN NOT numerator THEN 2 ELSE 6 END
      END AS allowed
    FROM doubted
  )
  SELECT
    indicator,
    pattern,
    category,
    CASE
      WHEN is_outside
      THEN ''
      WHEN is_undated
      THEN ''
      WHEN category = 'not-evaluated'
      THEN missed
      WHEN category = 'excluded'
      THEN ''
      WHEN category = 'beside'
      THEN 'population-unknown'
      WHEN category = 'outside'
      THEN 'population'
      WHEN category = 'undecided'
      THEN doubts
      ELSE ''
    END AS reasons,
    CASE
      WHEN is_outside
      THEN FALSE
      WHEN is_undated OR category = 'not-evaluated'
      THEN NULL
      ELSE (
        CASE WHEN is_dated THEN TRUE ELSE NULL END
      ) AND population_recorded
    END AS in_denominator,
    CASE
      WHEN is_outside OR is_undated OR category = 'not-evaluated'
      THEN FALSE
      ELSE excluded
    END AS excluded,
    CASE
      WHEN is_outside
      THEN FALSE
      WHEN is_undated OR category = 'not-evaluated'
      THEN NULL
      ELSE numerator_recorded
    END AS in_numerator,
    CASE
      WHEN is_outside
      THEN 1
      WHEN is_undated
      THEN 7
      WHEN category IN ('not-evaluated', 'excluded', 'beside')
      THEN 1
      ELSE allowed
    END AS places,
    CASE WHEN is_outside THEN '' WHEN is_undated THEN '' ELSE '' END AS verdict,
    CASE WHEN category = 'in' THEN also ELSE '' END AS also,
    '' AS assumed,
    FALSE AS proposed,
    FALSE AS is_earlier
  FROM sorted_out
)
UNION ALL
SELECT
  *
FROM (
  WITH unpacked AS (
    SELECT
      'hedis-lbp-my2025' AS indicator,
      pattern,
      CASE (
        pattern // 1
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS no_index,
      CASE (
        pattern // 3
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS is_undated,
      CASE (
        pattern // 9
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS is_earlier,
      CASE (
        pattern // 27
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS dated,
      CASE (
        pattern // 81
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS require_0,
      CASE (
        pattern // 243
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS require_1,
      CASE (
        pattern // 729
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS require_2,
      CASE (
        pattern // 2187
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_0,
      CASE (
        pattern // 6561
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_1,
      CASE (
        pattern // 19683
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_2,
      CASE (
        pattern // 59049
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_3,
      CASE (
        pattern // 177147
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_4,
      CASE (
        pattern // 531441
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_5,
      CASE (
        pattern // 1594323
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_6,
      CASE (
        pattern // 4782969
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_7,
      CASE (
        pattern // 14348907
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_8,
      CASE (
        pattern // 43046721
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_9,
      CASE (
        pattern // 129140163
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_10,
      CASE (
        pattern // 387420489
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_11,
      CASE (
        pattern // 1162261467
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_12,
      CASE (
        pattern // 3486784401
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_13,
      CASE (
        pattern // 10460353203
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_14,
      CASE (
        pattern // 31381059609
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_15,
      CASE (
        pattern // 94143178827
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS stratum_0,
      CASE (
          pattern // 282429536481
        ) % 3
        WHEN 1
        THEN TRUE
        WHEN 0
        THEN FALSE
        ELSE NULL
      END AS stratum_1,
      CASE (
          pattern // 847288609443
        ) % 3
        WHEN 1
        THEN TRUE
        WHEN 0
        THEN FALSE
        ELSE NULL
      END AS short,
      CASE (
          pattern // 2541865828329
        ) % 3
        WHEN 1
        THEN TRUE
        WHEN 0
        THEN FALSE
        ELSE NULL
      END AS proposed,
      CASE (
          pattern // 7625597484987
        ) % 3
        WHEN 1
        THEN TRUE
        WHEN 0
        THEN FALSE
        ELSE NULL
      END AS population_recorded,
      CASE (
          pattern // 22876792454961
        ) % 3
        WHEN 1
        THEN TRUE
        WHEN 0
        THEN FALSE
        ELSE NULL
      END AS population,
      CASE (
          pattern // 68630377364883
        ) % 3
        WHEN 1
        THEN TRUE
        WHEN 0
        THEN FALSE
        ELSE NULL
      END AS numerator_recorded,
      CASE (
          pattern // 205891132094649
        ) % 3
        WHEN 1
        THEN TRUE
        WHEN 0
        THEN FALSE
        ELSE NULL
      END AS numerator,
      CASE
        WHEN CASE (
            pattern // 617673396283947
          ) % 3
          WHEN 1
          THEN TRUE
          WHEN 0
          THEN FALSE
          ELSE NULL
        END
        THEN 'not-yet'
        ELSE CONCAT_WS(
          ';',
          CASE
            WHEN CASE (
                pattern // 1853020188851841
              ) % 3
              WHEN 1
              THEN TRUE
              WHEN 0
              THEN FALSE
              ELSE NULL
            END
            THEN 'not-carried:imaging'
          END
        )
      END AS missed,
      '' AS also,
      FALSE AS is_beside
    FROM (
      SELECT DISTINCT
        pattern_0 AS pattern
      FROM rule_0_pattern
      WHERE
        NOT pattern_0 IS NULL
      UNION
      SELECT
        pattern
      FROM rest
      WHERE
        indicator = 'hedis-lbp-my2025'
    )
  ), judged AS (
    SELECT
      *,
      (
        exclude_0
        OR exclude_1
        OR exclude_2
        OR exclude_3
        OR exclude_4
        OR exclude_5
        OR exclude_6
        OR exclude_7
        OR exclude_8
        OR exclude_9
        OR exclude_10
        OR exclude_11
        OR exclude_12
        OR exclude_13
        OR exclude_14
        OR exclude_15
      ) AS excluded,
      (
        no_index
        OR (
          require_0 IS FALSE
        )
        OR (
          require_1 IS FALSE
        )
        OR (
          require_2 IS FALSE
        )
      ) AS is_outside,
      COALESCE(is_undated, FALSE) AS is_undated
    FROM unpacked
  ), doubted AS (
    SELECT
      *,
      CONCAT_WS(
        ';',
        CASE WHEN require_2 IS NULL THEN 'age-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_0 IS NULL THEN 'cancer-unknown' END,
        CASE WHEN require_0 IS NULL THEN 'clean-period-unknown' END,
        CASE WHEN dated IS NULL THEN 'date-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_14 IS NULL THEN 'death-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_7 IS NULL THEN 'drug-use-unknown' END,
        CASE WHEN require_1 IS NULL THEN 'enrolment-unknown' END,
        CASE
          WHEN excluded IS NULL AND exclude_11 IS NULL
          THEN 'fragility-fracture-unknown'
        END,
        CASE WHEN excluded IS NULL AND exclude_15 IS NULL THEN 'frailty-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_1 IS NULL THEN 'hiv-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_9 IS NULL THEN 'infection-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_6 IS NULL THEN 'lumbar-surgery-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_8 IS NULL THEN 'neurologic-unknown' END,
        CASE WHEN numerator_recorded IS NULL THEN 'numerator-unknown' END,
        CASE
          WHEN excluded IS NULL AND exclude_4 IS NULL
          THEN 'osteoporosis-medicine-unknown'
        END,
        CASE WHEN excluded IS NULL AND exclude_3 IS NULL THEN 'osteoporosis-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_13 IS NULL THEN 'palliative-unknown' END,
        CASE WHEN population_recorded IS NULL THEN 'population-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_5 IS NULL THEN 'spondylopathy-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_12 IS NULL THEN 'steroid-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_2 IS NULL THEN 'transplant-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_10 IS NULL THEN 'trauma-unknown' END
      ) AS doubts
    FROM judged
  ), sorted_out AS (
    SELECT
      *,
      CASE
        WHEN is_outside
        THEN 'outside'
        WHEN is_undated
        THEN 'undecided'
        WHEN missed <> ''
        THEN 'not-evaluated'
        WHEN excluded
        THEN 'excluded'
        WHEN is_beside AND population IS NULL
        THEN 'beside'
        WHEN population_recorded IS FALSE
        THEN 'outside'
        WHEN doubts <> ''
        THEN 'undecided'
        ELSE 'in'
      END AS category,
      CASE
        WHEN (
          (
            (
              dated AND require_0 AND require_1 AND require_2
            )
          )
          AND population
          AND (
            NOT excluded
          )
        )
        THEN CASE WHEN numerator THEN 4 WHEN NOT numerator THEN 2 ELSE 6 END
        WHEN NOT (
          (
            (
              dated AND require_0 AND require_1 AND require_2
            )
          )
          AND population
          AND (
            NOT excluded
          )
        )
        THEN 1
        ELSE 1 + CASE WHEN numerator THEN 4 WHEN NOT numerator THEN 2 ELSE 6 END
      END AS allowed
    FROM doubted
  )
  SELECT
    indicator,
    pattern,
    category,
    CASE
      WHEN is_outside
      THEN CONCAT_WS(
        ';',
        CASE WHEN (
          require_2 IS FALSE
        ) THEN 'age' END,
        CASE WHEN (
          require_0 IS FALSE
        ) THEN 'clean-period' END,
        CASE WHEN (
          require_1 IS FALSE
        ) THEN 'enrolment' END,
        CASE WHEN no_index THEN 'no-index' END
      )
      WHEN is_undated
      THEN CONCAT_WS(';', CASE WHEN TRUE THEN 'date-unknown' END)
      WHEN category = 'not-evaluated'
      THEN missed
      WHEN category = 'excluded'
      THEN CONCAT_WS(
        ';',
        CASE WHEN exclude_0 THEN 'cancer' END,
        CASE WHEN exclude_14 THEN 'death' END,
        CASE WHEN exclude_7 THEN 'drug-use' END,
        CASE WHEN exclude_11 THEN 'fragility-fracture' END,
        CASE WHEN exclude_15 THEN 'frailty' END,
        CASE WHEN exclude_1 THEN 'hiv' END,
        CASE WHEN exclude_9 THEN 'infection' END,
        CASE WHEN exclude_6 THEN 'lumbar-surgery' END,
        CASE WHEN exclude_8 THEN 'neurologic' END,
        CASE WHEN exclude_3 THEN 'osteoporosis' END,
        CASE WHEN exclude_4 THEN 'osteoporosis-medicine' END,
        CASE WHEN exclude_13 THEN 'palliative' END,
        CASE WHEN exclude_5 THEN 'spondylopathy' END,
        CASE WHEN exclude_12 THEN 'steroid' END,
        CASE WHEN exclude_2 THEN 'transplant' END,
        CASE WHEN exclude_10 THEN 'trauma' END
      )
      WHEN category = 'beside'
      THEN 'population-unknown'
      WHEN category = 'outside'
      THEN 'population'
      WHEN category = 'undecided'
      THEN doubts
      ELSE ''
    END AS reasons,
    CASE
      WHEN is_outside
      THEN FALSE
      WHEN is_undated OR category = 'not-evaluated'
      THEN NULL
      ELSE (
        (
          dated AND require_0 AND require_1 AND require_2
        )
      )
      AND population_recorded
    END AS in_denominator,
    CASE
      WHEN is_outside OR is_undated OR category = 'not-evaluated'
      THEN FALSE
      ELSE excluded
    END AS excluded,
    CASE
      WHEN is_outside
      THEN FALSE
      WHEN is_undated OR category = 'not-evaluated'
      THEN NULL
      ELSE numerator_recorded
    END AS in_numerator,
    CASE
      WHEN is_outside
      THEN 1
      WHEN is_undated
      THEN 7
      WHEN category IN ('not-evaluated', 'excluded', 'beside')
      THEN 1
      ELSE allowed
    END AS places,
    CASE
      WHEN is_outside
      THEN ''
      WHEN is_undated
      THEN ''
      ELSE CASE WHEN stratum_0 THEN 'age-18-64' WHEN stratum_1 THEN 'age-65-75' ELSE '' END
    END AS verdict,
    CASE WHEN category = 'in' THEN also ELSE '' END AS also,
    CONCAT_WS(
      ';',
      CASE
        WHEN no_index IS FALSE AND is_undated IS FALSE AND short
        THEN 'look-back-short'
      END
    ) AS assumed,
    proposed AS proposed,
    is_earlier AS is_earlier
  FROM sorted_out
)
UNION ALL
SELECT
  *
FROM (
  WITH unpacked AS (
    SELECT
      'cms166v4' AS indicator,
      pattern,
      CASE (
        pattern // 1
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS no_index,
      CASE (
        pattern // 3
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS is_undated,
      CASE (
        pattern // 9
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS is_earlier,
      CASE (
        pattern // 27
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS dated,
      CASE (
        pattern // 81
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS require_0,
      CASE (
        pattern // 243
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS require_1,
      CASE (
        pattern // 729
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_0,
      CASE (
        pattern // 2187
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_1,
      CASE (
        pattern // 6561
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_2,
      CASE (
        pattern // 19683
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_3,
      CASE (
        pattern // 59049
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_4,
      CASE (
        pattern // 177147
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS short,
      CASE (
        pattern // 531441
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS proposed,
      CASE (
        pattern // 1594323
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population_recorded,
      CASE (
        pattern // 4782969
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population,
      CASE (
        pattern // 14348907
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator_recorded,
      CASE (
        pattern // 43046721
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator,
      CASE
        WHEN CASE (
          pattern // 129140163
        ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
        THEN 'not-yet'
        ELSE CONCAT_WS(
          ';',
          CASE
            WHEN CASE (
              pattern // 387420489
            ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
            THEN 'not-carried:imaging'
          END
        )
      END AS missed,
      '' AS also,
      FALSE AS is_beside
    FROM (
      SELECT DISTINCT
        pattern_0 AS pattern
      FROM rule_1_pattern
      WHERE
        NOT pattern_0 IS NULL
      UNION
      SELECT
        pattern
      FROM rest
      WHERE
        indicator = 'cms166v4'
    )
  ), judged AS (
    SELECT
      *,
      (
        exclude_0 OR exclude_1 OR exclude_2 OR exclude_3 OR exclude_4
      ) AS excluded,
      (
        no_index OR (
          require_0 IS FALSE
        ) OR (
          require_1 IS FALSE
        )
      ) AS is_outside,
      COALESCE(is_undated, FALSE) AS is_undated
    FROM unpacked
  ), doubted AS (
    SELECT
      *,
      CONCAT_WS(
        ';',
        CASE WHEN require_1 IS NULL THEN 'age-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_1 IS NULL THEN 'cancer-unknown' END,
        CASE WHEN dated IS NULL THEN 'date-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_3 IS NULL THEN 'drug-use-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_4 IS NULL THEN 'neurologic-unknown' END,
        CASE WHEN numerator_recorded IS NULL THEN 'numerator-unknown' END,
        CASE WHEN population_recorded IS NULL THEN 'population-unknown' END,
        CASE
          WHEN excluded IS NULL AND exclude_0 IS NULL
          THEN 'prior-low-back-pain-unknown'
        END,
        CASE WHEN excluded IS NULL AND exclude_2 IS NULL THEN 'trauma-unknown' END,
        CASE WHEN require_0 IS NULL THEN 'visit-unknown' END
      ) AS doubts
    FROM judged
  ), sorted_out AS (
    SELECT
      *,
      CASE
        WHEN is_outside
        THEN 'outside'
        WHEN is_undated
        THEN 'undecided'
        WHEN missed <> ''
        THEN 'not-evaluated'
        WHEN excluded
        THEN 'excluded'
        WHEN is_beside AND population IS NULL
        THEN 'beside'
        WHEN population_recorded IS FALSE
        THEN 'outside'
        WHEN doubts <> ''
        THEN 'undecided'
        ELSE 'in'
      END AS category,
      CASE
        WHEN (
          (
            (
              dated AND require_0 AND require_1
            )
          )
          AND population
          AND (
            NOT excluded
          )
        )
        THEN CASE WHEN numerator THEN 4 WHEN NOT numerator THEN 2 ELSE 6 END
        WHEN NOT (
          (
            (
              dated AND require_0 AND require_1
            )
          )
          AND population
          AND (
            NOT excluded
          )
        )
        THEN 1
        ELSE 1 + CASE WHEN numerator THEN 4 WHEN NOT numerator THEN 2 ELSE 6 END
      END AS allowed
    FROM doubted
  )
  SELECT
    indicator,
    pattern,
    category,
    CASE
      WHEN is_outside
      THEN CONCAT_WS(
        ';',
        CASE WHEN (
          require_1 IS FALSE
        ) THEN 'age' END,
        CASE WHEN no_index THEN 'no-index' END,
        CASE WHEN (
          require_0 IS FALSE
        ) THEN 'visit' END
      )
      WHEN is_undated
      THEN CONCAT_WS(';', CASE WHEN TRUE THEN 'date-unknown' END)
      WHEN category = 'not-evaluated'
      THEN missed
      WHEN category = 'excluded'
      THEN CONCAT_WS(
        ';',
        CASE WHEN exclude_1 THEN 'cancer' END,
        CASE WHEN exclude_3 THEN 'drug-use' END,
        CASE WHEN exclude_4 THEN 'neurologic' END,
        CASE WHEN exclude_0 THEN 'prior-low-back-pain' END,
        CASE WHEN exclude_2 THEN 'trauma' END
      )
      WHEN category = 'beside'
      THEN 'population-unknown'
      WHEN category = 'outside'
      THEN 'population'
      WHEN category = 'undecided'
      THEN doubts
      ELSE ''
    END AS reasons,
    CASE
      WHEN is_outside
      THEN FALSE
      WHEN is_undated OR category = 'not-evaluated'
      THEN NULL
      ELSE (
        (
          dated AND require_0 AND require_1
        )
      ) AND population_recorded
    END AS in_denominator,
    CASE
      WHEN is_outside OR is_undated OR category = 'not-evaluated'
      THEN FALSE
      ELSE excluded
    END AS excluded,
    CASE
      WHEN is_outside
      THEN FALSE
      WHEN is_undated OR category = 'not-evaluated'
      THEN NULL
      ELSE numerator_recorded
    END AS in_numerator,
    CASE
      WHEN is_outside
      THEN 1
      WHEN is_undated
      THEN 7
      WHEN category IN ('not-evaluated', 'excluded', 'beside')
      THEN 1
      ELSE allowed
    END AS places,
    CASE WHEN is_outside THEN '' WHEN is_undated THEN '' ELSE '' END AS verdict,
    CASE WHEN category = 'in' THEN also ELSE '' END AS also,
    CONCAT_WS(
      ';',
      CASE
        WHEN no_index IS FALSE AND is_undated IS FALSE AND short
        THEN 'look-back-short'
      END
    ) AS assumed,
    proposed AS proposed,
    is_earlier AS is_earlier
  FROM sorted_out
)
UNION ALL
SELECT
  *
FROM (
  WITH unpacked AS (
    SELECT
      'cms166v5' AS indicator,
      pattern,
      CASE (
        pattern // 1
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS no_index,
      CASE (
        pattern // 3
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS is_undated,
      CASE (
        pattern // 9
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS is_earlier,
      CASE (
        pattern // 27
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS dated,
      CASE (
        pattern // 81
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS require_0,
      CASE (
        pattern // 243
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS require_1,
      CASE (
        pattern // 729
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_0,
      CASE (
        pattern // 2187
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_1,
      CASE (
        pattern // 6561
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_2,
      CASE (
        pattern // 19683
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_3,
      CASE (
        pattern // 59049
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_4,
      CASE (
        pattern // 177147
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS short,
      CASE (
        pattern // 531441
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS proposed,
      CASE (
        pattern // 1594323
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population_recorded,
      CASE (
        pattern // 4782969
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population,
      CASE (
        pattern // 14348907
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator_recorded,
      CASE (
        pattern // 43046721
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator,
      CASE
        WHEN CASE (
          pattern // 129140163
        ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
        THEN 'not-yet'
        ELSE CONCAT_WS(
          ';',
          CASE
            WHEN CASE (
              pattern // 387420489
            ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
            THEN 'not-carried:imaging'
          END
        )
      END AS missed,
      '' AS also,
      FALSE AS is_beside
    FROM (
      SELECT DISTINCT
        pattern_0 AS pattern
      FROM rule_2_pattern
      WHERE
        NOT pattern_0 IS NULL
      UNION
      SELECT
        pattern
      FROM rest
      WHERE
        indicator = 'cms166v5'
    )
  ), judged AS (
    SELECT
      *,
      (
        exclude_0 OR exclude_1 OR exclude_2 OR exclude_3 OR exclude_4
      ) AS excluded,
      (
        no_index OR (
          require_0 IS FALSE
        ) OR (
          require_1 IS FALSE
        )
      ) AS is_outside,
      COALESCE(is_undated, FALSE) AS is_undated
    FROM unpacked
  ), doubted AS (
    SELECT
      *,
      CONCAT_WS(
        ';',
        CASE WHEN require_1 IS NULL THEN 'age-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_1 IS NULL THEN 'cancer-unknown' END,
        CASE WHEN dated IS NULL THEN 'date-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_3 IS NULL THEN 'drug-use-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_4 IS NULL THEN 'neurologic-unknown' END,
        CASE WHEN numerator_recorded IS NULL THEN 'numerator-unknown' END,
        CASE WHEN population_recorded IS NULL THEN 'population-unknown' END,
        CASE
          WHEN excluded IS NULL AND exclude_0 IS NULL
          THEN 'prior-low-back-pain-unknown'
        END,
        CASE WHEN excluded IS NULL AND exclude_2 IS NULL THEN 'trauma-unknown' END,
        CASE WHEN require_0 IS NULL THEN 'visit-unknown' END
      ) AS doubts
    FROM judged
  ), sorted_out AS (
    SELECT
      *,
      CASE
        WHEN is_outside
        THEN 'outside'
        WHEN is_undated
        THEN 'undecided'
        WHEN missed <> ''
        THEN 'not-evaluated'
        WHEN excluded
        THEN 'excluded'
        WHEN is_beside AND population IS NULL
        THEN 'beside'
        WHEN population_recorded IS FALSE
        THEN 'outside'
        WHEN doubts <> ''
        THEN 'undecided'
        ELSE 'in'
      END AS category,
      CASE
        WHEN (
          (
            (
              dated AND require_0 AND require_1
            )
          )
          AND population
          AND (
            NOT excluded
          )
        )
        THEN CASE WHEN numerator THEN 4 WHEN NOT numerator THEN 2 ELSE 6 END
        WHEN NOT (
          (
            (
              dated AND require_0 AND require_1
            )
          )
          AND population
          AND (
            NOT excluded
          )
        )
        THEN 1
        ELSE 1 + CASE WHEN numerator THEN 4 WHEN NOT numerator THEN 2 ELSE 6 END
      END AS allowed
    FROM doubted
  )
  SELECT
    indicator,
    pattern,
    category,
    CASE
      WHEN is_outside
      THEN CONCAT_WS(
        ';',
        CASE WHEN (
          require_1 IS FALSE
        ) THEN 'age' END,
        CASE WHEN no_index THEN 'no-index' END,
        CASE WHEN (
          require_0 IS FALSE
        ) THEN 'visit' END
      )
      WHEN is_undated
      THEN CONCAT_WS(';', CASE WHEN TRUE THEN 'date-unknown' END)
      WHEN category = 'not-evaluated'
      THEN missed
      WHEN category = 'excluded'
      THEN CONCAT_WS(
        ';',
        CASE WHEN exclude_1 THEN 'cancer' END,
        CASE WHEN exclude_3 THEN 'drug-use' END,
        CASE WHEN exclude_4 THEN 'neurologic' END,
        CASE WHEN exclude_0 THEN 'prior-low-back-pain' END,
        CASE WHEN exclude_2 THEN 'trauma' END
      )
      WHEN category = 'beside'
      THEN 'population-unknown'
      WHEN category = 'outside'
      THEN 'population'
      WHEN category = 'undecided'
      THEN doubts
      ELSE ''
    END AS reasons,
    CASE
      WHEN is_outside
      THEN FALSE
      WHEN is_undated OR category = 'not-evaluated'
      THEN NULL
      ELSE (
        (
          dated AND require_0 AND require_1
        )
      ) AND population_recorded
    END AS in_denominator,
    CASE
      WHEN is_outside OR is_undated OR category = 'not-evaluated'
      THEN FALSE
      ELSE excluded
    END AS excluded,
    CASE
      WHEN is_outside
      THEN FALSE
      WHEN is_undated OR category = 'not-evaluated'
      THEN NULL
      ELSE numerator_recorded
    END AS in_numerator,
    CASE
      WHEN is_outside
      THEN 1
      WHEN is_undated
      THEN 7
      WHEN category IN ('not-evaluated', 'excluded', 'beside')
      THEN 1
      ELSE allowed
    END AS places,
    CASE WHEN is_outside THEN '' WHEN is_undated THEN '' ELSE '' END AS verdict,
    CASE WHEN category = 'in' THEN also ELSE '' END AS also,
    CONCAT_WS(
      ';',
      CASE
        WHEN no_index IS FALSE AND is_undated IS FALSE AND short
        THEN 'look-back-short'
      END
    ) AS assumed,
    proposed AS proposed,
    is_earlier AS is_earlier
  FROM sorted_out
)
UNION ALL
SELECT
  *
FROM (
  WITH unpacked AS (
    SELECT
      'nqf0052-2012' AS indicator,
      pattern,
      CASE (
        pattern // 1
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS no_index,
      CASE (
        pattern // 3
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS is_undated,
      CASE (
        pattern // 9
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS is_earlier,
      CASE (
        pattern // 27
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS dated,
      CASE (
        pattern // 81
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS require_0,
      CASE (
        pattern // 243
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS require_1,
      CASE (
        pattern // 729
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_0,
      CASE (
        pattern // 2187
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_1,
      CASE (
        pattern // 6561
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_2,
      CASE (
        pattern // 19683
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_3,
      CASE (
        pattern // 59049
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_4,
      CASE (
        pattern // 177147
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS short,
      CASE (
        pattern // 531441
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS proposed,
      CASE (
        pattern // 1594323
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population_recorded,
      CASE (
        pattern // 4782969
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population,
      CASE (
        pattern // 14348907
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator_recorded,
      CASE (
        pattern // 43046721
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator,
      CASE
        WHEN CASE (
          pattern // 129140163
        ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
        THEN 'not-yet'
        ELSE CONCAT_WS(
          ';',
          CASE
            WHEN CASE (
              pattern // 387420489
            ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
            THEN 'not-carried:imaging'
          END
        )
      END AS missed,
      '' AS also,
      FALSE AS is_beside
    FROM (
      SELECT DISTINCT
        pattern_0 AS pattern
      FROM rule_3_pattern
      WHERE
        NOT pattern_0 IS NULL
      UNION
      SELECT
        pattern
      FROM rest
      WHERE
        indicator = 'nqf0052-2012'
    )
  ), judged AS (
    SELECT
      *,
      (
        exclude_0 OR exclude_1 OR exclude_2 OR exclude_3 OR exclude_4
      ) AS excluded,
      (
        no_index OR (
          require_0 IS FALSE
        ) OR (
          require_1 IS FALSE
        )
      ) AS is_outside,
      COALESCE(is_undated, FALSE) AS is_undated
    FROM unpacked
  ), doubted AS (
    SELECT
      *,
      CONCAT_WS(
        ';',
        CASE WHEN require_0 IS NULL THEN 'age-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_1 IS NULL THEN 'cancer-unknown' END,
        CASE WHEN dated IS NULL THEN 'date-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_3 IS NULL THEN 'drug-use-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_4 IS NULL THEN 'neurologic-unknown' END,
        CASE WHEN numerator_recorded IS NULL THEN 'numerator-unknown' END,
        CASE WHEN population_recorded IS NULL THEN 'population-unknown' END,
        CASE
          WHEN excluded IS NULL AND exclude_0 IS NULL
          THEN 'prior-low-back-pain-unknown'
        END,
        CASE WHEN excluded IS NULL AND exclude_2 IS NULL THEN 'trauma-unknown' END,
        CASE WHEN require_1 IS NULL THEN 'visit-unknown' END
      ) AS doubts
    FROM judged
  ), sorted_out AS (
    SELECT
      *,
      CASE
        WHEN is_outside
        THEN 'outside'
        WHEN is_undated
        THEN 'undecided'
        WHEN missed <> ''
        THEN 'not-evaluated'
        WHEN excluded
        THEN 'excluded'
        WHEN is_beside AND population IS NULL
        THEN 'beside'
        WHEN population_recorded IS FALSE
        THEN 'outside'
        WHEN doubts <> ''
        THEN 'undecided'
        ELSE 'in'
      END AS category,
      CASE
        WHEN (
          (
            (
              dated AND require_0 AND require_1
            )
          )
          AND population
          AND (
            NOT excluded
          )
        )
        THEN CASE WHEN numerator THEN 4 WHEN NOT numerator THEN 2 ELSE 6 END
        WHEN NOT (
          (
            (
              dated AND require_0 AND require_1
            )
          )
          AND population
          AND (
            NOT excluded
          )
        )
        THEN 1
        ELSE 1 + CASE WHEN numerator THEN 4 WHEN NOT numerator THEN 2 ELSE 6 END
      END AS allowed
    FROM doubted
  )
  SELECT
    indicator,
    pattern,
    category,
    CASE
      WHEN is_outside
      THEN CONCAT_WS(
        ';',
        CASE WHEN (
          require_0 IS FALSE
        ) THEN 'age' END,
        CASE WHEN no_index THEN 'no-index' END,
        CASE WHEN (
          require_1 IS FALSE
        ) THEN 'visit' END
      )
      WHEN is_undated
      THEN CONCAT_WS(';', CASE WHEN TRUE THEN 'date-unknown' END)
      WHEN category = 'not-evaluated'
      THEN missed
      WHEN category = 'excluded'
      THEN CONCAT_WS(
        ';',
        CASE WHEN exclude_1 THEN 'cancer' END,
        CASE WHEN exclude_3 THEN 'drug-use' END,
        CASE WHEN exclude_4 THEN 'neurologic' END,
        CASE WHEN exclude_0 THEN 'prior-low-back-pain' END,
        CASE WHEN exclude_2 THEN 'trauma' END
      )
      WHEN category = 'beside'
      THEN 'population-unknown'
      WHEN category = 'outside'
      THEN 'population'
      WHEN category = 'undecided'
      THEN doubts
      ELSE ''
    END AS reasons,
    CASE
      WHEN is_outside
      THEN FALSE
      WHEN is_undated OR category = 'not-evaluated'
      THEN NULL
      ELSE (
        (
          dated AND require_0 AND require_1
        )
      ) AND population_recorded
    END AS in_denominator,
    CASE
      WHEN is_outside OR is_undated OR category = 'not-evaluated'
      THEN FALSE
      ELSE excluded
    END AS excluded,
    CASE
      WHEN is_outside
      THEN FALSE
      WHEN is_undated OR category = 'not-evaluated'
      THEN NULL
      ELSE numerator_recorded
    END AS in_numerator,
    CASE
      WHEN is_outside
      THEN 1
      WHEN is_undated
      THEN 7
      WHEN category IN ('not-evaluated', 'excluded', 'beside')
      THEN 1
      ELSE allowed
    END AS places,
    CASE WHEN is_outside THEN '' WHEN is_undated THEN '' ELSE '' END AS verdict,
    CASE WHEN category = 'in' THEN also ELSE '' END AS also,
    CONCAT_WS(
      ';',
      CASE
        WHEN no_index IS FALSE AND is_undated IS FALSE AND short
        THEN 'look-back-short'
      END
    ) AS assumed,
    proposed AS proposed,
    is_earlier AS is_earlier
  FROM sorted_out
)
UNION ALL
SELECT
  *
FROM (
  WITH unpacked AS (
    SELECT
      'charlesworth-2016' AS indicator,
      pattern,
      CASE (
        pattern // 1
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS no_index,
      CASE (
        pattern // 3
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS is_undated,
      CASE (
        pattern // 9
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS is_earlier,
      CASE (
        pattern // 27
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS dated,
      CASE (
        pattern // 81
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS require_0,
      CASE (
        pattern // 243
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_0,
      CASE (
        pattern // 729
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_1,
      CASE (
        pattern // 2187
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_2,
      CASE (
        pattern // 6561
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_3,
      CASE (
        pattern // 19683
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_4,
      CASE (
        pattern // 59049
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_5,
      CASE (
        pattern // 177147
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_6,
      CASE (
        pattern // 531441
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_7,
      CASE (
        pattern // 1594323
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS short,
      CASE (
        pattern // 4782969
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS proposed,
      CASE (
        pattern // 14348907
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population_recorded,
      CASE (
        pattern // 43046721
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population,
      CASE (
        pattern // 129140163
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator_recorded,
      CASE (
        pattern // 387420489
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator,
      CASE
        WHEN CASE (
          pattern // 1162261467
        ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
        THEN 'not-yet'
        ELSE CONCAT_WS(
          ';',
          CASE
            WHEN CASE (
              pattern // 3486784401
            ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
            THEN 'not-carried:imaging'
          END
        )
      END AS missed,
      '' AS also,
      FALSE AS is_beside
    FROM (
      SELECT DISTINCT
        pattern_0 AS pattern
      FROM rule_4_pattern
      WHERE
        NOT pattern_0 IS NULL
      UNION
      SELECT
        pattern
      FROM rest
      WHERE
        indicator = 'charlesworth-2016'
    )
  ), judged AS (
    SELECT
      *,
      (
        exclude_0
        OR exclude_1
        OR exclude_2
        OR exclude_3
        OR exclude_4
        OR exclude_5
        OR exclude_6
        OR exclude_7
      ) AS excluded,
      (
        no_index OR (
          require_0 IS FALSE
        )
      ) AS is_outside,
      COALESCE(is_undated, FALSE) AS is_undated
    FROM unpacked
  ), doubted AS (
    SELECT
      *,
      CONCAT_WS(
        ';',
        CASE WHEN excluded IS NULL AND exclude_1 IS NULL THEN 'cancer-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_0 IS NULL THEN 'chronic-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_6 IS NULL THEN 'constitutional-unknown' END,
        CASE WHEN dated IS NULL THEN 'date-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_3 IS NULL THEN 'drug-use-unknown' END,
        CASE WHEN require_0 IS NULL THEN 'enrolment-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_5 IS NULL THEN 'infection-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_4 IS NULL THEN 'neurologic-unknown' END,
        CASE WHEN numerator_recorded IS NULL THEN 'numerator-unknown' END,
        CASE WHEN population_recorded IS NULL THEN 'population-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_7 IS NULL THEN 'radiculopathy-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_2 IS NULL THEN 'trauma-unknown' END
      ) AS doubts
    FROM judged
  ), sorted_out AS (
    SELECT
      *,
      CASE
        WHEN is_outside
        THEN 'outside'
        WHEN is_undated
        THEN 'undecided'
        WHEN missed <> ''
        THEN 'not-evaluated'
        WHEN excluded
        THEN 'excluded'
        WHEN is_beside AND population IS NULL
        THEN 'beside'
        WHEN population_recorded IS FALSE
        THEN 'outside'
        WHEN doubts <> ''
        THEN 'undecided'
        ELSE 'in'
      END AS category,
      CASE
        WHEN (
          (
            (
              dated AND require_0
            )
          ) AND population AND (
            NOT excluded
          )
        )
        THEN CASE WHEN numerator THEN 4 WHEN NOT numerator THEN 2 ELSE 6 END
        WHEN NOT (
          (
            (
              dated AND require_0
            )
          ) AND population AND (
            NOT excluded
          )
        )
        THEN 1
        ELSE 1 + CASE WHEN numerator THEN 4 WHEN NOT numerator THEN 2 ELSE 6 END
      END AS allowed
    FROM doubted
  )
  SELECT
    indicator,
    pattern,
    category,
    CASE
      WHEN is_outside
      THEN CONCAT_WS(
        ';',
        CASE WHEN (
          require_0 IS FALSE
        ) THEN 'enrolment' END,
        CASE WHEN no_index THEN 'no-index' END
      )
      WHEN is_undated
      THEN CONCAT_WS(';', CASE WHEN TRUE THEN 'date-unknown' END)
      WHEN category = 'not-evaluated'
      THEN missed
      WHEN category = 'excluded'
      THEN CONCAT_WS(
        ';',
        CASE WHEN exclude_1 THEN 'cancer' END,
        CASE WHEN exclude_0 THEN 'chronic' END,
        CASE WHEN exclude_6 THEN 'constitutional' END,
        CASE WHEN exclude_3 THEN 'drug-use' END,
        CASE WHEN exclude_5 THEN 'infection' END,
        CASE WHEN exclude_4 THEN 'neurologic' END,
        CASE WHEN exclude_7 THEN 'radiculopathy' END,
        CASE WHEN exclude_2 THEN 'trauma' END
      )
      WHEN category = 'beside'
      THEN 'population-unknown'
      WHEN category = 'outside'
      THEN 'population'
      WHEN category = 'undecided'
      THEN doubts
      ELSE ''
    END AS reasons,
    CASE
      WHEN is_outside
      THEN FALSE
      WHEN is_undated OR category = 'not-evaluated'
      THEN NULL
      ELSE (
        (
          dated AND require_0
        )
      ) AND population_recorded
    END AS in_denominator,
    CASE
      WHEN is_outside OR is_undated OR category = 'not-evaluated'
      THEN FALSE
      ELSE excluded
    END AS excluded,
    CASE
      WHEN is_outside
      THEN FALSE
      WHEN is_undated OR category = 'not-evaluated'
      THEN NULL
      ELSE numerator_recorded
    END AS in_numerator,
    CASE
      WHEN is_outside
      THEN 1
      WHEN is_undated
      THEN 7
      WHEN category IN ('not-evaluated', 'excluded', 'beside')
      THEN 1
      ELSE allowed
    END AS places,
    CASE WHEN is_outside THEN '' WHEN is_undated THEN '' ELSE '' END AS verdict,
    CASE WHEN category = 'in' THEN also ELSE '' END AS also,
    CONCAT_WS(
      ';',
      CASE
        WHEN no_index IS FALSE AND is_undated IS FALSE AND short
        THEN 'look-back-short'
      END
    ) AS assumed,
    proposed AS proposed,
    is_earlier AS is_earlier
  FROM sorted_out
)
UNION ALL
SELECT
  *
FROM (
  WITH unpacked AS (
    SELECT
      'cmaj-open-ontario' AS indicator,
      pattern,
      CASE (
        pattern // 1
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS no_index,
      CASE (
        pattern // 3
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS is_undated,
      CASE (
        pattern // 9
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS is_earlier,
      CASE (
        pattern // 27
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS dated,
      CASE (
        pattern // 81
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS require_0,
      CASE (
        pattern // 243
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_0,
      CASE (
        pattern // 729
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_1,
      CASE (
        pattern // 2187
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_2,
      CASE (
        pattern // 6561
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_3,
      CASE (
        pattern // 19683
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_4,
      CASE (
        pattern // 59049
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_5,
      CASE (
        pattern // 177147
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS exclude_6,
      CASE (
        pattern // 531441
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS short,
      CASE (
        pattern // 1594323
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS proposed,
      CASE (
        pattern // 4782969
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population_recorded,
      CASE (
        pattern // 14348907
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS population,
      CASE (
        pattern // 43046721
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator_recorded,
      CASE (
        pattern // 129140163
      ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END AS numerator,
      CASE
        WHEN CASE (
          pattern // 387420489
        ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
        THEN 'not-yet'
        ELSE CONCAT_WS(
          ';',
          CASE
            WHEN CASE (
              pattern // 1162261467
            ) % 3 WHEN 1 THEN TRUE WHEN 0 THEN FALSE ELSE NULL END
            THEN 'not-carried:imaging'
          END
        )
      END AS missed,
      '' AS also,
      FALSE AS is_beside
    FROM (
      SELECT DISTINCT
        pattern_0 AS pattern
      FROM rule_5_pattern
      WHERE
        NOT pattern_0 IS NULL
      UNION
      SELECT
        pattern
      FROM rest
      WHERE
        indicator = 'cmaj-open-ontario'
    )
  ), judged AS (
    SELECT
      *,
      (
        exclude_0
        OR exclude_1
        OR exclude_2
        OR exclude_3
        OR exclude_4
        OR exclude_5
        OR exclude_6
      ) AS excluded,
      (
        no_index OR (
          require_0 IS FALSE
        )
      ) AS is_outside,
      COALESCE(is_undated, FALSE) AS is_undated
    FROM unpacked
  ), doubted AS (
    SELECT
      *,
      CONCAT_WS(
        ';',
        CASE WHEN require_0 IS NULL THEN 'age-unknown' END,
        CASE WHEN dated IS NULL THEN 'date-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_3 IS NULL THEN 'fracture-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_1 IS NULL THEN 'neoplasm-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_2 IS NULL THEN 'neurologic-unknown' END,
        CASE WHEN numerator_recorded IS NULL THEN 'numerator-unknown' END,
        CASE WHEN population_recorded IS NULL THEN 'population-unknown' END,
        CASE
          WHEN excluded IS NULL AND exclude_0 IS NULL
          THEN 'prior-low-back-pain-unknown'
        END,
        CASE
          WHEN excluded IS NULL AND exclude_5 IS NULL
          THEN 'prior-spine-image-unknown'
        END,
        CASE WHEN excluded IS NULL AND exclude_4 IS NULL THEN 'spine-surgeon-unknown' END,
        CASE WHEN excluded IS NULL AND exclude_6 IS NULL THEN 'spine-surgery-unknown' END
      ) AS doubts
    FROM judged
  ), sorted_out AS (
    SELECT
      *,
      CASE
        WHEN is_outside
        THEN 'outside'
        WHEN is_undated
        THEN 'undecided'
        WHEN missed <> ''
        THEN 'not-evaluated'
        WHEN excluded
        THEN 'excluded'
        WHEN is_beside AND population IS NULL
        THEN 'beside'
        WHEN population_recorded IS FALSE
        THEN 'outside'
        WHEN doubts <> ''
        THEN 'undecided'
        ELSE 'in'
      END AS category,
      CASE
        WHEN (
          (
            (
              dated AND require_0
            )
          ) AND population AND (
            NOT excluded
          )
        )
        THEN CASE WHEN numerator THEN 4 WHEN NOT numerator THEN 2 ELSE 6 END
        WHEN NOT (
          (
            (
              dated AND require_0
            )
          ) AND population AND (
            NOT excluded
          )
        )
        THEN 1
        ELSE 1 + CASE WHEN numerator THEN 4 WHEN NOT numerator THEN 2 ELSE 6 END
      END AS allowed
    FROM doubted
  )
  SELECT
    indicator,
    pattern,
    category,
    CASE
      WHEN is_outside
      THEN CONCAT_WS(
        ';',
        CASE WHEN (
          require_0 IS FALSE
        ) THEN 'age' END,
        CASE WHEN no_index THEN 'no-index' END
      )
      WHEN is_undated
      THEN CONCAT_WS(';', CASE WHEN TRUE THEN 'date-unknown' END)
      WHEN category = 'not-evaluated'
      THEN missed
      WHEN category = 'excluded'
      THEN CONCAT_WS(
        ';',
        CASE WHEN exclude_3 THEN 'fracture' END,
        CASE WHEN exclude_1 THEN 'neoplasm' END,
        CASE WHEN exclude_2 THEN 'neurologic' END,
        CASE WHEN exclude_0 THEN 'prior-low-back-pain' END,
        CASE WHEN exclude_5 THEN 'prior-spine-image' END,
        CASE WHEN exclude_4 THEN 'spine-surgeon' END,
        CASE WHEN exclude_6 THEN 'spine-surgery' END
      )
      WHEN category = 'beside'
      THEN 'population-unknown'
      WHEN category = 'outside'
      THEN 'population'
      WHEN category = 'undecided'
      THEN doubts
      ELSE ''
    END AS reasons,
    CASE
      WHEN is_outside
      THEN FALSE
      WHEN is_undated OR category = 'not-evaluated'
      THEN NULL
      ELSE (
        (
          dated AND require_0
        )
      ) AND population_recorded
    END AS in_denominator,
    CASE
      WHEN is_outside OR is_undated OR category = 'not-evaluated'
      THEN FALSE
      ELSE excluded
    END AS excluded,
    CASE
      WHEN is_outside
      THEN FALSE
      WHEN is_undated OR category = 'not-evaluated'
      THEN NULL
      ELSE numerator_recorded
    END AS in_numerator,
    CASE
      WHEN is_outside
      THEN 1
      WHEN is_undated
      THEN 7
      WHEN category IN ('not-evaluated', 'excluded', 'beside')
      THEN 1
      ELSE allowed
    END AS places,
    CASE WHEN is_outside THEN '' WHEN is_undated THEN '' ELSE '' END AS verdict,
    CASE WHEN category = 'in' THEN also ELSE '' END AS also,
    CONCAT_WS(
      ';',
      CASE
        WHEN no_index IS FALSE AND is_undated IS FALSE AND short
        THEN 'look-back-short'
      END
    ) AS assumed,
    proposed AS proposed,
    is_earlier AS is_earlier
  FROM sorted_out
);

-- unit_pattern
SELECT
  'imaging-early' AS indicator,
  unit,
  patient,
  day_lo,
  day_hi,
  clinician,
  modality,
  pattern_0 AS pattern
FROM episode_pattern
WHERE
  NOT pattern_0 IS NULL
UNION ALL
SELECT
  'imaging-missed' AS indicator,
  unit,
  patient,
  day_lo,
  day_hi,
  clinician,
  modality,
  pattern_1 AS pattern
FROM episode_pattern
WHERE
  NOT pattern_1 IS NULL
UNION ALL
SELECT
  'red-flag-documentation' AS indicator,
  unit,
  patient,
  day_lo,
  day_hi,
  clinician,
  modality,
  pattern_2 AS pattern
FROM episode_pattern
WHERE
  NOT pattern_2 IS NULL
UNION ALL
SELECT
  'specialist-consultation' AS indicator,
  unit,
  patient,
  day_lo,
  day_hi,
  clinician,
  modality,
  pattern_3 AS pattern
FROM episode_pattern
WHERE
  NOT pattern_3 IS NULL
UNION ALL
SELECT
  'quality-of-life' AS indicator,
  unit,
  patient,
  day_lo,
  day_hi,
  clinician,
  modality,
  pattern_4 AS pattern
FROM episode_pattern
WHERE
  NOT pattern_4 IS NULL
UNION ALL
SELECT
  'opioid-start' AS indicator,
  unit,
  patient,
  day_lo,
  day_hi,
  clinician,
  modality,
  pattern_5 AS pattern
FROM episode_pattern
WHERE
  NOT pattern_5 IS NULL
UNION ALL
SELECT
  'imaging-without-recorded-flag' AS indicator,
  unit,
  patient,
  day_lo,
  day_hi,
  clinician,
  modality,
  pattern_0 AS pattern
FROM image_pattern
WHERE
  NOT pattern_0 IS NULL
UNION ALL
SELECT
  'imaging-unknown' AS indicator,
  unit,
  patient,
  day_lo,
  day_hi,
  clinician,
  modality,
  pattern_1 AS pattern
FROM image_pattern
WHERE
  NOT pattern_1 IS NULL
UNION ALL
SELECT
  'experience-definitely' AS indicator,
  unit,
  patient,
  day_lo,
  day_hi,
  clinician,
  modality,
  pattern_0 AS pattern
FROM answer_pattern
WHERE
  NOT pattern_0 IS NULL
UNION ALL
SELECT
  'hedis-lbp-my2025' AS indicator,
  unit,
  patient,
  day_lo,
  day_hi,
  clinician,
  modality,
  pattern_0 AS pattern
FROM rule_0_pattern
WHERE
  NOT pattern_0 IS NULL
UNION ALL
SELECT
  'cms166v4' AS indicator,
  unit,
  patient,
  day_lo,
  day_hi,
  clinician,
  modality,
  pattern_0 AS pattern
FROM rule_1_pattern
WHERE
  NOT pattern_0 IS NULL
UNION ALL
SELECT
  'cms166v5' AS indicator,
  unit,
  patient,
  day_lo,
  day_hi,
  clinician,
  modality,
  pattern_0 AS pattern
FROM rule_2_pattern
WHERE
  NOT pattern_0 IS NULL
UNION ALL
SELECT
  'nqf0052-2012' AS indicator,
  unit,
  patient,
  day_lo,
  day_hi,
  clinician,
  modality,
  pattern_0 AS pattern
FROM rule_3_pattern
WHERE
  NOT pattern_0 IS NULL
UNION ALL
SELECT
  'charlesworth-2016' AS indicator,
  unit,
  patient,
  day_lo,
  day_hi,
  clinician,
  modality,
  pattern_0 AS pattern
FROM rule_4_pattern
WHERE
  NOT pattern_0 IS NULL
UNION ALL
SELECT
  'cmaj-open-ontario' AS indicator,
  unit,
  patient,
  day_lo,
  day_hi,
  clinician,
  modality,
  pattern_0 AS pattern
FROM rule_5_pattern
WHERE
  NOT pattern_0 IS NULL;

-- outcome
SELECT
  p.indicator,
  u.unit,
  COALESCE(v.source_id, COALESCE(v_file.path, CAST(v.file AS TEXT)) || ':' || v.line) AS unit_id,
  who.patient_id,
  u.day_lo,
  u.day_hi,
  u.clinician,
  u.modality,
  p.*
  EXCLUDE (indicator, pattern)
FROM (
  SELECT
    'imaging-early' AS indicator,
    unit,
    patient,
    day_lo,
    day_hi,
    clinician,
    modality,
    pattern_0 AS pattern
  FROM episode_pattern
  WHERE
    NOT pattern_0 IS NULL
  UNION ALL
  SELECT
    'imaging-missed' AS indicator,
    unit,
    patient,
    day_lo,
    day_hi,
    clinician,
    modality,
    pattern_1 AS pattern
  FROM episode_pattern
  WHERE
    NOT pattern_1 IS NULL
  UNION ALL
  SELECT
    'red-flag-documentation' AS indicator,
    unit,
    patient,
    day_lo,
    day_hi,
    clinician,
    modality,
    pattern_2 AS pattern
  FROM episode_pattern
  WHERE
    NOT pattern_2 IS NULL
  UNION ALL
  SELECT
    'specialist-consultation' AS indicator,
    unit,
    patient,
    day_lo,
    day_hi,
    clinician,
    modality,
    pattern_3 AS pattern
  FROM episode_pattern
  WHERE
    NOT pattern_3 IS NULL
  UNION ALL
  SELECT
    'quality-of-life' AS indicator,
    unit,
    patient,
    day_lo,
    day_hi,
    clinician,
    modality,
    pattern_4 AS pattern
  FROM episode_pattern
  WHERE
    NOT pattern_4 IS NULL
  UNION ALL
  SELECT
    'opioid-start' AS indicator,
    unit,
    patient,
    day_lo,
    day_hi,
    clinician,
    modality,
    pattern_5 AS pattern
  FROM episode_pattern
  WHERE
    NOT pattern_5 IS NULL
) AS u
JOIN pattern AS p
  ON p.indicator = u.indicator AND p.pattern = u.pattern
JOIN patients AS who
  ON who.patient = u.patient
JOIN visits AS v
  ON v.visit = u.unit
LEFT JOIN sources AS v_file
  ON v_file.file = v.file
UNION ALL
SELECT
  p.indicator,
  u.unit,
  COALESCE(e.source_id, COALESCE(e_file.path, CAST(e.file AS TEXT)) || ':' || e.line) || CASE
    WHEN u.unit % 1000000 > 1
    THEN '#' || CAST(u.unit % 1000000 AS TEXT)
    ELSE ''
  END AS unit_id,
  who.patient_id,
  u.day_lo,
  u.day_hi,
  u.clinician,
  u.modality,
  p.*
  EXCLUDE (indicator, pattern)
FROM (
  SELECT
    'imaging-without-recorded-flag' AS indicator,
    unit,
    patient,
    day_lo,
    day_hi,
    clinician,
    modality,
    pattern_0 AS pattern
  FROM image_pattern
  WHERE
    NOT pattern_0 IS NULL
  UNION ALL
  SELECT
    'imaging-unknown' AS indicator,
    unit,
    patient,
    day_lo,
    day_hi,
    clinician,
    modality,
    pattern_1 AS pattern
  FROM image_pattern
  WHERE
    NOT pattern_1 IS NULL
) AS u
JOIN pattern AS p
  ON p.indicator = u.indicator AND p.pattern = u.pattern
JOIN patients AS who
  ON who.patient = u.patient
JOIN events AS e
  ON e.event = u.unit // 1000000
LEFT JOIN sources AS e_file
  ON e_file.file = e.file
UNION ALL
SELECT
  p.indicator,
  u.unit,
  COALESCE(e.source_id, COALESCE(e_file.path, CAST(e.file AS TEXT)) || ':' || e.line) AS unit_id,
  who.patient_id,
  u.day_lo,
  u.day_hi,
  u.clinician,
  u.modality,
  p.*
  EXCLUDE (indicator, pattern)
FROM (
  SELECT
    'experience-definitely' AS indicator,
    unit,
    patient,
    day_lo,
    day_hi,
    clinician,
    modality,
    pattern_0 AS pattern
  FROM answer_pattern
  WHERE
    NOT pattern_0 IS NULL
) AS u
JOIN pattern AS p
  ON p.indicator = u.indicator AND p.pattern = u.pattern
JOIN patients AS who
  ON who.patient = u.patient
JOIN events AS e
  ON e.event = u.unit
LEFT JOIN sources AS e_file
  ON e_file.file = e.file
UNION ALL
SELECT
  p.indicator,
  u.unit,
  who.patient_id AS unit_id,
  who.patient_id,
  u.day_lo,
  u.day_hi,
  u.clinician,
  u.modality,
  p.*
  EXCLUDE (indicator, pattern)
FROM (
  SELECT
    'hedis-lbp-my2025' AS indicator,
    unit,
    patient,
    day_lo,
    day_hi,
    clinician,
    modality,
    pattern_0 AS pattern
  FROM rule_0_pattern
  WHERE
    NOT pattern_0 IS NULL
  UNION ALL
  SELECT
    indicator,
    o.*,
    pattern
  FROM (
    SELECT
      patient AS unit,
      patient,
      CAST(NULL AS BIGINT) AS day_lo,
      CAST(NULL AS BIGINT) AS day_hi,
      '' AS clinician,
      '' AS modality
    FROM patients
    ANTI JOIN (
      SELECT
        patient
      FROM rule_0_answer
      WHERE
        period_first = 19250
      UNION
      SELECT
        patient
      FROM rule_0_found
      WHERE
        period_first = 19250
        AND TRUE
        AND (
          eligible IS NULL OR NOT is_dated
        )
        AND (
          first_day IS NULL OR index_lo < first_day
        )
    )
      USING (patient)
  ) AS o
  CROSS JOIN rest
  WHERE
    indicator = 'hedis-lbp-my2025'
) AS u
JOIN pattern AS p
  ON p.indicator = u.indicator AND p.pattern = u.pattern
JOIN patients AS who
  ON who.patient = u.patient
UNION ALL
SELECT
  p.indicator,
  u.unit,
  who.patient_id AS unit_id,
  who.patient_id,
  u.day_lo,
  u.day_hi,
  u.clinician,
  u.modality,
  p.*
  EXCLUDE (indicator, pattern)
FROM (
  SELECT
    'cms166v4' AS indicator,
    unit,
    patient,
    day_lo,
    day_hi,
    clinician,
    modality,
    pattern_0 AS pattern
  FROM rule_1_pattern
  WHERE
    NOT pattern_0 IS NULL
  UNION ALL
  SELECT
    indicator,
    o.*,
    pattern
  FROM (
    SELECT
      patient AS unit,
      patient,
      CAST(NULL AS BIGINT) AS day_lo,
      CAST(NULL AS BIGINT) AS day_hi,
      '' AS clinician,
      '' AS modality
    FROM patients
    ANTI JOIN (
      SELECT
        patient
      FROM rule_1_answer
      WHERE
        period_first = 19250
      UNION
      SELECT
        patient
      FROM rule_1_found
      WHERE
        period_first = 19250
        AND TRUE
        AND (
          eligible IS NULL OR NOT is_dated
        )
        AND (
          first_day IS NULL OR index_lo < first_day
        )
    )
      USING (patient)
  ) AS o
  CROSS JOIN rest
  WHERE
    indicator = 'cms166v4'
) AS u
JOIN pattern AS p
  ON p.indicator = u.indicator AND p.pattern = u.pattern
JOIN patients AS who
  ON who.patient = u.patient
UNION ALL
SELECT
  p.indicator,
  u.unit,
  who.patient_id AS unit_id,
  who.patient_id,
  u.day_lo,
  u.day_hi,
  u.clinician,
  u.modality,
  p.*
  EXCLUDE (indicator, pattern)
FROM (
  SELECT
    'cms166v5' AS indicator,
    unit,
    patient,
    day_lo,
    day_hi,
    clinician,
    modality,
    pattern_0 AS pattern
  FROM rule_2_pattern
  WHERE
    NOT pattern_0 IS NULL
  UNION ALL
  SELECT
    indicator,
    o.*,
    pattern
  FROM (
    SELECT
      patient AS unit,
      patient,
      CAST(NULL AS BIGINT) AS day_lo,
      CAST(NULL AS BIGINT) AS day_hi,
      '' AS clinician,
      '' AS modality
    FROM patients
    ANTI JOIN (
      SELECT
        patient
      FROM rule_2_answer
      WHERE
        period_first = 19250
      UNION
      SELECT
        patient
      FROM rule_2_found
      WHERE
        period_first = 19250
        AND TRUE
        AND (
          eligible IS NULL OR NOT is_dated
        )
        AND (
          first_day IS NULL OR index_lo < first_day
        )
    )
      USING (patient)
  ) AS o
  CROSS JOIN rest
  WHERE
    indicator = 'cms166v5'
) AS u
JOIN pattern AS p
  ON p.indicator = u.indicator AND p.pattern = u.pattern
JOIN patients AS who
  ON who.patient = u.patient
UNION ALL
SELECT
  p.indicator,
  u.unit,
  who.patient_id AS unit_id,
  who.patient_id,
  u.day_lo,
  u.day_hi,
  u.clinician,
  u.modality,
  p.*
  EXCLUDE (indicator, pattern)
FROM (
  SELECT
    'nqf0052-2012' AS indicator,
    unit,
    patient,
    day_lo,
    day_hi,
    clinician,
    modality,
    pattern_0 AS pattern
  FROM rule_3_pattern
  WHERE
    NOT pattern_0 IS NULL
  UNION ALL
  SELECT
    indicator,
    o.*,
    pattern
  FROM (
    SELECT
      patient AS unit,
      patient,
      CAST(NULL AS BIGINT) AS day_lo,
      CAST(NULL AS BIGINT) AS day_hi,
      '' AS clinician,
      '' AS modality
    FROM patients
    ANTI JOIN (
      SELECT
        patient
      FROM rule_3_answer
      WHERE
        period_first = 19250
      UNION
      SELECT
        patient
      FROM rule_3_found
      WHERE
        period_first = 19250
        AND TRUE
        AND (
          eligible IS NULL OR NOT is_dated
        )
        AND (
          first_day IS NULL OR index_lo < first_day
        )
    )
      USING (patient)
  ) AS o
  CROSS JOIN rest
  WHERE
    indicator = 'nqf0052-2012'
) AS u
JOIN pattern AS p
  ON p.indicator = u.indicator AND p.pattern = u.pattern
JOIN patients AS who
  ON who.patient = u.patient
UNION ALL
SELECT
  p.indicator,
  u.unit,
  who.patient_id AS unit_id,
  who.patient_id,
  u.day_lo,
  u.day_hi,
  u.clinician,
  u.modality,
  p.*
  EXCLUDE (indicator, pattern)
FROM (
  SELECT
    'charlesworth-2016' AS indicator,
    unit,
    patient,
    day_lo,
    day_hi,
    clinician,
    modality,
    pattern_0 AS pattern
  FROM rule_4_pattern
  WHERE
    NOT pattern_0 IS NULL
  UNION ALL
  SELECT
    indicator,
    o.*,
    pattern
  FROM (
    SELECT
      patient AS unit,
      patient,
      CAST(NULL AS BIGINT) AS day_lo,
      CAST(NULL AS BIGINT) AS day_hi,
      '' AS clinician,
      '' AS modality
    FROM patients
    ANTI JOIN (
      SELECT
        patient
      FROM rule_4_answer
      WHERE
        period_first = 19250
      UNION
      SELECT
        patient
      FROM rule_4_found
      WHERE
        period_first = 19250
        AND FALSE
        AND (
          eligible IS NULL OR NOT is_dated
        )
        AND (
          first_day IS NULL OR index_lo < first_day
        )
    )
      USING (patient)
  ) AS o
  CROSS JOIN rest
  WHERE
    indicator = 'charlesworth-2016'
) AS u
JOIN pattern AS p
  ON p.indicator = u.indicator AND p.pattern = u.pattern
JOIN patients AS who
  ON who.patient = u.patient
UNION ALL
SELECT
  p.indicator,
  u.unit,
  who.patient_id AS unit_id,
  who.patient_id,
  u.day_lo,
  u.day_hi,
  u.clinician,
  u.modality,
  p.*
  EXCLUDE (indicator, pattern)
FROM (
  SELECT
    'cmaj-open-ontario' AS indicator,
    unit,
    patient,
    day_lo,
    day_hi,
    clinician,
    modality,
    pattern_0 AS pattern
  FROM rule_5_pattern
  WHERE
    NOT pattern_0 IS NULL
  UNION ALL
  SELECT
    indicator,
    o.*,
    pattern
  FROM (
    SELECT
      patient AS unit,
      patient,
      CAST(NULL AS BIGINT) AS day_lo,
      CAST(NULL AS BIGINT) AS day_hi,
      '' AS clinician,
      '' AS modality
    FROM patients
    ANTI JOIN (
      SELECT
        patient
      FROM rule_5_answer
      WHERE
        period_first = 19250
      UNION
      SELECT
        patient
      FROM rule_5_found
      WHERE
        period_first = 19250
        AND TRUE
        AND (
          eligible IS NULL OR NOT is_dated
        )
        AND (
          first_day IS NULL OR index_lo < first_day
        )
    )
      USING (patient)
  ) AS o
  CROSS JOIN rest
  WHERE
    indicator = 'cmaj-open-ontario'
) AS u
JOIN pattern AS p
  ON p.indicator = u.indicator AND p.pattern = u.pattern
JOIN patients AS who
  ON who.patient = u.patient;
