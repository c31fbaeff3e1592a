/*
id: volume-multi-attach
title:
  en: "The volume {volume} of {subject} is still attached to another node"
  zh: "{subject} 的存储卷 {volume} 仍挂接在另一个节点上"
detail:
  en: "Pod {pod} on {on_node} has waited for {minutes} minutes. {holder}{message}"
  zh: "节点 {on_node} 上的 Pod {pod} 已等待 {minutes} 分钟。{holder_zh}{message}"
severity: critical
confidence: certain
needs: [pods, events]
causes:
  - {check: volume-mount-failed, when: same}
  - {check: pod-stuck-containercreating, when: same}
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
  - {check: service-no-endpoints, when: selects}
why:
  en: >-
    A ReadWriteOnce volume may be on one node at a time. The other node still has it: an old pod of a rolling update runs there (a Deployment with such a volume
    needs the strategy Recreate), or the node died, and Kubernetes waits 6 minutes, or for ever, until it is sure that nobody writes any more.
  zh: >-
    ReadWriteOnce 存储卷同一时间只能挂接在一个节点。另一个节点仍占用它：滚动更新的旧 Pod 还在那里运行（使用此类卷的 Deployment 应采用 Recreate 策略），
    或该节点已失联，Kubernetes 会等待 6 分钟甚至一直等待，直到确认不再有写入。
fix:
  - en: "Who holds it?"
    zh: "谁占用了它？"
    run: "kubectl get volumeattachments | grep -F -e {volume} -e NAME; kubectl -n {namespace} get pods -o wide"
  - en: "The Deployment replaces its pods one by one: let it end the old pod first"
    zh: "该 Deployment 采用滚动更新：改为先停止旧 Pod"
    run: "kubectl -n {namespace} patch deployment {owner_name} -p '{\"spec\":{\"strategy\":{\"type\":\"Recreate\",\"rollingUpdate\":null}}}'"
    if: rolling
  - en: "Node {lost_node} is lost. Only after making sure that it is powered off (two writers destroy the data): say so, and its volumes are released"
    zh: "节点 {lost_node} 已失联。务必先确认其已断电（同时写入会损坏数据），再声明其停止服务，存储卷随即释放"
    run: "kubectl taint node {lost_node} node.kubernetes.io/out-of-service=nodeshutdown:NoExecute"
    if: lost_taint
  - en: "Node {lost_node} is lost. Only after making sure that it is powered off (two writers destroy the data): end its pod"
    zh: "节点 {lost_node} 已失联。务必先确认其已断电（同时写入会损坏数据），再强制删除其上的 Pod"
    run: "kubectl -n {namespace} delete pod {old_pod} --force --grace-period=0"
    if: lost_pod
verify: "kubectl -n {namespace} get pod {pod}"
refs: ["https://kubernetes.io/docs/concepts/cluster-administration/node-shutdown/#non-graceful-node-shutdown"]
*/
WITH
-- It is said once, so it may be old; that the pod still waits tells that it holds. Short ones belong to every roll-out.
said AS (
  SELECT f.*, row_number() OVER (PARTITION BY f.subject ORDER BY f.last_seen DESC, f.pod, f.line) AS n
  FROM volume_failures f
  WHERE f.reason = 'FailedAttachVolume' AND f.message LIKE '%Multi-Attach error for volume "%' AND f.first_seen < :now - 120000000
    -- Attached in the meantime.
    AND NOT EXISTS (SELECT 1 FROM events e WHERE e.object_kind = 'Pod' AND e.object_namespace = f.namespace AND e.object_name = f.pod
      AND e.reason = 'SuccessfulAttachVolume' AND e.last_seen > f.last_seen AND instr(e.message, '"' || f.volume || '"') > 0)
),
attached AS (
  SELECT s.subject, o.json ->> '$.spec.nodeName' AS node, o.file, json_line(o.json, o.line, o.json ->> '$.spec.nodeName') AS line
  FROM said s JOIN objects o ON o.kind = 'VolumeAttachment' AND o.json ->> '$.spec.source.persistentVolumeName' = s.volume
    AND o.json ->> '$.status.attached' AND o.json ->> '$.spec.nodeName' <> s.node
  WHERE s.n = 1
),
-- Another pod that uses a claim of this one, on another node.
claims AS (
  SELECT s.subject, s.namespace, s.pod, s.node, v.value ->> '$.persistentVolumeClaim.claimName' AS claim
  FROM said s JOIN json_each(coalesce(s.volumes, '[]')) v WHERE s.n = 1 AND v.value ->> '$.persistentVolumeClaim.claimName' IS NOT NULL
),
others AS (
  SELECT c.subject, p.name AS pod, p.node, p.file, json_line(o.json, o.line, p.node) AS line,
    row_number() OVER (PARTITION BY c.subject ORDER BY p.name) AS n
  FROM claims c JOIN pods p ON p.namespace = c.namespace AND p.name <> c.pod AND p.node <> c.node AND coalesce(p.phase, '') NOT IN ('Succeeded', 'Failed')
  JOIN objects o ON o.id = p.object
  WHERE EXISTS (SELECT 1 FROM json_each(coalesce(p.volumes, '[]')) v WHERE v.value ->> '$.persistentVolumeClaim.claimName' = c.claim)
),
holders AS (
  SELECT s.subject, coalesce(a.node, x.node) AS node, x.pod,
    EXISTS (SELECT 1 FROM node_conditions c WHERE c.node = coalesce(a.node, x.node) AND c.type = 'Ready' AND c.status <> 'True') AS lost
  FROM said s LEFT JOIN attached a ON a.subject = s.subject LEFT JOIN others x ON x.subject = s.subject AND x.n = 1
  WHERE s.n = 1
),
evidence AS (
  SELECT subject, n AS seq, file, line, first_seen AS ts, NULL AS node FROM said WHERE n <= 3
  UNION ALL SELECT subject, 10, file, line, NULL, node FROM attached
  UNION ALL SELECT subject, 11, file, line, NULL, node FROM others WHERE n = 1
)
SELECT s.subject, e.file, e.line, e.ts, coalesce(e.node, s.node) AS node, s.namespace, s.pod, coalesce(s.node, '-') AS on_node, coalesce(s.volume, 'VOLUME') AS volume,
  s.message, (:now - s.first_seen) / 60000000 AS minutes, h.pod AS old_pod,
  coalesce('It is on ' || h.node || coalesce(', used by pod ' || h.pod, '') || '. ', '') AS holder,
  coalesce('它在节点 ' || h.node || ' 上' || coalesce('，由 Pod ' || h.pod || ' 使用', '') || '。', '') AS holder_zh,
  CASE WHEN h.lost THEN h.node END AS lost_node,
  h.lost AND coalesce((SELECT minor FROM api_minor), 0) >= 26 AS lost_taint,
  h.lost AND h.pod IS NOT NULL AND coalesce((SELECT minor FROM api_minor), 0) < 26 AS lost_pod,
  NOT coalesce(h.lost, 0) AND s.subject LIKE 'deployment/%' AS rolling, rx('[^/]+$', s.subject) AS owner_name
FROM said s JOIN evidence e ON e.subject = s.subject LEFT JOIN holders h ON h.subject = s.subject
WHERE s.n = 1
ORDER BY s.subject, e.seq, e.node, e.file, e.line;
