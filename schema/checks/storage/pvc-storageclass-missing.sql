/*
id: pvc-storageclass-missing
title:
  en: "The claim {namespace}/{name} names the storage class {class}, which does not exist"
  zh: "PVC {namespace}/{name} 使用的 StorageClass {class} 不存在"
detail:
  en: "Pending since {since}; asks for {size}. {classes}"
  zh: "自 {since} 起处于 Pending；请求 {size}。{classes_zh}"
severity: critical
confidence: certain
needs: [persistentvolumeclaims]
causes:
  - {check: pod-pending-unbound-pvc, when: uses}
  - {check: workload-unavailable, when: uses}
why:
  en: >-
    Nothing provisions a volume for a class that is not there, and a claim's class cannot be changed. It waits until the class is made, or until somebody makes
    a volume of that class name by hand.
  zh: >-
    StorageClass 不存在时不会动态创建存储卷，而 PVC 的类不能修改。它会一直等待，直到该类被创建，或有人手工创建同名类的 PV。
fix:
  - en: "Which classes are there? The name may be misspelt"
    zh: "查看现有的 StorageClass：可能是名称拼写错误"
    run: "kubectl get storageclass"
  - en: "Make the class {class} as {model} is: the claim binds by itself"
    zh: "按照 {model} 创建 StorageClass {class}：PVC 会自动绑定"
    run: "echo '{made}' | kubectl create -f -"
    if: made
  - en: "Or make the claim anew with a class that exists (a StatefulSet: in its volumeClaimTemplates)"
    zh: "或使用现有的类重新创建 PVC（StatefulSet 需修改 volumeClaimTemplates）"
    run: "kubectl -n {namespace} get pvc {name} -o yaml"
verify: "kubectl -n {namespace} get pvc {name}"
refs: ["https://kubernetes.io/docs/concepts/storage/storage-classes/"]
*/
WITH
waiting AS (
  SELECT c.namespace, c.name, c.storage_class, c.created, o.file, o.line, o.json
  FROM pvcs c JOIN objects o ON o.id = c.object
  WHERE c.phase = 'Pending' AND coalesce(c.storage_class, '') <> '' AND o.deleted IS NULL
    AND NOT EXISTS (SELECT 1 FROM objects s WHERE s.kind = 'StorageClass' AND s.name = c.storage_class)
),
told AS (
  SELECT w.namespace, w.name, e.file, json_line(o.json, o.line, e.message) AS line, e.first_seen,
    row_number() OVER (PARTITION BY w.namespace, w.name ORDER BY e.last_seen DESC, e.file, e.line) AS n
  FROM waiting w JOIN events e ON e.object_kind = 'PersistentVolumeClaim' AND e.object_namespace = w.namespace AND e.object_name = w.name
    AND e.reason = 'ProvisioningFailed' AND e.message REGEXP 'storageclass(\.storage\.k8s\.io)? "[^"]+" not found'
  JOIN objects o ON o.id = e.object
),
-- Volumes made by hand bind by the class's name alone, without such an object: then only the controller's own words count.
sick AS (
  SELECT w.* FROM waiting w
  WHERE EXISTS (SELECT 1 FROM told t WHERE t.namespace = w.namespace AND t.name = w.name)
    OR EXISTS (SELECT 1 FROM lists l WHERE l.resource = 'storageclasses') AND w.created < :now - 120000000
      AND EXISTS (SELECT 1 FROM lists l WHERE l.resource = 'persistentvolumes')
      AND NOT EXISTS (SELECT 1 FROM objects v WHERE v.kind = 'PersistentVolume' AND v.json ->> '$.spec.storageClassName' = w.storage_class)
),
classes AS (
  SELECT name, json, row_number() OVER (ORDER BY coalesce(json ->> '$.metadata.annotations."storageclass.kubernetes.io/is-default-class"', '') = 'true' DESC, name) AS n
  FROM objects WHERE kind = 'StorageClass'
),
evidence AS (
  SELECT namespace, name, 0 AS seq, file, line, first_seen AS ts FROM told WHERE n = 1
  UNION ALL SELECT namespace, name, 1, file, json_line(json, line, storage_class), created FROM sick
)
SELECT 'persistentvolumeclaim/' || s.namespace || '/' || s.name AS subject, e.file, e.line, e.ts, s.namespace, s.name, s.storage_class AS class,
  coalesce(iso(s.created), '-') AS since, coalesce(s.json ->> '$.spec.resources.requests.storage', '?') AS size,
  coalesce('There are: ' || (SELECT group_concat(name, ', ') FROM (SELECT name FROM classes WHERE n <= 8 ORDER BY name)) || '.', 'The cluster has no storage class.') AS classes,
  coalesce('现有：' || (SELECT group_concat(name, ', ') FROM (SELECT name FROM classes WHERE n <= 8 ORDER BY name)) || '。', '集群中没有任何 StorageClass。') AS classes_zh,
  m.name AS model,
  CASE WHEN m.name IS NOT NULL THEN json_object('apiVersion', 'storage.k8s.io/v1', 'kind', 'StorageClass', 'metadata', json_object('name', s.storage_class),
    'provisioner', m.json ->> '$.provisioner', 'parameters', coalesce(m.json -> '$.parameters', json('{}')),
    'reclaimPolicy', coalesce(m.json ->> '$.reclaimPolicy', 'Delete'), 'volumeBindingMode', coalesce(m.json ->> '$.volumeBindingMode', 'Immediate')) END AS made
FROM sick s JOIN evidence e ON e.namespace = s.namespace AND e.name = s.name LEFT JOIN classes m ON m.n = 1
ORDER BY 1, e.seq, e.file, e.line;
