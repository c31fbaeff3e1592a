/*
id: node-cordoned
title:
  en: "Node {node} is cordoned"
  zh: "节点 {node} 已禁止调度（cordon）"
detail:
  en: "It takes no new pods{since}.{waiting}"
  zh: "不再接收新 Pod{since_zh}。{waiting_zh}"
severity: warning
confidence: certain
needs: [nodes]
causes:
  - {check: pod-pending-unschedulable-nodes, when: same-node}
  - {check: volume-node-affinity-conflict, when: same-node}
why:
  en: >-
    Somebody, or a tool that drains nodes for upgrades, has marked this node unschedulable. That is how maintenance is done and no
    fault by itself; it becomes one when it is forgotten and pods wait for the room, the labels or the volumes of this node.
  zh: >-
    有人（或升级时执行 drain 的工具）把该节点标记为不可调度。这是正常的维护手段，本身不是故障；
    但如果事后忘记恢复，而 Pod 又需要该节点的资源、标签或存储卷，就会一直等待。
fix:
  - en: "Is the maintenance over? Then open the node again"
    zh: "确认维护已结束后恢复调度"
    run: "kubectl uncordon {node}"
verify: "kubectl get node {node}"
refs: ["https://kubernetes.io/docs/concepts/architecture/nodes/#manual-node-administration"]
*/
WITH
cordoned AS (
  SELECT n.name, n.file, n.object,
    (SELECT us(t.value ->> '$.timeAdded') FROM json_each(coalesce(n.taints, '[]')) t
      WHERE t.value ->> '$.key' = 'node.kubernetes.io/unschedulable') AS since,
    (SELECT count(*) FROM unschedulable u WHERE u.reasons LIKE '%node(s) were unschedulable%' AND u.n = 1
      AND EXISTS (SELECT 1 FROM unschedulable_nodes w WHERE w.subject = u.subject AND w.node = n.name AND w.wanted)) AS waiting
  FROM nodes n WHERE n.unschedulable
)
SELECT 'node/' || c.name AS subject, c.file, json_key(o.json, o.line, 'unschedulable') AS line, c.since AS ts, c.name AS node,
  CASE WHEN c.waiting = 0 THEN 'info' ELSE 'warning' END AS severity,
  coalesce(' since ' || iso(c.since), '') AS since, coalesce('，自 ' || iso(c.since) || ' 起', '') AS since_zh,
  CASE WHEN c.waiting = 0 THEN ' No pod waits for it.' ELSE ' ' || c.waiting || ' workload(s) wait for it.' END AS waiting,
  CASE WHEN c.waiting = 0 THEN '目前没有 Pod 在等待它。' ELSE '有 ' || c.waiting || ' 个工作负载在等待它。' END AS waiting_zh
FROM cordoned c JOIN objects o ON o.id = c.object
ORDER BY c.name, c.file, line;
