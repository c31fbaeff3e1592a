/*
id: pod-stuck-containercreating
title:
  en: "{pods} pod(s) of {kind} {name} in {namespace} have waited in ContainerCreating for {minutes} minutes"
  zh: "{namespace} 中 {kind} {name} 的 {pods} 个 Pod 停留在 ContainerCreating 已 {minutes} 分钟"
detail:
  en: "Pod {pod} on {node}. {what}"
  zh: "Pod {pod}，节点 {node}。{what_zh}"
severity: warning
needs: [pods]
causes:
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
  - {check: service-no-endpoints, when: selects}
  - {check: service-endpoints-not-ready, when: selects}
why:
  en: >-
    The scheduler has chosen a node, and kubelet there cannot begin: it waits for a volume, a ConfigMap or Secret, the pod's network, or a large image.
    Its events name the thing; where they are gone (they live one hour), kubelet's log on that node does.
  zh: >-
    调度器已选定节点，但该节点的 kubelet 无法开始：在等待存储卷、ConfigMap 或 Secret、Pod 网络或较大的镜像。
    事件会指明原因；事件过期（保留一小时）后，可查看该节点 kubelet 的日志。
fix:
  - en: "What is it waiting for?"
    zh: "它在等待什么？"
    run: "kubectl describe pod -n {namespace} {pod} | sed -n '/^Events/,$p'"
  - en: "And kubelet's own words about it"
    zh: "kubelet 自己的日志"
    run: "journalctl -u kubelet -n 2000 --no-pager | grep -F {pod} | tail -n 20"
    on: "{node}"
verify: "kubectl get pod -n {namespace} {pod}"
*/
WITH
stuck AS (
  SELECT c.subject, c.namespace, c.pod, c.node, c.file, json_line(o.json, o.line, c.waiting_reason) AS line, coalesce(p.started, c.created) AS since,
    row_number() OVER (PARTITION BY c.subject ORDER BY coalesce(p.started, c.created), c.pod, c.container) AS n
  FROM container_states c JOIN objects o ON o.id = c.object JOIN pods p ON p.namespace = c.namespace AND p.name = c.pod
  WHERE c.waiting_reason = 'ContainerCreating' AND c.deleted IS NULL AND c.node IS NOT NULL AND c.list = 'containerStatuses'
    AND coalesce(p.started, c.created) < :now - 300000000
),
told AS (
  SELECT s.subject, e.reason, e.message, e.file, json_line(o.json, o.line, e.message) AS line, e.first_seen, e.type,
    row_number() OVER (PARTITION BY s.subject ORDER BY e.type = 'Warning' DESC, e.last_seen DESC, e.line) AS newest
  FROM stuck s JOIN events e ON e.object_kind = 'Pod' AND e.object_namespace = s.namespace AND e.object_name = s.pod JOIN objects o ON o.id = e.object
  WHERE s.n = 1 AND (e.type = 'Warning' OR e.reason = 'Pulling') AND e.reason <> 'FailedScheduling'
),
evidence AS (
  SELECT subject, n AS seq, file, line, since AS ts, node FROM stuck WHERE n <= 5
  UNION ALL SELECT subject, 10, file, line, first_seen, NULL FROM told WHERE newest = 1
)
SELECT s.subject, e.file, e.line, e.ts, coalesce(e.node, s.node) AS node, s.pod, (:now - s.since) / 60000000 AS minutes,
  (SELECT count(DISTINCT pod) FROM stuck x WHERE x.subject = s.subject) AS pods,
  CASE WHEN t.reason = 'Pulling' THEN 'info' ELSE 'warning' END AS severity,
  CASE WHEN t.reason = 'Pulling' THEN 'Its image is being pulled: ' || t.message WHEN t.reason IS NOT NULL THEN t.reason || ': ' || substr(t.message, 1, 400)
    ELSE 'No event tells why.' END AS what,
  CASE WHEN t.reason = 'Pulling' THEN '正在拉取镜像：' || t.message WHEN t.reason IS NOT NULL THEN t.reason || '：' || substr(t.message, 1, 400)
    ELSE '没有事件说明原因。' END AS what_zh
FROM stuck s JOIN evidence e ON e.subject = s.subject LEFT JOIN told t ON t.subject = s.subject AND t.newest = 1
WHERE s.n = 1
ORDER BY s.subject, e.seq, e.file, e.line;
