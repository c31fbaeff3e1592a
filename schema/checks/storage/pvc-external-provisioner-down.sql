/*
id: pvc-external-provisioner-down
title:
  en: "The claim {namespace}/{name} waits for the provisioner {provisioner}, which does not answer"
  zh: "PVC {namespace}/{name} 在等待 provisioner {provisioner}，但它没有响应"
detail:
  en: "Waiting since {since}. {plugin}"
  zh: "自 {since} 起等待。{plugin_zh}"
severity: critical
needs: [persistentvolumeclaims, events]
causes:
  - {check: pod-pending-unbound-pvc, when: uses}
  - {check: workload-unavailable, when: uses}
why:
  en: >-
    The class names a program outside Kubernetes that has to make the volume, and it has not even begun: a living one says "External provisioner is provisioning
    volume" within seconds. Its controller is not installed, does not run, or is called by another name than the class says.
  zh: >-
    StorageClass 指定由 Kubernetes 之外的程序创建存储卷，而它还没有开始：正常的 provisioner 会在几秒内报告 External provisioner is provisioning volume。
    可能是控制器未安装、未运行，或名称与 StorageClass 中的不一致。
fix:
  - en: "Is it installed, and does it run?"
    zh: "它是否已安装并运行？"
    run: "kubectl get csidrivers; kubectl get pods -A -o wide | grep -E 'csi|provisioner'"
  - en: "The class, and the name it asks for"
    zh: "查看 StorageClass 及其 provisioner 名称"
    run: "kubectl get storageclass"
  - en: "Why is {plugin_pod} not ready?"
    zh: "{plugin_pod} 为什么未就绪？"
    run: "kubectl -n {plugin_namespace} describe pod {plugin_pod}; kubectl -n {plugin_namespace} logs {plugin_pod} --all-containers --tail 30"
    if: plugin_pod
verify: "kubectl -n {namespace} get pvc {name}"
refs: ["https://kubernetes-csi.github.io/docs/external-provisioner.html"]
*/
WITH
waiting AS (
  SELECT c.namespace, c.name, c.object, e.message, e.file, json_line(o.json, o.line, e.message) AS line, e.first_seen,
    rx('external provisioner [''"]([^''"]+)[''"]', e.message, 1) AS provisioner,
    row_number() OVER (PARTITION BY c.namespace, c.name ORDER BY e.last_seen DESC, e.file, e.line) AS n
  FROM pvcs c JOIN events e ON e.object_kind = 'PersistentVolumeClaim' AND e.object_namespace = c.namespace AND e.object_name = c.name
    AND e.reason = 'ExternalProvisioning'
  JOIN objects o ON o.id = e.object
  WHERE c.phase = 'Pending' AND e.message LIKE '%aiting for a volume to be created%'
    -- kube-controller-manager says it every 15 seconds while it lasts; seconds of it are normal.
    AND e.first_seen < :now - 180000000 AND e.last_seen > :now - 600000000
    -- A provisioner that works on it, or fails at it, is alive.
    AND NOT EXISTS (SELECT 1 FROM events a WHERE a.object_kind = 'PersistentVolumeClaim' AND a.object_namespace = c.namespace AND a.object_name = c.name
      AND a.reason IN ('Provisioning', 'ProvisioningFailed', 'ProvisioningSucceeded') AND a.last_seen >= e.first_seen - 60000000)
),
-- A provisioner that is there and sick.
plugins AS (
  SELECT p.namespace, p.name, p.node, p.file, json_key(o.json, o.line, 'phase') AS line, row_number() OVER (ORDER BY p.namespace, p.name) AS n
  FROM pods p JOIN objects o ON o.id = p.object
  JOIN pod_conditions c ON c.namespace = p.namespace AND c.pod = p.name AND c.type = 'Ready' AND c.status <> 'True'
  WHERE p.deleted IS NULL AND p.phase <> 'Succeeded' AND (p.name LIKE '%provisioner%'
    OR EXISTS (SELECT 1 FROM container_specs k WHERE k.namespace = p.namespace AND k.pod = p.name AND k.name LIKE '%provisioner%'))
),
evidence AS (
  SELECT namespace, name, 0 AS seq, file, line, first_seen AS ts, NULL AS node FROM waiting WHERE n = 1
  UNION ALL SELECT w.namespace, w.name, 1, o.file, json_line(o.json, o.line, 'Pending'), NULL, NULL FROM waiting w JOIN objects o ON o.id = w.object WHERE w.n = 1
  UNION ALL SELECT w.namespace, w.name, 2, g.file, g.line, NULL, g.node FROM waiting w JOIN plugins g ON g.n = 1 WHERE w.n = 1
)
SELECT 'persistentvolumeclaim/' || w.namespace || '/' || w.name AS subject, e.file, e.line, e.ts, e.node, w.namespace, w.name,
  coalesce(w.provisioner, 'PROVISIONER') AS provisioner, iso(w.first_seen) AS since, g.namespace AS plugin_namespace, g.name AS plugin_pod,
  coalesce('The pod ' || g.namespace || '/' || g.name || ' is not ready.', '') AS plugin, coalesce('Pod ' || g.namespace || '/' || g.name || ' 未就绪。', '') AS plugin_zh
FROM waiting w JOIN evidence e ON e.namespace = w.namespace AND e.name = w.name LEFT JOIN plugins g ON g.n = 1
WHERE w.n = 1
ORDER BY 1, e.seq, e.file, e.line;
