/*
id: webhook-unreachable
title:
  en: "The API server cannot reach admission webhook {webhook} and refuses requests"
  zh: "API server 无法访问准入 webhook {webhook}，请求被拒绝"
detail:
  en: "{times} refused, the last at {last_at}; {workloads} workload(s) cannot create pods. {message}"
  zh: "共拒绝 {times} 次，最后一次在 {last_at}；{workloads} 个工作负载无法创建 Pod。{message}"
severity: critical
confidence: certain
needs: [[events, "log:kube-apiserver", deployments]]
causes:
  - {check: workload-unavailable, when: uses}
  - {check: kubelet-static-pod-mirror-failed, when: cluster}
  - {check: namespace-stuck-terminating, when: cluster}
why:
  en: >-
    A webhook with failurePolicy Fail that does not answer blocks everything its rules cover. "refused" means that nothing listens at the
    service's address or that it has no endpoint, "not found" that the service is gone; a time-out means that packets from the API server (on the host's
    network) do not reach the pod: firewall, pod network, or the webhook's own load.
  zh: >-
    failurePolicy 为 Fail 的 webhook 没有响应时，会阻塞其规则覆盖的所有请求。refused 表示 Service 地址上没有监听或没有后端；not found 表示 Service 已不存在；
    超时表示 API server（使用主机网络）的包到不了 Pod：可能是防火墙、Pod 网络，或 webhook 自身过载。
fix:
  - en: "Which configuration is it, and which service does it call?"
    zh: "是哪个配置，调用哪个 Service？"
    run: "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations -o custom-columns=KIND:.kind,NAME:.metadata.name,HOOKS:.webhooks[*].name,SERVICES:.webhooks[*].clientConfig.service.name"
  - en: "Mend what is behind it: pods, endpoints, network from the control plane to its port"
    zh: "修复它的后端：Pod、Endpoints、控制面到其端口的网络"
    run: "kubectl get endpoints --all-namespaces"
  - en: "In an emergency let requests pass (admission by this webhook ends until you set it back)"
    zh: "紧急情况下先放行请求（在改回之前，该 webhook 的检查不生效）"
    run: "kubectl edit {config}"
verify: "kubectl get events --all-namespaces --field-selector reason=FailedCreate"
refs: ["https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#failure-policy"]
*/
WITH
told AS (
  SELECT rx('failed calling webhook,? "([^"]+)"', f.message, 1) AS webhook, f.message, f.file, f.line, NULL AS text, f.first_seen AS ts,
    coalesce(f.last_seen, :now) AS last_seen, coalesce(f.count, 1) AS count, f.subject AS workload, 1 AS once
  FROM creation_failures f
  WHERE f.message REGEXP '[Ff]ailed calling webhook,? .*(connection refused|no route to host|i/o timeout|context deadline exceeded|EOF|no endpoints available for service|service "[^"]+" not found|Client\.Timeout)'
    AND (f.event = 0 OR f.last_seen > :now - 1800000000)
  UNION ALL
  SELECT coalesce(h.captures ->> '$.webhook', h.captures ->> '$.short'), h.text, h.file, h.line, h.text, h.ts, h.ts, 1, NULL, 0
  FROM hits h WHERE h.signature = 'webhook-call-failed' AND (h.ts IS NULL OR h.ts > :now - 1800000000) AND h.role IS NOT 'container-log-previous'
    -- The same container's log lies in the node's own folder, too.
    AND h.path NOT GLOB 'nodes/*/var-log/pods/*'
),
-- One refused call in a log may be a restart of the webhook's pod; an owner that cannot make its pods is a fault at once.
sick AS (
  SELECT webhook, sum(count) AS times, max(last_seen) AS last_seen, count(DISTINCT workload) AS workloads
  FROM told WHERE webhook IS NOT NULL GROUP BY webhook
  HAVING max(once) OR count(*) >= 3
),
configs AS (
  SELECT s.webhook, min(lower(o.kind) || '/' || o.name) AS config
  FROM sick s JOIN objects o ON o.kind IN ('ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration')
  JOIN json_each(o.json, '$.webhooks') w ON w.value ->> '$.name' = s.webhook
  GROUP BY s.webhook
),
newest AS (
  SELECT t.*, coalesce(c.config, 'webhook/' || t.webhook) AS subject, coalesce(c.config, 'validatingwebhookconfigurations') AS config, s.times,
    s.last_seen AS last_of_all, s.workloads,
    row_number() OVER (PARTITION BY coalesce(c.config, t.webhook), t.once ORDER BY t.last_seen DESC, t.file, t.line) AS n
  FROM told t JOIN sick s ON s.webhook = t.webhook LEFT JOIN configs c ON c.webhook = t.webhook
)
SELECT subject, file, line, text, ts, webhook, config, times, workloads, coalesce(iso(last_of_all), '-') AS last_at,
  substr(replace(message, char(10), ' '), 1, 500) AS message
FROM newest
-- The configuration is not there any more: whoever was refused is not from now on.
WHERE n <= 4 AND (config LIKE '%/%' OR NOT EXISTS (SELECT 1 FROM lists WHERE resource = 'validatingwebhookconfigurations')
  OR NOT EXISTS (SELECT 1 FROM lists WHERE resource = 'mutatingwebhookconfigurations'))
ORDER BY subject, once DESC, n, file, line;
