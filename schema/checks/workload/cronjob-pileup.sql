/*
id: cronjob-pileup
title:
  en: "Jobs of CronJob {namespace}/{name} pile up"
  zh: "CronJob {namespace}/{name} 的 Job 不断堆积"
detail:
  en: "{finished} finished and {active} running jobs; concurrencyPolicy {policy}, schedule {schedule}."
  zh: "已结束 {finished} 个、运行中 {active} 个 Job；concurrencyPolicy 为 {policy}，调度计划 {schedule}。"
severity: warning
confidence: certain
needs: [cronjobs, jobs]
causes:
  - {check: etcd-slow-apply, when: cluster}
  - {check: kubelet-cpu-cronjob-cgroup-leak, when: cluster}
why:
  en: >-
    Every job and its pods stay as objects in etcd, and each pod that ran leaves traces on its node (containers, cgroups, logs) until it is deleted: kubelet's CPU and memory use grow
    with them. Runs that overlap mean that a job takes longer than its schedule allows; with concurrencyPolicy Allow the next starts all the same.
  zh: >-
    每个 Job 及其 Pod 都会作为对象留在 etcd 中，运行过的 Pod 在删除之前也会在节点上留下容器、cgroup 和日志，kubelet 的 CPU 和内存占用会随之增长。
    如果多次运行相互重叠，说明任务耗时超过调度间隔；concurrencyPolicy 为 Allow 时下一次仍会照常启动。
fix:
  - en: "Keep few finished jobs"
    zh: "只保留少量已结束的 Job"
    run: "kubectl -n {namespace} patch cronjob {name} -p '{\"spec\":{\"successfulJobsHistoryLimit\":3,\"failedJobsHistoryLimit\":1}}'"
  - en: "Do not start the next run before the last has ended"
    zh: "上一次结束之前不启动下一次"
    run: "kubectl -n {namespace} patch cronjob {name} -p '{\"spec\":{\"concurrencyPolicy\":\"Forbid\"}}'"
  - en: "Jobs that clean up after themselves: spec.jobTemplate.spec.ttlSecondsAfterFinished; and activeDeadlineSeconds for those that hang"
    zh: "在 jobTemplate 中设置 ttlSecondsAfterFinished 自动清理，并用 activeDeadlineSeconds 结束卡住的任务"
    run: "kubectl -n {namespace} edit cronjob {name}"
  - en: "What has piled up is deleted by hand (their pods and logs go with them)"
    zh: "手工删除已堆积的 Job（其 Pod 和日志会一并删除）"
    run: "kubectl -n {namespace} get jobs --sort-by=.metadata.creationTimestamp"
verify: "kubectl -n {namespace} get cronjob {name}; kubectl -n {namespace} get jobs --no-headers | wc -l"
refs: ["https://github.com/kubernetes/kubernetes/issues/64137"]
*/
WITH
owned AS (
  SELECT j.namespace, j.owner_name AS name, count(*) AS jobs,
    sum(EXISTS (SELECT 1 FROM json_each(CASE WHEN json_valid(j.conditions) THEN j.conditions ELSE '[]' END) c
      WHERE c.value ->> '$.type' IN ('Complete', 'Failed') AND c.value ->> '$.status' = 'True')) AS finished
  FROM workloads j WHERE j.kind = 'Job' AND j.owner_kind = 'CronJob' GROUP BY j.namespace, j.owner_name
),
states AS (
  SELECT w.namespace, w.name, w.file, o.json, o.line AS at, coalesce(o.json ->> '$.spec.concurrencyPolicy', 'Allow') AS policy,
    o.json ->> '$.spec.schedule' AS schedule, coalesce(json_array_length(o.json, '$.status.active'), 0) AS active, coalesce(j.finished, 0) AS finished
  FROM workloads w JOIN objects o ON o.id = w.object LEFT JOIN owned j ON j.namespace = w.namespace AND j.name = w.name
  WHERE w.kind = 'CronJob'
),
-- One run that overlaps the next is life; three at once are a queue that grows.
sick AS (SELECT * FROM states WHERE finished > 100 OR active >= 3),
evidence AS (
  SELECT s.namespace, s.name, 0 AS seq, s.file, json_key(s.json, s.at, CASE WHEN s.active >= 3 THEN 'active' ELSE 'schedule' END) AS line, NULL AS ts FROM sick s
  UNION ALL
  SELECT namespace, name, n, file, line, created FROM (
    SELECT s.namespace, s.name, j.file, json_line(o.json, o.line, j.name) AS line, j.created,
      row_number() OVER (PARTITION BY s.namespace, s.name ORDER BY j.created, j.name) AS n
    FROM sick s JOIN workloads j ON j.kind = 'Job' AND j.owner_kind = 'CronJob' AND j.namespace = s.namespace AND j.owner_name = s.name
    JOIN objects o ON o.id = j.object)
  WHERE n <= 3
)
SELECT 'cronjob/' || s.namespace || '/' || s.name AS subject, e.file, e.line, s.namespace, s.name, s.finished, s.active, s.policy, coalesce(s.schedule, '?') AS schedule
FROM sick s JOIN evidence e ON e.namespace = s.namespace AND e.name = s.name
ORDER BY s.namespace, s.name, e.seq, e.file, e.line;
