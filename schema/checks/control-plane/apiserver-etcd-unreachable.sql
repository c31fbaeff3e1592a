/*
id: apiserver-etcd-unreachable
title:
  en: "The API server of {place} cannot reach etcd"
  zh: "{place} 的 API server 无法连接 etcd"
detail:
  en: "{hits} failed attempts in its log, the last at {last_at}: {error}"
  zh: "日志中有 {hits} 次连接失败，最后一次在 {last_at}：{error}"
severity: critical
needs: [log:kube-apiserver]
causes:
  - {check: kubelet-node-status-update-failing, when: cluster}
  - {check: apiserver-down, when: cluster}
  - {check: kcm-down, when: cluster}
  - {check: scheduler-down, when: cluster}
  - {check: pod-crashloop, when: pod-on-node}
  - {check: node-not-ready-unknown, when: cluster}
  - {check: controllers-stalled, when: cluster}
  - {check: pod-pending-never-attempted, when: cluster}
  - {check: kcm-leader-lost, when: cluster}
  - {check: endpoints-stale, when: cluster}
  - {check: apiserver-request-timeouts, when: cluster}
why:
  en: >-
    The API server keeps dialling etcd in vain, to the end of its log. Until that works it answers nothing useful and its
    probes restart it. Refused means that nothing listens (etcd is down or listens elsewhere); timeouts mean a firewall, a
    network or a hanging disk; TLS errors mean certificates.
  zh: >-
    API server 一直在尝试连接 etcd，直到日志末尾仍未成功。在此之前它无法正常响应，并会被探针反复重启。
    refused 表示没有进程监听（etcd 停止或监听在别处）；timeout 表示防火墙、网络或磁盘卡住；TLS 错误表示证书有问题。
fix:
  - en: "See which etcd it dials, and whether that runs"
    zh: "查看它连接的 etcd 地址，以及 etcd 是否在运行"
    run: "ps -eo args | grep -o -e '--etcd-servers=[^ ]*'; ss -lntp | grep 2379"
    on: "{node}"
  - en: "Ask etcd itself"
    zh: "直接检查 etcd 的健康状态"
    run: "ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key endpoint health"
    on: "{node}"
verify: "kubectl get --raw /readyz/etcd"
*/
WITH
api AS (SELECT answered FROM api_state),
lines_of AS (
  SELECT h.node, h.pod, h.path, h.file, h.line, h.ts, h.text, json_extract(h.captures, '$.error') AS error,
    row_number() OVER (PARTITION BY coalesce(h.node, h.pod, h.path) ORDER BY h.ts DESC, h.log DESC) AS newest,
    row_number() OVER (PARTITION BY coalesce(h.node, h.pod, h.path) ORDER BY h.ts, h.log) AS oldest,
    count(*) OVER (PARTITION BY coalesce(h.node, h.pod, h.path)) AS hits,
    max(h.ts) OVER (PARTITION BY coalesce(h.node, h.pod, h.path)) AS last_ts
  FROM hits h
  WHERE h.signature = 'apiserver-etcd-unreachable' AND h.role IS NOT 'container-log-previous' AND NOT h.copy
),
-- Where the log of each API server ends: a frozen or dead one has said nothing since.
ends AS MATERIALIZED (
  SELECT f.node, f.pod, max(l.ts) AS ts
  FROM files f JOIN log_lines l ON l.id BETWEEN f.first_log AND f.last_log
  WHERE f.unit = 'kube-apiserver' AND f.role IS NOT 'container-log-previous' GROUP BY f.node, f.pod
),
-- Every API server logs a few while etcd starts. A sickness lasts: to the collection when the API still answers, and to the
-- last words of the log when it does not.
lasting AS (
  SELECT l.* FROM lines_of l, api a
  WHERE l.hits >= 3
    -- One that is frozen by a signal says nothing of etcd any more.
    AND NOT EXISTS (SELECT 1 FROM node_components c WHERE c.node = l.node AND c.component = 'kube-apiserver' AND c.state = 'stopped')
    AND CASE WHEN a.answered THEN l.last_ts > :now - 60000000
      ELSE l.last_ts > :now - 600000000
        AND l.last_ts >= (SELECT max(e.ts) FROM ends e WHERE e.node IS l.node AND (e.pod IS l.pod OR l.node IS NOT NULL)) - 20000000 END
)
SELECT coalesce('node/' || node, 'pod/kube-system/' || pod, 'cluster') AS subject, file, line, text,
  CASE WHEN oldest = 1 THEN ts END AS first_seen, node, hits, iso(last_ts) AS last_at,
  coalesce(first_value(error) OVER (PARTITION BY coalesce(node, pod, path) ORDER BY newest), '-') AS error,
  coalesce(node, pod, 'the cluster') AS place
FROM lasting
WHERE newest <= 3 OR oldest = 1
ORDER BY subject, newest, file, line;
