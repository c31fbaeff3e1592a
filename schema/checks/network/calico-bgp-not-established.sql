/*
id: calico-bgp-not-established
title:
  en: "Calico on {node} has no BGP session to {peers}"
  zh: "节点 {node} 上的 Calico 未与 {peers} 建立 BGP 会话"
detail:
  en: "{count} times, the last at {last_at}: routes to pods on those nodes are missing or old."
  zh: "共 {count} 次，最后一次在 {last_at}：到这些节点上 Pod 的路由缺失或已过时。"
severity: critical
needs: [events, pods]
causes:
  - {check: pod-readiness-failing, when: [owner, same-node]}
  - {check: pod-network-cross-node-broken, when: cluster}
  - {check: service-unreachable, when: [same-node, pod-on-node]}
why:
  en: >-
    calico-node tells the other nodes over BGP (TCP port 179) where its pods are. Without a session pods of the two nodes do not reach each other. The usual reasons: a firewall drops
    port 179, calico chose the address of another network card as the node's own, or the peer runs no calico-node.
  zh: >-
    calico-node 通过 BGP（TCP 179 端口）告知其他节点自己的 Pod 在哪里。没有会话，两个节点上的 Pod 就互不可达。常见原因：防火墙丢弃 179 端口、
    calico 选用了错误网卡的地址作为节点地址，或对端没有运行 calico-node。
fix:
  - en: "Sessions as the node sees them, and the address that it took for its own"
    zh: "查看会话状态以及节点选用的地址"
    run: "kubectl -n {calico_ns} exec {pod} -c calico-node -- birdcl show protocols; kubectl get nodes -o custom-columns='NAME:.metadata.name,BGP:.metadata.annotations.projectcalico\\.org/IPv4Address'"
  - en: "Is the port open?"
    zh: "测试端口是否开放"
    run: "timeout 3 bash -c '</dev/tcp/{first_peer}/179' && echo open"
    on: "{node}"
  - en: "The wrong network card: name the right one, by a network that holds the nodes' addresses"
    zh: "选错网卡：指定节点地址所在的网络"
    run: "kubectl -n {calico_ns} set env daemonset/calico-node -c calico-node IP_AUTODETECTION_METHOD=kubernetes-internal-ip"
verify: "kubectl -n {calico_ns} get pods -l k8s-app=calico-node -o wide"
refs: ["https://docs.tigera.io/calico/latest/operations/troubleshoot/troubleshooting"]
*/
WITH
told AS (
  SELECT e.*, p.node, p.name AS pod, p.namespace, o.json, o.line AS at,
    rx('BGP not established with ([0-9.,]+?)(?=\d{4}-\d\d-\d\d|[^0-9.,]|$)', e.message, 1) AS list
  FROM events e JOIN objects o ON o.id = e.object JOIN pods p ON p.namespace = e.object_namespace AND p.name = e.object_name AND p.deleted IS NULL
  WHERE e.object_kind = 'Pod' AND e.reason = 'Unhealthy' AND e.message LIKE '%BGP not established with %'
),
-- Peers that are nodes which are down say nothing of BGP.
lost AS (
  SELECT n.name, j.value ->> '$.address' AS ip FROM nodes n, json_each(coalesce(n.addresses, '[]')) j
  WHERE EXISTS (SELECT 1 FROM node_conditions c WHERE c.node = n.name AND c.type = 'Ready' AND c.status <> 'True')
),
peers AS (
  SELECT DISTINCT t.node, j.value AS ip FROM told t, json_each('["' || replace(rtrim(t.list, ',.'), ',', '","') || '"]') j
  WHERE j.value NOT IN (SELECT ip FROM lost)
),
sums AS (
  SELECT node, sum(coalesce(count, 1)) AS count, max(coalesce(last_seen, first_seen)) AS last_ts, min(first_seen) AS first_ts FROM told GROUP BY node
),
ranked AS (SELECT *, row_number() OVER (PARTITION BY node ORDER BY last_seen DESC, file, at) AS nth FROM told)
SELECT 'node/' || r.node AS subject, r.file, json_line(r.json, r.at, r.message) AS line, r.first_seen AS ts, r.last_seen, r.node, r.pod, r.namespace AS calico_ns, s.count,
  coalesce(iso(s.last_ts), '-') AS last_at, (SELECT group_concat(ip, ', ') FROM (SELECT ip FROM peers p WHERE p.node = r.node ORDER BY ip LIMIT 5)) AS peers,
  (SELECT min(ip) FROM peers p WHERE p.node = r.node) AS first_peer
FROM ranked r JOIN sums s ON s.node = r.node
WHERE r.nth <= 3 AND r.node IN (SELECT node FROM peers)
  -- Once or twice while calico starts is nothing. The pod must still not be ready.
  AND s.count >= 3 AND s.last_ts > :now - 900000000
  AND NOT EXISTS (SELECT 1 FROM pod_conditions c WHERE c.namespace = r.namespace AND c.pod = r.pod AND c.type = 'Ready' AND c.status = 'True' AND c.last_transition > s.last_ts)
ORDER BY r.node, r.nth;
