/*
id: pod-pending-taint
title:
  en: "Taints keep {subject} off the nodes it could run on"
  zh: "{subject} 可用的节点被污点排除"
detail:
  en: "{pods} pod(s) Pending; not tolerated: {taints}. {message}"
  zh: "{pods} 个 Pod 处于 Pending；未容忍的污点：{taints}。{message}"
severity: warning
confidence: certain
needs: [pods]
causes:
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
  - {check: service-no-endpoints, when: selects}
  - {check: dns-resolution-broken, when: selects}
why:
  en: >-
    A taint keeps every pod away that does not tolerate it. Taints named node.kubernetes.io/... are set by Kubernetes itself for a
    node that is sick: then the node is the fault, and a toleration would only move pods onto it. Others were set by a person or an
    autoscaler to reserve the node.
  zh: >-
    污点会排除所有不容忍它的 Pod。以 node.kubernetes.io/ 开头的污点是 Kubernetes 因节点异常自动添加的：问题在节点，
    加容忍只会把 Pod 调度到有问题的节点上。其他污点由人或自动伸缩器设置，用于保留节点。
fix:
  - en: "Which taints do the nodes have?"
    zh: "查看各节点的污点"
    run: "kubectl get nodes -o custom-columns=NAME:.metadata.name,TAINTS:.spec.taints"
  - en: "A taint node.kubernetes.io/...: heal the node, then the taint goes by itself"
    zh: "如果是 node.kubernetes.io/ 开头的污点：修复节点后会自动消失"
    run: "kubectl describe node {on_node}"
  - en: "A taint left over by somebody: take it away (the minus at the end removes it)"
    zh: "如果是遗留的污点：将其移除（末尾的减号表示删除）"
    run: "kubectl taint node {on_node} {taint}-"
  - en: "The node is reserved on purpose, and the pod belongs there: add a toleration"
    zh: "如果节点是专门保留的，且 Pod 应当运行在上面：添加容忍"
    run: "kubectl -n {namespace} edit {owner_kind} {owner_name}"
verify: "kubectl -n {namespace} get pod {pod} -o wide"
refs: ["https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/"]
*/
WITH
-- Four spellings: "had taints that the pod didn't tolerate", "had taint {k: v}, that ...", "had untolerated taint {k: v}", and
-- "had untolerated taint(s)", which names none; hence the taints are read from the nodes themselves.
sick AS (
  SELECT u.*, (SELECT count(*) FROM nodes) AS nodes,
    u.reasons REGEXP 'Insufficient |were unschedulable|didn''t|unbound|Too many pods|free ports|volume' AS other_reasons
  FROM unschedulable u
  WHERE u.n = 1 AND u.reasons REGEXP 'node\(s\) had (untolerated )?taints?\b'
),
kept AS (
  SELECT n.subject, n.node, n.object, n.file, n.line, t.value AS taint,
    t.value REGEXP '^node\.(kubernetes|cloudprovider\.kubernetes)\.io/' AS sick_node,
    t.value IN ('node-role.kubernetes.io/master', 'node-role.kubernetes.io/control-plane') AS control_plane
  FROM unschedulable_nodes n, json_each(n.taints) t
  WHERE n.wanted AND NOT n.cordoned
),
-- The nodes of the control plane are reserved everywhere, and others on purpose: they count when nothing else is in the way.
counted AS (
  SELECT k.* FROM kept k JOIN sick s ON s.subject = k.subject
  WHERE k.sick_node
    OR NOT s.other_reasons AND NOT k.control_plane
    OR NOT s.other_reasons AND NOT EXISTS (SELECT 1 FROM kept o WHERE o.subject = k.subject AND NOT o.control_plane)
),
-- Without the nodes only the scheduler's words are left.
worded AS (
  SELECT s.subject, rx('taint \{([^:}]+?):? ', s.reasons || ' ', 1) AS taint FROM sick s
  WHERE s.nodes = 0 AND (NOT s.other_reasons OR s.reasons LIKE '%taint {node.kubernetes.io/%')
),
roots AS (
  SELECT subject, group_concat(DISTINCT taint) AS taints, min(CASE WHEN sick_node THEN ' ' || taint ELSE taint END) AS taint, min(node) AS node
  FROM counted GROUP BY subject
  UNION ALL
  SELECT subject, coalesce(taint, '?'), taint, NULL FROM worded
),
evidence AS (
  SELECT s.subject, 0 AS seq, s.file, s.line, s.last_transition AS ts, NULL AS node FROM sick s
  UNION ALL SELECT subject, 1, file, line, first_seen, NULL FROM unschedulable_events
  UNION ALL SELECT c.subject, 2, o.file, json_line(o.json, o.line, c.taint), NULL, c.node FROM counted c JOIN objects o ON o.id = c.object
)
SELECT r.subject, e.file, e.line, e.ts, e.node, s.namespace, s.pod, s.pods, s.reasons AS message, r.taints,
  coalesce(trim(r.taint), 'TAINT') AS taint, coalesce(r.node, 'NODE') AS on_node,
  rx('^([^/]+)/', r.subject, 1) AS owner_kind, rx('[^/]+$', r.subject) AS owner_name
FROM roots r JOIN sick s ON s.subject = r.subject JOIN evidence e ON e.subject = r.subject
ORDER BY r.subject, e.seq, e.node, e.file, e.line;
