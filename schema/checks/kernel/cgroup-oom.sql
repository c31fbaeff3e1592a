/*
id: cgroup-oom
title:
  en: "The kernel killed {victims} on {node} at the memory limit of {what}"
  zh: "节点 {node} 上的 {victims} 因达到 {what_zh} 的内存上限被内核杀死"
detail:
  en: "{count} kill(s), the last at {last_at}; no container's status tells of it."
  zh: "共 {count} 次，最后一次在 {last_at}；容器状态中没有相应记录。"
severity: warning
confidence: certain
needs: [[log:kernel, log:messages]]
causes:
  - {check: pod-crashloop, when: same}
  - {check: pod-liveness-failing, when: same}
  - {check: pod-readiness-failing, when: same}
why:
  en: >-
    A limit was reached, not the machine's memory. Kubernetes says OOMKilled only when process 1 of the container died. Here it was another process of
    the container (a worker, a shell's child) or a unit outside of Kubernetes: the container seems well while its
    work fails.
  zh: >-
    达到的是限额，而不是整机内存。只有容器的 1 号进程被杀，Kubernetes 才会显示 OOMKilled。这里被杀的是容器中的其他进程（worker、子进程），
    或 Kubernetes 之外的服务：容器看似正常，实际工作却在失败。
fix:
  - en: "Which cgroup was it, and how large was the victim?"
    zh: "是哪个 cgroup，进程有多大？"
    run: "journalctl -k --no-pager | grep -E 'oom-kill:|Memory cgroup out of memory' | tail -n 10"
    on: "{node}"
  - en: "Raise the limit, or let the application hold less (heap size, number of workers)"
    zh: "提高上限，或降低应用的内存占用（堆大小、worker 数量）"
verify: "journalctl -k --no-pager --since -1h | grep -c 'Memory cgroup out of memory'"
*/
WITH
raw AS (
  SELECT h.node, h.file, h.line, h.ts, h.text, h.log, coalesce(h.captures ->> '$.victim', h.captures ->> '$.task') AS victim, coalesce(h.captures ->> '$.cgroup', h.captures ->> '$.old') AS cgroup,
    replace(rx('pod([0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12})', coalesce(h.captures ->> '$.cgroup', h.captures ->> '$.old', h.text), 1), '_', '-') AS uid
  FROM hits h WHERE h.signature = 'memcg-killed' AND h.node IS NOT NULL
),
-- The line that names the victim follows the one that names the cgroup.
joined AS MATERIALIZED (
  SELECT r.*, coalesce(r.uid, lag(r.uid) OVER w) AS pod_uid, coalesce(r.cgroup, CASE WHEN r.ts - lag(r.ts) OVER w < 2000000 THEN lag(r.cgroup) OVER w END) AS place
  FROM raw r WINDOW w AS (PARTITION BY r.node ORDER BY r.log)
),
-- Few pods are meant by many lines.
uids AS MATERIALIZED (SELECT DISTINCT pod_uid FROM joined WHERE pod_uid IS NOT NULL),
meant AS MATERIALIZED (
  SELECT u.pod_uid, p.namespace, p.name AS pod, s.subject AS workload
  FROM uids u JOIN pods p ON p.uid = u.pod_uid OR p.mirror = replace(u.pod_uid, '-', '')
  JOIN pod_subjects s ON s.namespace = p.namespace AND s.pod = p.name
),
placed AS (
  SELECT j.*, m.namespace, m.pod, m.workload FROM joined j LEFT JOIN meant m ON m.pod_uid = j.pod_uid
),
told AS MATERIALIZED (
  SELECT DISTINCT c.namespace, c.pod, p.node FROM container_statuses c JOIN pods p ON p.namespace = c.namespace AND p.name = c.pod
  WHERE c.exit_reason = 'OOMKilled' OR c.last_exit_reason = 'OOMKilled'
),
-- Where a container's status tells, that is the diagnosis; a pod that is gone since is history.
untold AS (
  SELECT *, coalesce(workload, 'node/' || node) AS subject FROM placed p
  WHERE (p.pod IS NOT NULL OR (p.pod_uid IS NULL AND coalesce(p.place, '') NOT REGEXP 'kubepods|docker[-/][0-9a-f]{12}')) AND CASE WHEN p.pod IS NULL THEN p.node NOT IN (SELECT node FROM told WHERE node IS NOT NULL)
      ELSE NOT EXISTS (SELECT 1 FROM told t WHERE t.namespace = p.namespace AND t.pod = p.pod) END
),
ranked AS MATERIALIZED (
  SELECT *, row_number() OVER (PARTITION BY subject, node ORDER BY log DESC) AS newest, max(ts) OVER (PARTITION BY subject, node) AS last_ts,
    sum(text LIKE '%Kill%process%') OVER (PARTITION BY subject, node) AS kills, count(*) OVER (PARTITION BY subject, node) AS lines
  FROM untold
)
SELECT r.subject, r.file, r.line, r.text, r.ts, r.node, coalesce(iso(r.last_ts), '?') AS last_at, max(r.kills, 1) AS count,
  coalesce((SELECT group_concat(victim, ', ') FROM (SELECT DISTINCT victim FROM ranked v WHERE v.subject = r.subject AND v.node = r.node AND victim IS NOT NULL ORDER BY victim LIMIT 5)), '?') AS victims,
  coalesce('pod ' || r.namespace || '/' || r.pod, rx('[^/]+$', (SELECT place FROM ranked v WHERE v.subject = r.subject AND v.node = r.node AND place IS NOT NULL LIMIT 1)), 'a cgroup') AS what,
  coalesce('Pod ' || r.namespace || '/' || r.pod, rx('[^/]+$', (SELECT place FROM ranked v WHERE v.subject = r.subject AND v.node = r.node AND place IS NOT NULL LIMIT 1)), '某个 cgroup') AS what_zh
FROM ranked r
WHERE r.newest <= 4
ORDER BY r.subject, r.node, r.newest, r.file, r.line;
