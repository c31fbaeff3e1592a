/*
id: pvc-pending-no-class
title:
  en: "The claim {namespace}/{name} names no storage class, and none is the default"
  zh: "PVC {namespace}/{name} 未指定 StorageClass，且没有默认的"
detail:
  en: "Pending since {since}; asks for {size}. {classes}"
  zh: "自 {since} 起处于 Pending；请求 {size}。{classes_zh}"
severity: warning
confidence: certain
needs: [persistentvolumeclaims]
causes:
  - {check: pod-pending-unbound-pvc, when: uses}
  - {check: workload-unavailable, when: uses}
why:
  en: >-
    A claim without a class gets the default class when it is made. There was none, so nothing provisions a volume for it, and it can
    only bind to a volume that somebody makes by hand. A default set later helps old claims from Kubernetes 1.28 on; before,
    the claim must be made anew.
  zh: >-
    未指定类的 PVC 会在创建时使用默认 StorageClass。当时没有默认类，因此不会动态创建存储卷，只能绑定到手工创建的 PV。
    之后再设置默认类，只有 1.28 及以上版本才会作用到已有的 PVC，更早的版本需要重新创建。
fix:
  - en: "Which classes are there?"
    zh: "查看现有的 StorageClass"
    run: "kubectl get storageclass"
  - en: "Make one of them the default: new claims get it"
    zh: "将其中一个设为默认：新建的 PVC 会使用它"
    run: "kubectl patch storageclass {class} -p '{\"metadata\":{\"annotations\":{\"storageclass.kubernetes.io/is-default-class\":\"true\"}}}'"
    if: class
  - en: "This claim was made without a class, and before Kubernetes 1.28 it stays so: delete it and make it anew, with its pod"
    zh: "该 PVC 创建时没有类，在 Kubernetes 1.28 之前不会自动补上：删除后重新创建，使用它的 Pod 也要重建"
    if: class
  - en: "There is none: install a provisioner; or make the volume by hand, as here in a folder of {host} (its data is on that node alone)"
    zh: "一个都没有：安装 provisioner；或手工创建存储卷，例如这里使用 {host} 上的目录（数据只在该节点上）"
    run: "echo '{volume}' | kubectl create -f -"
    if: volume
verify: "kubectl -n {namespace} get pvc {name}"
refs: ["https://kubernetes.io/docs/concepts/storage/storage-classes/#default-storageclass"]
*/
WITH
-- An empty name ("") asks for a volume made by hand, on purpose.
sick AS (
  SELECT c.namespace, c.name, c.created, c.object, c.file, o.json, o.line AS at,
    o.json ->> '$.spec.resources.requests.storage' AS size
  FROM pvcs c JOIN objects o ON o.id = c.object
  WHERE c.phase = 'Pending' AND c.storage_class IS NULL AND c.volume IS NULL AND o.deleted IS NULL
),
classes AS (
  SELECT count(*) AS n, min(name) AS first, sum(coalesce(json ->> '$.metadata.annotations."storageclass.kubernetes.io/is-default-class"',
      json ->> '$.metadata.annotations."storageclass.beta.kubernetes.io/is-default-class"') = 'true') AS defaults
  FROM objects WHERE kind = 'StorageClass'
),
-- A node for a volume made by hand: ready, open to pods.
hosts AS (
  SELECT min(n.name) AS host FROM nodes n JOIN node_conditions c ON c.node = n.name AND c.type = 'Ready' AND c.status = 'True'
  WHERE NOT coalesce(n.unschedulable, 0) AND coalesce(n.taints, '') NOT LIKE '%NoSchedule%' AND coalesce(n.taints, '') NOT LIKE '%NoExecute%'
),
told AS (
  SELECT s.namespace, s.name, e.file, json_line(o.json, o.line, e.message) AS line, e.first_seen,
    row_number() OVER (PARTITION BY s.namespace, s.name ORDER BY e.last_seen DESC, e.file, e.line) AS newest
  FROM sick s JOIN events e ON e.object_kind = 'PersistentVolumeClaim' AND e.object_namespace = s.namespace AND e.object_name = s.name
    AND e.reason = 'FailedBinding' AND e.message LIKE '%no persistent volumes available for this claim and no storage class is set%'
  JOIN objects o ON o.id = e.object
),
evidence AS (
  SELECT namespace, name, 1 AS seq, file, json_line(json, at, 'Pending') AS line, created AS ts FROM sick
  UNION ALL SELECT namespace, name, 0, file, line, first_seen FROM told WHERE newest = 1
)
SELECT 'persistentvolumeclaim/' || s.namespace || '/' || s.name AS subject, e.file, e.line, e.ts, s.namespace, s.name,
  coalesce(iso(s.created), '-') AS since, coalesce(s.size, '?') AS size,
  CASE WHEN c.n = 0 THEN 'The cluster has no storage class at all.' WHEN coalesce(c.defaults, 0) = 0 THEN 'None of the ' || c.n || ' storage classes is the default.'
    ELSE 'There is a default class now; this claim was made without it.' END AS classes,
  CASE WHEN c.n = 0 THEN '集群中没有任何 StorageClass。' WHEN coalesce(c.defaults, 0) = 0 THEN '现有 ' || c.n || ' 个 StorageClass，都不是默认的。'
    ELSE '现在已有默认类，但该 PVC 创建时没有。' END AS classes_zh,
  c.first AS class, h.host,
  CASE WHEN c.n = 0 AND h.host IS NOT NULL AND s.size IS NOT NULL THEN json_object('apiVersion', 'v1', 'kind', 'PersistentVolume',
    'metadata', json_object('name', s.namespace || '-' || s.name),
    'spec', json_object('capacity', json_object('storage', s.size), 'accessModes', s.json -> '$.spec.accessModes',
      'volumeMode', coalesce(s.json ->> '$.spec.volumeMode', 'Filesystem'), 'persistentVolumeReclaimPolicy', 'Retain',
      'claimRef', json_object('namespace', s.namespace, 'name', s.name),
      'hostPath', json_object('path', '/var/lib/volumes/' || s.namespace || '-' || s.name, 'type', 'DirectoryOrCreate'),
      'nodeAffinity', json_object('required', json_object('nodeSelectorTerms', json_array(json_object('matchExpressions',
        json_array(json_object('key', 'kubernetes.io/hostname', 'operator', 'In', 'values', json_array(h.host))))))))) END AS volume
FROM sick s JOIN evidence e ON e.namespace = s.namespace AND e.name = s.name, classes c, hosts h
-- Binding takes seconds; the event says that it was tried.
WHERE EXISTS (SELECT 1 FROM told t WHERE t.namespace = s.namespace AND t.name = s.name) OR :now - s.created > 120000000
ORDER BY s.namespace, s.name, e.seq, e.file, e.line;
