/*
id: pod-oomkilled
title:
  en: "A container of {subject} was killed for its memory limit"
  zh: "{subject} 的容器因超出内存限制被杀死（OOMKilled）"
detail:
  en: "Container {container} in {pod}: memory limit {limit}, {restarts} restarts, last killed at {at_time}."
  zh: "{pod} 中的容器 {container}：内存限制 {limit}，已重启 {restarts} 次，最近一次被杀在 {at_time}。"
severity: critical
confidence: certain
needs: [pods]
causes:
  - {check: cgroup-oom, when: same}
  - {check: pod-crashloop, when: same}
  - {check: kube-dns-crashloop, when: same}
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
why:
  en: >-
    The container used more memory than its limit allows, and the kernel killed it. The node has memory left; only this limit
    is reached. Either the limit is below what the program needs, or the program leaks. Restarting only starts the count anew.
  zh: >-
    容器使用的内存超过了它的限制，被内核杀死。节点本身仍有内存，只是达到了该容器的上限。要么限制低于程序所需，要么程序存在内存泄漏。重启只会重新开始。
fix:
  - en: "How much does it use, and how fast does it grow?"
    zh: "它实际使用多少内存，增长有多快？"
    run: "kubectl -n {namespace} top pod {pod} --containers"
  - en: "Raise the limit to what the program needs, above its peak (this at least doubles it)"
    zh: "把限制提高到程序所需，高于其峰值（此命令至少将其翻倍）"
    run: "kubectl -n {namespace} set resources {owner_kind}/{owner_name} -c {container} --limits=memory={raised}"
  - en: "Runtimes with a heap of their own (JVM, Node.js): make the heap smaller than the limit"
    zh: "自带堆的运行时（JVM、Node.js）：让堆小于内存限制"
verify: "kubectl -n {namespace} get pod {pod} -o 'jsonpath={.status.containerStatuses[*].lastState.terminated.reason}'"
refs: ["https://kubernetes.io/docs/tasks/configure-pod-container/assign-memory-resource/"]
*/
WITH
kernel AS (
  SELECT h.file, h.line, h.text, h.ts, h.node, replace(coalesce(json_extract(h.captures, '$.pod'), json_extract(h.captures, '$.pod2')), '_', '-') AS uid,
    row_number() OVER (PARTITION BY replace(coalesce(json_extract(h.captures, '$.pod'), json_extract(h.captures, '$.pod2')), '_', '-'), h.node ORDER BY h.log DESC) AS newest
  FROM hits h WHERE h.signature = 'memcg-oom'
),
killed AS (
  SELECT c.*,
    CASE WHEN c.exit_reason = 'OOMKilled' THEN c.finished ELSE c.last_finished END AS at_us,
    CASE WHEN c.exit_reason = 'OOMKilled' OR c.last_exit_reason = 'OOMKilled' THEN 1 ELSE 0 END AS named
  FROM container_states c
  WHERE c.deleted IS NULL
    AND (c.exit_reason = 'OOMKilled' OR c.last_exit_reason = 'OOMKilled'
      -- Only a child of the container's first process died: kubelet calls it Error, the kernel names the pod.
      OR ((c.exit_code = 137 OR c.last_exit_code = 137) AND EXISTS (SELECT 1 FROM kernel k WHERE k.uid = c.uid
        AND k.node IS c.node AND k.ts BETWEEN coalesce(c.finished, c.last_finished) - 60000000 AND coalesce(c.finished, c.last_finished) + 60000000)))
),
-- A kill of last week in a container that has run well since is history.
recent AS (
  SELECT k.*, CASE WHEN k.at_us > :now - 3600000000 OR NOT k.ready OR k.waiting_reason IS NOT NULL THEN 'critical' ELSE 'warning' END AS severity
  FROM killed k
  WHERE k.at_us IS NULL OR k.at_us > :now - 86400000000 OR k.waiting_reason IS NOT NULL
),
rows_of AS (
  SELECT r.*, json_line(o.json, o.line, 'OOMKilled') AS at,
    row_number() OVER (PARTITION BY r.subject ORDER BY r.at_us DESC, r.pod, r.container) AS n
  FROM recent r JOIN objects o ON o.id = r.object
),
evidence AS (
  SELECT subject, n AS seq, file, at AS line, NULL AS text, node, at_us AS ts FROM rows_of
  UNION ALL
  SELECT r.subject, 10000 + r.n, k.file, k.line, k.text, r.node, k.ts
  FROM rows_of r JOIN kernel k ON k.uid = r.uid AND k.newest = 1 AND (k.node = r.node OR k.node IS NULL)
)
SELECT t.subject, e.file, e.line, e.text, e.ts, e.node, t.namespace, t.pod, t.container, coalesce(t.restarts, 0) AS restarts, t.severity,
  coalesce((SELECT CASE WHEN s.memory_limit % 1073741824 = 0 THEN (s.memory_limit / 1073741824) || 'Gi'
      WHEN s.memory_limit >= 1048576 THEN (s.memory_limit / 1048576) || 'Mi' ELSE s.memory_limit END
    FROM container_specs s WHERE s.namespace = t.namespace AND s.pod = t.pod AND s.name = t.container LIMIT 1), 'none') AS "limit",
  (SELECT (max(s.memory_limit * 2, 512 << 20) >> 20) || 'Mi'
    FROM container_specs s WHERE s.namespace = t.namespace AND s.pod = t.pod AND s.name = t.container LIMIT 1) AS raised,
  coalesce(iso(t.at_us), '-') AS at_time,
  rx('^([^/]+)/', t.subject, 1) AS owner_kind, rx('[^/]+$', t.subject) AS owner_name
FROM rows_of t JOIN evidence e ON e.subject = t.subject
WHERE t.n = 1
ORDER BY t.subject, e.seq, e.file, e.line;
