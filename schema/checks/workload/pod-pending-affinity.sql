/*
id: pod-pending-affinity
title:
  en: "No node matches what {subject} asks for ({what})"
  zh: "没有节点满足 {subject} 的要求（{what_zh}）"
detail:
  en: "{pods} pod(s) Pending. {message}{asks}"
  zh: "{pods} 个 Pod 处于 Pending。{message}{asks_zh}"
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
    The scheduler compares nodeSelector, affinity and spread rules of the pod with the labels of every node and with the pods that
    run there. No node passes, and none ever will until a label, the rule or the number of nodes changes: waiting does not help.
  zh: >-
    调度器会把 Pod 的 nodeSelector、亲和性和拓扑分布规则与每个节点的标签及其上运行的 Pod 逐一比较。目前没有节点符合，
    除非修改标签、规则或增加节点，否则等待没有意义。
fix:
  - en: "What does the pod ask for, and which labels do the nodes have?"
    zh: "查看 Pod 的要求和各节点的标签"
    run: "kubectl -n {namespace} get pod {pod} -o jsonpath='{.spec.nodeSelector}{\"\\n\"}{.spec.affinity}{\"\\n\"}{.spec.topologySpreadConstraints}{\"\\n\"}'; kubectl get nodes --show-labels"
  - en: "No node has the label {label}: put it on the node that is meant, for example {candidate}"
    zh: "没有节点带有标签 {label}：给目标节点打上该标签，例如 {candidate}"
    run: "kubectl label node {candidate} {label}"
    if: candidate
  - en: "Or relax the rule"
    zh: "或放宽规则"
    run: "kubectl -n {namespace} edit {owner_kind} {owner_name}"
verify: "kubectl -n {namespace} get pod {pod} -o wide"
refs: ["https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/"]
*/
WITH
-- Rules about nodes are looked at before resources, rules about other pods after them.
sick AS (
  SELECT u.*,
    u.reasons REGEXP 'node\(s\) didn''t match (node selector|Pod''s node affinity|the requested (hostname|node name))' AS about_nodes,
    u.reasons REGEXP 'node\(s\) didn''t (match (pod (anti-)?affinity|pod topology spread constraints)|satisfy existing pods anti-affinity)' AS about_pods
  FROM unschedulable u
),
decided AS (
  SELECT s.*,
    (SELECT count(*) FROM unschedulable_nodes n WHERE n.subject = s.subject AND n.wanted) AS wanted,
    (SELECT count(*) FROM nodes) AS nodes
  FROM sick s WHERE s.n = 1 AND (s.about_nodes OR s.about_pods)
),
-- A node selector that keeps the pod off most nodes on purpose is no fault while a wanted node turns it away for another reason.
roots AS (
  SELECT * FROM decided
  WHERE about_pods
    OR about_nodes AND CASE WHEN nodes > 0 THEN wanted = 0
      ELSE reasons NOT REGEXP 'Insufficient|unbound|were unschedulable|Too many pods|free ports|not-ready|unreachable' END
),
-- A node that could take it, if it had the one label that is missing. Labels that Kubernetes sets are not to be invented.
candidates AS (
  SELECT r.subject, min(n.node) AS node
  FROM roots r JOIN unschedulable_nodes n ON n.subject = r.subject AND NOT n.cordoned AND n.taints = '[]'
  JOIN node_conditions c ON c.node = n.node AND c.type = 'Ready' AND c.status = 'True'
  WHERE r.about_nodes AND NOT r.about_pods AND r.node_selector IS NOT NULL
    AND (SELECT count(*) FROM json_each(r.node_selector)) = 1 AND r.node_selector NOT LIKE '%kubernetes.io/%'
  GROUP BY r.subject
),
evidence AS (
  SELECT s.subject, s.n AS seq, s.file, s.line, s.last_transition AS ts FROM sick s WHERE s.about_nodes OR s.about_pods
  UNION ALL SELECT subject, 10000, file, line, first_seen FROM unschedulable_events
  -- What it asks for, in its own object.
  UNION ALL
  SELECT r.subject, 10001, o.file, json_key(o.json, o.line, CASE WHEN r.node_selector IS NOT NULL THEN 'nodeSelector' ELSE 'affinity' END), NULL
  FROM roots r JOIN objects o ON o.id = r.object
  WHERE r.node_selector IS NOT NULL OR o.json ->> '$.spec.affinity' IS NOT NULL
)
SELECT r.subject, e.file, e.line, e.ts, r.namespace, r.pod, r.pods, r.reasons AS message,
  CASE WHEN NOT r.about_nodes THEN 'affinity to other pods, or spread' WHEN r.node_selector IS NOT NULL THEN 'node selector' ELSE 'node affinity' END AS what,
  CASE WHEN NOT r.about_nodes THEN 'Pod 亲和性或拓扑分布' WHEN r.node_selector IS NOT NULL THEN '节点选择器' ELSE '节点亲和性' END AS what_zh,
  coalesce(' It asks for ' || j.labels || ', which ' || CASE WHEN r.nodes = 0 THEN 'the nodes lack.' ELSE 'none of the ' || r.nodes || ' nodes has.' END, '') AS asks,
  coalesce('它要求 ' || j.labels || '，没有节点具备。', '') AS asks_zh,
  j.first AS label, k.node AS candidate,
  rx('^([^/]+)/', r.subject, 1) AS owner_kind, rx('[^/]+$', r.subject) AS owner_name
FROM roots r JOIN evidence e ON e.subject = r.subject
LEFT JOIN candidates k ON k.subject = r.subject
LEFT JOIN (SELECT q.subject, group_concat(k.key || '=' || k.value, ', ') AS labels, min(k.key || '=' || k.value) AS first
  FROM roots q JOIN json_each(q.node_selector) k WHERE q.about_nodes GROUP BY q.subject) j ON j.subject = r.subject
ORDER BY r.subject, e.seq, e.file, e.line;
