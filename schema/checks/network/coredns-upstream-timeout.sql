/*
id: coredns-upstream-timeout
title:
  en: "CoreDNS gets no answer from its upstream DNS server {upstream}"
  zh: "CoreDNS 得不到上游 DNS 服务器 {upstream} 的响应"
detail:
  en: "{times} queries for {names} names timed out within half an hour, the last at {last_at} ({example})."
  zh: "半小时内有 {times} 次查询（{names} 个域名）超时，最后一次在 {last_at}（{example}）。"
severity: warning
needs: [log:kube-dns]
causes:
  - {check: dns-external-resolution-broken, when: cluster}
why:
  en: >-
    Names outside of the cluster are forwarded to this server, and no answer came in time. It is overloaded or not reachable from the nodes, limits the rate of queries, or UDP is lost
    on the way. CoreDNS's own probe (HINFO), and names of a single word, which come from search lists, are not counted.
  zh: >-
    集群外的域名会转发给该服务器，但没有及时得到响应：它过载、从节点不可达、限制了查询速率，或途中丢失 UDP 包。
    CoreDNS 自身的探测（HINFO）以及由搜索域产生的单词域名不计在内。
fix:
  - en: "Does the server answer from the node?"
    zh: "在节点上测试该服务器"
    run: "for i in 1 2 3 4 5; do dig +time=2 +tries=1 @{upstream} kubernetes.io | grep -E 'Query time|timed out'; done"
    on: "{on_node}"
  - en: "Name a server that answers in the Corefile (forward . ADDRESS), or ask over TCP (force_tcp) where UDP is lost"
    zh: "在 Corefile 中写明可用的服务器（forward . 地址）；如果 UDP 丢包，使用 force_tcp"
    run: "kubectl -n kube-system edit configmap coredns"
  - en: "Many queries: more replicas, so that they come from more addresses"
    zh: "查询量大：增加副本数，分散来源地址"
    run: "kubectl -n kube-system get deployment coredns; kubectl -n kube-system scale deployment coredns --replicas=3"
verify: "kubectl -n kube-system logs -l k8s-app=kube-dns --tail 20"
refs: ["https://coredns.io/plugins/forward/"]
*/
WITH
told AS (
  SELECT *, captures ->> '$.upstream' AS upstream, captures ->> '$.name' AS name FROM said_lines
  WHERE signature = 'coredns-upstream-timeout' AND NOT starting AND (ts IS NULL OR ts > :now - 1800000000)
),
counted AS (
  SELECT *, count(*) OVER w AS times, max(ts) OVER w AS last_ts, row_number() OVER (PARTITION BY upstream ORDER BY ts DESC, log DESC) AS newest,
    row_number() OVER (PARTITION BY upstream, place ORDER BY ts DESC, log DESC) AS newest_of_place
  FROM told
  -- The cluster's own DNS, or a cache on the node, is no upstream.
  WHERE instr(name, '.') > 0 AND upstream NOT LIKE '169.254.%' AND upstream NOT IN (SELECT cluster_ip FROM services WHERE cluster_ip IS NOT NULL)
  WINDOW w AS (PARTITION BY upstream)
)
SELECT 'cluster' AS subject, file, line, text, ts, node, upstream, times, coalesce(iso(last_ts), '-') AS last_at, coalesce(node, 'node') AS on_node,
  (SELECT count(DISTINCT t.name) FROM counted t WHERE t.upstream = c.upstream) AS names, (SELECT t.name FROM counted t WHERE t.upstream = c.upstream AND t.newest = 1) AS example
FROM counted c
WHERE times >= 5 AND (newest <= 2 OR newest_of_place = 1) AND (last_ts IS NULL OR last_ts > :now - 600000000)
ORDER BY times DESC, upstream, newest, file, line;
