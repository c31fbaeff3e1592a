/*
id: service-endpoints-not-ready
title:
  en: "Service {namespace}/{name} has pods, but none of them is ready"
  zh: "Service {namespace}/{name} 有后端 Pod，但全部未就绪"
detail:
  en: "{waiting} address(es) not ready, none ready; behind it: {behind}."
  zh: "{waiting} 个地址未就绪，就绪的为 0；后端：{behind}。"
severity: warning
confidence: certain
needs: [services, [endpoints, endpointslices]]
causes:
  - {check: apiservice-unavailable, when: serves}
  - {check: webhook-no-backend, when: serves}
  - {check: webhook-unreachable, when: serves}
  - {check: service-unreachable, when: same}
why:
  en: >-
    The selector matches pods, and every one of them is unready, so connections to the service are refused or time out. The service is
    configured right; the pods, their readiness probes or their nodes are the fault.
  zh: >-
    选择器匹配到了 Pod，但全部未就绪，因此访问该 Service 会被拒绝或超时。Service 的配置没有问题，应检查这些 Pod、它们的就绪探针或所在节点。
fix:
  - en: "Which pods are behind it, and why are they not ready?"
    zh: "查看后端 Pod 及其未就绪的原因"
    run: "kubectl -n {namespace} describe endpoints {name}; kubectl -n {namespace} get pods -o wide"
verify: "kubectl -n {namespace} get endpoints {name}"
*/
WITH
sick AS (
  SELECT b.* FROM service_backends b WHERE b.listed AND b.ready = 0 AND b.waiting > 0 AND NOT b.publishes_all AND NOT b.dns
),
members AS (
  SELECT s.namespace, s.name, p.pod, p.node, p.file, p.object,
    row_number() OVER (PARTITION BY s.namespace, s.name ORDER BY p.pod) AS n, count(*) OVER (PARTITION BY s.namespace, s.name) AS pods
  FROM sick s JOIN service_pods p ON p.namespace = s.namespace AND p.name = s.name
),
-- What has just been rolled out is about to become ready.
old AS (
  SELECT s.* FROM sick s
  WHERE NOT EXISTS (SELECT 1 FROM members m JOIN pod_conditions c ON c.namespace = m.namespace AND c.pod = m.pod AND c.type = 'Ready'
    WHERE m.namespace = s.namespace AND m.name = s.name AND :now - c.last_transition < 15000000)
),
evidence AS (
  SELECT s.namespace, s.name, 0 AS seq, o.file, json_key(o.json, o.line, CASE o.kind WHEN 'Endpoints' THEN 'notReadyAddresses' ELSE 'ready' END) AS line, NULL AS node, NULL AS ts
  FROM old s JOIN objects o ON o.id = s.backend_object
  UNION ALL
  SELECT m.namespace, m.name, m.n, m.file, CASE WHEN coalesce(c.message, '') = '' THEN json_key(o.json, o.line, 'phase') ELSE json_line(o.json, o.line, c.message) END, m.node, c.last_transition
  FROM members m JOIN objects o ON o.id = m.object
  LEFT JOIN pod_conditions c ON c.namespace = m.namespace AND c.pod = m.pod AND c.type = 'Ready'
  WHERE m.n <= 10
)
SELECT 'service/' || s.namespace || '/' || s.name AS subject, e.file, e.line, e.ts, e.node, s.namespace, s.name, s.waiting,
  coalesce((SELECT group_concat(m.pod, ', ') FROM members m WHERE m.namespace = s.namespace AND m.name = s.name AND m.n <= 3)
    || (SELECT CASE WHEN m.pods > 3 THEN ', ...' ELSE '' END FROM members m WHERE m.namespace = s.namespace AND m.name = s.name AND m.n = 1), '-') AS behind
FROM old s JOIN evidence e ON e.namespace = s.namespace AND e.name = s.name
ORDER BY s.namespace, s.name, e.seq, e.file, e.line;
