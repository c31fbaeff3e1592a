/*
id: etcd-nospace
title:
  en: "The etcd database is full: its quota is exceeded and every write is refused"
  zh: "etcd 数据库已满：超过配额，所有写入都被拒绝"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
confidence: certain
needs: [[log:etcd, log:kube-apiserver, "capture:etcd/*/alarm-list.txt"]]
causes:
  - {check: apiserver-request-timeouts, when: cluster}
  - {check: kubelet-node-status-update-failing, when: cluster}
  - {check: node-not-ready-unknown, when: cluster}
  - {check: controllers-stalled, when: cluster}
  - {check: kcm-leader-lost, when: cluster}
  - {check: kcm-down, when: cluster}
  - {check: scheduler-down, when: cluster}
  - {check: pod-pending-never-attempted, when: cluster}
why:
  en: >-
    etcd has a quota for its database (--quota-backend-bytes, 2 GiB unless set). Beyond it the alarm NOSPACE is raised: reads work, every
    write fails, so leases run out and nodes seem lost. The disk itself may have room. The alarm stays until somebody disarms it, also after room was made.
    Old revisions that nobody compacted, or a flood of objects (events, custom resources) fill it.
  zh: >-
    etcd 的数据库有配额（--quota-backend-bytes，默认 2 GiB）。超过后会触发 NOSPACE 告警：读取正常，但所有写入失败，租约随之过期，节点看起来失联。
    磁盘本身可能还有空间。告警会一直保持，腾出空间后也需要手工解除。常见原因是历史版本没有压缩，或者对象过多（事件、自定义资源）。
fix:
  - en: "Keep a copy first"
    zh: "先做一份快照"
    run: "ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key snapshot save /var/lib/etcd-before-defrag.db"
    on: "{node}"
  - en: "Drop old revisions"
    zh: "压缩历史版本"
    run: "rev=$(ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key endpoint status -w json | grep -o '\"revision\":[0-9]*' | head -n 1 | cut -d : -f 2) && ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key compact $rev"
    on: "{node}"
  - en: "Give the room back. One member after the other, the leader last: a member answers nothing meanwhile"
    zh: "整理碎片、释放空间。逐个成员执行，leader 最后：执行期间该成员不响应请求"
    run: "ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key --command-timeout=120s defrag"
    on: "{node}"
  - en: "Disarm the alarm; without this writes stay refused"
    zh: "解除告警；否则写入仍会被拒绝"
    run: "ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key alarm disarm"
    on: "{node}"
  - en: "Find what fills it, then raise --quota-backend-bytes on all members if it is really needed (8 GiB at most)"
    zh: "找出占用空间的对象；确有需要时，在所有成员上调大 --quota-backend-bytes（最多 8 GiB）"
    run: "ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key get /registry --prefix --keys-only | grep / | cut -d / -f 3 | sort | uniq -c | sort -rn | head"
    on: "{node}"
verify: "ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key alarm list"
refs: ["https://etcd.io/docs/v3.5/op-guide/maintenance/#space-quota"]
*/
WITH
alarms AS (
  SELECT f.node, l.file, l.line, l.text FROM files f JOIN lines l ON l.file = f.id
  WHERE f.path GLOB 'etcd/*/alarm-list.txt' AND l.text LIKE '%alarm:NOSPACE%'
),
-- The alarm stays, so writers meet it to the end.
told AS (
  SELECT * FROM said WHERE signature = 'etcd-nospace' AND times >= 3 AND (last_ts IS NULL OR last_ts > :now - 600000000)
),
sizes AS (
  SELECT m.node, m.value AS used, q.value AS quota, m.file, m.line
  FROM metrics m JOIN metrics q ON q.node = m.node AND q.name = 'etcd_server_quota_backend_bytes'
  WHERE m.name = 'etcd_mvcc_db_total_size_in_bytes' AND q.value > 0
),
evidence AS (
  SELECT 1 AS seq, node, file, line, text, NULL AS ts FROM alarms
  UNION ALL
  SELECT 1 + newest, node, file, line, text, ts FROM told WHERE newest <= 3
  UNION ALL
  SELECT 9, z.node, z.file, z.line, NULL, NULL FROM sizes z WHERE EXISTS (SELECT 1 FROM alarms UNION ALL SELECT 1 FROM told)
)
SELECT 'cluster' AS subject, e.file, e.line, e.text, e.ts, coalesce(e.node, (SELECT min(node) FROM node_components WHERE component = 'etcd')) AS node,
  CASE WHEN EXISTS (SELECT 1 FROM alarms) THEN 'The alarm NOSPACE is raised.' ELSE 'Writes are refused for lack of space.' END
    || coalesce(' The database has ' || (SELECT CAST(max(used) / 1048576 AS INTEGER) || ' MiB; the quota is ' || CAST(max(quota) / 1048576 AS INTEGER) || ' MiB.' FROM sizes), '') AS what,
  CASE WHEN EXISTS (SELECT 1 FROM alarms) THEN '已触发 NOSPACE 告警。' ELSE '写入因空间不足被拒绝。' END
    || coalesce((SELECT '数据库大小 ' || CAST(max(used) / 1048576 AS INTEGER) || ' MiB，配额 ' || CAST(max(quota) / 1048576 AS INTEGER) || ' MiB。' FROM sizes), '') AS what_zh
FROM evidence e
ORDER BY e.seq, e.file, e.line;
