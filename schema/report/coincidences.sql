-- Root causes that are about something that differs from the earlier bundle (:changed, JSON: [[kind in lower case, namespace, name],
-- ...]; the answer names its place there): the thing itself, what owns it or what it owns, and what its pods refer to. The nearest first.
WITH RECURSIVE
changed AS MATERIALIZED (
  SELECT value ->> '$[0]' AS kind, value ->> '$[1]' AS namespace, value ->> '$[2]' AS name, key AS item FROM json_each(:changed)
),
owned AS (
  SELECT 'pod' AS kind, namespace, name, lower(owner_kind) AS owner_kind, owner_name, object FROM pods
  UNION ALL
  SELECT lower(kind), namespace, name, lower(owner_kind), owner_name, object FROM workloads
),
roots AS (
  SELECT f.id, f.kind, f.namespace, f.name FROM root_causes r JOIN findings f ON f.id = r.finding WHERE f.name IS NOT NULL
),
up(id, kind, namespace, name, distance) AS (
  SELECT id, kind, namespace, name, 0 FROM roots
  UNION
  SELECT u.id, o.owner_kind, o.namespace, o.owner_name, u.distance + 1
  FROM up u JOIN owned o ON o.kind = u.kind AND o.namespace IS u.namespace AND o.name = u.name
  WHERE u.distance < 4 AND o.owner_name IS NOT NULL AND o.owner_kind <> 'node'
),
down(id, kind, namespace, name, distance) AS (
  SELECT id, kind, namespace, name, 0 FROM roots WHERE kind <> 'node'
  UNION
  SELECT d.id, o.kind, o.namespace, o.name, d.distance + 1
  FROM down d JOIN owned o ON o.owner_kind = d.kind AND o.namespace IS d.namespace AND o.owner_name = d.name
  WHERE d.distance < 4
),
near AS (SELECT * FROM up UNION SELECT * FROM down),
refs AS (
  SELECT DISTINCT n.id, CASE WHEN t.key GLOB 'configMap*' THEN 'configmap' WHEN t.key GLOB 'serviceAccount*' THEN 'serviceaccount' ELSE 'secret' END AS kind,
    n.namespace, CASE t.type WHEN 'object' THEN coalesce(t.value ->> '$.name', t.value ->> '$.secretName') ELSE t.atom END AS name
  FROM near n JOIN owned w ON w.kind = n.kind AND w.namespace IS n.namespace AND w.name = n.name
  JOIN objects o ON o.id = w.object
  JOIN json_tree(o.json, '$.spec') t
  WHERE json_valid(o.json)
    AND (t.key IN ('configMap', 'configMapRef', 'configMapKeyRef', 'secret', 'secretRef', 'secretKeyRef') AND t.type = 'object'
      OR t.key = 'serviceAccountName' AND t.type = 'text')
),
about AS (
  SELECT id, kind, namespace, name, distance FROM near
  UNION ALL SELECT id, kind, namespace, name, 10 FROM refs
)
SELECT a.id, c.item
FROM about a JOIN changed c ON c.kind = a.kind AND c.namespace IS a.namespace AND c.name = a.name
GROUP BY a.id, c.item
ORDER BY a.id, min(a.distance), c.item
