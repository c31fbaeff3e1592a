SELECT namespace AS "NAMESPACE", name AS "NAME", coalesce(doc ->> '$.spec.minAvailable', 'N/A') AS "MIN AVAILABLE",
  coalesce(doc ->> '$.spec.maxUnavailable', 'N/A') AS "MAX UNAVAILABLE", coalesce(doc ->> '$.status.disruptionsAllowed', 0) AS "ALLOWED DISRUPTIONS",
  coalesce(age(:now - created), '<unknown>') AS "AGE", object
FROM picked ORDER BY namespace, name
