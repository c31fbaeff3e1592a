SELECT namespace AS "NAMESPACE", name AS "NAME",
  (SELECT count(*) FROM json_each(doc, '$.data')) + (SELECT count(*) FROM json_each(doc, '$.binaryData')) AS "DATA",
  coalesce(age(:now - created), '<unknown>') AS "AGE", object
FROM picked ORDER BY namespace, name
