/*
id: neighbor-table-overflow
title:
  en: "The table of neighbours (ARP) of node {node} overflows"
  zh: "节点 {node} 的邻居表（ARP）溢出"
detail:
  en: "The kernel said so {times} times within ten minutes.{size_en}"
  zh: "十分钟内内核报告 {times} 次。{size_zh}"
severity: critical
confidence: certain
needs: [[log:kernel, log:messages]]
causes:
  - {check: pod-network-cross-node-broken, when: same-node}
  - {check: service-unreachable, when: [same-node, pod-on-node]}
why:
  en: >-
    Each address that the node talks to on its own network, pods on bridges and other nodes alike, takes an entry of this table. Beyond gc_thresh3 (1024 where nobody changed it) no new
    neighbour is found, and packets to it are dropped, now to this one and now to that one.
  zh: >-
    节点在本地网络上通信的每个地址（网桥上的 Pod、其他节点）都占用一条记录。超过 gc_thresh3（默认 1024）后无法解析新的邻居，发往它们的包会被丢弃，且受影响的目标时有变化。
fix:
  - en: "Larger thresholds, now and at each boot"
    zh: "调大阈值并持久化"
    run: "printf 'net.ipv4.neigh.default.gc_thresh1 = 8192\\nnet.ipv4.neigh.default.gc_thresh2 = 32768\\nnet.ipv4.neigh.default.gc_thresh3 = 65536\\nnet.ipv6.neigh.default.gc_thresh3 = 65536\\n' > /etc/sysctl.d/92-neighbours.conf && sysctl --system"
    on: "{node}"
  - en: "How many are there, and on which device?"
    zh: "查看邻居数量及所在网卡"
    run: "ip neigh | awk '{print $3}' | sort | uniq -c | sort -rn | head"
    on: "{node}"
verify: "sysctl net.ipv4.neigh.default.gc_thresh3; ip neigh | wc -l"
*/
WITH told AS (
  SELECT *, count(*) OVER (PARTITION BY node) AS times, row_number() OVER (PARTITION BY node ORDER BY ts DESC, log DESC) AS nth FROM hits
  WHERE signature = 'neighbor-table-overflow' AND node IS NOT NULL AND ts > :now - 600000000
),
sizes AS (
  SELECT s.node, s.value AS size, (SELECT count(*) FROM files f JOIN lines l ON l.file = f.id WHERE f.node = s.node AND f.path GLOB 'nodes/*/host/ip-neigh.txt') AS used
  FROM node_sysctls s WHERE s.name = 'net.ipv4.neigh.default.gc_thresh3'
)
SELECT 'node/' || t.node AS subject, t.file, t.line, t.text, t.ts, t.node, t.times,
  coalesce((SELECT ' It holds ' || used || ' of at most ' || size || '.' FROM sizes s WHERE s.node = t.node), '') AS size_en,
  coalesce((SELECT '当前 ' || used || ' 条，上限 ' || size || '。' FROM sizes s WHERE s.node = t.node), '') AS size_zh
FROM told t WHERE t.times >= 3 AND t.nth <= 3
ORDER BY t.node, t.nth, t.file, t.line;
