SELECT namespace AS "NAMESPACE", name AS "NAME", doc ->> '$.spec.holderIdentity' AS "HOLDER", coalesce(age(:now - created), '<unknown>') AS "AGE", object
FROM picked ORDER BY namespace, name
