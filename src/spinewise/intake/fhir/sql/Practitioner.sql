SELECT source_id AS id, list_transform(identifier, lambda i: str(i.value)) AS names FROM source
