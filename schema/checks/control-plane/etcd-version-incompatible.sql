/*
id: etcd-version-incompatible
title:
  en: "etcd on {place} refuses to start: its version does not fit the cluster's"
  zh: "{place} 上的 etcd 无法启动：版本与集群不兼容"
detail:
  en: "{message}"
  zh: "日志：{message}"
severity: critical
confidence: certain
needs: [log:etcd]
causes:
  - {check: etcd-down, when: same}
  - {check: etcd-no-leader, when: cluster}
  - {check: apiserver-etcd-unreachable, when: cluster}
why:
  en: >-
    A cluster of etcd has one version, that of its oldest member, and it only goes up. A binary of a lower minor version refuses data that a
    newer one wrote, and one that skips a minor version (3.4 to 3.6) refuses, too.
  zh: >-
    etcd 集群有统一的版本（取最低成员的版本），只升不降。低版本的程序会拒绝高版本写过的数据，跨过一个次版本（如 3.4 到 3.6）也会被拒绝。
fix:
  - en: "Which version do the other members run?"
    zh: "其他成员运行的是什么版本？"
    run: "ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key endpoint status --cluster -w table"
  - en: "Set the same image in this member's manifest; upgrades go one minor version at a time (3.4, 3.5, 3.6)"
    zh: "在该成员的清单中使用相同版本的镜像；升级要逐个次版本进行（3.4、3.5、3.6）"
    run: "grep image: /etc/kubernetes/manifests/etcd.yaml"
    on: "{node}"
verify: "ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key endpoint health --cluster"
refs: ["https://etcd.io/docs/v3.5/upgrades/upgrading-etcd/"]
*/
WITH
hits_of AS (
  SELECT h.*, coalesce(h.node, p.node) AS on_node, coalesce(h.node, p.node, h.pod, h.path) AS place
  FROM hits h LEFT JOIN pods p ON p.namespace = h.namespace AND p.name = h.pod
  WHERE h.signature = 'etcd-version-incompatible' AND NOT h.copy AND (h.ts IS NULL OR h.ts > :now - 1800000000)
),
-- It got a leader after that: it is over.
recovered AS (
  SELECT coalesce(h.node, p.node, h.pod, h.path) AS place, max(h.ts) AS ts
  FROM hits h LEFT JOIN pods p ON p.namespace = h.namespace AND p.name = h.pod
  WHERE h.signature = 'etcd-leader-elected' GROUP BY 1
),
newest AS (
  SELECT h.*, row_number() OVER (PARTITION BY h.place ORDER BY h.ts DESC, h.log DESC) AS n
  FROM hits_of h LEFT JOIN recovered r ON r.place = h.place WHERE r.ts IS NULL OR h.ts > r.ts
)
SELECT coalesce('node/' || on_node, 'pod/' || namespace || '/' || pod, 'cluster') AS subject, file, line, text, ts, on_node AS node, place,
  coalesce(rx('(?:cluster cannot be|invalid downgrade|the local etcd version).*', text), text) AS message
FROM newest WHERE n <= 3
ORDER BY subject, n, file, line;
