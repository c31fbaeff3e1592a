/*
id: crd-conversion-webhook-down
title:
  en: "Objects of {name} cannot be converted: nobody answers the conversion webhook"
  zh: "{name} 的对象无法转换版本：转换 webhook 无人应答"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
needs: [[customresourcedefinitions, log]]
causes:
  - {check: controllers-stalled, when: cluster}
  - {check: namespace-stuck-terminating, when: cluster}
k8s: ">=1.13"
why:
  en: >-
    The definition has several versions and lets a webhook translate between them. While that does not answer, objects stored in another version than asked for
    cannot be read or written at all, lists of the kind fail, and namespaces that hold one cannot be deleted.
  zh: >-
    该 CRD 有多个版本，由 webhook 负责转换。webhook 不应答时，凡存储版本与请求版本不同的对象都无法读写，列表会失败，含有这类对象的命名空间也无法删除。
fix:
  - en: "Bring its pods back"
    zh: "恢复其 Pod"
    run: "kubectl -n {service_namespace} get service,endpoints,pods"
    if: service_namespace
  - en: "Which definitions convert by webhook, and where do they call?"
    zh: "列出使用转换 webhook 的 CRD 及其 Service"
    run: "kubectl get crds -o custom-columns=NAME:.metadata.name,STRATEGY:.spec.conversion.strategy,NAMESPACE:.spec.conversion.webhook.clientConfig.service.namespace,SERVICE:.spec.conversion.webhook.clientConfig.service.name | grep -w Webhook"
verify: "kubectl get crds"
refs: ["https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#webhook-conversion"]
*/
WITH
hooks AS (
  SELECT o.name, o.file, o.json, o.line AS at, o.json ->> '$.spec.group' AS grp, o.json ->> '$.spec.names.kind' AS kind,
    coalesce(o.json -> '$.spec.conversion.webhook.clientConfig.service', o.json -> '$.spec.conversion.webhookClientConfig.service') AS service
  FROM objects o WHERE o.kind = 'CustomResourceDefinition' AND o.json ->> '$.spec.conversion.strategy' = 'Webhook'
),
-- One version only: nothing is ever converted.
idle AS (
  SELECT h.*, h.service ->> '$.namespace' AS service_namespace, h.service ->> '$.name' AS service_name, v.name IS NULL AS gone
  FROM hooks h
  LEFT JOIN services v ON v.namespace = h.service ->> '$.namespace' AND v.name = h.service ->> '$.name'
  LEFT JOIN service_backends b ON b.namespace = h.service ->> '$.namespace' AND b.name = h.service ->> '$.name'
  WHERE h.service IS NOT NULL AND EXISTS (SELECT 1 FROM lists WHERE resource = 'services') AND EXISTS (SELECT 1 FROM lists WHERE resource IN ('endpoints', 'endpointslices'))
    AND (v.name IS NULL OR b.ready = 0) AND json_array_length(h.json, '$.spec.versions') > 1
),
told AS (
  SELECT *, captures ->> '$.group' AS grp, captures ->> '$.kind' AS kind FROM said
  WHERE signature = 'crd-conversion-failed' AND times >= 3 AND (last_ts IS NULL OR last_ts > :now - 900000000)
),
rows_of AS (
  SELECT 'customresourcedefinition/' || name AS subject, 0 AS seq, name, file, json_key(json, at, 'conversion') AS line, NULL AS text, NULL AS ts, service_namespace,
    'Its service ' || service_namespace || '/' || service_name || CASE WHEN gone THEN ' does not exist.' ELSE ' has no ready pod.' END AS what,
    '其 Service ' || service_namespace || '/' || service_name || CASE WHEN gone THEN ' 不存在。' ELSE ' 没有就绪的 Pod。' END AS what_zh
  FROM idle
  UNION ALL
  SELECT coalesce('customresourcedefinition/' || h.name, 'cluster'), t.newest, coalesce(h.name, t.kind), t.file, t.line, t.text, t.ts, h.service ->> '$.namespace',
    t.times || ' conversions failed, the last at ' || coalesce(iso(t.last_ts), '-') || '.', '转换失败 ' || t.times || ' 次，最后一次在 ' || coalesce(iso(t.last_ts), '-') || '。'
  FROM told t LEFT JOIN hooks h ON h.grp = t.grp AND h.kind = t.kind WHERE t.newest <= 3
)
SELECT subject, file, line, text, ts, name, service_namespace, what, what_zh FROM rows_of
ORDER BY subject, seq, file, line;
