/*
id: conntrack-table-full
title:
  en: "The table of connections (conntrack) of node {node} is full"
  zh: "节点 {node} 的连接跟踪表（conntrack）已满"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
confidence: certain
needs: [[log:kernel, node_sysctls, "capture:nodes/*/host/conntrack.txt"]]
causes:
  - {check: dns-resolution-broken, when: [same-node, pod-on-node]}
  - {check: dns-external-resolution-broken, when: same-node}
  - {check: coredns-upstream-timeout, when: same-node}
  - {check: service-unreachable, when: [same-node, pod-on-node]}
why:
  en: >-
    The kernel notes each connection that passes the node, as addresses of Services are translated with these notes. With no room for another it drops the first packet of every new connection,
    whoever makes it: DNS lookups first. Some pod opens very many, or the table is too small for what the node carries.
  zh: >-
    内核要记录经过节点的每个连接，Service 地址转换也依赖这些记录。表满之后，所有新连接的第一个包都会被丢弃，首先受影响的是 DNS 查询。
    原因是某个 Pod 打开了大量连接，或表对该节点来说太小。
fix:
  - en: "Make room now"
    zh: "立即扩大"
    run: "sysctl -w net.netfilter.nf_conntrack_max=$(( $(sysctl -n net.netfilter.nf_conntrack_max) * 2 ))"
    on: "{node}"
  - en: "Who opens so many?"
    zh: "找出连接最多的来源"
    run: "conntrack -L 2>/dev/null | grep -o 'src=[^ ]*' | sort | uniq -c | sort -rn | head"
    on: "{node}"
  - en: "Keep it so: kube-proxy sets the size at each start (conntrack.maxPerCore, conntrack.min)"
    zh: "持久化：kube-proxy 每次启动都会设置该值（conntrack.maxPerCore、conntrack.min）"
    run: "kubectl -n kube-system edit configmap kube-proxy && kubectl -n kube-system rollout restart daemonset kube-proxy"
verify: "sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max"
*/
WITH
sizes AS (
  SELECT c.node, CAST(c.value AS INTEGER) AS used, CAST(m.value AS INTEGER) AS size, c.file, c.line, NULL AS text
  FROM node_sysctls c JOIN node_sysctls m ON m.node = c.node AND m.name = 'net.netfilter.nf_conntrack_max'
  WHERE c.name = 'net.netfilter.nf_conntrack_count'
  UNION ALL
  SELECT f.node, CAST(rx('= (\d+)', c.text, 1) AS INTEGER), CAST(rx('= (\d+)', m.text, 1) AS INTEGER), c.file, c.line, NULL FROM files f
  JOIN lines c ON c.file = f.id AND c.text LIKE 'net.netfilter.nf_conntrack_count = %' JOIN lines m ON m.file = f.id AND m.text LIKE 'net.netfilter.nf_conntrack_max = %'
  WHERE f.path GLOB 'nodes/*/host/conntrack.txt'
),
full AS (SELECT *, row_number() OVER (PARTITION BY node ORDER BY used DESC, file, line) AS n FROM sizes WHERE size > 0 AND used * 10 >= size * 9),
-- Words of an hour ago tell of an hour ago.
told AS (
  SELECT *, count(*) OVER (PARTITION BY node) AS times, row_number() OVER (PARTITION BY node ORDER BY ts DESC, log DESC) AS nth FROM hits
  WHERE signature = 'conntrack-table-full' AND node IS NOT NULL AND ts > :now - 600000000
),
rows AS (
  SELECT node, 0 AS seq, file, line, text, NULL AS ts FROM full WHERE n = 1
  UNION ALL SELECT node, nth, file, line, text, ts FROM told WHERE nth <= 3 AND (times >= 3 OR node IN (SELECT node FROM full))
)
SELECT 'node/' || r.node AS subject, r.file, r.line, r.text, r.ts, r.node,
  coalesce((SELECT used || ' of ' || size || ' entries are in use. ' FROM full f WHERE f.node = r.node AND f.n = 1), '')
    || coalesce((SELECT 'Within ten minutes the kernel said ' || times || ' times that it dropped packets.' FROM told t WHERE t.node = r.node AND t.nth = 1), '') AS what,
  coalesce((SELECT '已使用 ' || used || ' / ' || size || ' 条。' FROM full f WHERE f.node = r.node AND f.n = 1), '')
    || coalesce((SELECT '十分钟内内核 ' || times || ' 次报告丢包。' FROM told t WHERE t.node = r.node AND t.nth = 1), '') AS what_zh
FROM rows r ORDER BY r.node, r.seq, r.file, r.line;
