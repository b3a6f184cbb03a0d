SELECT
    source_id AS id,
    ref(practitioner) AS practitioner,
    coalesce(nullif(all_codings(specialty), []), all_codings(code)) AS specialty
FROM source
