/*
id: pod-readiness-failing
title:
  en: "{subject} is running but not ready: its readiness probe fails"
  zh: "{subject} 在运行但未就绪：就绪探针失败"
detail:
  en: "{pods} pod(s), first {pod}, not ready since {since}. {message}"
  zh: "{pods} 个 Pod，首先是 {pod}，自 {since} 起未就绪。{message}"
severity: warning
needs: [pods]
causes:
  - {check: apiservice-unavailable, when: serves}
  - {check: service-endpoints-not-ready, when: selects}
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
  - {check: dns-resolution-broken, when: selects}
why:
  en: >-
    The program runs, yet says that it is not ready, or does not answer; while that lasts it gets no traffic from services. Nothing restarts
    it. Most often it waits for something it depends on (a database, a queue, DNS), or the probe asks the wrong path or port.
    A failing startupProbe holds back readiness, too.
  zh: >-
    程序在运行，但报告自己未就绪或没有响应；在此期间 Service 不会把流量转发给它，也不会重启它。最常见的原因是在等待依赖
    （数据库、消息队列、DNS），或探针的路径、端口有误。startupProbe 未通过时同样不会就绪。
fix:
  - en: "What does the program wait for?"
    zh: "查看程序在等待什么"
    run: "kubectl -n {namespace} logs {pod} --all-containers --tail 50"
  - en: "What does the probe ask, and what is the answer?"
    zh: "查看探针配置及其结果"
    run: "kubectl -n {namespace} describe pod {pod} | grep -E 'Readiness|Startup|probe'"
  - en: "Correct the probe or the configuration"
    zh: "修正探针或配置"
    run: "kubectl -n {namespace} edit {owner_kind} {owner_name}"
verify: "kubectl -n {namespace} wait --for=condition=Ready pod/{pod} --timeout=60s"
refs: ["https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/"]
*/
WITH
waiting AS (
  SELECT s.subject, p.namespace, p.name AS pod, p.node, p.object, c.file, c.message AS said, c.last_transition AS since,
    json_line(o.json, o.line, c.message) AS line
  FROM pod_conditions c
  JOIN pods p ON p.namespace = c.namespace AND p.name = c.pod
  JOIN pod_subjects s ON s.namespace = p.namespace AND s.pod = p.name
  JOIN objects o ON o.id = p.object
  WHERE c.type = 'Ready' AND c.status = 'False' AND c.reason = 'ContainersNotReady' AND p.phase = 'Running' AND p.deleted IS NULL
    AND NOT (p.mirror IS NOT NULL AND coalesce(p.component, '') IN ('kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'))
    -- It runs, has not just been restarted, and has a probe. What crashes or waits for an image is something else.
    AND EXISTS (SELECT 1 FROM container_statuses k JOIN container_specs q ON q.namespace = k.namespace AND q.pod = k.pod AND q.name = k.name
      WHERE k.namespace = p.namespace AND k.pod = p.name AND NOT k.ready AND k.running_since IS NOT NULL AND k.list = 'containerStatuses'
        AND (q.readiness IS NOT NULL OR o.json LIKE '%"startupProbe"%'))
),
told AS (
  SELECT w.subject, w.pod, e.file, json_line(o.json, o.line, e.message) AS line, e.message, coalesce(e.count, 1) AS count, e.first_seen, e.last_seen,
    row_number() OVER (PARTITION BY w.subject ORDER BY e.last_seen DESC, e.file, e.line) AS newest
  FROM waiting w JOIN events e ON e.object_kind = 'Pod' AND e.object_namespace = w.namespace AND e.object_name = w.pod AND e.reason = 'Unhealthy'
    AND e.message REGEXP '(Readiness|Startup) probe (failed|errored)' AND e.last_seen > :now - 900000000
  JOIN objects o ON o.id = e.object
),
-- A start takes its time: half a minute when the probe is seen to fail, two minutes when nothing but the state tells.
sick AS (
  SELECT w.*, row_number() OVER (PARTITION BY w.subject ORDER BY w.since, w.pod) AS n, count(*) OVER (PARTITION BY w.subject) AS pods
  FROM waiting w
  WHERE :now - w.since > 120000000
    OR EXISTS (SELECT 1 FROM told t WHERE t.subject = w.subject AND t.pod = w.pod AND t.count >= 3 AND :now - w.since > 15000000)
),
evidence AS (
  SELECT subject, 1 + n AS seq, file, line, since AS ts, node FROM sick
  UNION ALL SELECT subject, 0, file, line, first_seen, NULL FROM told WHERE newest = 1
)
SELECT s.subject, e.file, e.line, e.ts, coalesce(e.node, s.node) AS node, s.namespace, s.pod, s.pods, coalesce(iso(s.since), '-') AS since,
  substr(replace(coalesce((SELECT t.message FROM told t WHERE t.subject = s.subject AND t.newest = 1), s.said, ''), char(10), ' '), 1, 300) AS message,
  CASE WHEN EXISTS (SELECT 1 FROM told t WHERE t.subject = s.subject) THEN 'certain' ELSE 'likely' END AS confidence,
  rx('^([^/]+)/', s.subject, 1) AS owner_kind, rx('[^/]+$', s.subject) AS owner_name
FROM sick s JOIN evidence e ON e.subject = s.subject
WHERE s.n = 1
ORDER BY s.subject, e.seq, e.file, e.line;
