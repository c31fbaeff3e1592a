/*
id: pvc-provisioning-failed
title:
  en: "No volume can be made for the claim {namespace}/{name}"
  zh: "无法为 PVC {namespace}/{name} 创建存储卷"
detail:
  en: "{message}"
  zh: "provisioner 报告：{message}"
severity: critical
confidence: certain
needs: [persistentvolumeclaims, events]
causes:
  - {check: pod-pending-unbound-pvc, when: uses}
  - {check: workload-unavailable, when: uses}
why:
  en: >-
    The provisioner of class {class} was asked, tried, and failed. Its message names the reason: credentials, a quota, a zone without that kind of disk,
    parameters of the class, or a storage system that does not answer. It tries again at growing intervals.
  zh: >-
    StorageClass {class} 的 provisioner 收到请求并尝试创建，但失败了。消息中说明了原因：凭据、配额、可用区没有该类型的磁盘、StorageClass 参数错误，
    或存储系统没有响应。它会以逐渐增大的间隔重试。
fix:
  - en: "The whole message, and the class's parameters"
    zh: "查看完整消息和 StorageClass 的参数"
    run: "kubectl -n {namespace} describe pvc {name}; kubectl get storageclass {class} -o yaml"
  - en: "The provisioner's log"
    zh: "查看 provisioner 的日志"
    run: "kubectl get pods -A | grep -E 'csi|provisioner'"
verify: "kubectl -n {namespace} get pvc {name}"
refs: ["https://kubernetes.io/docs/concepts/storage/dynamic-provisioning/"]
*/
WITH
told AS (
  SELECT c.namespace, c.name, c.storage_class, c.object, e.message, e.file, json_line(o.json, o.line, e.message) AS line, e.first_seen,
    row_number() OVER (PARTITION BY c.namespace, c.name ORDER BY e.last_seen DESC, e.file, e.line) AS n
  FROM pvcs c JOIN events e ON e.object_kind = 'PersistentVolumeClaim' AND e.object_namespace = c.namespace AND e.object_name = c.name
    AND e.reason = 'ProvisioningFailed'
  JOIN objects o ON o.id = e.object
  WHERE c.phase = 'Pending' AND e.message LIKE '%ailed to provision volume with StorageClass "%'
    AND e.last_seen > :now - 1200000000 AND (e.count >= 2 OR e.first_seen < :now - 60000000)
),
evidence AS (
  SELECT namespace, name, n AS seq, file, line, first_seen AS ts FROM told WHERE n <= 3
  UNION ALL
  SELECT t.namespace, t.name, 10, o.file, json_line(o.json, o.line, 'Pending'), NULL FROM told t JOIN objects o ON o.id = t.object WHERE t.n = 1
)
SELECT 'persistentvolumeclaim/' || t.namespace || '/' || t.name AS subject, e.file, e.line, e.ts, t.namespace, t.name, t.message,
  coalesce(t.storage_class, rx('StorageClass "([^"]+)"', t.message, 1)) AS class
FROM told t JOIN evidence e ON e.namespace = t.namespace AND e.name = t.name
WHERE t.n = 1
ORDER BY 1, e.seq, e.file, e.line;
