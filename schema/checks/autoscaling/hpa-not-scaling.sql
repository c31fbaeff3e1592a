/*
id: hpa-not-scaling
title:
  en: "The autoscaler {namespace}/{name} does not scale"
  zh: "自动伸缩 {namespace}/{name} 不起作用"
detail:
  en: "{target} stays at {replicas} replica(s): {reason}. {message}"
  zh: "{target} 保持 {replicas} 个副本：{reason}。{message}"
severity: warning
confidence: certain
needs: [horizontalpodautoscalers]
why:
  en: >-
    The autoscaler says itself that it cannot work: it finds no metrics, no target, or no requests to compare with. It then leaves the number of replicas as it is,
    whatever the load. This is an effect; the reason it names leads to the cause.
  zh: >-
    自动伸缩器自己报告无法工作：取不到指标、找不到目标，或 Pod 没有设置 requests。此时它会保持当前副本数，无论负载如何。
    这是结果，具体原因见它给出的 reason。
fix:
  - en: "What does it say?"
    zh: "查看它的状态"
    run: "kubectl -n {namespace} describe hpa {name}"
  - en: "Are there metrics for its pods?"
    zh: "其 Pod 是否有指标？"
    run: "kubectl -n {namespace} top pods"
  - en: "Has every container of the target a request for what is measured?"
    zh: "目标的每个容器是否都设置了相应的 requests？"
    run: "kubectl -n {namespace} get {target_kind} {target_name} -o jsonpath='{.spec.template.spec.containers[*].resources.requests}{\"\\n\"}'"
  - en: "Until then set the replicas by hand"
    zh: "在修复之前手动设置副本数"
    run: "kubectl -n {namespace} scale {target_kind} {target_name} --replicas={replicas}"
verify: "kubectl -n {namespace} get hpa {name}"
refs: ["https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/"]
*/
WITH
-- Scaled to nothing by hand is meant so. A moment without metrics after a start is normal.
sick AS (
  SELECT c.*, h.current_replicas, row_number() OVER (PARTITION BY c.namespace, c.name ORDER BY c.type = 'AbleToScale' DESC, c.type) AS n
  FROM hpa_conditions c JOIN hpas h ON h.object = c.object
  WHERE (c.type = 'ScalingActive' AND c.status = 'False' AND coalesce(c.reason, '') <> 'ScalingDisabled'
      OR c.type = 'AbleToScale' AND c.status = 'False' AND c.reason IN ('FailedGetScale', 'FailedUpdateScale'))
    AND (c.last_transition IS NULL OR :now IS NULL OR :now - c.last_transition > 20000000)
)
SELECT 'horizontalpodautoscaler/' || s.namespace || '/' || s.name AS subject, s.file, json_line(o.json, o.line, s.value) AS line, s.last_transition AS ts,
  s.namespace, s.name, lower(coalesce(s.target_kind, 'deployment')) AS target_kind, s.target_name,
  lower(coalesce(s.target_kind, 'target')) || '/' || coalesce(s.target_name, '?') AS target, coalesce(s.current_replicas, 0) AS replicas,
  coalesce(s.reason, s.type) AS reason, coalesce(s.message, '') AS message
FROM sick s JOIN objects o ON o.id = s.object
ORDER BY s.namespace, s.name, s.n, s.file, line;
