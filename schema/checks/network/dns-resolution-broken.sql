/*
id: dns-resolution-broken
title:
  en: "The cluster's DNS does not answer: service {namespace}/{name} has no ready pod"
  zh: "集群 DNS 不可用：Service {namespace}/{name} 没有就绪的 Pod"
detail:
  en: "{pods} DNS pod(s), none ready; {waiting} address(es) wait. Every lookup of a name inside of pods fails."
  zh: "共 {pods} 个 DNS Pod，均未就绪；{waiting} 个地址等待就绪。Pod 内的所有域名解析都会失败。"
severity: critical
confidence: certain
needs: [services, [endpoints, endpointslices]]
causes:
  - {check: dashboard-crash-apiserver-unreachable, when: uses}
  - {check: service-unreachable, when: same}
why:
  en: >-
    All pods ask this one service for names, those of the cluster and those outside. With no ready pod behind it lookups are refused or time
    out, and most programs report that as a fault of something else. This is an effect: the DNS pods or their absence say why.
  zh: >-
    所有 Pod 的域名解析（集群内外）都依赖这个 Service。没有就绪的后端时，查询会被拒绝或超时，多数程序会把它报成别的错误。
    这是结果：原因要看 DNS 的 Pod，或为什么没有 Pod。
fix:
  - en: "What do the DNS pods say?"
    zh: "查看 DNS 的 Pod"
    run: "kubectl -n {namespace} get pods -l k8s-app=kube-dns -o wide; kubectl -n {namespace} logs -l k8s-app=kube-dns --all-containers --tail 30"
  - en: "Are there any replicas?"
    zh: "副本数是否为 0？"
    run: "kubectl -n {namespace} get deployments -l k8s-app=kube-dns"
verify: "kubectl -n {namespace} get endpoints {name}"
refs: ["https://kubernetes.io/docs/tasks/administer-cluster/dns-debugging-resolution/"]
*/
WITH
sick AS (
  SELECT b.* FROM service_backends b WHERE b.dns AND b.ready = 0
    AND (b.listed OR EXISTS (SELECT 1 FROM lists l WHERE l.resource IN ('endpoints', 'endpointslices') AND (l.namespace IS NULL OR l.namespace = b.namespace)))
),
members AS (
  SELECT p.*, row_number() OVER (PARTITION BY p.namespace, p.name ORDER BY p.pod) AS n
  FROM service_pods p JOIN sick s ON s.namespace = p.namespace AND s.name = p.name
),
-- A cluster that is being set up has no ready DNS for a minute or two.
old AS (
  SELECT s.* FROM sick s JOIN objects o ON o.id = s.object
  WHERE (o.created IS NULL OR :now - o.created > 180000000)
    AND NOT EXISTS (SELECT 1 FROM members m JOIN pod_conditions c ON c.namespace = m.namespace AND c.pod = m.pod AND c.type = 'Ready'
      WHERE m.namespace = s.namespace AND m.name = s.name AND :now - c.last_transition < 15000000)
),
evidence AS (
  SELECT s.namespace, s.name, 0 AS seq, o.file, CASE WHEN s.waiting > 0 AND o.kind = 'Endpoints' THEN json_key(o.json, o.line, 'notReadyAddresses') ELSE json_line(o.json, o.line, s.name) END AS line, NULL AS node, NULL AS ts
  FROM old s JOIN objects o ON o.id = coalesce(s.backend_object, s.object)
  UNION ALL
  SELECT m.namespace, m.name, m.n, m.file, CASE WHEN coalesce(c.message, '') = '' THEN json_key(o.json, o.line, 'phase') ELSE json_line(o.json, o.line, c.message) END, m.node, c.last_transition
  FROM members m JOIN objects o ON o.id = m.object
  LEFT JOIN pod_conditions c ON c.namespace = m.namespace AND c.pod = m.pod AND c.type = 'Ready'
  WHERE m.n <= 10
)
SELECT 'service/' || s.namespace || '/' || s.name AS subject, e.file, e.line, e.ts, e.node, s.namespace, s.name, s.waiting,
  (SELECT count(*) FROM members m WHERE m.namespace = s.namespace AND m.name = s.name) AS pods
FROM old s JOIN evidence e ON e.namespace = s.namespace AND e.name = s.name
ORDER BY s.namespace, s.name, e.seq, e.file, e.line;
