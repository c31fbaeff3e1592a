/*
id: pod-pending-insufficient
title:
  en: "No node has enough {resource} for {subject}"
  zh: "没有节点有足够的 {resource} 运行 {subject}"
detail:
  en: "{rows_pods} pod(s) Pending, each asks for {cpu} CPU and {memory} memory; the largest node offers {node_cpu} CPU and {node_memory}. {message}"
  zh: "{rows_pods} 个 Pod 处于 Pending，每个请求 {cpu} CPU、{memory} 内存；最大的节点可提供 {node_cpu} CPU、{node_memory}。{message}"
severity: warning
confidence: certain
needs: [pods]
causes:
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
  - {check: service-no-endpoints, when: selects}
  - {check: dns-resolution-broken, when: selects}
why:
  en: >-
    The scheduler counts requests, not use: what running pods have requested is taken, even when they idle. The other nodes in the
    message were ruled out for the other reasons it lists. When the request is larger than any node, no amount of waiting
    helps.
  zh: >-
    调度器计算的是资源请求（requests），而不是实际使用量：已运行的 Pod 即使空闲，其请求量也被占用。消息中其余节点是因其他原因被排除的。
    如果请求量大于任何一个节点，等待没有意义。
fix:
  - en: "What do the nodes have, and what is requested already?"
    zh: "查看各节点的可用量和已请求量"
    run: "kubectl describe nodes | grep -A 8 'Allocated resources'"
  - en: "Ask for less"
    zh: "降低资源请求"
    run: "kubectl -n {namespace} set resources {owner_kind}/{owner_name} --requests=cpu=100m,memory=128Mi"
  - en: "Or make room: scale something else down, or add a node"
    zh: "或腾出资源：缩减其他工作负载，或增加节点"
verify: "kubectl -n {namespace} get pod {pod} -o wide"
refs: ["https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/"]
*/
WITH
sick AS (
  SELECT s.subject, c.namespace, c.pod, c.object, c.file, json_line(o.json, o.line, c.message) AS at, c.last_transition,
    -- What follows "preemption:" says the same again.
    CASE WHEN instr(c.message, ' preemption:') > 0 THEN substr(c.message, 1, instr(c.message, ' preemption:') - 1) ELSE c.message END AS message,
    row_number() OVER (PARTITION BY s.subject ORDER BY c.pod) AS n, count(*) OVER (PARTITION BY s.subject) AS rows_pods
  FROM pod_conditions c
  JOIN pods p ON p.namespace = c.namespace AND p.name = c.pod
  JOIN pod_subjects s ON s.namespace = c.namespace AND s.pod = c.pod
  JOIN objects o ON o.id = c.object
  WHERE c.type = 'PodScheduled' AND c.status = 'False' AND c.reason = 'Unschedulable' AND c.message REGEXP 'Insufficient [a-z0-9./-]+'
    AND p.node IS NULL AND p.deleted IS NULL AND p.phase = 'Pending'
),
told AS (
  SELECT s.subject, e.file, json_line(o.json, o.line, e.message) AS line, e.first_seen,
    row_number() OVER (PARTITION BY s.subject ORDER BY e.last_seen DESC, e.line) AS newest
  FROM sick s JOIN events e ON e.object_kind = 'Pod' AND e.object_namespace = s.namespace AND e.object_name = s.pod AND e.reason = 'FailedScheduling'
    AND e.message LIKE '%Insufficient %'
  JOIN objects o ON o.id = e.object
),
evidence AS (
  SELECT subject, n AS seq, file, at AS line, last_transition AS ts FROM sick
  UNION ALL SELECT subject, 10000, file, line, first_seen FROM told WHERE newest = 1
),
asks AS (
  SELECT s.subject, sum(c.cpu_request) AS cpu, sum(c.memory_request) AS memory
  FROM sick s JOIN container_specs c ON c.namespace = s.namespace AND c.pod = s.pod AND c.list = 'containers'
  WHERE s.n = 1 GROUP BY s.subject
)
SELECT t.subject, e.file, e.line, e.ts, t.namespace, t.pod, t.rows_pods, t.message,
  rx('Insufficient ([a-z0-9./-]*[a-z0-9])', t.message, 1) AS resource,
  coalesce((SELECT CASE WHEN cpu % 1000 = 0 THEN (cpu / 1000) || '' ELSE cpu || 'm' END FROM asks a WHERE a.subject = t.subject), 'no') AS cpu,
  coalesce((SELECT (memory / 1048576) || 'Mi' FROM asks a WHERE a.subject = t.subject), 'no') AS memory,
  coalesce((SELECT CASE WHEN max(cpu_allocatable) % 1000 = 0 THEN (max(cpu_allocatable) / 1000) || '' ELSE max(cpu_allocatable) || 'm' END FROM nodes), '?') AS node_cpu,
  coalesce((SELECT (max(memory_allocatable) / 1048576) || 'Mi' FROM nodes), '?') AS node_memory,
  rx('^([^/]+)/', t.subject, 1) AS owner_kind, rx('[^/]+$', t.subject) AS owner_name
FROM sick t JOIN evidence e ON e.subject = t.subject
WHERE t.n = 1
ORDER BY t.subject, e.seq, e.file, e.line;
