/*
id: replicaset-failed-create
title:
  en: "No pods can be made for {subject}"
  zh: "无法为 {subject} 创建 Pod"
detail:
  en: "{message}"
  zh: "创建 Pod 时的错误：{message}"
severity: warning
confidence: certain
needs: [events]
causes:
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
  - {check: service-no-endpoints, when: selects}
why:
  en: >-
    The controller asks the API server for pods and is refused; the message names who refuses: a policy (PodSecurity, PodSecurityPolicy), an admission webhook, or the pod's own
    template is not valid. It tries again at growing intervals, and no pod shows anything, as there is none.
  zh: >-
    控制器向 API server 请求创建 Pod 时被拒绝，消息中说明了拒绝者：策略（PodSecurity、PodSecurityPolicy）、准入 webhook，或 Pod 模板本身无效。
    它会以逐渐增大的间隔重试；因为没有 Pod，查看 Pod 看不到任何信息。
fix:
  - en: "Read the whole message"
    zh: "查看完整消息"
    run: "kubectl -n {namespace} get events --field-selector reason=FailedCreate --sort-by=.lastTimestamp | tail -n 5"
  - en: "Correct the template so that it is allowed"
    zh: "修改模板使其符合要求"
    run: "kubectl -n {namespace} edit {owner_kind} {owner_name}"
  - en: "Or, when its rights are justified, loosen the namespace's policy"
    zh: "如果确有必要，放宽该命名空间的策略"
    run: "kubectl label namespace {namespace} --overwrite pod-security.kubernetes.io/enforce=privileged"
    if: podsecurity
verify: "kubectl -n {namespace} get {owner_kind} {owner_name}"
*/
WITH
-- Quotas, limit ranges, webhooks and service accounts have diagnoses of their own.
told AS (
  SELECT f.*, row_number() OVER (PARTITION BY f.subject ORDER BY f.last_seen DESC, f.event, f.file, f.line) AS n
  FROM creation_failures f
  WHERE f.message NOT REGEXP 'exceeded quota|failed quota|(minimum|maximum) (cpu|memory|storage|ephemeral-storage)|failed calling webhook|service account|object has been modified|being terminated|already exists|etcdserver|timed out|timeout'
    AND (f.last_seen IS NULL OR f.last_seen > :now - 1800000000)
    AND NOT EXISTS (SELECT 1 FROM events e WHERE e.reason = 'SuccessfulCreate' AND e.object_kind = f.kind AND e.object_namespace = f.namespace AND e.object_name = f.name AND e.last_seen > f.last_seen)
)
SELECT x.subject, t.file, t.line, t.first_seen AS ts, x.namespace, x.message, x.message LIKE '%violates PodSecurity%' AS podsecurity,
  rx('^([^/]+)/', x.subject, 1) AS owner_kind, rx('[^/]+$', x.subject) AS owner_name
FROM told x JOIN told t ON t.subject = x.subject AND t.n <= 3
WHERE x.n = 1
ORDER BY x.subject, t.n, t.file, t.line;
