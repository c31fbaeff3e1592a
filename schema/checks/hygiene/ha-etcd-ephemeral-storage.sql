/*
id: ha-etcd-ephemeral-storage
title:
  en: "etcd's data on {node} lie on {where}"
  zh: "节点 {node} 上的 etcd 数据位于{where_zh}"
detail:
  en: "{data_dir} is on {mount} ({fstype}, {device})."
  zh: "{data_dir} 位于 {mount}（{fstype}，{device}）。"
severity: warning
confidence: certain
advice: true
needs: [[etcd_nodes], [node_disks, "capture:nodes/*/etc/kubernetes/manifests/etcd.*"]]
why:
  en: >-
    What lies in memory or in a container's own layer is gone after a restart, and with it the cluster. A disk shared with the system is kept,
    but logs and images compete with etcd for its writes and its room; a slow disk costs leaders, a full one ends etcd.
  zh: >-
    放在内存或容器可写层中的数据重启后就会丢失，整个集群也随之丢失。与系统共用磁盘不会丢数据，
    但日志和镜像会与 etcd 争用写入性能和空间：磁盘慢会导致 leader 切换，磁盘满会使 etcd 退出。
fix:
  - en: "Give /var/lib/etcd a persistent SSD of its own (in a cloud: a volume that outlives the machine). Stop etcd, copy the data, mount, start"
    zh: "为 /var/lib/etcd 配备独立的持久化 SSD（云环境使用独立于虚拟机的云盘）：停止 etcd，复制数据，挂载，再启动"
    run: "df -hT {data_dir}; lsblk"
    on: "{node}"
verify: "df -hT {data_dir}"
refs: ["https://etcd.io/docs/v3.5/op-guide/hardware/"]
*/
WITH
found AS (
  SELECT e.node, e.data_dir, e.mount, e.fstype, e.device, e.file, e.line,
    CASE WHEN e.fstype IN ('tmpfs', 'ramfs') THEN 'memory' WHEN e.fstype IN ('overlay', 'overlay2', 'aufs') THEN 'layer' ELSE 'root' END AS kind
  FROM etcd_nodes e
  WHERE e.file IS NOT NULL AND (e.fstype IN ('tmpfs', 'ramfs', 'overlay', 'overlay2', 'aufs') OR e.mount = '/'
    OR e.device = (SELECT r.device FROM node_disks r WHERE r.node = e.node AND r.mount = '/' AND r.device GLOB '/dev/*' LIMIT 1))
  UNION ALL
  -- A manifest that gives etcd an emptyDir.
  SELECT f.node, '/var/lib/etcd', 'emptyDir', 'emptyDir', 'emptyDir', l.file, l.line, 'empty'
  FROM files f JOIN lines l ON l.file = f.id
  WHERE f.path GLOB 'nodes/*/etc/kubernetes/manifests/etcd.*' AND l.text REGEXP '^\s*(- )?emptyDir:'
)
SELECT 'node/' || node AS subject, file, line, node, data_dir, mount, coalesce(fstype, '-') AS fstype, device,
  CASE kind WHEN 'root' THEN 'info' ELSE 'warning' END AS severity,
  CASE kind WHEN 'memory' THEN 'a file system in memory' WHEN 'layer' THEN 'a layer that goes with its container' WHEN 'empty' THEN 'an emptyDir' ELSE 'the system''s own disk' END AS "where",
  CASE kind WHEN 'memory' THEN '内存' WHEN 'layer' THEN '随容器消失的可写层' WHEN 'empty' THEN ' emptyDir' ELSE '系统盘' END AS where_zh
FROM found
ORDER BY node, kind, file, line;
