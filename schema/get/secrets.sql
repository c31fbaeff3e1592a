SELECT namespace AS "NAMESPACE", name AS "NAME", doc ->> '$.type' AS "TYPE", (SELECT count(*) FROM json_each(doc, '$.data')) AS "DATA",
  coalesce(age(:now - created), '<unknown>') AS "AGE", object
FROM picked ORDER BY namespace, name
