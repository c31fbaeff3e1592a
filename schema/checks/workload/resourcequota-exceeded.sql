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
    if: unspecified
  - en: "Or raise the quota, when the cluster has the room; this is what the {missing} refused pods need"
    zh: "如果集群资源充足，可以提高配额；以下数值可容纳被拒绝的 {missing} 个 Pod"
    run: "kubectl -n {namespace} patch resourcequota {name} --type=merge -p '{\"spec\":{\"hard\":{raised}}}'"
    if: raised
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
  WHERE r.quota IS NOT NULL AND (r.event = 0 OR r.last_seen > :now - 1800000000 OR :now IS NULL)
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
),
-- What is used and what each refused pod asks for, times the pods that are missing.
short AS (
  SELECT q.namespace, q.quota, sum(max(w.desired - coalesce(w.ready, 0), 0)) AS missing
  FROM (SELECT DISTINCT namespace, quota, subject FROM now_refused) q
  JOIN workloads w ON lower(w.kind) || '/' || w.namespace || '/' || w.name = q.subject
  GROUP BY q.namespace, q.quota
),
parts AS (
  SELECT n.namespace, n.quota, s.missing, rx('^[^=]+', r.value) AS resource, rx('=(.*)', r.value, 1) AS requested,
    rx('=(.*)', u.value, 1) AS used
  FROM newest n JOIN short s USING (namespace, quota)
  JOIN json_each('["' || replace(rx('requested: ([\w./=,-]+), used: ', n.message, 1), ',', '","') || '"]') r
  JOIN json_each('["' || replace(rx('used: ([\w./=,-]+), limited: ', n.message, 1), ',', '","') || '"]') u
    ON rx('^[^=]+', u.value) = rx('^[^=]+', r.value)
  WHERE n.n = 1 AND n.event = (SELECT max(x.event) FROM newest x WHERE x.namespace = n.namespace AND x.quota = n.quota)
    AND n.subject = n.first AND NOT n.unspecified AND s.missing > 0
),
amounts AS (
  SELECT namespace, quota, missing, resource, resource LIKE '%cpu' AS cpu, resource REGEXP 'memory|storage' AS size,
    CASE WHEN resource NOT LIKE '%cpu' THEN bytes(used) WHEN used LIKE '%m' THEN CAST(used AS INTEGER) ELSE CAST(used AS REAL) * 1000 END
      + missing * CASE WHEN resource NOT LIKE '%cpu' THEN bytes(requested) WHEN requested LIKE '%m' THEN CAST(requested AS INTEGER)
        ELSE CAST(requested AS REAL) * 1000 END AS amount
  FROM parts
),
raises AS (
  SELECT namespace, quota, max(missing) AS missing, json_group_object(resource,
    CASE WHEN cpu THEN CAST(amount AS INTEGER) || 'm' WHEN size THEN CAST((amount + 1048575) / 1048576 AS INTEGER) || 'Mi'
      ELSE CAST(CAST(amount AS INTEGER) AS TEXT) END) AS raised
  FROM (SELECT * FROM amounts WHERE amount IS NOT NULL ORDER BY resource) GROUP BY namespace, quota
)
SELECT 'resourcequota/' || namespace || '/' || quota AS subject, file, line, ts, namespace, quota AS name, workloads, first,
  message,
  CASE WHEN unspecified THEN 'Pods that do not state requests or limits are refused.' ELSE 'It is used up.' END AS what,
  CASE WHEN unspecified THEN '未声明 requests 或 limits 的 Pod 被拒绝。' ELSE '配额已用尽。' END AS what_zh,
  unspecified, raised, missing
FROM evidence LEFT JOIN raises USING (namespace, quota)
ORDER BY namespace, quota, seq, event DESC, file, line;
