/*
id: node-duplicate-podcidr
title:
  en: "The pod range {cidr} of node {node} overlaps with {other}"
  zh: "节点 {node} 的 Pod 网段 {cidr} 与 {other_zh} 重叠"
severity: critical
confidence: certain
needs: [nodes]
causes:
  - {check: pod-network-cross-node-broken, when: cluster}
  - {check: kube-dns-apiserver-timeout, when: cluster}
why:
  en: >-
    An address that stands for two things is routed to one of them only. Pods of the other node, machines of the node network or Services in
    that range cannot be reached from here, or only now and then. Nodes made from one disk image, a restored etcd, or a cluster range
    chosen like the company's network lead here.
  zh: >-
    同一地址对应两个目标时，流量只会到达其中之一。另一个节点上的 Pod、节点网络中的机器或该网段内的 Service 将无法访问或时通时断。
    常见原因：节点由同一磁盘镜像克隆、etcd 从备份恢复，或集群网段与公司内网网段相同。
fix:
  - en: "Compare the ranges of pods, nodes and Services"
    zh: "对比 Pod、节点和 Service 的网段"
    run: "kubectl get nodes -o 'custom-columns=NAME:.metadata.name,IP:.status.addresses[0].address,CIDR:.spec.podCIDR'; kubectl get services --all-namespaces"
  - en: "Two nodes with one range: take one away and let it join again, it gets a new range"
    zh: "两个节点使用同一网段：移除其中一个并重新加入，会得到新的网段"
    run: "kubectl drain {node} --ignore-daemonsets --delete-emptydir-data && kubectl delete node {node}"
  - en: "Ranges of pods, Services and machines must be apart; to change --cluster-cidr or --service-cluster-ip-range means a new cluster or a migration"
    zh: "Pod、Service 与机器的网段必须互不重叠；修改 --cluster-cidr 或 --service-cluster-ip-range 需要新建集群或迁移"
verify: "kubectl get nodes -o 'custom-columns=NAME:.metadata.name,CIDR:.spec.podCIDR'"
*/
WITH
ranges AS MATERIALIZED (
  SELECT n.name AS node, n.pod_cidr AS cidr, n.file, json_line(o.json, o.line, n.pod_cidr) AS line,
    (CAST(rx('^([0-9]+)\.', n.pod_cidr, 1) AS INTEGER) << 24) + (CAST(rx('^[0-9]+\.([0-9]+)\.', n.pod_cidr, 1) AS INTEGER) << 16)
      + (CAST(rx('^[0-9]+\.[0-9]+\.([0-9]+)\.', n.pod_cidr, 1) AS INTEGER) << 8) + CAST(rx('\.([0-9]+)/', n.pod_cidr, 1) AS INTEGER) AS base,
    1 << (32 - min(CAST(rx('/([0-9]{1,2})$', n.pod_cidr, 1) AS INTEGER), 32)) AS size
  FROM nodes n JOIN objects o ON o.id = n.object WHERE n.pod_cidr REGEXP '^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+/[0-9]{1,2}$'
),
addresses AS (
  SELECT 'node ' || n.name || ' (' || (a.value ->> '$.address') || ')' AS who, '节点 ' || n.name || '（' || (a.value ->> '$.address') || '）' AS who_zh,
    a.value ->> '$.address' AS ip, n.file, json_line(o.json, o.line, a.value ->> '$.address') AS line
  FROM nodes n JOIN objects o ON o.id = n.object, json_each(coalesce(n.addresses, '[]')) a WHERE a.value ->> '$.type' = 'InternalIP'
  UNION ALL
  SELECT 'Service ' || s.namespace || '/' || s.name || ' (' || s.cluster_ip || ')', 'Service ' || s.namespace || '/' || s.name || '（' || s.cluster_ip || '）', s.cluster_ip, s.file,
    json_line(o.json, o.line, s.cluster_ip)
  FROM services s JOIN objects o ON o.id = s.object
),
numbered AS MATERIALIZED (
  SELECT *, (CAST(rx('^([0-9]+)\.', ip, 1) AS INTEGER) << 24) + (CAST(rx('^[0-9]+\.([0-9]+)\.', ip, 1) AS INTEGER) << 16)
    + (CAST(rx('^[0-9]+\.[0-9]+\.([0-9]+)\.', ip, 1) AS INTEGER) << 8) + CAST(rx('\.([0-9]+)$', ip, 1) AS INTEGER) AS number
  FROM addresses WHERE ip REGEXP '^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$'
),
clashes AS (
  SELECT a.node, a.cidr, a.file, a.line, 'node ' || b.node || ' (' || b.cidr || ')' AS other, '节点 ' || b.node || '（' || b.cidr || '）' AS other_zh,
    b.file AS other_file, b.line AS other_line
  FROM ranges a JOIN ranges b ON b.node <> a.node AND b.base < a.base + a.size AND a.base < b.base + b.size
  UNION ALL
  SELECT a.node, a.cidr, a.file, a.line, x.who, x.who_zh, x.file, x.line
  FROM ranges a JOIN numbered x ON x.number >= a.base AND x.number < a.base + a.size
),
ranked AS (
  SELECT *, row_number() OVER (PARTITION BY node ORDER BY other) AS n, count(*) OVER (PARTITION BY node) AS clashes FROM clashes
),
evidence AS (
  SELECT node, 0 AS seq, file, line FROM ranked WHERE n = 1
  UNION ALL SELECT node, n, other_file, other_line FROM ranked WHERE n <= 4
)
SELECT 'node/' || r.node AS subject, e.file, e.line, r.node, r.cidr,
  r.other || CASE WHEN r.clashes > 1 THEN ' and ' || (r.clashes - 1) || ' more' ELSE '' END AS other,
  r.other_zh || CASE WHEN r.clashes > 1 THEN ' 等 ' || r.clashes || ' 处' ELSE '' END AS other_zh
FROM ranked r JOIN evidence e ON e.node = r.node
WHERE r.n = 1
ORDER BY r.node, e.seq, e.file, e.line;
