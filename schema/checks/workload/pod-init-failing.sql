/*
id: pod-init-failing
title:
  en: "{subject} cannot start: its init container {container} {what}"
  zh: "{subject} 无法启动：init 容器 {container} {what_zh}"
detail:
  en: "{pods} pod(s).{message}"
  zh: "{pods} 个 Pod。{message}"
severity: warning
confidence: certain
needs: [pods]
causes:
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
  - {check: service-endpoints-not-ready, when: selects}
  - {check: pod-crashloop, when: same}
why:
  en: >-
    Init containers run one after the other, and each must end with success before the pod's own containers start. Mostly it waits for something
    that is not there yet (a database, a name, a migration), and what it waits for is what to mend.
  zh: >-
    init 容器依次运行，每个都要成功结束，Pod 的主容器才会启动。多数情况下它在等待某个尚不可用的依赖（数据库、域名、数据迁移），应当修复的是它等待的对象。
fix:
  - en: "What does it say?"
    zh: "查看它的日志"
    run: "kubectl -n {namespace} logs {pod} -c {container} --tail 50; kubectl -n {namespace} logs {pod} -c {container} --previous --tail 50"
  - en: "Mend what it names, or its command"
    zh: "修复日志所指的问题，或修正其命令"
    run: "kubectl -n {namespace} get pod {pod} -o jsonpath='{.spec.initContainers[*].command}{\" \"}{.spec.initContainers[*].args}{\"\\n\"}'"
  - en: "It came with the last roll-out: go back"
    zh: "如果是最近一次发布引起的：回滚"
    run: "kubectl -n {namespace} rollout undo {owner_kind}/{owner_name}"
    if: earlier
verify: "kubectl -n {namespace} get pod {pod}"
refs: ["https://kubernetes.io/docs/tasks/debug/debug-application/debug-init-containers/"]
*/
WITH
-- Failed at least once and tries again, or ended for good. Not: a sidecar, which runs for ever by design; one that never
-- was made (image, configuration), which has a diagnosis of its own.
failed AS (
  SELECT c.*, coalesce(c.exit_code, c.last_exit_code) AS code, coalesce(c.finished, c.last_finished) AS ended,
    CASE WHEN c.running_since IS NOT NULL THEN 'running' WHEN c.exit_code IS NOT NULL THEN 'ended' ELSE 'waiting' END AS state
  FROM container_states c JOIN objects o ON o.id = c.object
  WHERE c.list = 'initContainerStatuses' AND c.deleted IS NULL AND NOT coalesce(c.ready, 0) AND c.phase IN ('Pending', 'Failed')
    AND coalesce(c.exit_code, 0) + coalesce(c.last_exit_code, 0) <> 0
    AND coalesce(c.exit_reason, c.last_exit_reason, '') NOT IN ('ContainerCannotRun', 'StartError')
    AND NOT EXISTS (SELECT 1 FROM json_each(o.json, '$.spec.initContainers') i WHERE i.value ->> '$.name' = c.container AND i.value ->> '$.restartPolicy' = 'Always')
),
sick AS (
  SELECT f.*, json_line(o.json, o.line, coalesce(f.waiting_message, f.exit_reason, f.last_exit_reason)) AS at,
    row_number() OVER (PARTITION BY f.subject ORDER BY f.restarts DESC, f.pod, f.container) AS n, count(*) OVER (PARTITION BY f.subject) AS pods
  FROM failed f JOIN objects o ON o.id = f.object
),
words AS (
  SELECT s.subject, l.file, l.line, l.text, log_message(l.text, l.at, l.message) AS said,
    row_number() OVER (PARTITION BY s.subject ORDER BY f.role = 'container-log-previous' DESC, l.id DESC) AS n
  FROM sick s JOIN files f ON f.role IN ('container-log', 'container-log-previous') AND f.namespace = s.namespace AND f.pod = s.pod AND f.container = s.container
    AND f.last_log IS NOT NULL
  JOIN log_lines l ON l.id = f.last_log
  WHERE s.n = 1 AND length(l.text) > 0
),
evidence AS (
  SELECT subject, n AS seq, file, at AS line, NULL AS text, node, ended AS ts FROM sick WHERE n <= 5
  UNION ALL SELECT subject, 0, file, line, text, NULL, NULL FROM words WHERE n = 1
)
SELECT s.subject, e.file, e.line, e.text, e.ts, coalesce(e.node, s.node) AS node, s.namespace, s.pod, s.container, s.pods,
  'fails with exit code ' || s.code AS what, '以退出码 ' || s.code || ' 失败' AS what_zh,
  coalesce(' ' || (SELECT substr(w.said, 1, 300) FROM words w WHERE w.subject = s.subject AND w.n = 1), '') AS message,
  EXISTS (SELECT 1 FROM earlier_revisions v WHERE v.subject = s.subject) AS earlier,
  rx('^([^/]+)/', s.subject, 1) AS owner_kind, rx('[^/]+$', s.subject) AS owner_name
FROM sick s JOIN evidence e ON e.subject = s.subject
WHERE s.n = 1
ORDER BY s.subject, e.seq, e.file, e.line;
