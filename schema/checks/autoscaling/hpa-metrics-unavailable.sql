/*
id: hpa-metrics-unavailable
title:
  en: "The autoscaler {namespace}/{name} gets no metrics and does not scale"
  zh: "自动伸缩 {namespace}/{name} 取不到指标，无法伸缩"
detail:
  en: "{message}"
  zh: "HPA 报告：{message}"
severity: critical
confidence: certain
needs: [horizontalpodautoscalers]
causes:
  - {check: hpa-not-scaling, when: same}
why:
  en: >-
    A HorizontalPodAutoscaler without metrics keeps the number of replicas as it is, whatever the load. "could not find the
    requested resource" says that no metrics server is installed; "currently unable to handle the request" that one is, and
    does not work.
  zh: >-
    取不到指标时，HorizontalPodAutoscaler 会保持当前副本数，无论负载如何变化。could not find the requested resource 表示没有安装 metrics-server；
    currently unable to handle the request 表示已安装但不能工作。
fix:
  - en: "Is the metrics API there, and does it answer?"
    zh: "指标 API 是否存在、是否响应？"
    run: "kubectl get apiservice v1beta1.metrics.k8s.io; kubectl -n kube-system get pods -l k8s-app=metrics-server -o wide"
  - en: "Not there: install metrics-server: components.yaml of a release for this Kubernetes version, and its image"
    zh: "不存在：安装 metrics-server：适用于该 Kubernetes 版本的 components.yaml 及其镜像"
    run: "kubectl apply -f components.yaml"
  - en: "There, but not available: read its log"
    zh: "存在但不可用：查看它的日志"
    run: "kubectl -n kube-system logs deployment/metrics-server --tail 50"
verify: "kubectl -n {namespace} get hpa {name}"
refs: ["https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/"]
*/
WITH
sick AS (
  SELECT c.namespace, c.name, c.object, c.file, c.value, c.last_transition, c.message
  FROM hpa_conditions c
  WHERE c.type = 'ScalingActive' AND c.status = 'False'
    AND c.reason IN ('FailedGetResourceMetric', 'FailedGetContainerResourceMetric')
    AND c.message REGEXP 'could not find the requested resource|currently unable to handle the request|no metrics returned from|unauthorized|Unauthorized'
),
told AS (
  SELECT s.namespace, s.name, e.file, json_line(o.json, o.line, e.message) AS line, e.first_seen,
    row_number() OVER (PARTITION BY s.namespace, s.name ORDER BY e.last_seen DESC, e.line) AS newest
  FROM sick s JOIN events e ON e.object_kind = 'HorizontalPodAutoscaler' AND e.object_namespace = s.namespace
    AND e.object_name = s.name AND e.reason = 'FailedGetResourceMetric'
  JOIN objects o ON o.id = e.object
),
evidence AS (
  SELECT s.namespace, s.name, 0 AS seq, s.file, json_line(o.json, o.line, s.value) AS line, s.last_transition AS ts
  FROM sick s JOIN objects o ON o.id = s.object
  UNION ALL
  SELECT namespace, name, 1, file, line, first_seen FROM told WHERE newest = 1
)
SELECT 'horizontalpodautoscaler/' || s.namespace || '/' || s.name AS subject, e.file, e.line, e.ts, s.namespace, s.name, s.message
FROM sick s JOIN evidence e ON e.namespace = s.namespace AND e.name = s.name
ORDER BY s.namespace, s.name, e.seq, e.file, e.line;
