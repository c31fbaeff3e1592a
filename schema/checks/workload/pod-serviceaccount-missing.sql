/*
id: pod-serviceaccount-missing
title:
  en: "{subject} runs as the service account {account}, which does not exist"
  zh: "{subject} 使用的 ServiceAccount {account} 不存在"
detail:
  en: "No pod can be made: {message}"
  zh: "无法创建 Pod：{message}"
severity: warning
confidence: certain
needs: [events]
causes:
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
why:
  en: >-
    Every pod runs as a service account of its own namespace, and the API server refuses pods whose account is not there. "default" is made by kube-controller-manager in every
    namespace; when that one is missing, or has no token, the controller manager is what to look at.
  zh: >-
    每个 Pod 都以所在命名空间的某个 ServiceAccount 运行，账号不存在时 API server 会拒绝创建。default 由 kube-controller-manager 在每个命名空间自动创建；
    如果缺少的是它，或它没有令牌，应检查 kube-controller-manager。
fix:
  - en: "Which are there? The name may be misspelt"
    zh: "查看现有账号：可能是名称拼写错误"
    run: "kubectl -n {namespace} get serviceaccounts"
  - en: "Make it (its roles must be bound anew, too)"
    zh: "创建它（还需重新绑定角色）"
    run: "kubectl -n {namespace} create serviceaccount {account}"
    if: named
verify: "kubectl -n {namespace} get events --field-selector reason=FailedCreate"
refs: ["https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/"]
*/
WITH
told AS (
  SELECT f.*, rx('serviceaccount "([^"]+)" not found', f.message, 1) AS account,
    row_number() OVER (PARTITION BY f.subject ORDER BY f.last_seen DESC, f.event, f.file, f.line) AS n
  FROM creation_failures f
  WHERE f.message REGEXP 'error looking up service account [^:]+: serviceaccount "[^"]+" not found|no API token found for service account'
    AND (f.last_seen IS NULL OR f.last_seen > :now - 3600000000)
    -- It could be made afterwards, or the account is there by now.
    AND NOT EXISTS (SELECT 1 FROM events e WHERE e.reason = 'SuccessfulCreate' AND e.object_kind = f.kind AND e.object_namespace = f.namespace AND e.object_name = f.name AND e.last_seen > f.last_seen)
    AND NOT EXISTS (SELECT 1 FROM objects o WHERE o.kind = 'ServiceAccount' AND o.namespace = f.namespace AND o.name = rx('serviceaccount "([^"]+)" not found', f.message, 1))
)
SELECT x.subject, t.file, t.line, t.first_seen AS ts, x.namespace, coalesce(x.account, rx('service account ([^ :,]+)', x.message, 1), 'ACCOUNT') AS account, x.account IS NOT NULL AS named, x.message
FROM told x JOIN told t ON t.subject = x.subject AND t.n <= 3
WHERE x.n = 1
ORDER BY x.subject, t.n, t.file, t.line;
