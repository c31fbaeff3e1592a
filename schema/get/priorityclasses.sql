SELECT name AS "NAME", coalesce(doc ->> '$.value', 0) AS "VALUE", CASE WHEN doc ->> '$.globalDefault' THEN 'true' ELSE 'false' END AS "GLOBAL-DEFAULT",
  coalesce(age(:now - created), '<unknown>') AS "AGE", object
FROM picked ORDER BY name
