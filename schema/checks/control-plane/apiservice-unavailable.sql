/*
id: apiservice-unavailable
title:
  en: "Aggregated API {name} does not answer"
  zh: "聚合 API {name} 不可用"
detail:
  en: "{reason}: {message}"
  zh: "原因 {reason}：{message}"
severity: critical
confidence: certain
needs: [apiservices]
causes:
  - {check: namespace-stuck-terminating, when: cluster}
  - {check: hpa-metrics-unavailable, when: cluster}
  - {check: gc-discovery-failing, when: cluster}
  - {check: controllers-stalled, when: cluster}
why:
  en: >-
    Requests for this group of the API are passed on to service {service}, and nobody answers there. It hurts more than the group itself: clients that ask for
    everything (namespace deletion, the garbage collector, kubectl get all) cannot finish while one group is silent.
  zh: >-
    对该 API 组的请求会转发给 Service {service}，而那里无人应答。影响不限于这个组：需要了解全部 API 的操作（删除命名空间、垃圾回收、kubectl get all）
    只要有一个组不响应就无法完成。
fix:
  - en: "What stands behind it?"
    zh: "查看它的后端"
    run: "kubectl -n {service_namespace} get service,endpoints {service_name}; kubectl -n {service_namespace} get pods -o wide"
  - en: "Pods are ready and it still fails: the API server must reach them (host network to pod network, port of the pod)"
    zh: "Pod 已就绪但仍失败：检查 API server（主机网络）能否访问 Pod 的地址和端口"
    run: "kubectl describe apiservice {name}"
  - en: "Nothing is left of what served it: delete the leftover"
    zh: "提供该 API 的组件已卸载：删除残留的 APIService"
    run: "kubectl delete apiservice {name}"
verify: "kubectl get apiservice {name}"
refs: ["https://kubernetes.io/docs/tasks/extend-kubernetes/setup-extension-api-server/"]
*/
WITH
sick AS (
  SELECT a.name, a.service_namespace, a.service_name, c.value ->> '$.reason' AS reason, c.value ->> '$.message' AS message, us(c.value ->> '$.lastTransitionTime') AS since,
    o.file, json_line(o.json, o.line, c.value ->> '$.message') AS line
  FROM apiservices a JOIN objects o ON o.id = a.object, json_each(CASE WHEN json_valid(a.conditions) THEN a.conditions ELSE '[]' END) c
  WHERE c.value ->> '$.type' = 'Available' AND c.value ->> '$.status' = 'False' AND a.service_name IS NOT NULL
    -- A pod that is replaced takes a moment.
    AND (us(c.value ->> '$.lastTransitionTime') IS NULL OR us(c.value ->> '$.lastTransitionTime') < :now - 60000000)
),
-- v1beta1.metrics.k8s.io is group metrics.k8s.io, version v1beta1.
logged AS (
  SELECT k.name, s.file, s.line, s.text, s.ts, row_number() OVER (PARTITION BY k.name ORDER BY s.ts DESC, s.log DESC) AS n
  FROM said s JOIN sick k ON k.name IN (s.captures ->> '$.api', s.captures ->> '$.openapi')
  WHERE s.signature = 'apiservice-failing'
),
evidence AS (
  SELECT name, 0 AS seq, file, line, NULL AS text, since AS ts FROM sick
  UNION ALL
  SELECT name, n, file, line, text, ts FROM logged WHERE n <= 2
)
SELECT 'apiservice/' || k.name AS subject, e.file, e.line, e.text, CASE e.seq WHEN 0 THEN e.ts END AS first_seen, k.name, k.service_namespace, k.service_name,
  k.service_namespace || '/' || k.service_name AS service, coalesce(k.reason, '-') AS reason, substr(replace(coalesce(k.message, '-'), char(10), ' '), 1, 400) AS message
FROM sick k JOIN evidence e USING (name)
ORDER BY subject, e.seq, e.file, e.line;
