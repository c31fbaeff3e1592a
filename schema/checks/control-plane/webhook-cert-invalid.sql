/*
id: webhook-cert-invalid
title:
  en: "The certificate of admission webhook {webhook} is not accepted"
  zh: "准入 webhook {webhook} 的证书未通过校验"
detail:
  en: "{times} refused, the last at {last_at}: {error}"
  zh: "共拒绝 {times} 次，最后一次在 {last_at}：{error}"
severity: critical
confidence: certain
needs: [[events, "log:kube-apiserver", deployments]]
causes:
  - {check: workload-unavailable, when: uses}
  - {check: kubelet-static-pod-mirror-failed, when: cluster}
why:
  en: >-
    The API server checks the webhook's certificate against caBundle of its configuration and against the name SERVICE.NAMESPACE.svc. It has expired, another CA
    signed it (the operator was installed anew and caBundle stayed), or it lacks the name. With failurePolicy Fail all requests that its rules cover are refused.
  zh: >-
    API server 用配置中的 caBundle 和名称 SERVICE.NAMESPACE.svc 校验 webhook 的证书。证书可能已过期、由其他 CA 签发（重装后 caBundle 未更新），或不含该名称。
    failurePolicy 为 Fail 时，规则覆盖的所有请求都会被拒绝。
fix:
  - en: "Which CA does the API server expect, and until when is it good?"
    zh: "查看 API server 期望的 CA 及其有效期"
    run: "kubectl get {config} -o jsonpath='{.webhooks[0].clientConfig.caBundle}' | base64 -d | openssl x509 -noout -subject -enddate"
  - en: "Let its operator make certificate and caBundle anew; most do when their pods start"
    zh: "让组件重新生成证书和 caBundle；多数组件在 Pod 重启时会处理"
    run: "kubectl -n {service_namespace} rollout restart deployment"
    if: service_namespace
  - en: "In an emergency let requests pass until it is mended: set failurePolicy to Ignore"
    zh: "紧急情况下先放行请求：将 failurePolicy 改为 Ignore"
    run: "kubectl edit {config}"
verify: "kubectl get events --all-namespaces --field-selector reason=FailedCreate"
refs: ["https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/"]
*/
WITH
told AS (
  SELECT rx('failed calling webhook,? "([^"]+)"', f.message, 1) AS webhook, rx('(?:x509|tls): .*', f.message) AS error, f.file, f.line, NULL AS text, f.first_seen AS ts,
    coalesce(f.last_seen, :now) AS last_seen, coalesce(f.count, 1) AS count, 1 AS once
  FROM creation_failures f
  WHERE f.message REGEXP '[Ff]ailed calling webhook.*(x509: |tls: )' AND (f.event = 0 OR f.last_seen > :now - 1800000000)
  UNION ALL
  SELECT coalesce(s.captures ->> '$.webhook', s.captures ->> '$.short'), s.captures ->> '$.error', s.file, s.line, s.text, s.ts, s.ts, 1, 0
  FROM said s WHERE s.signature = 'webhook-cert-invalid' AND (s.ts IS NULL OR s.ts > :now - 1800000000)
),
-- One refused call may be a renewal just then; an owner that cannot make its pods is a fault at once.
sick AS (
  SELECT webhook, sum(count) AS times, max(last_seen) AS last_seen FROM told WHERE webhook IS NOT NULL GROUP BY webhook HAVING max(once) OR count(*) >= 3
),
configs AS (
  SELECT w.value ->> '$.name' AS webhook, min(lower(o.kind) || '/' || o.name) AS config, min(w.value ->> '$.clientConfig.service.namespace') AS service_namespace
  FROM objects o, json_each(o.json, '$.webhooks') w
  WHERE o.kind IN ('ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration') GROUP BY 1
),
newest AS (
  SELECT t.*, coalesce(c.config, 'webhook/' || t.webhook) AS subject, coalesce(c.config, 'validatingwebhookconfigurations') AS config, c.service_namespace,
    s.times, s.last_seen AS last_of_all, row_number() OVER (PARTITION BY coalesce(c.config, t.webhook), t.once ORDER BY t.last_seen DESC, t.file, t.line) AS n
  FROM told t JOIN sick s USING (webhook) LEFT JOIN configs c USING (webhook)
)
SELECT subject, file, line, text, ts, webhook, config, service_namespace, times, coalesce(iso(last_of_all), '-') AS last_at, substr(replace(error, char(10), ' '), 1, 300) AS error
FROM newest WHERE n <= 4
ORDER BY subject, once DESC, n, file, line;
