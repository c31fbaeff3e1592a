/*
id: coredns-rbac-forbidden
title:
  en: "CoreDNS may not {verb} {resource}: its ClusterRole lacks the permission"
  zh: "CoreDNS 无权 {verb} {resource}：其 ClusterRole 缺少权限"
detail:
  en: "{times} refusals, the last at {last_at}; names of services do not resolve, or go stale."
  zh: "共拒绝 {times} 次，最后一次在 {last_at}；Service 的域名无法解析或已过时。"
severity: critical
confidence: certain
needs: [log:kube-dns]
causes:
  - {check: rbac-component-forbidden, when: same}
  - {check: dns-resolution-broken, when: cluster}
  - {check: pod-readiness-failing, when: uses}
  - {check: workload-unavailable, when: uses}
  - {check: kube-dns-crashloop, when: uses}
why:
  en: >-
    CoreDNS since 1.8.1 reads EndpointSlices. Its ClusterRole system:coredns is not a role that the API server repairs, so after an upgrade of the image alone the permission is not
    there: CoreDNS never gets ready, or answers with what it knew.
  zh: >-
    CoreDNS 自 1.8.1 起读取 EndpointSlice。其 ClusterRole system:coredns 不会被 API server 自动修复，只升级镜像时就会缺少该权限：
    CoreDNS 一直无法就绪，或只能用旧数据应答。
fix:
  - en: "Give it the permission"
    zh: "补上权限"
    run: "kubectl patch clusterrole system:coredns --type=json -p '[{\"op\":\"add\",\"path\":\"/rules/-\",\"value\":{\"apiGroups\":[\"discovery.k8s.io\"],\"resources\":[\"endpointslices\"],\"verbs\":[\"list\",\"watch\"]}}]'"
    if: slices
  - en: "Give it back what it needs of the core group"
    zh: "恢复其对核心资源的权限"
    run: "kubectl patch clusterrole system:coredns --type=json -p '[{\"op\":\"add\",\"path\":\"/rules/-\",\"value\":{\"apiGroups\":[\"\"],\"resources\":[\"endpoints\",\"services\",\"pods\",\"namespaces\"],\"verbs\":[\"list\",\"watch\"]}}]'"
    if: core
  - en: "Is the account bound to the role at all?"
    zh: "确认该账号已绑定此角色"
    run: "kubectl get clusterrolebinding system:coredns -o wide; kubectl auth can-i list {resource} --as=system:serviceaccount:{account_ns}:{name}"
verify: "kubectl -n {account_ns} logs -l k8s-app=kube-dns --tail 20"
*/
WITH
-- It asks again within a minute: silence says that it is mended.
told AS (
  SELECT *, captures ->> '$.account' AS account, captures ->> '$.account_ns' AS account_ns, captures ->> '$.resource' AS resource, captures ->> '$.verb' AS verb FROM said_lines
  WHERE signature = 'coredns-rbac-forbidden'
),
counted AS (
  SELECT *, count(*) FILTER (WHERE NOT starting) OVER (PARTITION BY account_ns, account) AS times, min(ts) OVER (PARTITION BY account_ns, account) AS first_ts, max(ts) OVER (PARTITION BY account_ns, account) AS last_ts,
    row_number() OVER (PARTITION BY account_ns, account ORDER BY ts DESC, log DESC) AS newest FROM told
)
SELECT 'serviceaccount/' || account_ns || '/' || account AS subject, file, line, text, ts, first_ts AS first_seen, node, account_ns, rx('^[a-z]+', resource) AS resource, verb, times, coalesce(iso(last_ts), '-') AS last_at,
  EXISTS (SELECT 1 FROM told t WHERE t.resource LIKE 'endpointslices%') AS slices, EXISTS (SELECT 1 FROM told t WHERE t.resource NOT LIKE 'endpointslices%') AS core
FROM counted
WHERE times >= 3 AND newest <= 3 AND (last_ts IS NULL OR last_ts > :now - 180000000)
ORDER BY subject, newest, file, line;
