/*
id: deployment-progress-exceeded
title:
  en: "The roll-out of {subject} is stuck"
  zh: "{subject} 的发布卡住"
detail:
  en: "Since {since}: {message} {updated} of {desired} pod(s) are of the new version, {ready} ready."
  zh: "自 {since} 起：{message} {desired} 个 Pod 中有 {updated} 个为新版本，{ready} 个就绪。"
severity: warning
confidence: certain
needs: [deployments]
why:
  en: >-
    No new pod became ready within progressDeadlineSeconds (10 minutes by default). The old pods go on with the work where the strategy kept them. The new pods say why they are not ready; Kubernetes does not go back by itself.
  zh: >-
    在 progressDeadlineSeconds（默认 10 分钟）内没有新的 Pod 就绪。按发布策略保留的旧 Pod 会继续工作。原因要看新的 Pod；Kubernetes 不会自动回滚。
fix:
  - en: "Why are the new pods not ready?"
    zh: "新 Pod 为什么没有就绪？"
    run: "kubectl -n {namespace} describe deployment {name}; kubectl -n {namespace} get pods -o wide | grep -F {name}"
  - en: "Go back to the version before"
    zh: "回滚到上一版本"
    run: "kubectl -n {namespace} rollout undo deployment/{name}"
    if: earlier
verify: "kubectl -n {namespace} rollout status deployment/{name} --timeout=60s"
refs: ["https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#failed-deployment"]
*/
WITH
sick AS (
  SELECT 'deployment/' || w.namespace || '/' || w.name AS subject, w.*, json_line(o.json, o.line, c.value ->> '$.reason') AS at,
    us(c.value ->> '$.lastTransitionTime') AS since, c.value ->> '$.message' AS message
  FROM workloads w JOIN objects o ON o.id = w.object, json_each(CASE WHEN json_valid(w.conditions) THEN w.conditions ELSE '[]' END) c
  WHERE w.kind = 'Deployment' AND c.value ->> '$.type' = 'Progressing' AND c.value ->> '$.status' = 'False' AND c.value ->> '$.reason' = 'ProgressDeadlineExceeded'
    AND coalesce(w.observed_generation, 0) >= coalesce(w.generation, 1)
)
SELECT s.subject, s.file, s.at AS line, s.since AS ts, s.namespace, s.name, coalesce(iso(s.since), '-') AS since, coalesce(s.message, '') AS message,
  coalesce(s.desired, 1) AS desired, coalesce(s.updated, 0) AS updated, coalesce(s.ready, 0) AS ready,
  EXISTS (SELECT 1 FROM earlier_revisions v WHERE v.subject = s.subject) AS earlier
FROM sick s
ORDER BY s.subject, s.file, s.at;
