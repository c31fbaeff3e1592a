/*
id: etcd-no-leader
title:
  en: "etcd has no leader ({place})"
  zh: "etcd 没有 leader（{place}）"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
needs: [[log:etcd, log:kube-apiserver, "capture:etcd/*/endpoint-status.json", "capture:etcd/*/endpoint-health.json", metrics]]
causes:
  - {check: apiserver-etcd-unreachable, when: cluster}
  - {check: apiserver-down, when: cluster}
  - {check: kcm-down, when: cluster}
  - {check: scheduler-down, when: cluster}
  - {check: kcm-leader-lost, when: cluster}
  - {check: node-not-ready-unknown, when: cluster}
  - {check: controllers-stalled, when: cluster}
  - {check: pod-pending-never-attempted, when: cluster}
  - {check: hpa-metrics-unavailable, when: cluster}
  - {check: endpoints-stale, when: cluster}
  - {check: kubelet-node-status-update-failing, when: cluster}
  - {check: apiserver-request-timeouts, when: cluster}
  - {check: kubelet-lease-failing, when: cluster}
why:
  en: >-
    etcd writes only with the consent of more than half of its members. Without a leader it takes no writes and no ordinary reads, so
    the API server answers with errors and time-outs, kubelets cannot report and leases are lost. If one member says this, that member
    is cut off; if all do, the majority is gone. One election at the start of a member is normal.
  zh: >-
    etcd 的写入需要超过半数成员同意。没有 leader 时既不能写入也不能正常读取，API server 会报错或超时，kubelet 无法上报状态，租约也会丢失。
    只有一个成员这样报告，说明该成员被隔离；所有成员都如此，说明多数派已丢失。成员启动时发生一次选举属于正常现象。
fix:
  - en: "Which members are there, and which of them answer?"
    zh: "查看有哪些成员，哪些能响应"
    run: "ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key endpoint status --cluster -w table"
    on: "{node}"
  - en: "Bring back a majority: start the members that are down, open port 2380 between them"
    zh: "恢复多数派：启动停止的成员，放通成员之间的 2380 端口"
    run: "ss -ltnp | grep -E ':(2379|2380) '; systemctl status etcd --no-pager | head -n 5"
    on: "{node}"
  - en: "The majority is lost for good: restore a snapshot as a new cluster. This throws away everything written after the snapshot"
    zh: "多数派无法恢复：用快照恢复为新集群。快照之后写入的数据会丢失"
    run: "ETCDCTL_API=3 etcdctl snapshot restore SNAPSHOT.db --data-dir /var/lib/etcd-restored"
    on: "{node}"
verify: "kubectl get --raw /readyz/etcd"
refs: ["https://etcd.io/docs/v3.5/op-guide/recovery/"]
*/
WITH
said AS (
  SELECT coalesce(h.node, p.node, h.pod, h.path) AS node, h.file, h.line, h.text, h.ts, h.log
  FROM hits h LEFT JOIN pods p ON p.namespace = h.namespace AND p.name = h.pod
  WHERE h.signature = 'etcd-no-leader' AND h.role IS NOT 'container-log-previous'
),
elected AS (
  SELECT coalesce(h.node, p.node, h.pod, h.path) AS node, max(h.ts) AS ts
  FROM hits h LEFT JOIN pods p ON p.namespace = h.namespace AND p.name = h.pod
  WHERE h.signature = 'etcd-leader-elected' GROUP BY 1
),
-- Since a leader was there for the last time, three times or more, and to the end: an election takes a second or two.
logs AS (
  SELECT s.*, count(*) OVER w AS hits, max(s.ts) OVER w AS last_ts, min(s.ts) OVER w AS first_ts, row_number() OVER (PARTITION BY s.node ORDER BY s.log DESC) AS newest
  FROM said s LEFT JOIN elected e ON e.node = s.node
  WHERE s.ts > coalesce(e.ts, 0)
  WINDOW w AS (PARTITION BY s.node)
),
lasting AS (SELECT * FROM logs WHERE hits >= 3 AND last_ts > :now - 180000000 AND last_ts - first_ts > 5000000),
-- etcdctl and the member's own metric.
asked AS (
  SELECT f.node, d.file, json_line(d.json, 1, json_extract(x.value, '$.Endpoint')) AS line,
    'leader 0 at ' || json_extract(x.value, '$.Endpoint') AS text
  FROM files f JOIN documents d ON d.file = f.id, json_each(CASE WHEN json_valid(d.json) THEN d.json ELSE '[]' END) x
  WHERE f.path GLOB 'etcd/*/endpoint-status.json' AND json_type(x.value) = 'object'
    AND (coalesce(json_extract(x.value, '$.Status.leader'), 0) = 0 AND json_extract(x.value, '$.Status.header') IS NOT NULL
      OR x.value LIKE '%etcdserver: no leader%')
  UNION ALL
  SELECT f.node, d.file, 1, NULL
  FROM files f JOIN documents d ON d.file = f.id
  WHERE f.path GLOB 'etcd/*/endpoint-health.json' AND d.json LIKE '%etcdserver: no leader%'
  UNION ALL
  SELECT m.node, m.file, m.line, NULL FROM metrics m
  WHERE m.name = 'etcd_server_has_leader' AND m.value = 0
),
evidence AS (
  SELECT node, 1 AS seq, file, line, text, NULL AS ts FROM asked
  UNION ALL
  SELECT node, 1 + newest, file, line, text, ts FROM lasting WHERE newest <= 3
),
counted AS (SELECT count(DISTINCT node) AS n FROM evidence)
SELECT coalesce('node/' || e.node, 'cluster') AS subject, e.file, e.line, e.text, e.ts, e.node, coalesce(e.node, 'cluster') AS place,
  c.n || ' of ' || max((SELECT count(*) FROM node_components WHERE component = 'etcd'), c.n) || ' member(s) that this bundle shows say so.' AS what,
  '本包中共有 ' || max((SELECT count(*) FROM node_components WHERE component = 'etcd'), c.n) || ' 个成员，其中 ' || c.n || ' 个这样报告。' AS what_zh
FROM evidence e, counted c
ORDER BY 1, e.seq, e.file, e.line;
