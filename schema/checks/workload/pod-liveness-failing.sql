/*
id: pod-liveness-failing
title:
  en: "kubelet restarts a container of {subject}: its liveness probe fails"
  zh: "{subject} 的容器因存活探针失败被 kubelet 重启"
detail:
  en: "{pod}: {times} failed probes, {kills} kills, {restarts} restarts, the last failure at {last_at}. {message}"
  zh: "{pod}：探针失败 {times} 次，被杀 {kills} 次，重启 {restarts} 次，最近一次失败在 {last_at}。{message}"
severity: warning
confidence: certain
needs: [pods, events]
causes:
  - {check: pod-crashloop, when: same}
  - {check: pod-readiness-failing, when: same}
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
  - {check: service-endpoints-not-ready, when: selects}
why:
  en: >-
    The program runs, but does not answer its liveness probe in time, so kubelet kills it and starts it again. Either the program hangs,
    or the probe is wrong: path or port, a timeout of one second under load, no startupProbe for a slow start. "Probe errored"
    says that the probe itself could not be run (exec, runtime).
  zh: >-
    程序在运行，但没有按时响应存活探针，于是被 kubelet 杀死并重启。要么程序卡住，要么探针不合适：路径或端口错误、
    负载高时 1 秒超时太短、启动慢却没有 startupProbe。errored 表示探针本身无法执行（exec 或运行时问题）。
fix:
  - en: "What did the program say before it was killed?"
    zh: "查看被杀之前程序的日志"
    run: "kubectl -n {namespace} logs {pod} -c {container} --previous --tail 50"
  - en: "Which probe is it, and how long may it take?"
    zh: "查看探针配置"
    run: "kubectl -n {namespace} get pod {pod} -o yaml | grep -A 12 livenessProbe"
  - en: "Correct the probe (path, port, timeoutSeconds, failureThreshold) or add a startupProbe; or mend the program"
    zh: "修正探针（路径、端口、timeoutSeconds、failureThreshold）或增加 startupProbe；或修复程序"
    run: "kubectl -n {namespace} edit {owner_kind} {owner_name}"
verify: "kubectl -n {namespace} get pod {pod}"
refs: ["https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/"]
*/
WITH
told AS (
  SELECT s.subject, p.namespace, p.name AS pod, p.node, e.reason, e.message, coalesce(e.count, 1) AS count, e.first_seen, e.last_seen, e.file,
    json_line(o.json, o.line, e.message) AS line, rx('\{([^}]+)\}', e.object_field, 1) AS container
  FROM events e
  JOIN pods p ON p.namespace = e.object_namespace AND p.name = e.object_name AND p.deleted IS NULL
  JOIN pod_subjects s ON s.namespace = p.namespace AND s.pod = p.name
  JOIN objects o ON o.id = e.object
  WHERE e.object_kind = 'Pod' AND e.last_seen > :now - 900000000
    -- The control plane's own pods have their own diagnoses.
    AND NOT (p.mirror IS NOT NULL AND coalesce(p.component, '') IN ('kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'))
    AND (e.reason = 'Unhealthy' AND e.message REGEXP 'Liveness probe (failed|errored)'
      OR e.reason = 'Killing' AND e.message REGEXP 'failed liveness probe')
),
-- One failure in the history is noise: it must have been killed for it, or fail again and again.
sick AS (
  SELECT subject, sum(CASE WHEN reason = 'Unhealthy' THEN count ELSE 0 END) AS times, sum(CASE WHEN reason = 'Killing' THEN count ELSE 0 END) AS kills,
    max(last_seen) AS last_seen
  FROM told GROUP BY subject
  HAVING times >= 3 OR kills >= 1 AND times >= 1
),
newest AS (
  SELECT t.*, row_number() OVER (PARTITION BY t.subject, t.reason ORDER BY t.last_seen DESC, t.file, t.line) AS n
  FROM told t JOIN sick s ON s.subject = t.subject
)
SELECT n.subject, n.file, n.line, n.first_seen AS ts, n.node, n.namespace, n.pod, coalesce(n.container, 'CONTAINER') AS container,
  s.times, s.kills, coalesce(iso(s.last_seen), '-') AS last_at,
  coalesce((SELECT max(c.restarts) FROM container_statuses c WHERE c.namespace = n.namespace AND c.pod = n.pod), 0) AS restarts,
  substr(replace(n.message, char(10), ' '), 1, 300) AS message,
  rx('^([^/]+)/', n.subject, 1) AS owner_kind, rx('[^/]+$', n.subject) AS owner_name
FROM newest n JOIN sick s ON s.subject = n.subject
WHERE n.n <= 3
ORDER BY n.subject, n.reason DESC, n.n, n.file, n.line;
