/*
id: statefulset-stuck
title:
  en: "{subject} goes no further than its pod {pod}"
  zh: "{subject} 卡在 Pod {pod}"
detail:
  en: "{ready} of {desired} pod(s) are ready, {current} exist; the pod {pod} {what}, and those after it wait for it."
  zh: "{desired} 个 Pod 中 {ready} 个就绪，已创建 {current} 个；Pod {pod} {what_zh}，其后的 Pod 都在等待它。"
severity: warning
confidence: certain
needs: [statefulsets, pods]
causes:
  - {check: service-endpoints-not-ready, when: selects}
why:
  en: >-
    A StatefulSet with the policy OrderedReady makes and replaces its pods one after the other, and only goes on when the one before is ready. One sick pod stops all. After a broken
    update it does not even replace that pod by itself when the template is corrected: the pod must be deleted by hand.
  zh: >-
    采用 OrderedReady 策略的 StatefulSet 按顺序创建和替换 Pod，前一个就绪后才继续，一个异常的 Pod 会阻塞全部。
    更新出错后，即使修正了模板，它也不会自动替换该 Pod，需要手动删除。
fix:
  - en: "Why is it not ready?"
    zh: "它为什么没有就绪？"
    run: "kubectl -n {namespace} describe pod {pod}; kubectl -n {namespace} logs {pod} --all-containers --tail 30"
  - en: "The template is corrected by now: delete the pod, it is made anew from it"
    zh: "模板已修正：删除该 Pod，会按新模板重建"
    run: "kubectl -n {namespace} delete pod {pod}"
    if: there
verify: "kubectl -n {namespace} rollout status statefulset/{name} --timeout=60s"
refs: ["https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback"]
*/
WITH
sets AS (
  SELECT 'statefulset/' || w.namespace || '/' || w.name AS subject, w.*
  FROM workloads w JOIN objects o ON o.id = w.object
  WHERE w.kind = 'StatefulSet' AND coalesce(o.json ->> '$.spec.podManagementPolicy', 'OrderedReady') = 'OrderedReady'
    AND coalesce(w.ready, 0) < coalesce(w.desired, 1) AND coalesce(w.observed_generation, 0) >= coalesce(w.generation, 1)
),
-- Its lowest pod that is not ready, since when, and whether others wait behind it: not made yet, or still of the old revision.
members AS (
  SELECT s.subject, p.name, p.file, p.node, CAST(rx('-(\d+)$', p.name, 1) AS INTEGER) AS ordinal, c.status, c.last_transition, p.deleted, p.created,
    json_line(o.json, o.line, p.name) AS line, row_number() OVER (PARTITION BY s.subject ORDER BY CAST(rx('-(\d+)$', p.name, 1) AS INTEGER)) AS n
  FROM sets s JOIN pods p ON p.namespace = s.namespace AND p.owner_kind = 'StatefulSet' AND p.owner_name = s.name JOIN objects o ON o.id = p.object
  LEFT JOIN pod_conditions c ON c.namespace = p.namespace AND c.pod = p.name AND c.type = 'Ready'
  WHERE coalesce(c.status, 'False') <> 'True' OR p.deleted IS NOT NULL
),
sick AS (
  SELECT s.*, m.name AS pod, m.node, m.deleted, m.file AS pod_file, m.line AS pod_line, coalesce(m.deleted, m.last_transition, m.created) AS since
  FROM sets s JOIN members m ON m.subject = s.subject AND m.n = 1
  WHERE m.ordinal < coalesce(s.desired, 1) - 1 AND coalesce(s.current, 0) < coalesce(s.desired, 1)
    AND coalesce(m.deleted, m.last_transition, m.created) < :now - 300000000
),
evidence AS (
  SELECT subject, 0 AS seq, pod_file AS file, pod_line AS line, since AS ts FROM sick
  UNION ALL SELECT s.subject, 1, o.file, json_key(o.json, o.line, 'status'), NULL FROM sick s JOIN objects o ON o.id = s.object
)
SELECT s.subject, e.file, e.line, e.ts, s.node, s.namespace, s.name, s.pod, coalesce(s.ready, 0) AS ready, coalesce(s.desired, 1) AS desired, coalesce(s.current, 0) AS current,
  s.deleted IS NULL AS there,
  CASE WHEN s.deleted IS NOT NULL THEN 'does not end' ELSE 'is not ready' END AS what, CASE WHEN s.deleted IS NOT NULL THEN '无法结束' ELSE '未就绪' END AS what_zh
FROM sick s JOIN evidence e ON e.subject = s.subject
ORDER BY s.subject, e.seq, e.file, e.line;
