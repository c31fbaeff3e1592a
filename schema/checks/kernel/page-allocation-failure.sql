/*
id: page-allocation-failure
title:
  en: "The kernel of {node} found no contiguous memory (order {order}, wanted by {task})"
  zh: "节点 {node} 的内核找不到连续内存（order {order}，申请者 {task}）"
detail:
  en: "{hits} failure(s), the last at {last_at}."
  zh: "共 {hits} 次失败，最后一次在 {last_at}。"
severity: warning
confidence: certain
needs: [[log:kernel, log:messages]]
causes:
  - {check: node-network-unavailable, when: same}
why:
  en: >-
    The kernel wanted 2^order pages side by side and memory was too fragmented, or (order 0) there was none at all. Network drivers drop packets then, and new cgroups or
    iptables tables cannot be made. A few of high order harm nobody; many, or low orders, show a node that runs without reserve.
  zh: >-
    内核需要 2^order 个连续页，但内存碎片过多，或（order 0）完全没有空闲内存。此时网卡驱动会丢包，也无法创建新的 cgroup 或 iptables 表。
    少量高 order 失败没有影响；次数多或 order 低，说明节点没有内存余量。
fix:
  - en: "How fragmented is it, and how much is kept free?"
    zh: "碎片程度如何，保留了多少空闲内存？"
    run: "cat /proc/buddyinfo; sysctl vm.min_free_kbytes; free -m"
    on: "{node}"
  - en: "Keep more free and defragment once"
    zh: "提高保留内存并整理一次碎片"
    run: "sysctl -w vm.min_free_kbytes=262144; echo 1 > /proc/sys/vm/compact_memory"
    on: "{node}"
verify: "journalctl -k --no-pager --since -1h | grep -c 'page allocation failure'"
*/
WITH logged AS (
  SELECT *, CAST(captures ->> '$.order' AS INTEGER) AS ord, min(CAST(captures ->> '$.order' AS INTEGER)) OVER (PARTITION BY node) AS lowest
  FROM node_hits WHERE signature = 'page-allocation-failed'
)
SELECT 'node/' || l.node AS subject, l.file, l.line, l.text, l.ts, l.node, l.hits, coalesce(iso(l.last_ts), '?') AS last_at, l.lowest AS "order",
  coalesce((SELECT n.captures ->> '$.task' FROM logged n WHERE n.node = l.node AND n.newest = 1), '?') AS task,
  CASE WHEN l.hits >= 3 OR l.lowest <= 1 THEN 'warning' ELSE 'info' END AS severity
FROM logged l WHERE l.newest <= 3 OR l.oldest = 1
ORDER BY l.node, l.newest, l.file, l.line;
