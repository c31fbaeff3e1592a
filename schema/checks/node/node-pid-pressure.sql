/*
id: node-pid-pressure
title:
  en: "{where} runs out of process ids"
  zh: "{where_zh}的进程号即将用尽"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
confidence: certain
needs: [[nodes, log:kernel, log:messages]]
causes:
  - {check: pod-pending-taint, when: pod-on-node}
  - {check: pods-evicted-memory, when: pod-on-node}
why:
  en: >-
    PIDPressure means that the node has few process ids left (kernel.pid_max), and kubelet evicts pods for it. The kernel's "fork rejected by
    pids controller" speaks of one container that met its own limit (podPidsLimit): only its own forks fail, the node is well.
  zh: >-
    PIDPressure 表示节点剩余的进程号（kernel.pid_max）不多，kubelet 会因此驱逐 Pod。内核的 “fork rejected by pids controller”
    则是某个容器达到了自己的上限（podPidsLimit）：只有它自己无法创建进程，节点本身没有问题。
fix:
  - en: "Who has most threads?"
    zh: "谁的线程最多？"
    run: "ps -eo nlwp,pid,ppid,cgroup,args --sort=-nlwp | cut -c1-200 | head -n 10"
    on: "{node}"
  - en: "Limit pods, so that one cannot take all from the others (podPidsLimit in kubelet's configuration, then restart it)"
    zh: "限制每个 Pod 的进程数，避免单个 Pod 耗尽全部（kubelet 配置中的 podPidsLimit，修改后重启 kubelet）"
    run: "grep -n podPidsLimit /var/lib/kubelet/config.yaml"
    on: "{node}"
  - en: "Raise the node's own limit"
    zh: "提高节点自身的上限"
    run: "sysctl -w kernel.pid_max=4194304"
    on: "{node}"
verify: "kubectl get node {node} -o 'jsonpath={.status.conditions[?(@.type==\"PIDPressure\")].status}'"
k8s: ">=1.11"
*/
WITH
sick AS (
  SELECT c.node, c.file, json_line(o.json, o.line, c.reason) AS line, c.last_transition, c.message
  FROM node_conditions c JOIN objects o ON o.id = c.object
  WHERE c.type = 'PIDPressure' AND c.status = 'True'
),
-- The kernel says it once a cgroup: one line is enough, but not one of last week, whose container is gone.
rejected AS (
  SELECT * FROM node_hits WHERE signature = 'pids-cgroup-full' AND (last_ts IS NULL OR last_ts > :now - 86400000000)
),
every AS (SELECT node FROM sick UNION SELECT node FROM rejected),
evidence AS (
  SELECT node, 0 AS seq, file, line, NULL AS text, last_transition AS ts FROM sick
  UNION ALL SELECT node, newest, file, line, text, ts FROM rejected WHERE newest <= 3
)
SELECT 'node/' || v.node AS subject, e.file, e.line, e.text, e.ts, v.node,
  CASE WHEN s.node IS NULL THEN 'warning' ELSE 'critical' END AS severity,
  CASE WHEN s.node IS NULL THEN 'A container on ' || v.node ELSE 'Node ' || v.node END AS "where",
  CASE WHEN s.node IS NULL THEN '节点 ' || v.node || ' 上某个容器' ELSE '节点 ' || v.node || ' ' END AS where_zh,
  coalesce('PIDPressure since ' || iso(s.last_transition) || '. ', '')
    || coalesce((SELECT 'The kernel rejected forks in ' || (captures ->> '$.cgroup') || '.' FROM rejected r WHERE r.node = v.node AND newest = 1), '') AS what,
  coalesce('PIDPressure 自 ' || iso(s.last_transition) || ' 起。', '')
    || coalesce((SELECT '内核拒绝了 ' || (captures ->> '$.cgroup') || ' 中的 fork。' FROM rejected r WHERE r.node = v.node AND newest = 1), '') AS what_zh
FROM every v LEFT JOIN sick s ON s.node = v.node JOIN evidence e ON e.node = v.node
ORDER BY v.node, e.seq, e.file, e.line;
