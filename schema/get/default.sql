SELECT namespace AS "NAMESPACE", name AS "NAME", coalesce(age(:now - created), '<unknown>') AS "AGE", object
FROM picked ORDER BY namespace, name
