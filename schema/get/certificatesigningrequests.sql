SELECT name AS "NAME", coalesce(age(:now - created), '<unknown>') AS "AGE", coalesce(doc ->> '$.spec.signerName', '<none>') AS "SIGNERNAME",
  doc ->> '$.spec.username' AS "REQUESTOR",
  CASE WHEN coalesce(json_array_length(doc, '$.status.conditions'), 0) = 0 THEN 'Pending'
    ELSE (SELECT group_concat(t, ',') FROM (SELECT DISTINCT c.value ->> '$.type' AS t FROM json_each(doc, '$.status.conditions') c)) END
    || CASE WHEN coalesce(doc ->> '$.status.certificate', '') <> '' THEN ',Issued' ELSE '' END AS "CONDITION", object
FROM picked ORDER BY name
