/*
id: pod-pending-hostport
title:
  en: "{subject} waits: the host port {ports} is taken on every node that it may use"
  zh: "{subject} 无法调度：可用节点上的主机端口 {ports} 都已被占用"
detail:
  en: "{pods} pod(s): {message}{holders}"
  zh: "{pods} 个 Pod：{message}{holders_zh}"
severity: warning
confidence: certain
needs: [pods]
causes:
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
why:
  en: >-
    A host port can be given to one pod of each node, so a workload has at most as many replicas as there are nodes for it, and a rolling update waits for
    the old pod to go. Almost always a Service does the same without the limit.
  zh: >-
    每个节点上的一个主机端口只能给一个 Pod 使用，因此副本数不能超过可用节点数，滚动更新也要等旧 Pod 退出。绝大多数情况下，用 Service 可以达到同样目的且没有这个限制。
fix:
  - en: "Who has it?"
    zh: "查看谁占用了它"
    run: "kubectl get pods --all-namespaces -o custom-columns=NODE:.spec.nodeName,NAMESPACE:.metadata.namespace,POD:.metadata.name,HOSTPORTS:.spec.containers[*].ports[*].hostPort | grep -v '<none>$'"
  - en: "As many replicas as there are nodes for it"
    zh: "把副本数降到可用节点数"
    run: "kubectl -n {namespace} scale {owner_kind} {owner_name} --replicas={fit}"
    if: fit
  - en: "Better: take the host port out of the pods and put a Service before them (type NodePort or LoadBalancer for clients outside)"
    zh: "更好的办法：去掉 Pod 的 hostPort，改用 Service（集群外访问用 NodePort 或 LoadBalancer）"
    run: "kubectl -n {namespace} get {owner_kind} {owner_name} -o yaml | grep -n -B2 -A2 hostPort"
verify: "kubectl -n {namespace} get {owner_kind} {owner_name}"
refs: ["https://kubernetes.io/docs/concepts/configuration/overview/#services"]
*/
WITH
sick AS (
  SELECT * FROM unschedulable WHERE reasons LIKE '%node(s) didn''t have free ports for the requested pod ports%'
),
wanted AS (
  SELECT s.subject, group_concat(DISTINCT q.value ->> '$.hostPort') AS ports, min(q.value ->> '$.hostPort') AS port
  FROM sick s JOIN objects o ON o.id = s.object, json_each(o.json, '$.spec.containers') c, json_each(c.value, '$.ports') q
  WHERE s.n = 1 AND q.value ->> '$.hostPort' > 0 GROUP BY s.subject
),
-- Pods that have such a port now, on a node.
holding AS (
  SELECT w.subject, p.namespace, p.name AS pod, p.node, j.subject = w.subject AS own, p.file, json_key(o.json, o.line, 'hostPort') AS line,
    row_number() OVER (PARTITION BY w.subject ORDER BY j.subject = w.subject, p.node, p.name) AS n
  FROM wanted w JOIN pods p ON p.node IS NOT NULL AND p.phase IN ('Running', 'Pending')
  JOIN objects o ON o.id = p.object AND o.json LIKE '%"hostPort"%'
  JOIN pod_subjects j ON j.namespace = p.namespace AND j.pod = p.name
  WHERE EXISTS (SELECT 1 FROM json_each(o.json, '$.spec.containers') c, json_each(c.value, '$.ports') q WHERE q.value ->> '$.hostPort' = w.port)
),
evidence AS (
  SELECT subject, n AS seq, file, line, last_transition AS ts, NULL AS node FROM sick
  UNION ALL SELECT subject, 10000, file, line, first_seen, NULL FROM unschedulable_events WHERE subject IN (SELECT subject FROM sick)
  UNION ALL SELECT subject, 10000 + n, file, line, NULL, node FROM holding WHERE n <= 5
)
SELECT s.subject, e.file, e.line, e.ts, e.node, s.namespace, s.pod, s.pods, s.reasons AS message, coalesce(w.ports, '?') AS ports,
  coalesce(' It is held by ' || (SELECT group_concat(h.namespace || '/' || h.pod || ' on ' || h.node, ', ') FROM holding h WHERE h.subject = s.subject AND h.n <= 3) || '.', '') AS holders,
  coalesce('占用者：' || (SELECT group_concat(h.namespace || '/' || h.pod || '（' || h.node || '）', '、') FROM holding h WHERE h.subject = s.subject AND h.n <= 3) || '。', '') AS holders_zh,
  -- Only where its own pods are in each other's way.
  CASE WHEN s.subject REGEXP '^(deployment|statefulset|replicaset)/' AND NOT EXISTS (SELECT 1 FROM holding h WHERE h.subject = s.subject AND NOT h.own)
    THEN nullif((SELECT count(DISTINCT node) FROM holding h WHERE h.subject = s.subject), 0) END AS fit,
  rx('^([^/]+)/', s.subject, 1) AS owner_kind, rx('[^/]+$', s.subject) AS owner_name
FROM sick s JOIN evidence e ON e.subject = s.subject LEFT JOIN wanted w ON w.subject = s.subject
WHERE s.n = 1
ORDER BY s.subject, e.seq, e.file, e.line;
