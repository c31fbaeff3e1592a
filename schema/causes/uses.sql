-- The effect's pod, or a pod that the effect's workload owns, refers to the cause: a claim, secret, config map, service
-- account, priority class; or the claim (pod) uses the cause as its storage class or volume; or the workload cannot create pods
-- because of the cause (a quota, an admission webhook); or the effect's evidence is a failed lookup in the cluster's DNS.
WITH RECURSIVE
sides AS (
  SELECT id, check_id, kind, namespace, name, subject FROM findings WHERE check_id IN (:cause_check, :effect_check)
),
-- Pods of an effect: itself, or those below a workload.
below(id, kind, namespace, name, depth) AS (
  SELECT id, kind, namespace, name, 0 FROM sides WHERE check_id = :effect_check AND namespace IS NOT NULL
  UNION
  SELECT b.id, lower(w.kind), w.namespace, w.name, b.depth + 1
  FROM below b JOIN workloads w ON lower(w.owner_kind) = b.kind AND w.namespace = b.namespace AND w.owner_name = b.name
  WHERE b.depth < 5
  UNION
  SELECT b.id, 'pod', p.namespace, p.name, b.depth + 1
  FROM below b JOIN pods p ON lower(p.owner_kind) = b.kind AND p.namespace = b.namespace AND p.owner_name = b.name
  WHERE b.depth < 5
),
effect_pods AS (
  SELECT b.id, p.namespace, p.volumes, p.service_account, p.priority_class, p.object
  FROM below b JOIN pods p ON b.kind = 'pod' AND p.namespace = b.namespace AND p.name = b.name
),
refs(id, kind, namespace, name) AS (
  SELECT e.id, 'persistentvolumeclaim', e.namespace, v.value ->> '$.persistentVolumeClaim.claimName'
  FROM effect_pods e JOIN json_each(e.volumes) v WHERE json_valid(e.volumes)
  UNION
  SELECT e.id, 'secret', e.namespace, v.value ->> '$.secret.secretName'
  FROM effect_pods e JOIN json_each(e.volumes) v WHERE json_valid(e.volumes)
  UNION
  SELECT e.id, 'configmap', e.namespace, v.value ->> '$.configMap.name'
  FROM effect_pods e JOIN json_each(e.volumes) v WHERE json_valid(e.volumes)
  UNION
  SELECT e.id, 'serviceaccount', e.namespace, e.service_account FROM effect_pods e
  UNION
  SELECT e.id, 'priorityclass', NULL, e.priority_class FROM effect_pods e
  UNION
  SELECT e.id, CASE t.key WHEN 'secretRef' THEN 'secret' WHEN 'secretKeyRef' THEN 'secret' ELSE 'configmap' END,
    e.namespace, t.value ->> '$.name'
  FROM effect_pods e JOIN objects o ON o.id = e.object JOIN json_tree(o.json, '$.spec') t
  WHERE t.key IN ('secretRef', 'secretKeyRef', 'configMapRef', 'configMapKeyRef') AND t.type = 'object'
  UNION
  SELECT e.id, 'secret', e.namespace, s.value ->> '$.name'
  FROM effect_pods e JOIN objects o ON o.id = e.object JOIN json_each(o.json, '$.spec.imagePullSecrets') s
  UNION
  SELECT s.id, 'storageclass', NULL, v.storage_class
  FROM sides s JOIN pvcs v ON s.kind = 'persistentvolumeclaim' AND v.namespace = s.namespace AND v.name = s.name
  UNION
  SELECT s.id, 'persistentvolume', NULL, v.volume
  FROM sides s JOIN pvcs v ON s.kind = 'persistentvolumeclaim' AND v.namespace = s.namespace AND v.name = s.name
  UNION
  SELECT s.id, 'resourcequota', s.namespace, rx('(?:exceeded|failed) quota: ([^,: ]+)', f.message, 1)
  FROM sides s JOIN creation_failures f ON f.subject = s.subject
  WHERE s.check_id = :effect_check
  UNION
  SELECT s.id, lower(o.kind), NULL, o.name
  FROM sides s JOIN creation_failures f ON f.subject = s.subject
  JOIN objects o ON o.kind IN ('ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration')
  JOIN json_each(o.json, '$.webhooks') w ON w.value ->> '$.name' = rx('failed calling webhook "([^"]+)"', f.message, 1)
  WHERE s.check_id = :effect_check
  UNION
  SELECT s.id, d.column1, 'kube-system', d.column2
  FROM sides s JOIN evidence v ON v.finding = s.id
  JOIN (VALUES ('service', 'kube-dns'), ('deployment', 'kube-dns'), ('deployment', 'coredns'), ('daemonset', 'coredns')) d
  WHERE s.check_id = :effect_check AND v.text REGEXP 'dial tcp:? lookup \S+.*(no such host|server misbehaving|i/o timeout|connection refused|Try again)'
)
SELECT DISTINCT c.id AS cause, e.id AS effect
FROM sides e JOIN refs r ON r.id = e.id
JOIN sides c ON c.kind = r.kind AND c.namespace IS r.namespace AND c.name = r.name
WHERE c.check_id = :cause_check AND e.check_id = :effect_check
ORDER BY cause, effect
