/*
id: pod-pending-unschedulable-nodes
title:
  en: "{subject} waits for a node that is cordoned"
  zh: "{subject} 所需的节点已被禁止调度（cordon）"
detail:
  en: "{pods} pod(s) Pending; cordoned: {cordoned}. {message}"
  zh: "{pods} 个 Pod 处于 Pending；已禁止调度的节点：{cordoned}。{message}"
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
    A cordoned node takes no new pods until somebody uncordons it; what runs there goes on. The other nodes in the message turned
    the pod away for the reasons it lists, so this pod starts only when such a node is opened again, or when its own rules change.
  zh: >-
    被 cordon 的节点在恢复之前不再接收新 Pod，已运行的不受影响。消息中其他节点因所列原因不可用，
    因此只有恢复该节点，或修改 Pod 自身的规则，才能完成调度。
fix:
  - en: "Is the maintenance over? Then open the node again"
    zh: "如果维护已结束：恢复调度"
    run: "kubectl uncordon {on_node}"
  - en: "If not: let the pod run elsewhere (node selector, affinity, a volume bound to that node)"
    zh: "如果尚未结束：让 Pod 能运行在其他节点（检查节点选择器、亲和性、绑定到该节点的存储卷）"
    run: "kubectl -n {namespace} edit {owner_kind} {owner_name}"
verify: "kubectl get nodes; kubectl -n {namespace} get pod {pod} -o wide"
*/
WITH
sick AS (
  SELECT u.*, (SELECT count(*) FROM nodes) AS nodes FROM unschedulable u
  WHERE u.reasons REGEXP 'node\(s\) were unschedulable'
),
-- Cordoned nodes that the pod wants and whose taints it tolerates.
waits AS (
  SELECT n.subject, n.node, n.object FROM unschedulable_nodes n WHERE n.wanted AND n.cordoned AND n.taints = '[]'
),
roots AS (
  SELECT s.*, coalesce((SELECT group_concat(w.node, ', ') FROM waits w WHERE w.subject = s.subject), '?') AS cordoned,
    (SELECT min(w.node) FROM waits w WHERE w.subject = s.subject) AS node
  FROM sick s WHERE s.n = 1 AND (s.nodes = 0 OR EXISTS (SELECT 1 FROM waits w WHERE w.subject = s.subject))
),
evidence AS (
  SELECT s.subject, s.n AS seq, s.file, s.line, s.last_transition AS ts, NULL AS node FROM sick s
  UNION ALL SELECT subject, 10000, file, line, first_seen, NULL FROM unschedulable_events
  UNION ALL SELECT w.subject, 10001, o.file, json_key(o.json, o.line, 'unschedulable'), NULL, w.node FROM waits w JOIN objects o ON o.id = w.object
)
SELECT r.subject, e.file, e.line, e.ts, e.node, r.namespace, r.pod, r.pods, r.reasons AS message, r.cordoned,
  coalesce(r.node, 'NODE') AS on_node,
  rx('^([^/]+)/', r.subject, 1) AS owner_kind, rx('[^/]+$', r.subject) AS owner_name
FROM roots r JOIN evidence e ON e.subject = r.subject
ORDER BY r.subject, e.seq, e.node, e.file, e.line;
