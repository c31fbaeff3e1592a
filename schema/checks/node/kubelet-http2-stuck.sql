/*
id: kubelet-http2-stuck
title:
  en: "kubelet on {node} keeps using a connection to the API server that is dead"
  zh: "节点 {node} 上的 kubelet 一直在使用与 API server 的失效连接"
detail:
  en: "{hits} calls to {server} failed with \"use of closed network connection\" in the last ten minutes, the last at {last_at}."
  zh: "最近十分钟内，到 {server} 的 {hits} 次调用报 “use of closed network connection”，最后一次在 {last_at}。"
severity: critical
needs: ["log:kubelet"]
causes:
  - {check: node-not-ready-unknown, when: same}
  - {check: kubelet-node-status-update-failing, when: same}
  - {check: kubelet-lease-failing, when: same}
  - {check: node-flapping, when: same}
why:
  en: >-
    A load balancer or a firewall dropped the connection without a word, and Go's HTTP/2 client of that time takes it from its pool again and again, for
    15 minutes or until a restart. kubelet itself is well and its healthz says ok. 1.20 and late patches of 1.18 and 1.19 check
    idle connections.
  zh: >-
    负载均衡或防火墙静默丢弃了连接，而当时 Go 的 HTTP/2 客户端会一再从连接池中取用它，持续 15 分钟或直到重启。
    kubelet 自身正常，healthz 也返回 ok。1.20 以及 1.18、1.19 的后期补丁会检测空闲连接。
fix:
  - en: "A restart of kubelet cures it at once; containers go on"
    zh: "重启 kubelet 立即恢复，容器不受影响"
    run: "systemctl restart kubelet"
    on: "{node}"
  - en: "For good: upgrade kubelet to 1.20 or newer; let the load balancer reset idle connections instead of dropping them"
    zh: "长期措施：将 kubelet 升级到 1.20 或更高；让负载均衡对空闲连接发送 RST 而不是静默丢弃"
verify: "kubectl get node {node}"
k8s: ">=1.8 <1.20"
refs: ["https://github.com/kubernetes/kubernetes/issues/87615"]
*/
WITH logged AS (
  SELECT h.node, h.file, h.line, h.ts, h.text, h.captures,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest, row_number() OVER (PARTITION BY h.node ORDER BY h.log) AS oldest,
    count(*) OVER (PARTITION BY h.node) AS hits, max(h.ts) OVER (PARTITION BY h.node) AS last_ts, min(h.ts) OVER (PARTITION BY h.node) AS first_ts
  FROM hits h WHERE h.signature = 'dead-connection' AND h.node IS NOT NULL AND h.ts > :now - 600000000
)
-- Each end of a connection gives a few such lines once.
SELECT 'node/' || l.node AS subject, l.file, l.line, l.text, l.ts, l.node, l.hits, l.captures ->> '$.server' AS server, iso(l.last_ts) AS last_at
FROM logged l
WHERE l.hits >= 5 AND l.last_ts > :now - 120000000 AND l.last_ts - l.first_ts > 60000000 AND (l.newest <= 3 OR l.oldest = 1)
ORDER BY l.node, l.newest, l.file, l.line;
