SELECT name AS "NAME", coalesce(json_array_length(doc, '$.webhooks'), 0) AS "WEBHOOKS", coalesce(age(:now - created), '<unknown>') AS "AGE", object
FROM picked ORDER BY name
