-- Endpoints
SELECT CASE WHEN a.place = 0 THEN 'ready' ELSE 'not ready' END AS "State", a.ip || coalesce(':' || a.port, '') AS "Address", a.target AS "Target", a.object
FROM (
  SELECT e.object, 0 AS place, s.key AS subset, x.key AS number, x.value ->> '$.ip' AS ip, s.value ->> '$.ports[0].port' AS port,
    lower(x.value ->> '$.targetRef.kind') || '/' || (x.value ->> '$.targetRef.name') AS target
  FROM temp.chosen c JOIN objects o ON o.id = c.object JOIN endpoints e ON e.namespace = o.namespace AND e.name = o.name,
    json_each(e.subsets) s, json_each(s.value, '$.addresses') x
  UNION ALL
  SELECT e.object, 1, s.key, x.key, x.value ->> '$.ip', s.value ->> '$.ports[0].port', lower(x.value ->> '$.targetRef.kind') || '/' || (x.value ->> '$.targetRef.name')
  FROM temp.chosen c JOIN objects o ON o.id = c.object JOIN endpoints e ON e.namespace = o.namespace AND e.name = o.name,
    json_each(e.subsets) s, json_each(s.value, '$.notReadyAddresses') x
) a
ORDER BY a.place, a.subset, a.number
