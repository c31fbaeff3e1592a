/*
id: kube-proxy-stale-rules
title:
  en: "Node {node} has no rules for {missing} Service(s) that have ready pods"
  zh: "节点 {node} 缺少 {missing} 个 Service 的转发规则，而它们有就绪的 Pod"
detail:
  en: "{known} of the cluster's addresses are in the rules; missing are {list}."
  zh: "规则中有 {known} 个 Service 地址，缺少：{list}。"
severity: critical
needs: [node_iptables, services, [endpoints, endpointslices], pods]
causes:
  - {check: service-unreachable, when: [same-node, pod-on-node]}
  - {check: kube-dns-apiserver-timeout, when: pod-on-node}
why:
  en: >-
    kube-proxy writes a rule for each Service into the kernel of each node within seconds. These Services and their pods are older than that, and their addresses are not in this node's table, so
    whatever runs here cannot reach them, while other nodes can. kube-proxy hangs, cannot write, or does not hear of changes.
  zh: >-
    kube-proxy 会在数秒内为每个 Service 在每个节点的内核中写入规则。这些 Service 及其 Pod 已存在更久，但地址不在该节点的规则表中，因此从该节点无法访问它们，其他节点则可以。
    原因是 kube-proxy 卡住、无法写入或收不到变更。
fix:
  - en: "What does kube-proxy of this node say?"
    zh: "查看该节点 kube-proxy 的日志"
    run: "kubectl -n kube-system logs --tail 50 $(kubectl -n kube-system get pods -l k8s-app=kube-proxy --field-selector spec.nodeName={node} -o name)"
  - en: "Start it anew: it writes all rules at once"
    zh: "重启它，会立即重写全部规则"
    run: "kubectl -n kube-system delete pod -l k8s-app=kube-proxy --field-selector spec.nodeName={node}"
  - en: "Where it is a systemd unit"
    zh: "如果是 systemd 服务"
    run: "systemctl restart kube-proxy"
    on: "{node}"
    if: unit
verify: "iptables-save -t nat | grep -c KUBE-SVC"
*/
WITH
began AS (SELECT coalesce((SELECT us(value) FROM bundle WHERE key = 'started'), :now) AS us),
-- Nodes whose Services are rules of iptables: IPVS and nftables keep theirs elsewhere, eBPF has none. A capture that was cut off proves nothing.
proxied AS (
  SELECT i.node, i.family, min(i.file) AS file, min(i.line) AS line FROM node_iptables i
  WHERE i.tab = 'nat' AND i.chain = 'KUBE-SERVICES' AND i.family IN ('ip4', 'legacy')
    AND EXISTS (SELECT 1 FROM node_iptables x WHERE x.node = i.node AND x.family = i.family AND x.tab = 'nat' AND x.chain GLOB 'KUBE-SVC-*')
    AND NOT EXISTS (SELECT 1 FROM files f JOIN lines l ON l.file = f.id WHERE f.node = i.node AND f.path GLOB 'nodes/*/host/ports/kube-proxy-mode.txt' AND l.text REGEXP 'ipvs|nftables')
    AND NOT EXISTS (SELECT 1 FROM captures c JOIN files f ON f.id = c.file WHERE f.id = i.file AND c.truncated)
    AND NOT EXISTS (SELECT 1 FROM files f WHERE f.id = i.file AND f.state <> 'loaded')
  GROUP BY i.node, i.family
),
-- One that replaces kube-proxy may leave old chains behind.
replaced AS (SELECT 1 FROM pods p WHERE p.k8s_app IN ('cilium', 'antrea-agent', 'kube-router') OR p.name GLOB 'cilium-*' OR p.name GLOB 'anetd-*'),
ruled AS MATERIALIZED (
  SELECT DISTINCT node, rx(' -d (\d+\.\d+\.\d+\.\d+)(?:/32)?(?: |$)', rule, 1) AS ip FROM node_iptables WHERE tab = 'nat' AND chain = 'KUBE-SERVICES' AND rule IS NOT NULL
),
settled AS MATERIALIZED (
  SELECT b.namespace, b.name, b.cluster_ip, b.file, b.line, o.json FROM service_backends b JOIN objects o ON o.id = b.object
  WHERE b.ready > 0 AND b.cluster_ip LIKE '%.%.%.%' AND o.created < (SELECT us FROM began) - 180000000
    AND o.json ->> '$.metadata.labels."service.kubernetes.io/service-proxy-name"' IS NULL AND o.json ->> '$.metadata.labels."service.kubernetes.io/headless"' IS NULL
    AND EXISTS (SELECT 1 FROM service_pods m JOIN pod_conditions c ON c.namespace = m.namespace AND c.pod = m.pod AND c.type = 'Ready' AND c.status = 'True'
      WHERE m.namespace = b.namespace AND m.name = b.name AND c.last_transition < (SELECT us FROM began) - 180000000)
),
missing AS (
  SELECT p.node, p.file AS rules, p.line AS at, s.*, row_number() OVER (PARTITION BY p.node ORDER BY s.namespace, s.name) AS n FROM proxied p, settled s
  WHERE NOT EXISTS (SELECT 1 FROM ruled r WHERE r.node = p.node AND r.ip = s.cluster_ip)
    AND p.family = (SELECT min(x.family) FROM proxied x WHERE x.node = p.node)
    AND NOT EXISTS (SELECT 1 FROM replaced)
),
rows AS (
  SELECT node, rules AS file, at AS line, NULL AS ts, 0 AS seq FROM missing WHERE n = 1
  UNION ALL SELECT node, file, json_line(json, line, cluster_ip), NULL, n FROM missing WHERE n <= 5
)
SELECT 'node/' || r.node AS subject, r.file, r.line, r.node,
  (SELECT count(*) FROM missing m WHERE m.node = r.node) AS missing, (SELECT count(*) FROM ruled d WHERE d.node = r.node AND d.ip IS NOT NULL) AS known,
  (SELECT group_concat(m.namespace || '/' || m.name || ' (' || m.cluster_ip || ')', ', ') FROM missing m WHERE m.node = r.node AND m.n <= 3)
    || CASE WHEN (SELECT count(*) FROM missing m WHERE m.node = r.node) > 3 THEN ', ...' ELSE '' END AS list,
  EXISTS (SELECT 1 FROM node_units u WHERE u.node = r.node AND u.unit = 'kube-proxy.service' AND u.load = 'loaded') AS unit
FROM rows r ORDER BY r.node, r.seq, r.file, r.line;
