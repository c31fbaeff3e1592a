/*
id: cronjob-missed
title:
  en: "The CronJob {namespace}/{name} is not started any more"
  zh: "CronJob {namespace}/{name} 不再启动任务"
detail:
  en: "{reason}: {message} Schedule {schedule}, last started {last}."
  zh: "{reason}：{message}。计划 {schedule}，上次启动于 {last}。"
severity: critical
confidence: certain
needs: [cronjobs, events]
why:
  en: >-
    The controller cannot work out the next time to start it. After more than 100 missed times without startingDeadlineSeconds, versions before 1.21 give up
    for ever (later ones only warn); a schedule or time zone that cannot be read never starts. Times are missed while the controller was down, the clock jumped, or it was suspended.
  zh: >-
    控制器无法确定下一次启动时间。错过超过 100 次且未设置 startingDeadlineSeconds 时，1.21 之前的版本会永久停止（之后的版本只告警）；
    无法解析的计划或时区则永远不会启动。控制器停止、时钟跳变或任务被挂起期间都会错过启动。
fix:
  - en: "Count only the missed times of the last 10 minutes: it starts again at its next time"
    zh: "只统计最近 10 分钟内错过的次数：下一个时间点会重新启动"
    run: "kubectl -n {namespace} patch cronjob {name} -p '{\"spec\":{\"startingDeadlineSeconds\":600}}'"
    if: too_many
  - en: "Correct the schedule or the time zone"
    zh: "改正计划或时区"
    run: "kubectl -n {namespace} get cronjob {name} -o jsonpath='{.spec.schedule}{\" \"}{.spec.timeZone}{\"\\n\"}'; kubectl -n {namespace} edit cronjob {name}"
    if: unreadable
  - en: "Run it once now"
    zh: "立即手动运行一次"
    run: "kubectl -n {namespace} create job {name}-by-hand --from=cronjob/{name}"
verify: "kubectl -n {namespace} get cronjob {name}"
refs: ["https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/"]
*/
WITH
jobs AS (
  SELECT w.namespace, w.name, w.object, w.file, o.line, o.json, us(o.json ->> '$.status.lastScheduleTime') AS last
  FROM workloads w JOIN objects o ON o.id = w.object
  WHERE w.kind = 'CronJob' AND NOT coalesce(o.json ->> '$.spec.suspend', 0)
),
told AS (
  SELECT j.*, e.reason, e.message, e.file AS told_file, json_line(o.json, o.line, e.message) AS told_line, e.first_seen,
    e.reason IN ('UnparseableSchedule', 'UnknownTimeZone', 'UnParseableCronJobSchedule') AS unreadable,
    row_number() OVER (PARTITION BY j.namespace, j.name ORDER BY e.last_seen DESC, e.file, e.line) AS n
  FROM jobs j JOIN events e ON e.object_kind = 'CronJob' AND e.object_namespace = j.namespace AND e.object_name = j.name
  JOIN objects o ON o.id = e.object
  WHERE (e.reason IN ('FailedNeedsStart', 'TooManyMissedTimes') AND e.message REGEXP '[Tt]oo many missed start times?'
      OR e.reason IN ('UnparseableSchedule', 'UnknownTimeZone', 'UnParseableCronJobSchedule'))
    -- It was started afterwards.
    AND (j.last IS NULL OR j.last < e.last_seen)
),
evidence AS (
  SELECT namespace, name, n AS seq, told_file AS file, told_line AS line, first_seen AS ts FROM told WHERE n <= 2
  UNION ALL
  SELECT namespace, name, 10, file, json_key(json, line, CASE WHEN last IS NULL THEN 'schedule' ELSE 'lastScheduleTime' END), last FROM told WHERE n = 1
)
SELECT 'cronjob/' || t.namespace || '/' || t.name AS subject, e.file, e.line, e.ts, t.namespace, t.name, t.reason, t.message, t.unreadable, NOT t.unreadable AS too_many,
  coalesce(t.json ->> '$.spec.schedule', '?') AS schedule, coalesce(iso(t.last), 'never') AS last,
  -- The controller of 1.21 and later warns and goes on.
  CASE WHEN NOT t.unreadable AND coalesce((SELECT minor FROM api_minor), 0) >= 21 THEN 'warning' ELSE 'critical' END AS severity
FROM told t JOIN evidence e ON e.namespace = t.namespace AND e.name = t.name
WHERE t.n = 1
ORDER BY 1, e.seq, e.file, e.line;
