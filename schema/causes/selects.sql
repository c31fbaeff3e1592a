-- A selector joins the two, in either direction: of a service, an endpoints object, a disruption budget or a workload, and
-- the labels of a pod; or a service and the workload that owns a pod it selects.
WITH RECURSIVE
sides AS (
  SELECT id, check_id, kind, namespace, name FROM findings WHERE check_id IN (:cause_check, :effect_check)
),
selectors AS (
  SELECT s.id, s.namespace, v.selector FROM sides s JOIN services v ON v.namespace = s.namespace AND v.name = s.name
  WHERE s.kind IN ('service', 'endpoints')
  UNION ALL
  SELECT s.id, s.namespace, coalesce(w.selector ->> '$.matchLabels', w.selector)
  FROM sides s JOIN workloads w ON lower(w.kind) = s.kind AND w.namespace = s.namespace AND w.name = s.name
  UNION ALL
  SELECT s.id, s.namespace, o.json ->> '$.spec.selector.matchLabels'
  FROM sides s JOIN objects o ON o.kind = 'PodDisruptionBudget' AND o.namespace = s.namespace AND o.name = s.name
  WHERE s.kind = 'poddisruptionbudget'
),
-- A selector without a label selects nothing here.
selected AS (
  SELECT s.id, p.namespace, p.name, p.owner_kind, p.owner_name
  FROM selectors s JOIN pods p ON p.namespace = s.namespace
  WHERE json_valid(s.selector) AND s.selector <> '{}' AND json_valid(p.labels)
    AND NOT EXISTS (
      SELECT 1 FROM json_each(s.selector) want
      WHERE NOT EXISTS (SELECT 1 FROM json_each(p.labels) have WHERE have.key = want.key AND have.value = want.value))
),
members(id, kind, namespace, name, depth) AS (
  SELECT id, 'pod', namespace, name, 0 FROM selected
  UNION
  SELECT id, lower(owner_kind), namespace, owner_name, 1 FROM selected WHERE owner_name IS NOT NULL
  UNION
  SELECT m.id, lower(w.owner_kind), m.namespace, w.owner_name, m.depth + 1
  FROM members m JOIN workloads w ON lower(w.kind) = m.kind AND w.namespace = m.namespace AND w.name = m.name
  WHERE w.owner_name IS NOT NULL AND m.depth < 5
),
pairs AS (
  SELECT m.id AS selector, s.id AS member
  FROM members m JOIN sides s ON s.kind = m.kind AND s.namespace = m.namespace AND s.name = m.name
  WHERE s.id <> m.id
  UNION
  -- Owners that are not in the bundle, as far as the pods tell.
  SELECT m.id, s.id
  FROM selected m JOIN pod_subjects j ON j.namespace = m.namespace AND j.pod = m.name
  JOIN sides s ON j.subject = s.kind || '/' || s.namespace || '/' || s.name
  WHERE s.id <> m.id
  UNION
  SELECT a.id, b.id FROM sides a JOIN sides b ON a.kind = 'service' AND b.kind = 'endpoints'
    AND b.namespace = a.namespace AND b.name = a.name
)
SELECT DISTINCT c.id AS cause, e.id AS effect
FROM sides c JOIN sides e
  ON EXISTS (SELECT 1 FROM pairs WHERE (selector = c.id AND member = e.id) OR (selector = e.id AND member = c.id))
WHERE c.check_id = :cause_check AND e.check_id = :effect_check
ORDER BY cause, effect
