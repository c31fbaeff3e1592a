/*
id: resourcequota-exceeded
title:
  en: "The quota {name} of namespace {namespace} refuses new pods"
  zh: "命名空间 {namespace} 的配额 {name} 拒绝创建新 Pod"
detail:
  en: "{what} {workloads} workload(s) cannot create pods, first {first}. {message}"
  zh: "{what_zh}有 {workloads} 个工作负载无法创建 Pod，首先是 {first}。{message}"
severity: warning
confidence: certain
needs: [[events, deployments, replicasets]]
causes:
  - {check: workload-unavailable, when: uses}
  - {check: service-no-endpoints, when: same-namespace}
why:
  en: >-
    A ResourceQuota counts what a namespace has requested, not what it uses, and the API server refuses whatever would go beyond it. The
    refused pods do not exist, so no list of pods shows them; only the owner's event and condition tell. A quota on requests or limits
    also refuses every pod that does not name them ("must specify"), however much is left.
  zh: >-
    ResourceQuota 统计的是命名空间的请求量，而不是实际使用量，超出部分会被 API server 拒绝。被拒绝的 Pod 根本不存在，在 Pod 列表中看不到，
    只有上层控制器的事件和状态会说明。如果配额限制了 requests 或 limits，未声明这些值的 Pod 也会被拒绝（must specify），与剩余额度无关。
fix:
  - en: "What is used, and what is allowed?"
    zh: "查看已用量和上限"
    run: "kubectl -n {namespace} describe resourcequota {name}"
  - en: "Ask for less, or remove what is no longer needed in this namespace"
    zh: "降低请求量，或清理该命名空间中不再需要的工作负载"
    run: "kubectl -n {namespace} get deployments,statefulsets,jobs"
  - en: "\"must specify\": give the containers requests and limits, or the namespace defaults through a LimitRange"
    zh: "如果提示 must specify：为容器设置 requests/limits，或用 LimitRange 提供默认值"
    run: "kubectl -n {namespace} get limitrange"
  - en: "Or raise the quota, when the cluster has the room"
    zh: "如果集群资源充足，可以提高配额"
    run: "kubectl -n {namespace} edit resourcequota {name}"
verify: "kubectl -n {namespace} get resourcequota {name} && kubectl -n {namespace} get deployments"
refs: ["https://kubernetes.io/docs/concepts/policy/resource-quotas/"]
*/
WITH
refused AS (
  SELECT f.*, rx('(?:exceeded|failed) quota: ([^,: ]+)', f.message, 1) AS quota,
    f.message LIKE '%failed quota: %' AS unspecified
  FROM creation_failures f
  WHERE f.message REGEXP 'exceeded quota: [^,]+, requested: |failed quota: [^:]+: must specify'
),
-- An event that is old speaks of then; the condition speaks of now.
now_refused AS (
  SELECT r.* FROM refused r
  WHERE r.event = 0 OR r.last_seen > :now - 1800000000 OR :now IS NULL
),
newest AS (
  SELECT r.*, row_number() OVER (PARTITION BY r.namespace, r.quota, r.subject, r.event ORDER BY r.last_seen DESC, r.file, r.line) AS n,
    (SELECT count(DISTINCT q.subject) FROM now_refused q WHERE q.namespace = r.namespace AND q.quota = r.quota) AS workloads,
    (SELECT min(q.subject) FROM now_refused q WHERE q.namespace = r.namespace AND q.quota = r.quota) AS first
  FROM now_refused r
),
evidence AS (
  SELECT namespace, quota, 0 AS seq, event, file, line, first_seen AS ts, message, unspecified, workloads, first FROM newest WHERE n = 1
  UNION ALL
  SELECT DISTINCT n.namespace, n.quota, 1, 0, o.file, json_key(o.json, o.line, 'used'), NULL, n.message, n.unspecified, n.workloads, n.first
  FROM newest n JOIN objects o ON o.kind = 'ResourceQuota' AND o.namespace = n.namespace AND o.name = n.quota
  WHERE n.n = 1
)
SELECT 'resourcequota/' || namespace || '/' || quota AS subject, file, line, ts, namespace, quota AS name, workloads, first,
  message,
  CASE WHEN unspecified THEN 'Pods that do not state requests or limits are refused.' ELSE 'It is used up.' END AS what,
  CASE WHEN unspecified THEN '未声明 requests 或 limits 的 Pod 被拒绝。' ELSE '配额已用尽。' END AS what_zh
FROM evidence
ORDER BY namespace, quota, seq, event DESC, file, line;
