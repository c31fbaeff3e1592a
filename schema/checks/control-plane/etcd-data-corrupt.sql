/*
id: etcd-data-corrupt
title:
  en: "The data of etcd on {node} are damaged"
  zh: "节点 {node} 上的 etcd 数据已损坏"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
confidence: certain
needs: [[log:etcd, "capture:etcd/*/alarm-list.txt"]]
causes:
  - {check: etcd-down, when: [same, same-node]}
  - {check: apiserver-etcd-unreachable, when: cluster}
  - {check: apiserver-down, when: cluster}
  - {check: etcd-no-leader, when: cluster}
why:
  en: >-
    etcd found its write-ahead log, a snapshot or its database inconsistent, and ends rather than serve wrong data. Behind it is mostly a loss of
    power, a full disk or a failing one; versions 3.5.0 to 3.5.2 could do it by themselves. Restarting does not help. Save a copy of
    the data of a healthy member before anything else.
  zh: >-
    etcd 发现预写日志（WAL）、快照或数据库不一致，为避免返回错误数据而退出。通常由断电、磁盘写满或磁盘故障引起；3.5.0 到 3.5.2 版本自身也有此缺陷。
    重启无效。动手之前，先备份一个健康成员的数据。
fix:
  - en: "A healthy member is left: take a snapshot there first"
    zh: "还有健康成员：先在该成员上做快照"
    run: "ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key snapshot save /root/etcd-snapshot.db"
  - en: "Look for the cause: disk errors, full disk"
    zh: "查找原因：磁盘错误、磁盘写满"
    run: "dmesg -T | grep -iE 'I/O error|ext4|xfs|nvme|ata' | tail -n 20; df -h /var/lib/etcd"
    on: "{node}"
  - en: "Keep the damaged data aside (a copy, nothing is deleted)"
    zh: "保留损坏的数据（仅复制，不删除）"
    run: "cp -a /var/lib/etcd /root/etcd-damaged"
    on: "{node}"
  - en: "Majority healthy: remove this member, empty its data folder, add it again. No healthy member: restore the last snapshot, what came after it is lost"
    zh: "多数派健康：移除该成员、清空其数据目录后重新加入。没有健康成员：从最近的快照恢复，之后的数据会丢失"
    run: "ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key member list -w table"
verify: "kubectl get --raw /readyz/etcd"
refs: ["https://etcd.io/docs/v3.5/op-guide/data_corruption/"]
*/
WITH
-- One such line is enough.
said AS (
  SELECT coalesce(h.node, p.node, h.pod, h.path) AS node, h.file, h.line, h.text, h.ts, row_number() OVER (PARTITION BY coalesce(h.node, p.node, h.pod, h.path) ORDER BY h.log DESC) AS newest,
    rx('((?:walpb: crc mismatch|crc mismatch|failed to find database snapshot file|freepages|already freed|raft log corrupted|found data inconsistency)[^\\"]{0,120})', h.text, 1) AS what
  FROM hits h LEFT JOIN pods p ON p.namespace = h.namespace AND p.name = h.pod
  WHERE h.signature = 'etcd-data-corrupt'
  UNION ALL
  SELECT coalesce(f.node, rx('^etcd/([^/]+)/', f.path, 1)), l.file, l.line, l.text, NULL, 0, l.text
  FROM files f JOIN lines l ON l.file = f.id
  WHERE f.path GLOB 'etcd/*/alarm-list.txt' AND l.text LIKE '%CORRUPT%'
)
SELECT 'node/' || node AS subject, file, line, text, ts, node,
  'It says: ' || coalesce(what, substr(text, 1, 160)) AS what, '日志原文：' || coalesce(what, substr(text, 1, 160)) AS what_zh
FROM said WHERE newest <= 4
ORDER BY 1, newest, file, line;
