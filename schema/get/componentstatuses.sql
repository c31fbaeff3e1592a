SELECT name AS "NAME",
  coalesce((SELECT CASE c.value ->> '$.status' WHEN 'True' THEN 'Healthy' WHEN 'False' THEN 'Unhealthy' ELSE 'Unknown' END
    FROM json_each(doc, '$.conditions') c WHERE c.value ->> '$.type' = 'Healthy'), 'Unknown') AS "STATUS",
  (SELECT c.value ->> '$.message' FROM json_each(doc, '$.conditions') c WHERE c.value ->> '$.type' = 'Healthy') AS "MESSAGE",
  (SELECT c.value ->> '$.error' FROM json_each(doc, '$.conditions') c WHERE c.value ->> '$.type' = 'Healthy') AS "ERROR", object
FROM picked ORDER BY name
