/*
id: pod-network-cross-node-broken
title:
  en: "Traffic of pods between nodes is broken"
  zh: "跨节点的 Pod 网络不通"
detail:
  en: "{signs} independent signs: {list}."
  zh: "有 {signs} 个相互独立的迹象：{list_zh}。"
severity: critical
needs: [pods]
causes:
  - {check: apiservice-unavailable, when: cluster}
  - {check: kube-dns-apiserver-timeout, when: cluster}
  - {check: webhook-unreachable, when: cluster}
  - {check: dashboard-crash-apiserver-unreachable, when: cluster}
  - {check: service-unreachable, when: cluster}
why:
  en: >-
    Several parts of the cluster fail just where a packet must go from one node to a pod on another, and the pods themselves are healthy. Each of these
    alone has other explanations; together they point at the network between the nodes: routes, the overlay's ports, or a firewall.
  zh: >-
    多个组件都恰好在需要跨节点访问 Pod 时失败，而这些 Pod 本身是健康的。单独看每个迹象都可能有别的原因，合在一起则指向节点间的网络：
    路由、隧道端口或防火墙。
fix:
  - en: "Does every node have a way to every other node's pod range?"
    zh: "每个节点到其他节点的 Pod 网段是否都有路由？"
    run: "kubectl get nodes -o custom-columns=NAME:.metadata.name,PODCIDR:.spec.podCIDR,IP:.status.addresses[0].address"
  - en: "Routes and tunnels of a node"
    zh: "查看节点的路由和隧道"
    run: "ip route; ip -d link show type vxlan; ip -d link show type ipip"
    on: "{on_node}"
  - en: "Open between the nodes what the network plug-in uses: UDP 8472 or 4789 (VXLAN), IP protocol 4 (IPIP), TCP 179 (BGP); compare the MTU"
    zh: "确认节点之间放行网络插件所用的流量：UDP 8472 或 4789（VXLAN）、IP 协议 4（IPIP）、TCP 179（BGP）；并核对 MTU"
  - en: "What does the network plug-in say?"
    zh: "查看网络插件的日志"
    run: "kubectl get pods --all-namespaces -o wide | grep -E 'flannel|calico|cilium|weave|canal'"
verify: "kubectl get pods --all-namespaces -o wide | grep -v Running"
*/
WITH
-- 1: DNS pods that cannot reach the API server, while others on other nodes can.
dns AS (
  SELECT min(h.file) AS file, h.line, h.text, h.ts, s.node, s.subject FROM hits h JOIN pod_subjects s ON s.namespace = h.namespace AND s.pod = h.pod
  WHERE h.signature = 'kube-dns-apiserver-unreachable' AND h.text NOT LIKE '%connection refused%' AND h.ts > :now - 600000000
  GROUP BY s.subject, s.node, h.ts / 1000000 -- the same log may have come by the API and from the node
),
dns_partly AS (
  SELECT d.*, row_number() OVER (ORDER BY d.ts DESC, d.file, d.line) AS n FROM dns d
  WHERE (SELECT count(*) FROM dns x WHERE x.subject = d.subject) >= 3
    AND EXISTS (SELECT 1 FROM pod_subjects o JOIN pod_conditions c ON c.namespace = o.namespace AND c.pod = o.pod AND c.type = 'Ready' AND c.status = 'True'
      WHERE o.subject = d.subject AND o.node <> d.node AND NOT EXISTS (SELECT 1 FROM dns x WHERE x.node = o.node))
),
-- 2: calls that timed out on their way to a ready pod behind a webhook or an API service.
calls AS (
  SELECT h.file, h.line, h.text, h.ts, NULL AS node, row_number() OVER (ORDER BY h.ts DESC, h.file, h.line) AS n, count(*) OVER () AS times
  FROM hits h JOIN service_backends b ON b.ready > 0 AND h.text REGEXP ('//' || replace(b.name, '.', '\.') || '\.' || b.namespace || '\.svc')
  WHERE h.signature = 'webhook-call-failed' AND h.text REGEXP 'i/o timeout|context deadline exceeded|Client\.Timeout|no route to host' AND h.ts > :now - 1800000000
),
-- 3: an aggregated API whose pod is ready, but which the API server cannot talk to.
apis AS (
  SELECT a.file, json_line(o.json, o.line, c.value ->> '$.message') AS line, c.value ->> '$.message' AS text, us(c.value ->> '$.lastTransitionTime') AS ts,
    row_number() OVER (ORDER BY a.name) AS n
  FROM apiservices a JOIN objects o ON o.id = a.object, json_each(coalesce(a.conditions, '[]')) c
  JOIN service_backends b ON b.namespace = a.service_namespace AND b.name = a.service_name AND b.ready > 0
  WHERE c.value ->> '$.type' = 'Available' AND c.value ->> '$.status' = 'False' AND c.value ->> '$.reason' = 'FailedDiscoveryCheck'
    AND c.value ->> '$.message' REGEXP 'i/o timeout|deadline exceeded|Client\.Timeout|no route to host|request canceled'
),
-- 4: Calico's own word about its peers.
bgp AS (
  SELECT e.file, json_line(o.json, o.line, e.message) AS line, e.first_seen AS ts, p.node, row_number() OVER (ORDER BY e.last_seen DESC, e.file, e.line) AS n
  FROM events e JOIN objects o ON o.id = e.object JOIN pods p ON p.namespace = e.object_namespace AND p.name = e.object_name
  WHERE e.object_kind = 'Pod' AND e.reason = 'Unhealthy' AND e.message LIKE '%BGP not established%' AND e.last_seen > :now - 900000000 AND coalesce(e.count, 1) >= 3
),
-- 5: a node that has routes to the pod ranges of most other nodes, and none to one.
routes AS (
  SELECT f.node, l.file, field(l.text, 1) AS target, l.line FROM files f JOIN lines l ON l.file = f.id
  WHERE f.path GLOB 'nodes/*/host/ip-route.txt' AND l.text NOT LIKE '% table local %' AND l.text NOT GLOB 'unreachable *'
),
-- The range that a node's bridge really has, else the one that was given to it.
ranges AS (
  SELECT n.name AS node, coalesce((SELECT min(r.target) FROM routes r JOIN lines l ON l.file = r.file AND l.line = r.line
      WHERE r.node = n.name AND l.text REGEXP ' dev (cni|cbr|kube-bridge)\S* .*scope link'), n.pod_cidr) AS pod_cidr
  FROM nodes n WHERE n.pod_cidr LIKE '%.%'
),
missing AS (
  SELECT a.node, r.pod_cidr, r.node AS other, (SELECT min(file) FROM routes x WHERE x.node = a.node) AS file
  FROM (SELECT DISTINCT node FROM routes) a JOIN ranges r ON r.node <> a.node
  WHERE NOT EXISTS (SELECT 1 FROM routes x WHERE x.node = a.node AND x.target = r.pod_cidr)
    AND EXISTS (SELECT 1 FROM routes x JOIN ranges q ON q.pod_cidr = x.target AND q.node <> a.node WHERE x.node = a.node)
),
-- 6: metrics-server cannot scrape some kubelets (only when it does not run on the host's network).
scrapes AS (
  SELECT l.file, l.line, l.text, l.ts, p.node, row_number() OVER (ORDER BY l.id DESC) AS n, count(*) OVER () AS times
  FROM files f CROSS JOIN log_lines l ON l.id BETWEEN f.first_log AND f.last_log JOIN pods p ON p.namespace = f.namespace AND p.name = f.pod
  WHERE f.unit = 'metrics-server' AND NOT coalesce(p.host_network, 0) AND l.ts > :now - 900000000
    AND l.text REGEXP '(?i)(unable to (fully )?(scrape|fetch)|failed to scrape node).*(i/o timeout|no route to host|deadline exceeded)'
),
signs AS (
  SELECT 1 AS sign, file, line, text, ts, node FROM dns_partly WHERE n <= 2
  UNION ALL SELECT 2, file, line, text, ts, node FROM calls WHERE n <= 2 AND times >= 3
  UNION ALL SELECT 3, file, line, NULL, ts, NULL FROM apis WHERE n <= 2
  UNION ALL SELECT 4, file, line, NULL, ts, node FROM bgp WHERE n <= 2
  UNION ALL SELECT 5, file, 0, 'no route to ' || pod_cidr || ' (pods of ' || other || ')', NULL, node FROM missing
  UNION ALL SELECT 6, file, line, text, ts, node FROM scrapes WHERE n <= 2 AND times >= 3
),
names(sign, en, zh) AS (
  VALUES (1, 'DNS pods of some nodes only fail', '仅部分节点上的 DNS Pod 失败'), (2, 'webhook calls to ready pods time out', '调用就绪 Pod 上的 webhook 超时'),
    (3, 'an aggregated API with ready pods times out', '后端已就绪的聚合 API 超时'), (4, 'Calico BGP is not established', 'Calico BGP 未建立'),
    (5, 'a route to another node''s pods is missing', '缺少到其他节点 Pod 网段的路由'), (6, 'metrics-server cannot scrape nodes', 'metrics-server 抓取节点超时')
)
SELECT 'cluster' AS subject, s.file, s.line, s.text, s.ts, s.node, (SELECT count(DISTINCT sign) FROM signs) AS signs,
  (SELECT group_concat(en, '; ') FROM names WHERE sign IN (SELECT sign FROM signs)) AS list,
  (SELECT group_concat(zh, '；') FROM names WHERE sign IN (SELECT sign FROM signs)) AS list_zh,
  coalesce((SELECT min(node) FROM signs), 'node') AS on_node
FROM signs s
WHERE (SELECT count(DISTINCT sign) FROM signs) >= 2
ORDER BY s.sign, s.ts DESC, s.file, s.line;
