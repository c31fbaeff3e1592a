/*
id: kube-dns-upstream-timeout
title:
  en: "kube-dns cannot reach its upstream DNS server {upstream}"
  zh: "kube-dns 无法访问上游 DNS 服务器 {upstream}"
detail:
  en: "{hits} forwarded requests timed out, the last at {last_at}; names inside the cluster still resolve."
  zh: "{hits} 个转发请求超时，最后一次在 {last_at}；集群内部域名仍可解析。"
severity: critical
needs: [log:kube-dns]
causes:
  - {check: dns-external-resolution-broken, when: cluster}
why:
  en: >-
    Lookups of names outside of the cluster are forwarded to the name server of the node's resolv.conf, and no answer comes back.
    Either the packets of the pod never leave its node (FORWARD policy DROP, IP forwarding off), or a firewall between the
    nodes and that server drops UDP and TCP port 53.
  zh: >-
    集群外的域名会转发给节点 resolv.conf 中的 DNS 服务器，但没有收到响应。可能是 Pod 的包根本没有离开节点（FORWARD 策略为 DROP、未开启 IP 转发），
    也可能是节点到该服务器之间的防火墙丢弃了 53 端口的 UDP 和 TCP。
fix:
  - en: "Does the node itself reach the server? When it does, the fault lies in forwarding"
    zh: "节点本身能否访问该服务器？如果能，问题在转发"
    run: "dig +time=3 +tries=1 @{upstream} kubernetes.io"
    on: "{on_node}"
  - en: "Forwarding must be on, and the policy of FORWARD must not drop"
    zh: "确认已开启转发，且 FORWARD 策略不是 DROP"
    run: "sysctl net.ipv4.ip_forward; iptables -S FORWARD | head -n 1; iptables -P FORWARD ACCEPT"
    on: "{on_node}"
verify: "kubectl -n kube-system logs -l k8s-app=kube-dns -c kubedns --tail 20"
*/
WITH
logged AS (
  SELECT h.*, json_extract(h.captures, '$.upstream') AS upstream,
    coalesce(s.subject, 'pod/kube-system/' || h.pod, 'cluster') AS subject,
    coalesce(s.node, h.node) AS pod_node
  FROM hits h
  LEFT JOIN pod_subjects s ON s.namespace = h.namespace AND s.pod = h.pod
  WHERE h.signature = 'kube-dns-upstream-timeout' AND h.role IS NOT 'container-log-previous' AND NOT h.copy
),
counted AS (
  SELECT *, row_number() OVER (PARTITION BY subject ORDER BY ts DESC, log DESC) AS newest,
    row_number() OVER (PARTITION BY subject ORDER BY ts, log) AS oldest,
    row_number() OVER (PARTITION BY subject, pod ORDER BY ts DESC, log DESC) AS newest_of_pod,
    count(*) OVER (PARTITION BY subject) AS hits, max(ts) OVER (PARTITION BY subject) AS last_ts
  FROM logged
),
-- The server asked is the cluster's own DNS service: a loop, not an upstream.
own AS (SELECT cluster_ip FROM services WHERE namespace = 'kube-system' AND name IN ('kube-dns', 'coredns'))
SELECT subject, file, line, text, ts, pod_node AS node, coalesce(pod_node, 'node') AS on_node, upstream, hits,
  coalesce(iso(last_ts), '-') AS last_at
FROM counted
WHERE hits >= 3 AND (newest <= 2 OR oldest = 1 OR newest_of_pod = 1) AND (last_ts IS NULL OR last_ts > :now - 3600000000)
  AND upstream NOT IN (SELECT cluster_ip FROM own WHERE cluster_ip IS NOT NULL)
ORDER BY subject, newest, file, line;
