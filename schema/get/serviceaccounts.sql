SELECT namespace AS "NAMESPACE", name AS "NAME", coalesce(json_array_length(doc, '$.secrets'), 0) AS "SECRETS",
  coalesce(age(:now - created), '<unknown>') AS "AGE", object
FROM picked ORDER BY namespace, name
