/*
id: apiserver-lb-unreachable
title:
  en: "The address of the API ({endpoint}) does not answer, and an API server runs"
  zh: "API 入口地址（{endpoint}）无响应，而 kube-apiserver 正在运行"
detail:
  en: "{nodes} nodes cannot reach {endpoint}, the last complaint at {last_at}. It is not the address of a node, so a load balancer or virtual IP stands there. kube-apiserver runs on {running}."
  zh: "{nodes} 个节点无法访问 {endpoint}，最后一次报错在 {last_at}。它不是任何节点的地址，应为负载均衡或虚拟 IP。kube-apiserver 正运行在 {running}。"
severity: critical
needs: [log:kubelet, [node_components]]
causes:
  - {check: node-not-ready-unknown, when: cluster}
  - {check: node-not-registered, when: cluster}
  - {check: kcm-leader-lost, when: cluster}
  - {check: kcm-down, when: cluster}
  - {check: scheduler-down, when: cluster}
  - {check: controllers-stalled, when: cluster}
  - {check: pod-pending-never-attempted, when: cluster}
  - {check: endpoints-stale, when: cluster}
  - {check: kubelet-node-status-update-failing, when: cluster}
  - {check: network-partition, when: cluster}
  - {check: kubelet-lease-failing, when: cluster}
  - {check: kube-proxy-apiserver-unreachable, when: cluster}
why:
  en: >-
    kubelets, controllers and kubectl know the API servers by one common address. The API servers behind it are healthy, but the address
    leads nowhere: haproxy or nginx stopped, keepalived lost the virtual IP, or a cloud load balancer has no healthy target. A
    firewall on one node would give the same line on that node only.
  zh: >-
    kubelet、控制器和 kubectl 都通过同一个入口地址访问 API server。其后的 kube-apiserver 是正常的，但该地址不通：
    haproxy 或 nginx 停止、keepalived 丢失虚拟 IP，或云负载均衡没有健康的后端。若只是某个节点的防火墙问题，只有该节点会报错。
fix:
  - en: "Is the address anywhere, and does something listen there?"
    zh: "该地址在哪台机器上，是否有进程监听？"
    run: "ip -o addr | grep -F {host}; ss -ltnp | grep -E ':(6443|8443|16443|443) '; curl -skm 5 https://{endpoint}/livez"
    on: "{node}"
  - en: "Bring the load balancer back on its own machines (cloud: look at the health of its targets)"
    zh: "在负载均衡所在机器上恢复服务（云环境：检查后端健康状态）"
    run: "systemctl status keepalived haproxy nginx --no-pager | head -n 40; systemctl restart keepalived haproxy"
  - en: "The API server itself, past the load balancer"
    zh: "绕过负载均衡直接访问 kube-apiserver"
    run: "curl -skm 5 https://127.0.0.1:6443/livez"
    on: "{node}"
verify: "kubectl get --raw /readyz"
*/
WITH
said AS (
  SELECT h.node, h.file, h.line, h.text, h.ts, h.log, rx('dial tcp (\[?[0-9a-fA-F.:]+\]?:\d+): ', h.text, 1) AS endpoint
  FROM hits h
  WHERE h.signature = 'kubelet-apiserver-refused' AND h.node IS NOT NULL AND h.ts > :now - 600000000
),
addresses AS (
  SELECT json_extract(a.value, '$.address') AS address FROM nodes n, json_each(n.addresses) a
  UNION SELECT address FROM node_access
  UNION SELECT '127.0.0.1'
),
-- Each node's newest complaint, within the last minutes, and nothing between it and the end that would say it is over.
newest AS (
  SELECT *, rx('^(.*):\d+$', endpoint, 1) AS host, row_number() OVER (PARTITION BY node, endpoint ORDER BY log DESC) AS n,
    count(*) OVER (PARTITION BY node, endpoint) AS hits
  FROM said WHERE endpoint IS NOT NULL
),
lost AS (
  SELECT * FROM newest
  WHERE n = 1 AND hits >= 3 AND ts > :now - 180000000 AND host NOT IN (SELECT address FROM addresses WHERE address IS NOT NULL)
),
counted AS (
  SELECT endpoint, host, count(DISTINCT node) AS nodes, max(ts) AS last_ts FROM lost GROUP BY endpoint, host HAVING count(DISTINCT node) >= 2
),
alive AS (
  SELECT node, file, line FROM node_components WHERE component = 'kube-apiserver' AND state = 'running' AND file IS NOT NULL
)
SELECT 'cluster' AS subject, l.file, l.line, l.text, l.endpoint, l.host, c.nodes, iso(c.last_ts) AS last_at,
  (SELECT group_concat(node, ', ') FROM (SELECT node FROM alive ORDER BY node)) AS running,
  (SELECT node FROM alive ORDER BY node LIMIT 1) AS node, 1 AS seq,
  (SELECT min(ts) FROM said s WHERE s.endpoint = l.endpoint) AS first_seen
FROM counted c JOIN lost l USING (endpoint, host) WHERE EXISTS (SELECT 1 FROM alive)
UNION ALL
SELECT 'cluster', a.file, a.line, NULL, c.endpoint, c.host, c.nodes, iso(c.last_ts),
  (SELECT group_concat(node, ', ') FROM (SELECT node FROM alive ORDER BY node)), a.node, 2, NULL
FROM counted c JOIN alive a
ORDER BY 1, 11, 2, 3;
