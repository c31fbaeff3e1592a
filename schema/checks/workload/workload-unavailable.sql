/*
id: workload-unavailable
title:
  en: "{kind} {namespace}/{name} is not available: {ready} of {desired} ready"
  zh: "{kind} {namespace}/{name} 不可用：{desired} 个中只有 {ready} 个就绪"
detail:
  en: "{missing} pod(s) missing or not ready{since}. {message}"
  zh: "有 {missing} 个 Pod 缺失或未就绪{since_zh}。{message}"
severity: critical
confidence: certain
needs: [[deployments, statefulsets, daemonsets]]
causes:
  - {check: apiservice-unavailable, when: serves}
why:
  en: >-
    Fewer pods are ready than the workload asks for. That is an effect, never a cause: the pods say why (Pending, crashing, image,
    probe, lost node), or there are none, and then the events of the workload and its ReplicaSet say why.
  zh: >-
    就绪的 Pod 少于期望数量。这是结果而不是原因：具体原因要看其 Pod（Pending、崩溃、镜像、探针、节点丢失）；
    如果根本没有 Pod，则看工作负载及其 ReplicaSet 的事件。
fix:
  - en: "What do its pods say?"
    zh: "查看它的 Pod"
    run: "kubectl -n {namespace} get pods -o wide; kubectl -n {namespace} describe {kind} {name}"
  - en: "Events of the namespace, newest last"
    zh: "查看该命名空间的事件（最新的在最后）"
    run: "kubectl -n {namespace} get events --sort-by=.lastTimestamp | tail -n 30"
verify: "kubectl -n {namespace} rollout status {kind}/{name} --timeout=60s"
*/
WITH
states AS (
  SELECT w.*, lower(w.kind) || '/' || w.namespace || '/' || w.name AS subject,
    (SELECT c.value FROM json_each(CASE WHEN json_valid(w.conditions) THEN w.conditions ELSE '[]' END) c WHERE c.value ->> '$.type' = 'Available') AS cond
  FROM workloads w
  WHERE w.kind IN ('Deployment', 'StatefulSet', 'DaemonSet') AND w.owner_name IS NULL AND coalesce(w.desired, 1) > 0
    -- What no controller has looked at yet is not known to be unavailable.
    AND coalesce(w.observed_generation, 0) >= coalesce(w.generation, 1)
),
-- A Deployment says itself whether it has enough: a roll-out may take some away. The others have nothing to spare.
sick AS (
  SELECT s.*, coalesce(s.ready, 0) AS have,
    coalesce(us(s.cond ->> '$.lastTransitionTime'), (SELECT min(c.last_transition) FROM pods p
      JOIN pod_subjects j ON j.namespace = p.namespace AND j.pod = p.name
      JOIN pod_conditions c ON c.namespace = p.namespace AND c.pod = p.name AND c.type = 'Ready' AND c.status <> 'True'
      WHERE j.subject = s.subject AND p.deleted IS NULL), s.created) AS since
  FROM states s
  WHERE CASE s.kind
    WHEN 'Deployment' THEN coalesce(s.cond ->> '$.status' = 'False', coalesce(s.available, 0) < coalesce(s.desired, 1))
    WHEN 'DaemonSet' THEN coalesce(s.unavailable, s.desired - coalesce(s.ready, 0)) > 0
    ELSE coalesce(s.ready, 0) < coalesce(s.desired, 1) END
),
-- Starting takes a while.
roots AS (SELECT *, coalesce(desired, 1) - have AS missing FROM sick WHERE :now - since > 60000000 OR since IS NULL),
pods_of AS (
  SELECT r.subject, p.name, p.node, p.file, c.last_transition,
    CASE WHEN coalesce(c.message, '') = '' THEN json_key(o.json, o.line, 'phase') ELSE json_line(o.json, o.line, c.message) END AS line,
    row_number() OVER (PARTITION BY r.subject ORDER BY p.name) AS n
  FROM roots r JOIN pod_subjects j ON j.subject = r.subject
  JOIN pods p ON p.namespace = j.namespace AND p.name = j.pod AND p.deleted IS NULL AND coalesce(p.phase, '') NOT IN ('Failed', 'Succeeded')
  JOIN objects o ON o.id = p.object
  LEFT JOIN pod_conditions c ON c.namespace = p.namespace AND c.pod = p.name AND c.type = 'Ready'
  WHERE coalesce(c.status, 'False') <> 'True'
),
evidence AS (
  SELECT r.subject, 0 AS seq, r.file,
    CASE WHEN r.cond IS NOT NULL THEN json_line(o.json, o.line, r.cond ->> '$.message')
      ELSE json_key(o.json, o.line, CASE r.kind WHEN 'DaemonSet' THEN 'numberReady' ELSE 'status' END) END AS line,
    r.since AS ts, NULL AS node
  FROM roots r JOIN objects o ON o.id = r.object
  UNION ALL SELECT subject, n, file, line, last_transition, node FROM pods_of WHERE n <= 10
)
SELECT r.subject, e.file, e.line, e.ts, e.node, lower(r.kind) AS kind, r.namespace, r.name, r.have AS ready, coalesce(r.desired, 1) AS desired, r.missing,
  coalesce(' since ' || iso(r.since), '') AS since, coalesce('，自 ' || iso(r.since) || ' 起', '') AS since_zh,
  coalesce(r.cond ->> '$.message', '') AS message,
  -- Some are left to do the work.
  CASE WHEN r.have > 0 THEN 'warning' ELSE 'critical' END AS severity
FROM roots r JOIN evidence e ON e.subject = r.subject
ORDER BY r.subject, e.seq, e.file, e.line;
