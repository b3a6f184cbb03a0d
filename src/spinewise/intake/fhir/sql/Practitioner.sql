SELECT source_id AS id, list_transform(identifier, lambda i: i.value) AS names FROM source
