-- The kind that :word names: plural, singular, short name or kind, with or without ".group". :kinds is kinds.yaml as JSON.
WITH every AS (
  SELECT 0 AS rank, k.key AS number, k.value ->> '$.kind' AS kind, k.value ->> '$.plural' AS plural,
    coalesce(k.value ->> '$.singular', lower(k.value ->> '$.kind')) AS singular, coalesce(k.value -> '$.short', '[]') AS short,
    k.value ->> '$.group' AS api_group, coalesce(k.value ->> '$.namespaced', 1) AS namespaced, 0 AS custom
  FROM json_each(:kinds) k
  UNION ALL
  SELECT 1, o.id, o.json ->> '$.spec.names.kind', o.json ->> '$.spec.names.plural', coalesce(o.json ->> '$.spec.names.singular', lower(o.json ->> '$.spec.names.kind')),
    coalesce(o.json -> '$.spec.names.shortNames', '[]'), o.json ->> '$.spec.group', o.json ->> '$.spec.scope' = 'Namespaced', 1
  FROM objects o WHERE o.kind = 'CustomResourceDefinition' AND json_valid(o.json)
  UNION ALL
  -- Kinds whose definition was not collected.
  SELECT 2, 0, kind, lower(kind) || 's', lower(kind), '[]', substr(min(api_version), 1, instr(min(api_version), '/') - 1), min(namespace) IS NOT NULL, 1
  FROM objects WHERE kind IS NOT NULL GROUP BY kind
)
SELECT kind, plural, singular, api_group, namespaced, custom
FROM every
WHERE lower(:word) IN (plural, singular, lower(kind), plural || '.' || api_group, singular || '.' || api_group)
  OR EXISTS (SELECT 1 FROM json_each(short) s WHERE s.value = lower(:word))
ORDER BY rank, number
LIMIT 1
