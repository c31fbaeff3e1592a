/*
id: webhook-no-backend
title:
  en: "Admission webhook {webhook} has nobody to answer it"
  zh: "准入 webhook {webhook} 没有可用的后端"
detail:
  en: "{kind} {name} sends requests to service {service}: {what} failurePolicy is {policy}."
  zh: "{kind} {name} 将请求发往 Service {service}：{what_zh}failurePolicy 为 {policy}。"
severity: critical
confidence: certain
needs: [[validatingwebhookconfigurations, mutatingwebhookconfigurations], services, [endpoints, endpointslices]]
causes:
  - {check: webhook-unreachable, when: same}
  - {check: workload-unavailable, when: uses}
why:
  en: >-
    The API server asks this webhook before it stores what the rules name. Its service does not exist or has no ready pod; with
    failurePolicy Fail (the default of v1) each such request is refused, and pods, deployments or whatever it covers cannot be made. Often the
    operator was removed and its configuration stayed. With Ignore requests only get slow.
  zh: >-
    API server 在保存规则所列的对象之前会先询问该 webhook。它的 Service 不存在或没有就绪的 Pod；failurePolicy 为 Fail（v1 的默认值）时，
    相应请求会被全部拒绝，Pod、Deployment 等将无法创建。常见原因是卸载了 Operator 却留下了 webhook 配置。为 Ignore 时只会变慢。
fix:
  - en: "Is the operator behind it still wanted? Then bring its pods back"
    zh: "如果仍需要它背后的组件：恢复其 Pod"
    run: "kubectl -n {service_namespace} get service,endpoints,pods"
  - en: "It was removed: delete the leftover configuration (admission by it ends)"
    zh: "如果组件已卸载：删除遗留的配置（其准入检查随之失效）"
    run: "kubectl delete {kind} {name}"
  - en: "Or let requests pass until it is back"
    zh: "或者在恢复之前先放行请求"
    run: "kubectl patch {kind} {name} --type=json -p '[{\"op\":\"replace\",\"path\":\"/webhooks/{index}/failurePolicy\",\"value\":\"Ignore\"}]'"
verify: "kubectl -n {service_namespace} get endpoints {service_name}"
refs: ["https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/"]
*/
WITH
hooks AS (
  SELECT lower(o.kind) AS kind, o.name, o.file, o.line AS at, o.json, w.key AS idx, w.value ->> '$.name' AS webhook,
    w.value ->> '$.clientConfig.service.namespace' AS service_namespace, w.value ->> '$.clientConfig.service.name' AS service_name,
    coalesce(w.value ->> '$.failurePolicy', CASE WHEN o.api_version LIKE '%v1beta1' THEN 'Ignore' ELSE 'Fail' END) AS policy,
    w.value -> '$.namespaceSelector.matchLabels' AS wants,
    coalesce(json_array_length(w.value, '$.rules'), 0) AS rules
  FROM objects o JOIN json_each(o.json, '$.webhooks') w
  WHERE o.kind IN ('ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration') AND w.value ->> '$.clientConfig.service.name' IS NOT NULL
),
states AS (
  SELECT h.*, v.name IS NOT NULL AS exists_, b.ready, b.name IS NOT NULL AS selects,
    -- A selector that no namespace meets lets nothing through to the webhook.
    wants IS NULL OR wants = '{}' OR NOT EXISTS (SELECT 1 FROM lists WHERE resource = 'namespaces') OR EXISTS (
      SELECT 1 FROM objects n WHERE n.kind = 'Namespace' AND NOT EXISTS (SELECT 1 FROM json_each(h.wants) k
        WHERE NOT EXISTS (SELECT 1 FROM json_each(coalesce(n.json -> '$.metadata.labels', '{}')) l WHERE l.key = k.key AND l.value = k.value))) AS meets
  FROM hooks h
  LEFT JOIN services v ON v.namespace = h.service_namespace AND v.name = h.service_name
  LEFT JOIN service_backends b ON b.namespace = h.service_namespace AND b.name = h.service_name
),
sick AS (
  SELECT * FROM states
  WHERE rules > 0 AND (NOT exists_ OR selects AND ready = 0)
),
counted AS (
  SELECT *, row_number() OVER (PARTITION BY kind, name ORDER BY policy = 'Fail' AND meets DESC, idx) AS n FROM sick
),
evidence AS (
  SELECT kind, name, n AS seq, file, json_line(json, at, webhook) AS line, NULL AS text, policy, meets FROM counted
  UNION ALL
  SELECT DISTINCT c.kind, c.name, 10001, l.file, 0, 'no service ' || c.service_namespace || '/' || c.service_name || ' among the services', 'Ignore', 0
  FROM counted c JOIN (SELECT min(file) AS file FROM lists WHERE resource = 'services') l ON NOT c.exists_
  WHERE c.n = 1 AND l.file IS NOT NULL
  UNION ALL
  SELECT DISTINCT c.kind, c.name, 10002, o.file, json_line(o.json, o.line, c.service_name), NULL, 'Ignore', 0
  FROM counted c JOIN service_backends b ON b.namespace = c.service_namespace AND b.name = c.service_name JOIN objects o ON o.id = coalesce(b.backend_object, b.object)
  WHERE c.n = 1 AND c.exists_
)
SELECT c.kind || '/' || c.name AS subject, e.file, e.line, e.text, c.kind, c.name, c.webhook, c.service_namespace, c.service_name,
  c.service_namespace || '/' || c.service_name AS service, c.policy, c.idx AS "index",
  CASE WHEN NOT c.exists_ THEN 'that service does not exist.' ELSE 'it has no ready pod.' END AS what,
  CASE WHEN NOT c.exists_ THEN '该 Service 不存在。' ELSE '它没有就绪的 Pod。' END AS what_zh,
  CASE WHEN c.policy = 'Fail' AND c.meets THEN 'critical' ELSE 'warning' END AS severity
FROM counted c JOIN evidence e ON e.kind = c.kind AND e.name = c.name
WHERE c.n = 1
ORDER BY c.kind, c.name, e.seq, e.file, e.line;
