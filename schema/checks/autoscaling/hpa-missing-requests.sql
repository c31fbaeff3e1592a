/*
id: hpa-missing-requests
title:
  en: "The autoscaler {namespace}/{name} cannot compute: containers have no request for {resource}"
  zh: "自动伸缩 {namespace}/{name} 无法计算：容器没有设置 {resource} 的 requests"
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
    Utilization is use divided by request, so every container of every pod that the target's selector matches needs a request: one injected sidecar, or a foreign pod with the same
    labels, is enough to stop it. Limits are not needed.
  zh: >-
    利用率等于用量除以 requests，因此目标选择器匹配到的每个 Pod 的每个容器都需要设置 requests：只要一个注入的 sidecar 或一个标签相同的其他 Pod 没有设置就会失败。不需要 limits。
fix:
  - en: "Which containers have no request? (also other pods that the selector matches)"
    zh: "哪些容器没有 requests？（包括选择器匹配到的其他 Pod）"
    run: "kubectl -n {namespace} get pods -o custom-columns='POD:.metadata.name,CONTAINERS:.spec.containers[*].name,REQUESTS:.spec.containers[*].resources.requests'"
  - en: "Give container {container} a request (a start; measure with kubectl top pods --containers)"
    zh: "为容器 {container} 设置 requests（初始值；可用 kubectl top pods --containers 测量）"
    run: "kubectl -n {namespace} set resources {target_kind} {target_name} -c {container} --requests={resource}={amount}"
    if: container
  - en: "Give all its containers a request (a start; measure with kubectl top pods --containers)"
    zh: "为其所有容器设置 requests（初始值；可用 kubectl top pods --containers 测量）"
    run: "kubectl -n {namespace} set resources {target_kind} {target_name} --requests={resource}={amount}"
    if: all_containers
verify: "kubectl -n {namespace} get hpa {name}"
refs: ["https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details"]
*/
SELECT 'horizontalpodautoscaler/' || c.namespace || '/' || c.name AS subject, c.file, json_line(o.json, o.line, c.value) AS line, c.last_transition AS ts, c.namespace, c.name, lower(coalesce(c.target_kind, 'deployment')) AS target_kind, coalesce(c.target_name, '?') AS target_name, c.message,
  rx('missing request for (cpu|memory)', c.message, 1) AS resource, CASE WHEN c.message LIKE '%request for memory%' THEN '128Mi' ELSE '100m' END AS amount,
  rx('in container (\S+) of', c.message, 1) AS container, rx('in container (\S+) of', c.message, 1) IS NULL AS all_containers
FROM hpa_conditions c JOIN objects o ON o.id = c.object
WHERE c.type = 'ScalingActive' AND c.status = 'False' AND c.message REGEXP 'missing request for (cpu|memory)'
ORDER BY c.namespace, c.name, c.file, line;
