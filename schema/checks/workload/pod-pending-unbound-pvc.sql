/*
id: pod-pending-unbound-pvc
title:
  en: "{subject} waits for its volume claim {claim}"
  zh: "{subject} 正在等待存储卷声明 {claim}"
detail:
  en: "{pods} pod(s) Pending. {message}"
  zh: "{pods} 个 Pod 处于 Pending。{message}"
severity: warning
confidence: certain
needs: [pods]
causes:
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
  - {check: service-no-endpoints, when: selects}
why:
  en: >-
    The scheduler places a pod only when its PersistentVolumeClaims exist and are bound, or can be provisioned on the chosen node.
    The pod is not the fault: look at the claim, its storage class and the provisioner.
  zh: >-
    只有当 Pod 引用的 PVC 存在且已绑定（或能在所选节点上动态创建）时，调度器才会分配节点。问题不在 Pod：请检查 PVC、StorageClass 和 provisioner。
fix:
  - en: "The claim and what it says"
    zh: "查看 PVC 及其事件"
    run: "kubectl -n {namespace} get pvc; kubectl -n {namespace} describe pvc {claim}"
  - en: "Which classes and free volumes are there?"
    zh: "查看可用的 StorageClass 和 PV"
    run: "kubectl get storageclass,pv"
verify: "kubectl -n {namespace} get pvc {claim} && kubectl -n {namespace} get pod {pod}"
refs: ["https://kubernetes.io/docs/concepts/storage/persistent-volumes/"]
*/
WITH
sick AS (
  SELECT u.* FROM unschedulable u
  WHERE u.reasons REGEXP 'pod has unbound (immediate )?PersistentVolumeClaims|persistentvolumeclaim "[^"]+" (not found|is being deleted)|node\(s\) didn''t find available persistent volumes to bind'
),
claims AS (
  SELECT s.subject, s.namespace, v.value ->> '$.persistentVolumeClaim.claimName' AS claim, c.phase, c.object
  FROM sick s JOIN json_each(coalesce(s.volumes, '[]')) v
  LEFT JOIN pvcs c ON c.namespace = s.namespace AND c.name = v.value ->> '$.persistentVolumeClaim.claimName'
  WHERE s.n = 1 AND v.value ->> '$.persistentVolumeClaim.claimName' IS NOT NULL AND coalesce(c.phase, '') <> 'Bound'
),
evidence AS (
  SELECT s.subject, s.n AS seq, s.file, s.line, s.last_transition AS ts FROM sick s
  UNION ALL SELECT subject, 10000, file, line, first_seen FROM unschedulable_events
  UNION ALL SELECT c.subject, 10001, o.file, json_line(o.json, o.line, c.phase), NULL FROM claims c JOIN objects o ON o.id = c.object
)
SELECT s.subject, e.file, e.line, e.ts, s.namespace, s.pod, s.pods, s.reasons AS message,
  coalesce(rx('persistentvolumeclaim "([^"]+)"', s.reasons, 1), (SELECT min(c.claim) FROM claims c WHERE c.subject = s.subject), 'CLAIM') AS claim
FROM sick s JOIN evidence e ON e.subject = s.subject
WHERE s.n = 1
ORDER BY s.subject, e.seq, e.file, e.line;
