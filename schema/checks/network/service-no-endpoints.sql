/*
id: service-no-endpoints
title:
  en: "Service {namespace}/{name} has no endpoints"
  zh: "Service {namespace}/{name} 没有任何后端"
detail:
  en: "{what} Its selector: {selector}."
  zh: "{what_zh}选择器：{selector}。"
severity: critical
confidence: certain
needs: [services, [endpoints, endpointslices], pods]
causes:
  - {check: apiservice-unavailable, when: serves}
  - {check: webhook-no-backend, when: serves}
  - {check: webhook-unreachable, when: serves}
  - {check: service-unreachable, when: same}
why:
  en: >-
    Connections to a service without endpoints are refused at once by kube-proxy's rules (or time out). Either no pod carries the labels of the
    selector: a typing error, a renamed label, a workload that was removed; or the pods exist and have no address yet.
  zh: >-
    没有后端的 Service，其连接会被 kube-proxy 的规则立即拒绝（或超时）。要么没有 Pod 带有选择器要求的标签（写错、改名、工作负载已删除），
    要么 Pod 存在但还没有 IP 地址。
fix:
  - en: "Which labels does the service want, and which do the pods have?"
    zh: "对比选择器与 Pod 的标签"
    run: "kubectl -n {namespace} get service {name} -o jsonpath='{.spec.selector}{\"\\n\"}'; kubectl -n {namespace} get pods --show-labels"
  - en: "Correct the selector; {meant} is what pods of this namespace carry"
    zh: "修正选择器；该命名空间的 Pod 带有的标签是 {meant}"
    run: "kubectl -n {namespace} patch service {name} -p '{\"spec\":{\"selector\":{meant}}}'"
    if: meant
  - en: "Correct the selector (or the labels of the workload)"
    zh: "修正选择器（或工作负载的标签）"
    run: "kubectl -n {namespace} edit service {name}"
    if: unclear
verify: "kubectl -n {namespace} get endpoints {name}"
refs: ["https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/"]
*/
WITH
-- Not: published whether ready or not, the cluster's DNS (a diagnosis of its own), what leader elections leave behind.
empty AS (
  SELECT b.* FROM service_backends b
  WHERE b.ready = 0 AND b.waiting = 0 AND NOT b.dns
    AND (b.listed OR EXISTS (SELECT 1 FROM lists l WHERE l.resource IN ('endpoints', 'endpointslices') AND (l.namespace IS NULL OR l.namespace = b.namespace)))
),
members AS (
  SELECT e.namespace, e.name, p.pod, p.node, p.file, p.object, p.created,
    row_number() OVER (PARTITION BY e.namespace, e.name ORDER BY p.pod) AS n, count(*) OVER (PARTITION BY e.namespace, e.name) AS pods
  FROM empty e JOIN service_pods p ON p.namespace = e.namespace AND p.name = e.name
),
-- Scaled to nothing on purpose: a workload of the namespace whose pods would match, with no replicas wanted.
idle AS (
  SELECT DISTINCT e.namespace, e.name FROM empty e
  JOIN workloads w ON w.namespace = e.namespace AND w.kind IN ('Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController', 'CronJob', 'Job')
    AND (coalesce(w.desired, 1) = 0 OR w.kind IN ('CronJob', 'Job'))
  JOIN objects o ON o.id = w.object
  WHERE NOT EXISTS (SELECT 1 FROM json_each(e.selector) k
    WHERE NOT EXISTS (SELECT 1 FROM json_each(coalesce(o.json -> '$.spec.template.metadata.labels',
        o.json -> '$.spec.jobTemplate.spec.template.metadata.labels', '{}')) h WHERE h.key = k.key AND h.value = k.value))
),
sick AS (
  SELECT e.*, o.json, coalesce((SELECT max(m.pods) FROM members m WHERE m.namespace = e.namespace AND m.name = e.name), 0) AS pods
  FROM empty e JOIN objects o ON o.id = e.object
  WHERE NOT EXISTS (SELECT 1 FROM idle i WHERE i.namespace = e.namespace AND i.name = e.name)
    AND (o.created IS NULL OR :now - o.created > 60000000)
    -- Pods that have just been made get their addresses soon.
    AND NOT EXISTS (SELECT 1 FROM members m WHERE m.namespace = e.namespace AND m.name = e.name AND :now - m.created < 60000000)
),
-- What the selector may have meant: the labels of the same names that pods here carry. The only ones there are, or those of the workload
-- that is called as the service is.
near AS (
  SELECT s.namespace, s.name, max(j.subject LIKE '%/' || s.name) AS namesake,
    (SELECT json_group_object(key, value) FROM (SELECT k.key, l.value FROM json_each(s.selector) k JOIN json_each(p.labels) l ON l.key = k.key ORDER BY k.key)) AS labels
  FROM sick s JOIN pods p ON p.namespace = s.namespace AND p.deleted IS NULL AND p.phase NOT IN ('Succeeded', 'Failed') AND json_valid(p.labels)
  JOIN pod_subjects j ON j.namespace = p.namespace AND j.pod = p.name
  WHERE s.pods = 0 AND NOT EXISTS (SELECT 1 FROM json_each(s.selector) k WHERE NOT EXISTS (SELECT 1 FROM json_each(p.labels) l WHERE l.key = k.key))
  GROUP BY s.namespace, s.name, labels
),
meant AS (
  SELECT namespace, name, CASE WHEN count(*) = 1 THEN min(labels) WHEN sum(namesake) = 1 THEN max(CASE WHEN namesake THEN labels END) END AS labels
  FROM near GROUP BY namespace, name
),
evidence AS (
  SELECT s.namespace, s.name, 0 AS seq, s.file, json_key(s.json, s.line, 'selector') AS line, NULL AS text, NULL AS node FROM sick s
  UNION ALL
  SELECT s.namespace, s.name, 1, o.file, json_line(o.json, o.line, s.name), NULL, NULL FROM sick s JOIN objects o ON o.id = s.backend_object
  UNION ALL
  SELECT s.namespace, s.name, 1 + m.n, m.file, json_key(o.json, o.line, 'phase'), NULL, m.node
  FROM sick s JOIN members m ON m.namespace = s.namespace AND m.name = s.name AND m.n <= 10 JOIN objects o ON o.id = m.object
)
SELECT 'service/' || s.namespace || '/' || s.name AS subject, e.file, e.line, e.text, e.node, s.namespace, s.name,
  (SELECT group_concat(k.key || '=' || k.value, ', ') FROM json_each(s.selector) k) AS selector,
  CASE WHEN s.pods = 0 THEN 'No pod of the namespace carries its labels.' ELSE s.pods || ' pod(s) match, and none has an address.' END AS what,
  CASE WHEN s.pods = 0 THEN '该命名空间没有 Pod 带有所需标签。' ELSE '有 ' || s.pods || ' 个 Pod 匹配，但都没有可用地址。' END AS what_zh,
  m.labels AS meant, m.labels IS NULL AND s.pods = 0 AS unclear
FROM sick s JOIN evidence e ON e.namespace = s.namespace AND e.name = s.name LEFT JOIN meant m ON m.namespace = s.namespace AND m.name = s.name
ORDER BY s.namespace, s.name, e.seq, e.file, e.line;
