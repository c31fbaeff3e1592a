SELECT name AS "NAME", doc ->> '$.status.phase' AS "STATUS", coalesce(age(:now - created), '<unknown>') AS "AGE", object
FROM picked ORDER BY name
