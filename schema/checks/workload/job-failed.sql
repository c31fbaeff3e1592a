/*
id: job-failed
title:
  en: "The job {namespace}/{job} has failed: {reason}"
  zh: "任务 {namespace}/{job} 失败：{reason}"
detail:
  en: "At {at}, after {failed} failed pod(s): {message}"
  zh: "时间 {at}，失败的 Pod 数 {failed}：{message}"
severity: warning
confidence: certain
needs: [jobs]
why:
  en: >-
    The job has used up its attempts or its time, and Kubernetes does not try again. Its pods' last logs hold the reason; until then what it should do (a migration, a backup) is not done.
  zh: >-
    任务已用尽重试次数或时间，Kubernetes 不会再重试。原因在其 Pod 的最后日志中；在此之前，它应完成的工作（数据迁移、备份等）没有完成。
fix:
  - en: "What did its pods say?"
    zh: "查看其 Pod 的日志"
    run: "kubectl -n {namespace} logs -l job-name={job} --all-containers --tail 50; kubectl -n {namespace} describe job {job}"
  - en: "When the reason is gone, run it once more"
    zh: "排除原因后再次运行"
    run: "kubectl -n {namespace} create job {job}-again --from=cronjob/{cronjob}"
    if: cronjob
  - en: "When the reason is gone, run it once more: a job is not restarted, it is made anew (from its manifest, or its own copy without what was generated)"
    zh: "排除原因后再次运行：任务不能重启，只能重新创建（使用原清单，或导出后去掉自动生成的字段）"
    run: "kubectl -n {namespace} get job {job} -o yaml >{job}.yaml; sed -i '/controller-uid/d; /job-name/d; /resourceVersion/d; /^  uid/d; /^status:/,$d' {job}.yaml; kubectl -n {namespace} replace --force -f {job}.yaml"
    if: single
verify: "kubectl -n {namespace} get jobs"
refs: ["https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-backoff-failure-policy"]
*/
WITH
-- Only the condition decides: pods may fail while it still tries.
failed AS (
  SELECT w.namespace, w.name, w.owner_kind, w.owner_name, w.created, w.failed, w.file, json_line(o.json, o.line, c.value ->> '$.reason') AS line,
    c.value ->> '$.reason' AS reason, c.value ->> '$.message' AS message, us(c.value ->> '$.lastTransitionTime') AS since,
    CASE WHEN w.owner_kind = 'CronJob' THEN w.owner_name END AS cronjob
  FROM workloads w JOIN objects o ON o.id = w.object, json_each(CASE WHEN json_valid(w.conditions) THEN w.conditions ELSE '[]' END) c
  WHERE w.kind = 'Job' AND c.value ->> '$.type' = 'Failed' AND c.value ->> '$.status' = 'True'
),
-- Old failures are history, and so is one after which the same CronJob's job went well.
sick AS (
  SELECT f.*, coalesce('cronjob/' || f.namespace || '/' || f.cronjob, 'job/' || f.namespace || '/' || f.name) AS subject
  FROM failed f
  WHERE (f.since IS NULL OR f.since > :now - 86400000000)
    AND NOT EXISTS (SELECT 1 FROM workloads x WHERE x.kind = 'Job' AND x.namespace = f.namespace AND x.owner_kind = 'CronJob' AND x.owner_name = f.cronjob
      AND x.created > f.created AND x.conditions REGEXP '"type":\s*"Complete"')
),
ranked AS (SELECT s.*, row_number() OVER (PARTITION BY s.subject ORDER BY s.since DESC, s.name) AS n FROM sick s)
SELECT r.subject, e.file, e.line, e.since AS ts, r.namespace, r.name AS job, coalesce(r.reason, '-') AS reason, coalesce(r.message, '-') AS message, coalesce(iso(r.since), '-') AS at,
  coalesce(r.failed, 0) AS failed, r.cronjob, r.cronjob IS NULL AS single
FROM ranked r JOIN ranked e ON e.subject = r.subject AND e.n <= 5
WHERE r.n = 1
ORDER BY r.subject, e.n, e.file, e.line;
