SELECT name AS "NAME", coalesce((doc ->> '$.spec.service.namespace') || '/' || (doc ->> '$.spec.service.name'), 'Local') AS "SERVICE",
  coalesce((SELECT CASE c.value ->> '$.status' WHEN 'True' THEN 'True' ELSE (c.value ->> '$.status') || ' (' || (c.value ->> '$.reason') || ')' END
    FROM json_each(doc, '$.status.conditions') c WHERE c.value ->> '$.type' = 'Available'), 'Unknown') AS "AVAILABLE",
  coalesce(age(:now - created), '<unknown>') AS "AGE", object
FROM picked ORDER BY name
