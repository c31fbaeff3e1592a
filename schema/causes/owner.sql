-- One of the two owns the other, directly or through others (Deployment - ReplicaSet - Pod), in either direction.
WITH RECURSIVE
sides AS (
  SELECT id, check_id, kind, namespace, name FROM findings WHERE check_id IN (:cause_check, :effect_check)
),
-- Only names and owners are taken out of the objects: their JSON can be large.
owned AS (
  SELECT 'pod' AS kind, namespace, name, lower(owner_kind) AS owner_kind, owner_name FROM pods WHERE owner_name IS NOT NULL
  UNION
  SELECT lower(kind), namespace, name, lower(owner_kind), owner_name FROM workloads WHERE owner_name IS NOT NULL
),
up(id, kind, namespace, name, depth) AS (
  SELECT id, kind, namespace, name, 0 FROM sides WHERE namespace IS NOT NULL
  UNION
  SELECT u.id, o.owner_kind, o.namespace, o.owner_name, u.depth + 1
  FROM up u JOIN owned o ON o.kind = u.kind AND o.namespace = u.namespace AND o.name = u.name
  WHERE u.depth < 5
),
pairs AS (
  SELECT u.id AS below, s.id AS above
  FROM up u JOIN sides s ON s.kind = u.kind AND s.namespace = u.namespace AND s.name = u.name
  WHERE u.depth > 0
)
SELECT DISTINCT c.id AS cause, e.id AS effect
FROM sides c JOIN sides e
  ON EXISTS (SELECT 1 FROM pairs WHERE (below = c.id AND above = e.id) OR (below = e.id AND above = c.id))
WHERE c.check_id = :cause_check AND e.check_id = :effect_check
ORDER BY cause, effect
