-- The effect is answered by the cause: an API service, webhook, ingress or service (and what uses it), and the service, the
-- pods behind it, or the workload that owns those.
WITH RECURSIVE
sides AS (
  SELECT id, check_id, kind, namespace, name FROM findings WHERE check_id IN (:cause_check, :effect_check)
),
-- Services behind each effect.
behind(id, namespace, service) AS (
  SELECT e.id, a.service_namespace, a.service_name
  FROM sides e JOIN apiservices a ON e.kind = 'apiservice' AND a.name = e.name
  WHERE e.check_id = :effect_check AND a.service_name IS NOT NULL
  UNION
  SELECT e.id, w.value ->> '$.clientConfig.service.namespace', w.value ->> '$.clientConfig.service.name'
  FROM sides e
  JOIN objects o ON e.kind = lower(o.kind) AND o.name = e.name
    AND o.kind IN ('ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration')
  JOIN json_each(o.json, '$.webhooks') w
  WHERE e.check_id = :effect_check
  UNION
  SELECT e.id, e.namespace, coalesce(t.value ->> '$.serviceName', t.value ->> '$.service.name')
  FROM sides e
  JOIN objects o ON e.kind = 'ingress' AND o.kind = 'Ingress' AND o.namespace = e.namespace AND o.name = e.name
  JOIN json_tree(o.json, '$.spec') t
  WHERE e.check_id = :effect_check AND t.key IN ('backend', 'defaultBackend') AND t.type = 'object'
  UNION
  SELECT id, namespace, name FROM sides WHERE check_id = :effect_check AND kind IN ('service', 'endpoints')
),
selected AS MATERIALIZED (
  SELECT b.id, p.namespace, p.name, p.owner_kind, p.owner_name
  FROM behind b JOIN service_selects v ON v.namespace = b.namespace AND v.name = b.service JOIN pods p ON p.object = v.object
),
servers(id, kind, namespace, name, depth) AS (
  SELECT id, 'service', namespace, service, 0 FROM behind
  UNION
  SELECT id, 'endpoints', namespace, service, 0 FROM behind
  UNION
  SELECT id, 'pod', namespace, name, 0 FROM selected
  UNION
  SELECT id, lower(owner_kind), namespace, owner_name, 1 FROM selected WHERE owner_name IS NOT NULL
  UNION
  SELECT m.id, rx('^[^/]+', j.subject), m.namespace, rx('[^/]+$', j.subject), 9
  FROM selected m JOIN pod_subjects j ON j.namespace = m.namespace AND j.pod = m.name
  UNION
  SELECT m.id, lower(w.owner_kind), m.namespace, w.owner_name, m.depth + 1
  FROM servers m JOIN workloads w ON lower(w.kind) = m.kind AND w.namespace = m.namespace AND w.name = m.name
  WHERE w.owner_name IS NOT NULL AND m.depth BETWEEN 1 AND 5
)
SELECT DISTINCT c.id AS cause, e.id AS effect
FROM sides e JOIN servers v ON v.id = e.id
JOIN sides c ON c.kind = v.kind AND c.namespace = v.namespace AND c.name = v.name
WHERE c.check_id = :cause_check AND e.check_id = :effect_check AND c.id <> e.id
ORDER BY cause, effect
