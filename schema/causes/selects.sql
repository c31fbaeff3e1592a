-- A selector joins the two, in either direction: of a service, an endpoints object, a disruption budget or a workload, and
-- the labels of a pod; or a service and the workload that owns a pod it selects.
WITH RECURSIVE
sides AS (
  SELECT id, check_id, kind, namespace, name, subject FROM findings WHERE check_id IN (:cause_check, :effect_check)
),
-- Selectors of workloads and disruption budgets; those of services are matched in the view service_selects.
selectors AS (
  SELECT s.id, s.namespace, coalesce(w.selector ->> '$.matchLabels', w.selector) AS selector
  FROM sides s JOIN workloads w ON lower(w.kind) = s.kind AND w.namespace = s.namespace AND w.name = s.name
  UNION ALL
  SELECT s.id, s.namespace, o.json ->> '$.spec.selector.matchLabels'
  FROM sides s JOIN objects o ON o.kind = 'PodDisruptionBudget' AND o.namespace = s.namespace AND o.name = s.name
  WHERE s.kind = 'poddisruptionbudget'
),
-- A selector without a label selects nothing here. A pod is selected when it has as many of the wanted labels as are wanted.
wanted AS MATERIALIZED (
  SELECT s.id, s.namespace, k.key, k.value, count(*) OVER (PARTITION BY s.id, s.selector) AS keys, s.selector
  FROM selectors s, json_each(CASE WHEN json_valid(s.selector) THEN s.selector ELSE '{}' END) k
),
had AS MATERIALIZED (
  SELECT p.namespace, p.name, p.owner_kind, p.owner_name, p.object, l.key, l.value
  FROM pods p, json_each(p.labels) l
  WHERE json_valid(p.labels) AND p.namespace IN (SELECT namespace FROM wanted)
),
selected AS MATERIALIZED (
  SELECT w.id, h.namespace, h.name, h.owner_kind, h.owner_name
  FROM wanted w JOIN had h ON h.namespace = w.namespace AND h.key = w.key AND h.value = w.value
  GROUP BY w.id, w.selector, h.object
  HAVING count(*) = max(w.keys)
  UNION
  SELECT s.id, p.namespace, p.name, p.owner_kind, p.owner_name
  FROM sides s JOIN service_selects v ON v.namespace = s.namespace AND v.name = s.name JOIN pods p ON p.object = v.object
  WHERE s.kind IN ('service', 'endpoints')
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
  JOIN sides s ON s.subject = j.subject
  WHERE s.id <> m.id
  UNION
  SELECT a.id, b.id FROM sides a JOIN sides b ON a.kind = 'service' AND b.kind = 'endpoints'
    AND b.namespace = a.namespace AND b.name = a.name
)
SELECT DISTINCT c.id AS cause, e.id AS effect
FROM (SELECT selector AS a, member AS b FROM pairs UNION SELECT member, selector FROM pairs) x
JOIN sides c ON c.id = x.a JOIN sides e ON e.id = x.b
WHERE c.check_id = :cause_check AND e.check_id = :effect_check
ORDER BY cause, effect
