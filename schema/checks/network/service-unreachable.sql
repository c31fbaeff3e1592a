/*
id: service-unreachable
title:
  en: "Clients cannot reach the Service {namespace}/{name}"
  zh: "客户端无法访问 Service {namespace}/{name}"
detail:
  en: "{times} connections to {address} failed within half an hour, from {places} place(s), the last at {last_at}: {reason}. {ready} ready address(es) stand behind it."
  zh: "半小时内有 {times} 次到 {address} 的连接失败（来自 {places} 处），最后一次在 {last_at}：{reason}。其后端有 {ready} 个就绪地址。"
severity: critical
needs: [services, log]
why:
  en: >-
    Programs of the cluster say in their logs that the Service's address does not answer. That is an effect: a time-out points at the way (rules of kube-proxy, the network of pods, a policy), a
    refusal at a Service without ready pods or at a port on which nobody listens.
  zh: >-
    集群中的程序在日志中说该 Service 地址没有应答。这只是结果：超时说明路径有问题（kube-proxy 规则、Pod 网络、网络策略），
    被拒绝则说明没有就绪的 Pod，或端口上没有程序监听。
fix:
  - en: "Has it ready pods, and does its port fit theirs?"
    zh: "是否有就绪的后端，端口是否对应？"
    run: "kubectl -n {namespace} get service {name} -o wide; kubectl -n {namespace} get endpoints {name}"
  - en: "Does the address answer from the node, and has the node a rule for it?"
    zh: "在节点上测试该地址，并查看转发规则"
    run: "curl -sk -m 5 -o /dev/null http://{address}; echo \"curl: $?\"; iptables-save -t nat | grep -F {name}"
    on: "{on_node}"
  - en: "Does a policy forbid it?"
    zh: "是否被网络策略禁止？"
    run: "kubectl -n {namespace} get networkpolicies"
verify: "kubectl -n {namespace} get endpoints {name}"
refs: ["https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/"]
*/
WITH
-- Addresses and ports of Services; the API server's own has diagnoses of its own.
addresses AS MATERIALIZED (
  SELECT v.namespace AS ns, v.name AS service, v.cluster_ip AS ip, p.value ->> '$.port' AS port
  FROM services v, json_each(CASE WHEN json_valid(v.ports) THEN v.ports ELSE '[]' END) p
  WHERE v.cluster_ip LIKE '%.%' AND NOT (v.namespace = 'default' AND v.name = 'kubernetes')
),
-- Few of the many lines about connections are about Services: so these are looked for first.
met AS MATERIALIZED (
  SELECT h.log, h.captures ->> '$.why' AS why, a.ns, a.service, a.ip || ':' || a.port AS address
  FROM log_hits h CROSS JOIN addresses a ON a.ip = h.captures ->> '$.ip' AND a.port = CAST(h.captures ->> '$.port' AS INTEGER)
  WHERE h.signature = 'client-cannot-connect'
),
told AS MATERIALIZED (
  SELECT m.*, l.file, l.line, l.text, l.ts, coalesce(f.node, p.node) AS node, coalesce(f.node, p.node, f.pod, f.path) AS place
  FROM met m CROSS JOIN log_lines l ON l.id = m.log CROSS JOIN files f ON f.id = l.file LEFT JOIN pods p ON p.namespace = f.namespace AND p.name = f.pod
  WHERE l.ts > :now - 1800000000 AND f.role IS NOT 'container-log-previous'
    AND NOT (f.role = 'pod-log' AND EXISTS (SELECT 1 FROM files x WHERE x.role = 'container-log' AND x.namespace = f.namespace AND x.pod = f.pod AND x.container = f.container AND x.lines > 0))
),
counted AS (
  SELECT *, count(*) OVER (PARTITION BY ns, service) AS times, max(ts) OVER (PARTITION BY ns, service) AS last_ts, min(ts) OVER (PARTITION BY ns, service) AS first_ts,
    row_number() OVER (PARTITION BY ns, service ORDER BY ts DESC, log DESC) AS nth FROM told
)
SELECT 'service/' || c.ns || '/' || c.service AS subject, c.file, c.line, c.text, c.ts, c.node, c.first_ts AS first_seen, c.times, c.address, c.why AS reason, coalesce(iso(c.last_ts), '-') AS last_at,
  coalesce(c.node, 'node') AS on_node, (SELECT count(DISTINCT place) FROM told t WHERE t.ns = c.ns AND t.service = c.service) AS places,
  coalesce((SELECT b.ready FROM service_backends b WHERE b.namespace = c.ns AND b.name = c.service), '?') AS ready
FROM counted c
-- For longer than anything takes to start.
WHERE c.times >= 5 AND c.nth <= 3 AND c.last_ts > :now - 300000000 AND c.last_ts - c.first_ts > 120000000
ORDER BY c.ns, c.service, c.nth, c.file, c.line;
