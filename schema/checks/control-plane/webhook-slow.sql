/*
id: webhook-slow
title:
  en: "Webhook {webhook} may hold every request for {seconds} seconds"
  zh: "webhook {webhook} 可能使每个请求等待 {seconds} 秒"
severity: warning
confidence: certain
advice: true
needs: [[validatingwebhookconfigurations, mutatingwebhookconfigurations]]
why:
  en: >-
    Its timeout is long, failurePolicy is Fail and its rules cover pods or everything. When it does not answer each such request waits that long, clients
    give up before (the API server ends a request after 60 s, leases are renewed every 2 to 10 s), and the API server seems to hang.
  zh: >-
    它的超时很长，failurePolicy 为 Fail，规则覆盖 Pod 或所有资源。一旦没有响应，每个请求都要等这么久，客户端会先放弃（API server 的请求上限为 60 秒，
    租约每 2 到 10 秒续一次），看上去像 API server 卡死。
fix:
  - en: "Five seconds are plenty for a webhook that works"
    zh: "正常工作的 webhook，5 秒足够"
    run: "kubectl patch {kind} {name} --type=json -p '[{\"op\":\"replace\",\"path\":\"/webhooks/{index}/timeoutSeconds\",\"value\":5}]'"
  - en: "Narrow its rules to what it really checks"
    zh: "把规则收窄到真正需要检查的资源"
    run: "kubectl edit {kind} {name}"
refs: ["https://kubernetes.io/docs/concepts/cluster-administration/admission-webhooks-good-practices/"]
*/
SELECT lower(o.kind) || '/' || o.name AS subject, o.file, json_line(o.json, o.line, w.value ->> '$.name') AS line, lower(o.kind) AS kind, o.name, w.value ->> '$.name' AS webhook,
  w.key AS "index", coalesce(w.value ->> '$.timeoutSeconds', 30) AS seconds
FROM objects o, json_each(o.json, '$.webhooks') w
WHERE o.kind IN ('ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration')
  AND coalesce(w.value ->> '$.timeoutSeconds', CASE WHEN o.api_version LIKE '%v1beta1' THEN 30 ELSE 10 END) > 10
  AND coalesce(w.value ->> '$.failurePolicy', CASE WHEN o.api_version LIKE '%v1beta1' THEN 'Ignore' ELSE 'Fail' END) = 'Fail'
  AND EXISTS (SELECT 1 FROM json_each(w.value, '$.rules') r, json_each(r.value, '$.resources') x WHERE x.value IN ('*', '*/*', 'pods', 'pods/*'))
ORDER BY subject, w.key;
