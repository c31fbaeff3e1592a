/*
id: hpa-target-missing
title:
  en: "The autoscaler {namespace}/{name} does not find its target {target_kind} {target_name}"
  zh: "自动伸缩 {namespace}/{name} 找不到目标 {target_kind} {target_name}"
detail:
  en: "{message}"
  zh: "HPA 报告：{message}"
severity: warning
confidence: certain
needs: [horizontalpodautoscalers]
causes:
  - {check: hpa-not-scaling, when: same}
why:
  en: >-
    scaleTargetRef names a workload that is not in this namespace, or an API version that is not served any more ("no matches for kind": extensions/v1beta1 is apps/v1 today).
  zh: >-
    scaleTargetRef 指向的工作负载不在该命名空间，或使用了已不再提供的 API 版本（no matches for kind：extensions/v1beta1 现为 apps/v1）。
fix:
  - en: "What does it refer to, and what is there?"
    zh: "它指向什么？现有哪些工作负载？"
    run: "kubectl -n {namespace} get hpa {name} -o jsonpath='{.spec.scaleTargetRef}{\"\\n\"}'; kubectl -n {namespace} get deployments,statefulsets,replicasets"
  - en: "The API version is gone: name today's"
    zh: "API 版本已移除：改为当前版本"
    run: "kubectl -n {namespace} patch hpa {name} --type=merge -p '{\"spec\":{\"scaleTargetRef\":{\"apiVersion\":\"apps/v1\"}}}'"
    if: version_gone
  - en: "Correct the name; or delete the autoscaler when its workload is gone for good"
    zh: "改正名称；如果工作负载已永久删除，则删除该自动伸缩"
    run: "kubectl -n {namespace} edit hpa {name}"
verify: "kubectl -n {namespace} get hpa {name}"
*/
SELECT 'horizontalpodautoscaler/' || c.namespace || '/' || c.name AS subject, c.file, json_line(o.json, o.line, c.value) AS line, c.last_transition AS ts, c.namespace, c.name, lower(coalesce(c.target_kind, 'deployment')) AS target_kind, coalesce(c.target_name, '?') AS target_name, c.message, c.message LIKE '%no matches for kind%' AS version_gone
FROM hpa_conditions c JOIN objects o ON o.id = c.object
WHERE c.type = 'AbleToScale' AND c.status = 'False' AND c.reason = 'FailedGetScale' AND c.message REGEXP 'unable to get the target''s current scale:.*(not found|no matches for kind)'
  AND (c.last_transition IS NULL OR c.last_transition < :now - 60000000)
ORDER BY c.namespace, c.name, c.file, line;
