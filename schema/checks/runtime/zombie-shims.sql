/*
id: zombie-shims
title:
  en: "{count} {sort} processes are left over on {node}"
  zh: "节点 {node} 上残留了 {count} 个{sort_zh}进程"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: warning
confidence: certain
needs: [node_processes]
causes:
  - {check: node-pleg-unhealthy, when: same}
  - {check: pid-exhaustion, when: same}
why:
  en: >-
    A process that has ended stays in the table until its parent asks for its exit status. A parent that never asks (mostly
    process 1 of a container that is no init) fills the table, and then nothing on the node can start. Shims without a container
    are what a runtime forgot; each holds memory and threads, and slows kubelet's listing down.
  zh: >-
    进程结束后会一直占用进程表，直到父进程读取其退出状态。从不读取的父进程（通常是容器里不具备 init 功能的 1 号进程）会耗尽进程表，
    使节点上无法再启动任何进程。没有对应容器的 shim 是运行时遗留的，会占用内存和线程，并拖慢 kubelet 列出容器的速度。
fix:
  - en: "Whose are they? The parent that does not reap them"
    zh: "查看它们属于谁：没有回收子进程的父进程"
    run: "ps -eo ppid,stat,args | awk '$2 ~ /^Z/ { n[$1]++ } END { for (p in n) print n[p], p }' | sort -rn | head -n 5"
    on: "{node}"
  - en: "Restart the pod that holds them ({holder}); its zombies go with it"
    zh: "重启持有它们的 Pod（{holder}），僵尸进程会一并消失"
    run: "kubectl delete pod -n {pod_namespace} {pod_name}"
    if: pod_name
  - en: "Let the pod have an init that reaps: shareProcessNamespace: true, or tini as process 1 of its image"
    zh: "让 Pod 具备能回收子进程的 init：设置 shareProcessNamespace: true，或在镜像中用 tini 作为 1 号进程"
  - en: "Shims without a container: upgrade the runtime, restart it in a quiet hour"
    zh: "没有容器的 shim：升级容器运行时，并在低峰期重启它"
    run: "systemctl restart containerd"
    on: "{node}"
    if: shims
verify: "ps -eo stat | grep -c '^Z'"
refs: ["https://github.com/kubernetes/kubernetes/issues/98044"]
*/
WITH RECURSIVE
zombies AS (
  SELECT node, pid, ppid, file, line, row_number() OVER (PARTITION BY node ORDER BY line) AS n,
    count(*) OVER (PARTITION BY node) AS total
  FROM node_processes WHERE stat GLOB 'Z*'
),
-- Those that have most of them, and their ancestors up to a shim that names the container.
parents AS (
  SELECT z.node, z.ppid, count(*) AS children, row_number() OVER (PARTITION BY z.node ORDER BY count(*) DESC, z.ppid) AS n,
    count(*) OVER (PARTITION BY z.node) AS parents
  FROM zombies z WHERE z.total >= 100 GROUP BY z.node, z.ppid
),
up(node, n, pid, ppid, args, file, line, depth) AS (
  SELECT p.node, w.n, p.pid, p.ppid, p.args, p.file, p.line, 0
  FROM parents w JOIN node_processes p ON p.node = w.node AND p.pid = w.ppid WHERE w.n <= 40
  UNION ALL
  SELECT p.node, u.n, p.pid, p.ppid, p.args, p.file, p.line, u.depth + 1
  FROM up u JOIN node_processes p ON p.node = u.node AND p.pid = u.ppid WHERE u.depth < 8 AND u.args NOT LIKE '%shim%'
),
holders AS (
  SELECT u.node, c.namespace, c.pod, row_number() OVER (PARTITION BY u.node ORDER BY count(*) DESC, c.namespace, c.pod) AS n
  FROM up u
  JOIN node_containers c ON c.node = u.node AND c.namespace IS NOT NULL
    AND c.id = rx('(?:-id |moby/|k8s.io/|-c )([0-9a-f]{64})', u.args, 1)
  WHERE u.args LIKE '%shim%'
  GROUP BY u.node, c.namespace, c.pod
),
shims AS (
  SELECT node, file, line, row_number() OVER (PARTITION BY node ORDER BY line) AS n, count(*) OVER (PARTITION BY node) AS total
  FROM node_processes WHERE rx('[^/]+$', field(args, 1)) REGEXP '^(docker-)?containerd-shim|^conmon$' AND stat NOT GLOB 'Z*'
),
running AS (SELECT node, count(*) AS containers FROM node_containers WHERE state = 'running' GROUP BY node),
told AS (
  SELECT DISTINCT z.node, z.total AS count, 'zombie' AS sort, '僵尸' AS sort_zh
  FROM zombies z WHERE z.total >= 100
  UNION ALL
  -- A shim serves one container, or a whole pod (v2): more of them than containers are left over.
  SELECT s.node, s.total - r.containers, 'containerd-shim', ' containerd-shim '
  FROM shims s JOIN running r ON r.node = s.node
  WHERE s.n = 1 AND s.total > 1.2 * r.containers AND s.total - r.containers >= 10
    AND NOT EXISTS (SELECT 1 FROM zombies z WHERE z.node = s.node AND z.total >= 100)
),
evidence AS (
  SELECT node, 0 AS seq, file, line FROM zombies WHERE n <= 3 AND total >= 100
  UNION ALL SELECT node, 1 + depth, file, line FROM up WHERE n = 1
  UNION ALL SELECT s.node, 20, s.file, s.line FROM shims s JOIN told t ON t.node = s.node AND t.sort <> 'zombie' WHERE s.n <= 5
)
SELECT 'node/' || t.node AS subject, e.file, e.line, t.node, t.count, t.sort, t.sort_zh,
  h.namespace AS pod_namespace, h.pod AS pod_name, t.sort <> 'zombie' AS shims, coalesce(h.namespace || '/' || h.pod, '?') AS holder,
  CASE WHEN t.sort = 'zombie' THEN coalesce((SELECT CASE WHEN p.parents = 1 THEN 'All are children of process ' || p.ppid
      ELSE 'They are children of ' || p.parents || ' processes, for instance of ' || p.ppid END || ' ('
      || coalesce((SELECT substr(u.args, 1, 120) FROM up u WHERE u.node = p.node AND n = 1 AND depth = 0), '?') || ')'
      FROM parents p WHERE p.node = t.node AND p.n = 1), '')
      || coalesce(' in pod ' || h.namespace || '/' || h.pod, '') || '; nobody reaps them.'
    ELSE 'More shims run than containers.' END AS what,
  CASE WHEN t.sort = 'zombie' THEN coalesce((SELECT CASE WHEN p.parents = 1 THEN '全部是进程 ' || p.ppid
      ELSE '它们是 ' || p.parents || ' 个进程的子进程，例如 ' || p.ppid END || '（'
      || coalesce((SELECT substr(u.args, 1, 120) FROM up u WHERE u.node = p.node AND n = 1 AND depth = 0), '?') || '）' || CASE WHEN p.parents = 1 THEN '的子进程' ELSE '' END
      FROM parents p WHERE p.node = t.node AND p.n = 1), '')
      || coalesce('，位于 Pod ' || h.namespace || '/' || h.pod, '') || '，没有被回收。'
    ELSE 'shim 的数量多于容器。' END AS what_zh
FROM told t JOIN evidence e ON e.node = t.node
LEFT JOIN holders h ON h.node = t.node AND h.n = 1
ORDER BY t.node, e.seq, e.file, e.line;
