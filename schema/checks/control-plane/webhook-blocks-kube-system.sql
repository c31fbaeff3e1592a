/*
id: webhook-blocks-kube-system
title:
  en: "Webhook {webhook} keeps even its own pods from starting"
  zh: "webhook {webhook} 连自己的 Pod 也无法启动（死锁）"
detail:
  en: "{kind} {name} must be asked for every new pod, also in {covered}; its service {service} has no ready pod to answer."
  zh: "{kind} {name} 要求对每个新 Pod 询问它，包括 {covered} 中的 Pod；而它的 Service {service} 没有就绪的 Pod。"
severity: critical
confidence: certain
needs: [[validatingwebhookconfigurations, mutatingwebhookconfigurations], services, [endpoints, endpointslices]]
causes:
  - {check: webhook-no-backend, when: same}
  - {check: webhook-unreachable, when: same}
  - {check: kubelet-static-pod-mirror-failed, when: cluster}
  - {check: workload-unavailable, when: cluster}
why:
  en: >-
    failurePolicy is Fail and the rules cover pods everywhere, its own namespace and kube-system included. While nobody answers no pod can be made, and so neither the pods
    that would answer, nor DNS, network or proxies. It does not come right by itself.
  zh: >-
    failurePolicy 为 Fail，规则覆盖所有命名空间的 Pod，包括它自己所在的命名空间和 kube-system。没有后端应答时任何 Pod 都无法创建，
    它自己的 Pod、DNS、网络插件和 kube-proxy 也不例外，无法自行恢复。
fix:
  - en: "Keep the configuration, then delete it: pods start again. The operator puts it back when it runs"
    zh: "先备份再删除该配置，Pod 即可恢复创建；组件运行后会重新写入"
    run: "kubectl get {kind} {name} -o yaml > /root/{name}.yaml && kubectl delete {kind} {name}"
  - en: "Then exempt kube-system and the webhook's own namespace in its namespaceSelector (kubernetes.io/metadata.name NotIn [kube-system, {service_namespace}])"
    zh: "之后在 namespaceSelector 中排除 kube-system 和它自己的命名空间（kubernetes.io/metadata.name NotIn [kube-system, {service_namespace}]）"
verify: "kubectl -n {service_namespace} get pods"
refs: ["https://kubernetes.io/docs/concepts/cluster-administration/admission-webhooks-good-practices/"]
*/
WITH
hooks AS (
  SELECT lower(o.kind) AS kind, o.name, o.file, o.line AS at, o.json, w.key AS idx, w.value ->> '$.name' AS webhook,
    w.value ->> '$.clientConfig.service.namespace' AS service_namespace, w.value ->> '$.clientConfig.service.name' AS service_name,
    coalesce(w.value -> '$.namespaceSelector', '{}') AS selector
  FROM objects o, json_each(o.json, '$.webhooks') w
  WHERE o.kind IN ('ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration') AND w.value ->> '$.clientConfig.service.name' IS NOT NULL
    AND coalesce(w.value ->> '$.failurePolicy', CASE WHEN o.api_version LIKE '%v1beta1' THEN 'Ignore' ELSE 'Fail' END) = 'Fail'
    AND coalesce(w.value -> '$.objectSelector', '{}') IN ('{}') AND coalesce(json_array_length(w.value, '$.matchConditions'), 0) = 0
    AND EXISTS (SELECT 1 FROM json_each(w.value, '$.rules') r
      WHERE EXISTS (SELECT 1 FROM json_each(r.value, '$.resources') x WHERE x.value IN ('*', '*/*', 'pods'))
        AND EXISTS (SELECT 1 FROM json_each(r.value, '$.operations') x WHERE x.value IN ('*', 'CREATE'))
        AND EXISTS (SELECT 1 FROM json_each(r.value, '$.apiGroups') x WHERE x.value IN ('*', ''))
        AND coalesce(r.value ->> '$.scope', '*') <> 'Cluster')
),
idle AS (
  SELECT h.*, b.backend_object FROM hooks h JOIN service_backends b ON b.namespace = h.service_namespace AND b.name = h.service_name WHERE b.ready = 0
),
-- Labels of the two namespaces that must never wait for it. Since 1.21 each carries its own name.
labels AS (
  SELECT n.name AS namespace, l.key, l.value FROM namespaces n JOIN objects o ON o.id = n.object, json_each(coalesce(o.json -> '$.metadata.labels', '{}')) l
),
places AS (
  SELECT i.kind, i.name, i.idx, i.selector, p.namespace
  FROM idle i JOIN (SELECT 'kube-system' AS namespace UNION SELECT service_namespace FROM idle) p ON p.namespace IN ('kube-system', i.service_namespace)
),
met AS (
  SELECT p.* FROM places p
  WHERE NOT EXISTS (SELECT 1 FROM json_each(coalesce(p.selector -> '$.matchLabels', '{}')) m
      WHERE NOT EXISTS (SELECT 1 FROM labels l WHERE l.namespace = p.namespace AND l.key = m.key AND l.value = m.value))
    AND NOT EXISTS (SELECT 1 FROM json_each(coalesce(p.selector -> '$.matchExpressions', '[]')) e
      WHERE CASE e.value ->> '$.operator'
        WHEN 'In' THEN NOT EXISTS (SELECT 1 FROM labels l, json_each(e.value, '$.values') v WHERE l.namespace = p.namespace AND l.key = e.value ->> '$.key' AND l.value = v.value)
        WHEN 'NotIn' THEN EXISTS (SELECT 1 FROM labels l, json_each(e.value, '$.values') v WHERE l.namespace = p.namespace AND l.key = e.value ->> '$.key' AND l.value = v.value)
          OR e.value ->> '$.key' = 'kubernetes.io/metadata.name' AND EXISTS (SELECT 1 FROM json_each(e.value, '$.values') v WHERE v.value = p.namespace)
        WHEN 'Exists' THEN NOT EXISTS (SELECT 1 FROM labels l WHERE l.namespace = p.namespace AND l.key = e.value ->> '$.key')
        WHEN 'DoesNotExist' THEN EXISTS (SELECT 1 FROM labels l WHERE l.namespace = p.namespace AND l.key = e.value ->> '$.key')
        ELSE 1 END)
),
-- The deadlock needs the webhook's own namespace: elsewhere its pods can still come.
locked AS (
  SELECT i.*, (SELECT group_concat(namespace, ', ') FROM (SELECT DISTINCT m.namespace FROM met m WHERE m.kind = i.kind AND m.name = i.name AND m.idx = i.idx ORDER BY 1)) AS covered,
    row_number() OVER (PARTITION BY i.kind, i.name ORDER BY i.idx) AS n
  FROM idle i WHERE EXISTS (SELECT 1 FROM met m WHERE m.kind = i.kind AND m.name = i.name AND m.idx = i.idx AND m.namespace = i.service_namespace)
),
evidence AS (
  SELECT kind, name, n AS seq, file, json_line(json, at, webhook) AS line FROM locked
  UNION ALL
  SELECT DISTINCT l.kind, l.name, 1000, o.file, json_line(o.json, o.line, l.service_name) FROM locked l JOIN objects o ON o.id = l.backend_object WHERE l.n = 1
)
SELECT l.kind || '/' || l.name AS subject, e.file, e.line, l.kind, l.name, l.webhook, l.covered, l.service_namespace, l.service_namespace || '/' || l.service_name AS service
FROM locked l JOIN evidence e ON e.kind = l.kind AND e.name = l.name WHERE l.n = 1
ORDER BY subject, e.seq, e.file, e.line;
