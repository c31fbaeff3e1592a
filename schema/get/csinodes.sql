SELECT name AS "NAME", coalesce(json_array_length(doc, '$.spec.drivers'), 0) AS "DRIVERS", coalesce(age(:now - created), '<unknown>') AS "AGE", object
FROM picked ORDER BY name
