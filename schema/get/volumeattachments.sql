SELECT name AS "NAME", doc ->> '$.spec.attacher' AS "ATTACHER", doc ->> '$.spec.source.persistentVolumeName' AS "PV", doc ->> '$.spec.nodeName' AS "NODE",
  CASE WHEN doc ->> '$.status.attached' THEN 'true' ELSE 'false' END AS "ATTACHED", coalesce(age(:now - created), '<unknown>') AS "AGE", object
FROM picked ORDER BY name
