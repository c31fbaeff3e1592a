/*
id: node-role-label-removed
title:
  en: "{kind} {namespace}/{name} asks for nodes with the label master, which are no more"
  zh: "{kind} {namespace}/{name} 要求带有 master 标签的节点，但已不存在"
severity: warning
confidence: certain
needs: [nodes, [deployments, daemonsets, statefulsets]]
causes:
  - {check: pod-pending-taint, when: same}
  - {check: pod-pending-affinity, when: same}
k8s: ">=1.24"
why:
  en: >-
    Since 1.24 kubeadm no longer labels control-plane nodes node-role.kubernetes.io/master, and upgrades take the label away; the name is now
    node-role.kubernetes.io/control-plane. What selects the old one finds no node.
  zh: >-
    从 1.24 起，kubeadm 不再给控制平面节点打 node-role.kubernetes.io/master 标签，升级时也会移除它，改用 node-role.kubernetes.io/control-plane。
    仍按旧标签选择节点的工作负载找不到节点。
fix:
  - en: "Replace node-role.kubernetes.io/master by node-role.kubernetes.io/control-plane, in tolerations, too"
    zh: "把 node-role.kubernetes.io/master 替换为 node-role.kubernetes.io/control-plane，容忍中也要替换"
    run: "kubectl -n {namespace} edit {kind} {name}"
verify: "kubectl -n {namespace} get {kind} {name}"
refs: ["https://kubernetes.io/docs/reference/labels-annotations-taints/"]
*/
WITH wanting AS (
  SELECT w.kind, w.namespace, w.name, o.file, o.json, o.line,
    coalesce(w.node_selector, '') LIKE '%"node-role.kubernetes.io/master"%' AS selects,
    EXISTS (SELECT 1 FROM json_each(o.json, '$.spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms') t)
      AND NOT EXISTS (SELECT 1 FROM json_each(o.json, '$.spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms') t
        WHERE NOT EXISTS (SELECT 1 FROM json_each(t.value, '$.matchExpressions') e
          WHERE e.value ->> '$.key' = 'node-role.kubernetes.io/master' AND e.value ->> '$.operator' IN ('Exists', 'In'))) AS requires
  FROM workloads w JOIN objects o ON o.id = w.object
  WHERE w.kind IN ('Deployment', 'DaemonSet', 'StatefulSet') AND o.json LIKE '%node-role.kubernetes.io/master%'
)
SELECT lower(kind) || '/' || namespace || '/' || name AS subject, file, json_key(json, line, 'node-role.kubernetes.io/master') AS line, lower(kind) AS kind, namespace, name
FROM wanting
WHERE (selects OR requires) AND NOT EXISTS (SELECT 1 FROM nodes n WHERE n.labels LIKE '%"node-role.kubernetes.io/master"%')
ORDER BY subject;
