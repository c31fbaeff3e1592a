SELECT namespace AS "NAMESPACE", name AS "NAME", doc ->> '$.metadata.creationTimestamp' AS "CREATED AT", object
FROM picked ORDER BY namespace, name
