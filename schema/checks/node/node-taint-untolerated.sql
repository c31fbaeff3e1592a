/*
id: node-taint-untolerated
title:
  en: "No pod of this cluster tolerates the taint {taint} of {node}"
  zh: "集群中没有 Pod 容忍节点 {node} 的污点 {taint}"
detail:
  en: "Only pods that tolerate everything (DaemonSets) can run there. {waiting}"
  zh: "只有容忍一切污点的 Pod（DaemonSet）能运行在那里。{waiting_zh}"
severity: info
advice: true
confidence: certain
needs: [nodes, pods]
why:
  en: >-
    The node stands idle for ordinary pods. That is right where it is kept for something that has not come yet, and wrong where the taint was set
    for an hour of maintenance, or its key or value was misspelt.
  zh: >-
    普通 Pod 无法使用该节点。如果节点是为尚未部署的负载预留的，这是正常的；如果污点只是临时维护时设置的，或键值写错，就需要处理。
fix:
  - en: "Give the pods that belong there a toleration for it, or take the taint away"
    zh: "为应当运行在那里的 Pod 添加容忍，或移除污点"
    run: "kubectl taint node {node} {key}:{effect}-"
verify: "kubectl get node {node} -o 'jsonpath={.spec.taints}'"
*/
WITH
taints AS (
  SELECT n.name AS node, t.value ->> '$.key' AS key, coalesce(t.value ->> '$.value', '') AS value, t.value ->> '$.effect' AS effect,
    us(t.value ->> '$.timeAdded') AS added, n.file, json_line(o.json, o.line, t.value ->> '$.key') AS line
  FROM nodes n JOIN objects o ON o.id = n.object, json_each(coalesce(n.taints, '[]')) t
  WHERE t.value ->> '$.effect' IN ('NoSchedule', 'NoExecute')
),
-- What Kubernetes, its clouds and its autoscalers set themselves is no taint of one's own.
custom AS (
  SELECT * FROM taints
  WHERE key NOT LIKE 'node.kubernetes.io/%' AND key NOT LIKE 'node-role.kubernetes.io/%' AND key NOT LIKE 'node.cloudprovider.kubernetes.io/%'
    AND key NOT LIKE 'node.cilium.io/%' AND key NOT IN ('ToBeDeletedByClusterAutoscaler', 'DeletionCandidateOfClusterAutoscaler', 'CriticalAddonsOnly')
    AND key NOT LIKE 'node.alpha.kubernetes.io/%' AND key NOT LIKE 'karpenter.sh/%'
),
tolerated AS MATERIALIZED (
  SELECT DISTINCT l.value ->> '$.key' AS key, coalesce(l.value ->> '$.operator', 'Equal') AS operator, coalesce(l.value ->> '$.value', '') AS value,
    l.value ->> '$.effect' AS effect
  FROM pods p, json_each(CASE WHEN json_valid(p.tolerations) THEN p.tolerations ELSE '[]' END) l
  WHERE coalesce(l.value ->> '$.key', '') <> ''
)
SELECT 'node/' || c.node AS subject, c.file, c.line, c.added AS ts, c.node, c.key, c.effect,
  c.key || CASE WHEN c.value = '' THEN '' ELSE '=' || c.value END || ':' || c.effect AS taint,
  CASE WHEN w.waiting > 0 THEN w.waiting || ' workload(s) that would fit wait because of it.' ELSE '' END AS waiting,
  CASE WHEN w.waiting > 0 THEN '有 ' || w.waiting || ' 个本可运行在此的工作负载因此在等待。' ELSE '' END AS waiting_zh
FROM custom c
JOIN (SELECT x.node, x.key, (SELECT count(*) FROM unschedulable_nodes u WHERE u.node = x.node AND u.wanted
    AND EXISTS (SELECT 1 FROM json_each(u.taints) t WHERE t.value = x.key)) AS waiting FROM custom x) w ON w.node = c.node AND w.key = c.key
WHERE NOT EXISTS (SELECT 1 FROM tolerated l WHERE l.key = c.key AND (l.operator = 'Exists' OR l.value = c.value) AND coalesce(l.effect, c.effect) = c.effect)
ORDER BY c.node, c.key, c.effect, c.line;
