/*
id: node-memory-pressure
title:
  en: "Node {node} is short of memory (MemoryPressure)"
  zh: "节点 {node} 内存不足（MemoryPressure）"
detail:
  en: "Since {since}: {message}{reclaim} {users}"
  zh: "自 {since} 起：{message}{reclaim} {users}"
severity: critical
confidence: certain
needs: [nodes]
causes:
  - {check: pod-pending-taint, when: pod-on-node}
  - {check: pods-evicted-memory, when: pod-on-node}
why:
  en: >-
    kubelet counts the memory that cannot be given back (the working set), which is not what `free` shows. Below the threshold, 100 MiB
    unless set otherwise, it evicts pods and taints the node, and no new BestEffort pod comes here. The condition stays for five
    minutes after the memory is back.
  zh: >-
    kubelet 统计的是无法回收的内存（working set），与 free 显示的不同。可用量低于阈值（默认 100 MiB）时，它会驱逐 Pod 并给节点加污点，
    新的 BestEffort Pod 不再调度到这里。内存恢复后，该状况还会保持五分钟。
fix:
  - en: "Who holds the memory: pods, or processes outside of them?"
    zh: "谁占用了内存：Pod，还是 Pod 之外的进程？"
    run: "ps -eo rss,pid,cgroup,args --sort=-rss | cut -c1-160 | head -n 15; free -m"
    on: "{node}"
  - en: "Which pods here have no memory limit, and which use more than they requested?"
    zh: "哪些 Pod 没有内存上限，哪些用量超过了 requests？"
    run: "kubectl top pods --all-namespaces --sort-by=memory | head -n 20; kubectl describe node {node} | sed -n '/^Non-terminated Pods/,/^Allocated/p'"
  - en: "Give requests and limits to what grows, and reserve memory for the system (systemReserved, kubeReserved in kubelet's configuration)"
    zh: "为持续增长的 Pod 设置 requests 和 limits，并为系统预留内存（kubelet 配置中的 systemReserved、kubeReserved）"
verify: "kubectl get node {node} -o 'jsonpath={.status.conditions[?(@.type==\"MemoryPressure\")].status}'"
refs: ["https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/"]
*/
WITH
sick AS (
  SELECT c.node, c.file, json_line(o.json, o.line, c.reason) AS line, c.last_transition, c.message
  FROM node_conditions c JOIN objects o ON o.id = c.object
  WHERE c.type = 'MemoryPressure' AND c.status = 'True'
),
told AS (
  SELECT e.object_name AS node, e.file, json_line(o.json, o.line, e.message) AS line, e.first_seen, e.message,
    row_number() OVER (PARTITION BY e.object_name ORDER BY e.last_seen DESC, e.line DESC) AS newest
  FROM events e JOIN objects o ON o.id = e.object
  WHERE e.object_kind = 'Node' AND e.reason = 'EvictionThresholdMet' AND e.message LIKE '%memory%'
),
logged AS (
  SELECT node, file, line, ts, text, row_number() OVER (PARTITION BY node ORDER BY log DESC) AS newest
  FROM hits WHERE signature = 'disk-pressure-eviction' AND text LIKE '%memory%'
),
largest AS (
  SELECT node, rss_bytes, rx('[^/]+$', field(args, 1)) AS name, file, line,
    row_number() OVER (PARTITION BY node ORDER BY rss_bytes DESC, line) AS n
  FROM node_processes WHERE rss_bytes > 0
),
evidence AS (
  SELECT node, 0 AS seq, file, line, NULL AS text, last_transition AS ts FROM sick
  UNION ALL SELECT node, 1, file, line, NULL, first_seen FROM told WHERE newest = 1
  UNION ALL SELECT node, 2, file, line, text, ts FROM logged WHERE newest <= 2
  UNION ALL SELECT node, 3, file, line, NULL, NULL FROM largest WHERE n <= 3
)
SELECT 'node/' || s.node AS subject, e.file, e.line, e.text, e.ts, s.node, coalesce(iso(s.last_transition), '?') AS since, s.message,
  coalesce('; ' || (SELECT message FROM told t WHERE t.node = s.node AND newest = 1), '') AS reclaim,
  coalesce((SELECT group_concat(name || ' ' || (rss_bytes >> 20) || ' MiB', ', ') FROM (SELECT * FROM largest l WHERE l.node = s.node AND n <= 3 ORDER BY n)), '') AS users
FROM sick s JOIN evidence e ON e.node = s.node
ORDER BY s.node, e.seq, e.file, e.line;
