/*
id: apiserver-unreachable-service-ip
title:
  en: "Service default/kubernetes leads to {what}"
  zh: "Service default/kubernetes 指向{what_zh}"
severity: critical
needs: [[endpoints, endpointslices]]
causes:
  - {check: kube-dns-apiserver-timeout, when: cluster}
  - {check: dashboard-crash-apiserver-unreachable, when: cluster}
  - {check: webhook-unreachable, when: cluster}
  - {check: flannel-lease-failed, when: cluster}
why:
  en: >-
    Pods reach the API through the Service kubernetes (the first address of the service range), and the API servers keep its endpoints
    themselves. With an address in it where none answers, every N-th connection of a pod hangs; with none at all, pods cannot reach the API
    while kubectl works from outside.
  zh: >-
    Pod 通过 Service kubernetes（Service 网段的第一个地址）访问 API，其 Endpoints 由各 API server 自己维护。其中若有失效的地址，Pod 每 N 次连接就有一次卡住；
    若为空，Pod 完全无法访问 API，而集群外的 kubectl 正常。
fix:
  - en: "Which addresses does it have, and which API servers are there?"
    zh: "查看当前地址和实际的 API server"
    run: "kubectl -n default get endpoints kubernetes -o wide; kubectl -n kube-system get pods -l component=kube-apiserver -o wide"
  - en: "Which reconciler keeps it? With \"lease\" (the default since 1.11) a dead address goes by itself; \"master-count\" leaves it"
    zh: "由哪种方式维护？lease（1.11 起的默认值）会自动清理失效地址，master-count 不会"
    run: "grep -h -e endpoint-reconciler-type -e apiserver-count /etc/kubernetes/manifests/kube-apiserver.yaml"
    on: "{machine}"
  - en: "Let the API servers write it anew"
    zh: "删除后由 API server 重新生成"
    run: "kubectl -n default delete endpoints kubernetes"
verify: "kubectl -n default get endpoints kubernetes"
refs: ["https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/"]
*/
WITH
addresses AS (
  SELECT o.json, o.file, o.line, a.value ->> '$.ip' AS ip
  FROM objects o, json_each(o.json, '$.subsets') s, json_each(s.value, '$.addresses') a
  WHERE o.kind = 'Endpoints' AND o.namespace = 'default' AND o.name = 'kubernetes'
  UNION ALL
  SELECT o.json, o.file, o.line, a.value
  FROM objects o, json_each(o.json, '$.endpoints') e, json_each(e.value, '$.addresses') a
  WHERE o.kind = 'EndpointSlice' AND o.namespace = 'default' AND o.json ->> '$.metadata.labels."kubernetes.io/service-name"' = 'kubernetes'
    AND coalesce(e.value ->> '$.conditions.ready', 1)
),
owners AS (
  SELECT DISTINCT n.name AS node, a.value ->> '$.address' AS ip FROM nodes n, json_each(CASE WHEN json_valid(n.addresses) THEN n.addresses ELSE '[]' END) a
),
-- Where the API servers are no nodes of the cluster (a managed control plane) nothing can be said of their addresses.
ours AS (SELECT count(*) AS n FROM addresses a JOIN owners w USING (ip)),
dead AS (
  SELECT a.*, w.node FROM addresses a JOIN owners w USING (ip)
  JOIN node_conditions c ON c.node = w.node AND c.type = 'Ready' AND c.status <> 'True' AND c.last_transition < :now - 120000000
  WHERE NOT EXISTS (SELECT 1 FROM node_components k WHERE k.node = w.node AND k.component = 'kube-apiserver' AND k.state = 'running')
    AND NOT EXISTS (SELECT 1 FROM node_access x WHERE x.node = w.node AND x.reached)
  UNION ALL
  SELECT a.*, NULL FROM addresses a, ours
  WHERE ours.n > 0 AND a.ip NOT IN (SELECT ip FROM owners WHERE ip IS NOT NULL)
    AND a.ip NOT IN (SELECT value FROM component_flags WHERE component = 'kube-apiserver' AND flag = 'advertise-address')
),
sick AS (
  SELECT file, json_line(json, line, ip) AS line, ip,
    'an address where no API server is: ' || ip || coalesce(' (node ' || node || ' is lost)', ' (no node has it)') AS what,
    '一个没有 API server 的地址：' || ip || coalesce('（节点 ' || node || ' 已失联）', '（没有节点使用该地址）') AS what_zh
  FROM dead
  UNION ALL
  SELECT o.file, o.line, '', 'no address', '空地址列表' FROM objects o
  WHERE o.kind = 'Endpoints' AND o.namespace = 'default' AND o.name = 'kubernetes' AND NOT EXISTS (SELECT 1 FROM addresses)
)
SELECT 'service/default/kubernetes' AS subject, file, line, what, what_zh, (SELECT min(node) FROM control_plane_nodes) AS machine
FROM sick ORDER BY ip, file, line;
