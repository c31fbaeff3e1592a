/*
id: dns-external-resolution-broken
title:
  en: "Names outside of the cluster do not resolve; names inside do"
  zh: "集群外的域名无法解析，集群内的正常"
detail:
  en: "{what} {ready} DNS pod(s) are ready."
  zh: "{what_zh}有 {ready} 个 DNS Pod 就绪。"
severity: warning
needs: [[log:kube-dns, "capture:nodes/*/host/resolvers.txt"]]
why:
  en: >-
    The DNS pods are ready and answer for the cluster's own names; only what they must ask elsewhere fails. Pods can talk to services, and not to anything
    outside by name. Look at the upstream server, at the way to it, or at stubDomains and forward rules that name the wrong one.
  zh: >-
    DNS 的 Pod 处于就绪状态，能回答集群内的域名；只有需要转发的查询失败。Pod 可以访问集群内的 Service，但无法按域名访问外部。
    请检查上游 DNS、到它的网络，或写错的 stubDomains、forward 配置。
fix:
  - en: "Which upstream is configured: the node's resolv.conf, and the DNS configuration"
    zh: "确认上游配置：节点的 resolv.conf 和 DNS 的配置"
    run: "cat /etc/resolv.conf"
    on: "{on_node}"
  - en: "stubDomains, upstreamNameservers (kube-dns) or forward (CoreDNS)"
    zh: "kube-dns 的 stubDomains、upstreamNameservers，或 CoreDNS 的 forward"
    run: "kubectl -n kube-system get configmap kube-dns coredns -o yaml --ignore-not-found"
  - en: "Does the upstream answer from the node?"
    zh: "在节点上测试上游 DNS"
    run: "dig +time=3 +tries=1 @{upstream} kubernetes.io"
    on: "{on_node}"
verify: "kubectl -n kube-system logs -l k8s-app=kube-dns --all-containers --tail 20"
*/
WITH
logged AS (
  SELECT h.*, coalesce(h.captures ->> '$.upstream', rx('->\[?([0-9a-f.:]+?)\]?:53', h.text, 1)) AS upstream, coalesce(s.node, h.node) AS pod_node
  FROM hits h LEFT JOIN pod_subjects s ON s.namespace = h.namespace AND s.pod = h.pod
  WHERE h.signature IN ('kube-dns-upstream-timeout', 'kube-dns-forward-failed') AND h.role IS NOT 'container-log-previous'
    AND NOT (h.path GLOB 'nodes/*' AND EXISTS (SELECT 1 FROM files f WHERE f.pod = h.pod AND f.container IS h.container AND f.path GLOB 'cluster-resources/*' AND f.lines > 0))
    AND (h.pod IS NULL OR s.subject IS NOT NULL OR NOT EXISTS (SELECT 1 FROM lists WHERE resource = 'pods'))
),
counted AS (
  SELECT *, row_number() OVER (ORDER BY ts DESC, log DESC) AS newest, row_number() OVER (PARTITION BY pod_node ORDER BY ts DESC, log DESC) AS newest_of_node,
    count(*) OVER () AS hits, max(ts) OVER () AS last_ts
  FROM logged
),
dns AS (SELECT coalesce(max(ready), -1) AS ready FROM service_backends WHERE dns),
-- DNS pods ask the name servers of their node's resolv.conf, unless their configuration names others.
own_upstream AS (
  SELECT 1 FROM objects o WHERE o.kind = 'ConfigMap' AND o.namespace = 'kube-system' AND o.name IN ('coredns', 'kube-dns')
    AND (o.json ->> '$.data.upstreamNameservers' IS NOT NULL OR o.json ->> '$.data.Corefile' REGEXP '(?m)^\s*(forward|proxy)\s+\.\s+(?!/)')
),
asked AS (
  SELECT f.node, l.file, l.line, l.text, field(l.text, 1) AS server, c.started AS ts, l.text GLOB '* answers' AS answers
  FROM files f JOIN lines l ON l.file = f.id LEFT JOIN captures c ON c.file = f.id
  WHERE f.path GLOB 'nodes/*/host/resolvers.txt'
),
deaf AS (
  SELECT a.*, row_number() OVER (ORDER BY a.node, a.line) AS n FROM asked a
  WHERE NOT EXISTS (SELECT 1 FROM asked x WHERE x.node = a.node AND x.answers) AND NOT EXISTS (SELECT 1 FROM own_upstream)
    AND a.node IN (SELECT p.node FROM service_pods p JOIN service_backends b ON b.namespace = p.namespace AND b.name = p.name AND b.dns)
),
told AS (
  SELECT 0 AS seq, c.newest AS n, c.file, c.line, c.text, c.ts, c.pod_node AS node, c.upstream,
    c.hits || ' lookups forwarded to ' || (SELECT x.upstream FROM counted x WHERE x.newest = 1) || ' failed, the last at ' || coalesce(iso(c.last_ts), '-') || '.' AS what,
    '转发到 ' || (SELECT x.upstream FROM counted x WHERE x.newest = 1) || ' 的 ' || c.hits || ' 次查询失败，最后一次在 ' || coalesce(iso(c.last_ts), '-') || '。' AS what_zh
  FROM counted c, dns
  -- A server that has no ready pod resolves nothing at all, neither inside nor outside.
  WHERE c.hits >= 3 AND dns.ready <> 0 AND (c.last_ts IS NULL OR :now IS NULL OR c.last_ts > :now - 3600000000)
    AND (c.newest <= 2 OR c.newest_of_node = 1)
    AND c.upstream NOT IN (SELECT cluster_ip FROM services WHERE cluster_ip IS NOT NULL)
  UNION ALL
  SELECT 1, d.n, d.file, d.line, d.text, d.ts, d.node, d.server,
    'No name server of ' || (SELECT count(DISTINCT node) FROM deaf) || ' node(s) with DNS pods answers.', '有 ' || (SELECT count(DISTINCT node) FROM deaf) || ' 个运行 DNS Pod 的节点，其上游 DNS 均无响应。'
  FROM deaf d, dns WHERE dns.ready > 0
)
SELECT 'cluster' AS subject, t.file, t.line, t.text, t.ts, t.node, coalesce((SELECT x.upstream FROM told x ORDER BY x.seq, x.n LIMIT 1), 'SERVER') AS upstream,
  t.what, t.what_zh, CASE WHEN dns.ready < 0 THEN '?' ELSE dns.ready END AS ready, coalesce(t.node, 'node') AS on_node,
  CASE WHEN dns.ready < 0 THEN 'possible' WHEN t.seq = 0 THEN 'certain' ELSE 'likely' END AS confidence
FROM told t, dns
ORDER BY t.seq, t.n, t.file, t.line;
