/*
id: namespace-stuck-terminating
title:
  en: "Namespace {namespace} does not go away"
  zh: "命名空间 {namespace} 一直无法删除"
detail:
  en: "It was deleted {minutes} minutes ago. {message}"
  zh: "于 {minutes} 分钟前被删除。{message_zh}"
severity: warning
confidence: certain
needs: [namespaces]
why:
  en: >-
    A namespace goes when everything in it is gone. Its conditions tell what holds it: a finalizer whose controller was removed, or an
    API group that does not answer, so that nobody can tell what is left ("Discovery failed"). Emptying spec.finalizers by hand leaves the rest behind as orphans.
  zh: >-
    命名空间内的所有对象都删除后它才会消失。其状态会说明被什么卡住：对象带有 finalizer 而负责的控制器已被卸载，或某个 API 组没有响应，无法得知还剩什么
    （Discovery failed）。手工清空 spec.finalizers 会留下无主的残余对象。
fix:
  - en: "What holds it?"
    zh: "查看卡住的原因"
    run: "kubectl describe namespace {namespace}"
  - en: "An API group that fails discovery: bring its service back, or delete its APIService if it is a leftover"
    zh: "API 组发现失败：恢复其服务；如果是残留的 APIService 则删除"
    run: "kubectl get apiservices | grep -v True"
    if: discovery
  - en: "What is left in it?"
    zh: "列出其中剩余的对象"
    run: "kubectl api-resources --verbs=list --namespaced -o name | xargs -n 1 kubectl get -n {namespace} --ignore-not-found --show-kind --no-headers"
  - en: "Bring back the controller of their finalizers; when it is gone for good, remove the finalizers from these objects"
    zh: "恢复负责这些 finalizer 的控制器；若已永久卸载，再从这些对象上移除 finalizer"
  - en: "Only when the controller of {finalizer} is gone for good: take it off {held}"
    zh: "仅当 {finalizer} 的控制器已永久卸载时：从 {held} 上移除它"
    run: "kubectl -n {namespace} patch {held} --type=merge -p '{\"metadata\":{\"finalizers\":null}}'"
    if: held
verify: "kubectl get namespace {namespace}"
refs: ["https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/"]
*/
WITH
-- Nobody can tell what is left (discovery fails): no use in waiting. Finalizers take a minute or two where something outside has to be given back.
deleted AS (
  SELECT n.name AS namespace, n.deleted, o.file, o.json, o.line,
    (SELECT min(CASE c.value ->> '$.type' WHEN 'NamespaceDeletionDiscoveryFailure' THEN 60 WHEN 'NamespaceFinalizersRemaining' THEN 180 END)
      FROM json_each(o.json, '$.status.conditions') c WHERE c.value ->> '$.status' = 'True') AS patience
  FROM namespaces n JOIN objects o ON o.id = n.object
  WHERE n.deleted IS NOT NULL
),
stuck AS (
  SELECT * FROM deleted WHERE deleted < :now - coalesce(patience, 600) * 1000000
),
told AS (
  SELECT s.namespace, c.value ->> '$.type' AS type, c.value ->> '$.message' AS message, json_line(s.json, s.line, c.value ->> '$.message') AS line,
    row_number() OVER (PARTITION BY s.namespace ORDER BY c.value ->> '$.type' = 'NamespaceDeletionDiscoveryFailure' DESC,
      c.value ->> '$.type' = 'NamespaceFinalizersRemaining' DESC, c.key) AS n
  FROM stuck s, json_each(s.json, '$.status.conditions') c WHERE c.value ->> '$.status' = 'True'
),
evidence AS (
  SELECT namespace, 0 AS seq, json_key(json, line, 'deletionTimestamp') AS line FROM stuck
  UNION ALL
  SELECT namespace, n, line FROM told WHERE n <= 4
),
-- What was deleted, too, and waits for somebody else than Kubernetes itself, whose own finalizers are taken off in time.
held AS (
  SELECT o.namespace, lower(o.kind) || '/' || o.name AS held, f.value AS finalizer, row_number() OVER (PARTITION BY o.namespace ORDER BY o.kind, o.name) AS n
  FROM stuck s JOIN objects o ON o.namespace = s.namespace, json_each(o.json, '$.metadata.finalizers') f
  WHERE o.json ->> '$.metadata.deletionTimestamp' IS NOT NULL AND f.value NOT LIKE 'kubernetes.io/%' AND f.value NOT IN ('foregroundDeletion', 'orphan')
)
SELECT 'namespace/' || s.namespace AS subject, s.file, e.line, CASE e.seq WHEN 0 THEN s.deleted END AS ts, s.namespace, (:now - s.deleted) / 60000000 AS minutes,
  coalesce(t.message, 'No condition tells why.') AS message, coalesce(t.message, '没有状态说明原因。') AS message_zh,
  CASE WHEN t.type = 'NamespaceDeletionDiscoveryFailure' THEN 1 END AS discovery,
  h.held, h.finalizer
FROM stuck s JOIN evidence e ON e.namespace = s.namespace LEFT JOIN told t ON t.namespace = s.namespace AND t.n = 1
  LEFT JOIN held h ON h.namespace = s.namespace AND h.n = 1
ORDER BY s.namespace, e.seq, e.line;
