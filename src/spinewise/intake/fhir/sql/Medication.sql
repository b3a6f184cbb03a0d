SELECT source_id AS id, codings(code) AS codings, wording(code) AS text FROM source
