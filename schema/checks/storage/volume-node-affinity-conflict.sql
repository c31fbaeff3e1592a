/*
id: volume-node-affinity-conflict
title:
  en: "{subject} cannot run where its volume {volume} is"
  zh: "{subject} 无法调度到其存储卷 {volume} 所在的位置"
detail:
  en: "{pods} pod(s) Pending. {place_is}{message}"
  zh: "{pods} 个 Pod 处于 Pending。{place_is_zh}{message}"
severity: critical
confidence: certain
needs: [pods]
causes:
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
  - {check: pod-pending-taint, when: same}
  - {check: service-no-endpoints, when: selects}
why:
  en: >-
    The volume can only be used in one zone or on one node, and the scheduler can put the pod on none of those: no node is there (any more), it is full, cordoned
    or not ready, or the pod's own rules forbid it. A class that binds at once picks a place before it knows where the pod may run.
  zh: >-
    该存储卷只能在某个可用区或某个节点上使用，而调度器无法把 Pod 放到那里：那里（已）没有节点，节点资源不足、被封锁或未就绪，或 Pod 自身的规则不允许。
    立即绑定的 StorageClass 会在知道 Pod 能运行在哪里之前就选定位置。
fix:
  - en: "Where is the volume, and where are the nodes?"
    zh: "存储卷在哪里？节点在哪里？"
    run: "kubectl get pv {volume} -o jsonpath='{.spec.nodeAffinity}{\"\\n\"}'; kubectl get nodes -L topology.kubernetes.io/zone,kubernetes.io/hostname"
  - en: "Node {home} has it, and is cordoned: allow pods on it again"
    zh: "存储卷所在的节点 {home} 已被封锁：恢复调度"
    run: "kubectl uncordon {home}"
    if: cordoned
  - en: "Bring a node back there, or add one. If the data may be lost, make the claim anew, with a class that waits for the pod (WaitForFirstConsumer)"
    zh: "在该位置恢复或新增节点。如果数据可以丢弃，使用 WaitForFirstConsumer 的 StorageClass 重新创建 PVC"
    run: "kubectl get storageclass -o custom-columns=NAME:.metadata.name,BINDING:.volumeBindingMode"
verify: "kubectl -n {namespace} get pod {pod} -o wide"
refs: ["https://kubernetes.io/docs/concepts/storage/storage-classes/#volume-binding-mode"]
*/
WITH
sick AS (
  SELECT u.* FROM unschedulable u
  WHERE u.reasons REGEXP 'node\(s\) had volume node affinity conflict|node\(s\) didn''t match PersistentVolume''s node affinity'
),
-- The pod's volumes that are bound to a place.
placed AS (
  SELECT s.subject, o.name AS volume, o.file, json_key(o.json, o.line, 'nodeAffinity') AS line,
    rx('"values":\["([^"]+)"\]', o.json -> '$.spec.nodeAffinity', 1) AS place,
    row_number() OVER (PARTITION BY s.subject ORDER BY o.name) AS n
  FROM sick s JOIN json_each(coalesce(s.volumes, '[]')) v
  JOIN pvcs c ON c.namespace = s.namespace AND c.name = v.value ->> '$.persistentVolumeClaim.claimName'
  JOIN objects o ON o.kind = 'PersistentVolume' AND o.name = c.volume
  WHERE s.n = 1 AND o.json -> '$.spec.nodeAffinity' IS NOT NULL
),
evidence AS (
  SELECT s.subject, s.n AS seq, s.file, s.line, s.last_transition AS ts, NULL AS node FROM sick s
  UNION ALL SELECT subject, 10000, file, line, first_seen, NULL FROM unschedulable_events WHERE subject IN (SELECT subject FROM sick)
  -- A local volume's place is a node.
  UNION ALL SELECT p.subject, 10001, p.file, p.line, NULL, (SELECT n.name FROM nodes n WHERE n.name = p.place) FROM placed p
)
SELECT s.subject, e.file, e.line, e.ts, e.node, s.namespace, s.pod, s.pods, s.reasons AS message, coalesce(p.volume, 'VOLUME') AS volume,
  coalesce('The volume is bound to ' || p.place || '. ', '') AS place_is, coalesce('存储卷固定在 ' || p.place || '。', '') AS place_is_zh,
  n.name AS home, coalesce(n.unschedulable, 0) AS cordoned
FROM sick s JOIN evidence e ON e.subject = s.subject
LEFT JOIN placed p ON p.subject = s.subject AND p.n = 1 LEFT JOIN nodes n ON n.name = p.place
WHERE s.n = 1
ORDER BY s.subject, e.seq, e.file, e.line;
