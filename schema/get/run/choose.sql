-- The objects that are asked for. names, labels and fields are JSON arrays; an empty one does not restrict. A term of labels:
-- {"key", "op", "values"}; op is in, notin, exists or absent; of fields: {"path", "op", "values"}.
INSERT OR IGNORE INTO temp.chosen
SELECT o.id
FROM main.objects o
WHERE o.kind = :kind
  AND (:group IS NULL OR o.api_version GLOB :group || '/*')
  AND (:ns IS NULL OR o.namespace = :ns)
  AND (:names = '[]' OR o.name IN (SELECT value FROM json_each(:names)))
  AND json_valid(o.json)
  AND NOT EXISTS (
    SELECT 1 FROM json_each(:labels) t
    LEFT JOIN json_each(o.json, '$.metadata.labels') l ON l.key = t.value ->> '$.key'
    WHERE NOT CASE t.value ->> '$.op'
      WHEN 'in' THEN l.key IS NOT NULL AND l.value IN (SELECT v.value FROM json_each(t.value, '$.values') v)
      WHEN 'notin' THEN l.key IS NULL OR l.value NOT IN (SELECT v.value FROM json_each(t.value, '$.values') v)
      WHEN 'exists' THEN l.key IS NOT NULL
      ELSE l.key IS NULL END)
  AND NOT EXISTS (
    SELECT 1 FROM json_each(:fields) t
    WHERE (coalesce(o.json ->> (t.value ->> '$.path'), '') = (t.value ->> '$.values[0]')) <> (t.value ->> '$.op' = 'in'))
