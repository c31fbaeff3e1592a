/*
id: system-oom
title:
  en: "Node {node} ran out of memory: the kernel killed {victims}"
  zh: "节点 {node} 内存耗尽：内核杀死了 {victims}"
detail:
  en: "Processes killed because the whole machine was out of memory: {count}, the last at {last_at}."
  zh: "由于整机内存耗尽，共有 {count} 个进程被杀死，最后一次在 {last_at}。"
severity: critical
confidence: certain
needs: [[log:kernel, log:messages]]
causes:
  - {check: kubelet-not-running, when: same}
  - {check: docker-down, when: same}
  - {check: etcd-down, when: same}
  - {check: apiserver-down, when: same}
  - {check: node-pleg-unhealthy, when: same}
  - {check: node-not-ready-unknown, when: same}
  - {check: pod-crashloop, when: pod-on-node}
why:
  en: >-
    This is not a container at its limit ("Memory cgroup out of memory"): the machine had nothing left, and the kernel chose a
    victim by its score, which may be kubelet, the runtime or etcd. Pods without requests and limits, and no memory reserved
    for the system, lead here.
  zh: >-
    这不是容器达到自身上限（Memory cgroup out of memory），而是整机内存耗尽，由内核按评分选择要杀死的进程，可能是 kubelet、容器运行时或 etcd。
    通常是由于 Pod 没有设置 requests 和 limits，且没有为系统预留内存。
fix:
  - en: "Who holds the memory?"
    zh: "谁占用了内存？"
    run: "ps -eo rss,pid,args --sort=-rss | head -n 15; free -m"
    on: "{node}"
  - en: "Which pods here have no memory limit?"
    zh: "该节点上哪些 Pod 没有内存上限？"
    run: "kubectl describe node {node} | sed -n '/^Non-terminated Pods/,/^Allocated/p'"
  - en: "Give limits to the pods that grow, and reserve memory for the system in kubelet's configuration (systemReserved, kubeReserved)"
    zh: "为不断增长的 Pod 设置上限，并在 kubelet 配置中为系统预留内存（systemReserved、kubeReserved）"
verify: "journalctl -k --no-pager --since -1h | grep -c 'Out of memory'"
*/
WITH
killed AS (
  SELECT h.node, h.file, h.line, h.ts, h.text, h.captures ->> '$.victim' AS victim,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log) AS oldest
  FROM hits h WHERE h.signature = 'system-oom' AND h.node IS NOT NULL
),
named AS (
  SELECT node, max(ts) AS last_ts, max(sum(victim IS NOT NULL), 1) AS count FROM killed GROUP BY node
)
SELECT 'node/' || k.node AS subject, k.file, k.line, k.text, k.ts, k.node, n.count, coalesce(iso(n.last_ts), '?') AS last_at,
  coalesce((SELECT group_concat(victim, ', ') FROM (SELECT DISTINCT victim FROM killed v WHERE v.node = k.node AND victim IS NOT NULL
    ORDER BY victim LIMIT 5)), '?') AS victims
FROM killed k JOIN named n ON n.node = k.node
WHERE k.newest <= 4 OR k.oldest = 1
ORDER BY k.node, k.newest, k.file, k.line;
