/*
id: hpa-at-max
title:
  en: "The autoscaler {namespace}/{name} wants more than its maximum of {max} replicas"
  zh: "自动伸缩 {namespace}/{name} 已达到最大副本数 {max}，仍需要更多"
detail:
  en: "{target_kind} {target_name} has {replicas} replicas since {since}. {message}"
  zh: "{target_kind} {target_name} 自 {since} 起有 {replicas} 个副本。{message}"
severity: warning
confidence: certain
needs: [horizontalpodautoscalers]
why:
  en: >-
    The load asks for more pods than maxReplicas allows, so each pod works above its target. That may be meant as a limit of cost; otherwise answers get slow.
  zh: >-
    负载所需的 Pod 数超过 maxReplicas，因此每个 Pod 都在超过目标利用率的状态下工作。这可能是有意的成本限制，否则响应会变慢。
fix:
  - en: "How far above its target is it?"
    zh: "超出目标多少？"
    run: "kubectl -n {namespace} get hpa {name}; kubectl -n {namespace} top pods"
  - en: "Allow more, when the nodes have room for them"
    zh: "节点有余量时提高上限"
    run: "kubectl -n {namespace} patch hpa {name} --type=merge -p '{\"spec\":{\"maxReplicas\":{more}}}'"
verify: "kubectl -n {namespace} get hpa {name}"
*/
SELECT 'horizontalpodautoscaler/' || c.namespace || '/' || c.name AS subject, c.file, json_line(o.json, o.line, c.value) AS line, c.last_transition AS ts, c.namespace, c.name, lower(coalesce(c.target_kind, 'deployment')) AS target_kind, coalesce(c.target_name, '?') AS target_name, coalesce(c.message, '') AS message,
  h.max_replicas AS max, h.current_replicas AS replicas, 2 * h.max_replicas AS more, coalesce(iso(c.last_transition), '-') AS since
FROM hpa_conditions c JOIN objects o ON o.id = c.object JOIN hpas h ON h.object = c.object
-- At the minimum (TooFewReplicas) it is healthy; ScaleUpLimit passes. Some minutes at the top are what autoscaling is for.
WHERE c.type = 'ScalingLimited' AND c.status = 'True' AND c.reason = 'TooManyReplicas' AND h.current_replicas >= h.max_replicas
  AND (c.last_transition IS NULL OR c.last_transition < :now - 600000000)
ORDER BY c.namespace, c.name, c.file, line;
