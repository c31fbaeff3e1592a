/*
id: pod-crashloop
title:
  en: "A container of {subject} keeps crashing"
  zh: "{subject} 的容器反复崩溃"
detail:
  en: "Container {container}: {restarts} restarts in {pod}, last exit code {code} ({reason}). {meaning}{message}"
  zh: "容器 {container}：在 {pod} 中已重启 {restarts} 次，最后退出码 {code}（{reason}）。{meaning_zh}{message}"
severity: critical
confidence: certain
needs: [pods]
causes:
  - {check: apiservice-unavailable, when: serves}
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
  - {check: pod-readiness-failing, when: same}
  - {check: service-endpoints-not-ready, when: selects}
  - {check: dns-resolution-broken, when: selects}
why:
  en: >-
    The container starts, ends, and kubelet starts it again after a pause that grows to 5 minutes. kubelet is not the reason: the
    program ends by itself, or something kills it. The exit code says which, and the log of the previous try says why.
  zh: >-
    容器启动后退出，kubelet 会在逐渐增大（最长 5 分钟）的间隔后再次启动它。原因不在 kubelet：要么程序自己退出，要么被杀掉。
    退出码说明属于哪一种，上一次运行的日志说明具体原因。
fix:
  - en: "The log of the try before"
    zh: "查看上一次运行的日志"
    run: "kubectl -n {namespace} logs {pod} -c {container} --previous --tail 50"
  - en: "Events: failing probes, kills, mounts"
    zh: "查看事件：探针失败、被杀、挂载问题"
    run: "kubectl -n {namespace} describe pod {pod}"
  - en: "Correct what the log names: command, arguments, configuration or probe"
    zh: "按日志修正启动命令、参数、配置或探针"
    run: "kubectl -n {namespace} edit {owner_kind} {owner_name}"
  - en: "It came with the last roll-out: go back"
    zh: "如果是最近一次发布引起的：回滚"
    run: "kubectl -n {namespace} rollout undo {owner_kind}/{owner_name}"
    if: earlier
verify: "kubectl -n {namespace} get pod {pod}"
refs: ["https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-restarts"]
*/
WITH
ended AS (
  SELECT c.*,
    CASE WHEN c.exit_code IS NOT NULL THEN c.exit_code ELSE c.last_exit_code END AS code,
    coalesce(c.exit_reason, c.last_exit_reason) AS reason,
    coalesce(c.exit_message, c.last_exit_message, c.waiting_message) AS said,
    coalesce(c.finished, c.last_finished) AS ended_at
  FROM container_states c
  WHERE (c.restarts > 0 OR c.waiting_reason IS NOT NULL OR c.exit_reason IS NOT NULL OR c.exit_code IS NOT NULL)
    AND c.deleted IS NULL AND c.phase NOT IN ('Failed', 'Succeeded') AND coalesce(c.pod_reason, '') <> 'Evicted'
    -- A control-plane component that is down has its own diagnosis.
    AND NOT EXISTS (SELECT 1 FROM node_components k WHERE k.node = c.node AND k.component = c.component AND c.mirror IS NOT NULL
      AND k.state <> 'running')
),
sick AS (
  SELECT *, CASE
      WHEN waiting_reason IN ('CrashLoopBackOff', 'RunContainerError', 'PostStartHookError', 'StartError') THEN 2
      -- Between two tries: just ended, or just started again.
      WHEN exit_reason IN ('ContainerCannotRun', 'StartError') THEN 2
      WHEN exit_code <> 0 AND restarts >= 1 AND restart_policy <> 'Never' THEN 2
      WHEN exit_code = 0 AND restarts >= 2 AND restart_policy = 'Always' AND list = 'containerStatuses' THEN 2
      -- It runs: a loop only if the try before was short, and this one is not longer yet.
      WHEN running_since IS NOT NULL AND restarts >= 3 AND last_finished > :now - 600000000
        AND last_finished - last_started < 600000000
        AND :now - running_since < max(60000000, (last_finished - last_started) * 3 / 2)
        AND (last_exit_code <> 0 OR restart_policy = 'Always') THEN 1
    END AS how
  FROM ended
),
rows_of AS (
  SELECT s.*, json_line(o.json, o.line, coalesce(s.waiting_message, s.exit_message, s.last_exit_message, s.waiting_reason,
      s.exit_reason, s.last_exit_reason)) AS at,
    row_number() OVER (PARTITION BY s.subject ORDER BY s.how DESC, s.restarts DESC, s.pod, s.container) AS n
  FROM sick s JOIN objects o ON o.id = s.object
  WHERE s.how IS NOT NULL
),
probes AS (
  SELECT r.subject, e.file, json_line(o.json, o.line, e.message) AS line, e.message,
    row_number() OVER (PARTITION BY r.subject ORDER BY e.last_seen DESC, e.line) AS newest
  FROM rows_of r JOIN events e ON e.object_kind = 'Pod' AND e.object_namespace = r.namespace AND e.object_name = r.pod
    AND (e.reason = 'Unhealthy' AND e.message LIKE '%iveness probe failed%' OR e.reason = 'Killing' AND e.message LIKE '%failed liveness probe%')
  JOIN objects o ON o.id = e.object
),
backoffs AS (
  SELECT r.subject, e.file, json_line(o.json, o.line, e.message) AS line, e.first_seen,
    row_number() OVER (PARTITION BY r.subject ORDER BY e.last_seen DESC, e.line) AS newest
  FROM rows_of r JOIN events e ON e.object_kind = 'Pod' AND e.object_namespace = r.namespace AND e.object_name = r.pod
    AND (e.reason = 'BackOff' AND e.message LIKE 'Back-off restarting failed%' OR e.reason = 'Failed' AND e.message LIKE 'Error: failed to start container%')
  JOIN objects o ON o.id = e.object
),
-- The program's own last words: of the try before, else of this one. The last line that names a failure, else the last line.
logs AS (
  SELECT r.subject, f.id AS file, f.first_log, f.last_log,
    row_number() OVER (PARTITION BY r.subject ORDER BY f.role = 'container-log-previous' DESC, f.path) AS n
  FROM rows_of r JOIN files f ON f.role IN ('container-log', 'container-log-previous') AND f.namespace = r.namespace
    AND f.pod = r.pod AND f.container = r.container AND f.last_log IS NOT NULL
  WHERE r.n = 1
),
words AS (
  SELECT g.subject, g.file, l.line, l.text, log_message(l.text, l.at, l.message) AS said,
    row_number() OVER (PARTITION BY g.subject ORDER BY
      log_message(l.text, l.at, l.message) REGEXP '(?i)^panic:|\bfatal\b|\bpanic\b|exception|traceback|\berror\b|cannot|failed|not found|denied|refused' DESC, g.n, l.id DESC) AS n
  FROM logs g JOIN log_lines l ON l.id BETWEEN max(g.first_log, g.last_log - 60) AND g.last_log
  WHERE g.n <= 2 AND trim(log_message(l.text, l.at, l.message)) <> ''
    -- What the runtime says when it has no log any more.
    AND l.text NOT LIKE 'unable to retrieve container logs for %' AND l.text NOT LIKE 'failed to try resolving symlinks in path %'
),
evidence AS (
  SELECT subject, n AS seq, file, at AS line, node, coalesce(last_finished, finished) AS ts FROM rows_of
  UNION ALL SELECT subject, 10000, file, line, NULL, NULL FROM words WHERE n = 1
  UNION ALL SELECT subject, 10001, file, line, NULL, NULL FROM probes WHERE newest = 1
  UNION ALL SELECT subject, 10002, file, line, NULL, first_seen FROM backoffs WHERE newest = 1
),
told AS (
  SELECT r.*,
    (SELECT p.message FROM probes p WHERE p.subject = r.subject AND p.newest = 1) AS probe
  FROM rows_of r WHERE r.n = 1
)
SELECT t.subject, e.file, e.line, e.ts, coalesce(e.node, t.node) AS node, t.namespace, t.pod, t.container, t.image,
  coalesce(t.restarts, 0) AS restarts, coalesce(t.code, 'none') AS code,
  coalesce(t.reason, t.waiting_reason, 'Error') AS reason,
  CASE
    WHEN t.reason = 'OOMKilled' THEN 'The kernel killed it for exceeding its memory limit.'
    WHEN t.probe IS NOT NULL AND t.code IN (137, 143, 2, 1, 0) THEN 'kubelet kills it because its liveness probe fails: ' || t.probe || '.'
    WHEN t.code = 0 THEN 'It ends by itself and reports success: a program that is meant to end does not belong into a workload that restarts it.'
    WHEN t.code = 126 THEN 'Its command was found but cannot be executed: permission or format.'
    WHEN t.code = 127 OR t.reason IN ('ContainerCannotRun', 'StartError') THEN 'Its command could not be started: it does not exist in the image, or cannot run there.'
    WHEN t.code = 134 THEN 'It aborted itself (SIGABRT): a failed assertion or a runtime error.'
    WHEN t.code = 137 THEN 'It was killed (SIGKILL) without a word of memory: from outside, or one of its children ran out of memory.'
    WHEN t.code = 139 THEN 'It crashed on a memory access (SIGSEGV).'
    WHEN t.code = 143 THEN 'It was asked to end (SIGTERM): a probe, a hook or somebody stops it.'
    WHEN t.code = 255 THEN 'It ended with -1, or its node or runtime was lost under it.'
    ELSE 'The program itself gives up; its log says why.'
  END AS meaning,
  CASE
    WHEN t.reason = 'OOMKilled' THEN '内核因其超出内存限制而将其杀死。'
    WHEN t.probe IS NOT NULL AND t.code IN (137, 143, 2, 1, 0) THEN '存活探针失败，被 kubelet 杀死：' || t.probe || '。'
    WHEN t.code = 0 THEN '程序正常结束：会自行结束的程序不应放在总是重启的工作负载中。'
    WHEN t.code = 126 THEN '找到了启动命令但无法执行：权限或格式问题。'
    WHEN t.code = 127 OR t.reason IN ('ContainerCannotRun', 'StartError') THEN '启动命令无法执行：镜像中不存在该命令，或无法在此运行。'
    WHEN t.code = 134 THEN '程序自行中止（SIGABRT）：断言失败或运行时错误。'
    WHEN t.code = 137 THEN '被 SIGKILL 杀死，但没有内存超限记录：来自外部，或其子进程内存不足。'
    WHEN t.code = 139 THEN '内存访问错误导致崩溃（SIGSEGV）。'
    WHEN t.code = 143 THEN '收到终止信号（SIGTERM）：被探针、钩子或人为停止。'
    WHEN t.code = 255 THEN '以 -1 退出，或所在节点、运行时异常。'
    ELSE '程序自己退出，原因见其日志。'
  END AS meaning_zh,
  CASE WHEN t.said IS NOT NULL AND t.said NOT LIKE 'back-off %' THEN ' ' || substr(replace(t.said, char(10), ' '), 1, 400)
    ELSE coalesce((SELECT ' ' || substr(w.said, 1, 300) FROM words w WHERE w.subject = t.subject AND w.n = 1), '') END AS message,
  rx('^([^/]+)/', t.subject, 1) AS owner_kind, rx('[^/]+$', t.subject) AS owner_name,
  EXISTS (SELECT 1 FROM earlier_revisions v WHERE v.subject = t.subject) AS earlier,
  CASE WHEN t.how = 1 THEN 'likely' ELSE 'certain' END AS confidence
FROM told t JOIN evidence e ON e.subject = t.subject
ORDER BY t.subject, e.seq, e.file, e.line;
