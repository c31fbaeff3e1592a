/*
id: fs-readonly
title:
  en: "A file system of {node} is read-only: {what_fs}"
  zh: "节点 {node} 的文件系统变为只读：{what_fs}"
detail:
  en: "{mounted}"
  zh: "{mounted_zh}"
severity: critical
needs: [[log:kernel, log:messages, "capture:nodes/*/host/mount.txt"]]
causes:
  - {check: docker-hung, when: same}
  - {check: docker-down, when: same}
  - {check: etcd-down, when: same}
  - {check: kubelet-not-running, when: same}
  - {check: node-not-ready-kubelet, when: same}
  - {check: etcd-data-corrupt, when: same}
why:
  en: >-
    The kernel found an error in the file system or on its disk and stopped all writing to save what is there. The runtime, kubelet,
    etcd and logs on it fail from then on. Writing it back by remounting without a check risks the data. Read-only images (/usr of an
    immutable system, snaps) are normal and left out.
  zh: >-
    内核发现文件系统或磁盘出错，停止了所有写入以保护数据。其上的容器运行时、kubelet、etcd 和日志随即失败。
    不检查就重新挂载为可写有丢失数据的风险。只读镜像（不可变系统的 /usr、snap）属于正常，不计在内。
fix:
  - en: "Why? The kernel's lines before it"
    zh: "原因：查看内核此前的日志"
    run: "journalctl -k --no-pager | grep -B10 -E 'Remounting filesystem read-only' | tail -n 40"
    on: "{node}"
  - en: "Drain the node (what its pods keep in emptyDir volumes is lost), then check the file system while it is not mounted (fsck can lose damaged files; have a backup)"
    zh: "先腾空节点（emptyDir 卷中的数据会丢失），然后在未挂载时检查文件系统（fsck 可能丢失已损坏的文件，请先备份）"
    run: "kubectl drain {node} --ignore-daemonsets --delete-emptydir-data"
  - en: "Without errors of the disk below, a reboot runs the check and mounts it again"
    zh: "如果底层磁盘没有错误，重启会自动检查并重新挂载"
    run: "systemctl reboot"
    on: "{node}"
verify: "grep -E '^/dev/.* ro[, ]' /proc/mounts"
*/
WITH
mounts AS (
  SELECT f.node, l.file, l.line, field(l.text, 1) AS device, field(l.text, 2) AS mount, field(l.text, 3) AS fstype,
    ',' || field(l.text, 4) || ',' LIKE '%,ro,%' AS ro
  FROM files f JOIN lines l ON l.file = f.id WHERE f.path GLOB 'nodes/*/host/mount.txt' AND l.text LIKE '/dev/%'
),
readonly AS (
  SELECT * FROM mounts m
  WHERE ro AND fstype IN ('ext2', 'ext3', 'ext4', 'xfs', 'btrfs')
    AND (mount IN ('/var', '/var/lib', '/var/log', '/data') OR mount GLOB '/var/lib/docker' OR mount GLOB '/var/lib/containerd'
      OR mount GLOB '/var/lib/kubelet' OR mount GLOB '/var/lib/etcd' OR mount GLOB '/var/lib/rancher*' OR mount GLOB '/var/lib/containers*')
    AND NOT EXISTS (SELECT 1 FROM mounts w WHERE w.node = m.node AND w.device = m.device AND NOT w.ro)
),
-- The kernel says which device; where the mounts are known, it must be one of this node, and still be read-only.
logged AS (
  SELECT h.node, h.file, h.line, h.ts, h.text, h.captures ->> '$.device' AS device, h.log,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest
  FROM hits h
  WHERE h.signature = 'fs-remounted-readonly' AND h.node IS NOT NULL
    AND (NOT EXISTS (SELECT 1 FROM mounts m WHERE m.node = h.node) OR h.captures ->> '$.device' IS NULL
      OR EXISTS (SELECT 1 FROM mounts m WHERE m.node = h.node AND m.ro
        AND (m.device = '/dev/' || (h.captures ->> '$.device') OR (h.captures ->> '$.device' LIKE 'dm-%' AND m.device LIKE '/dev/mapper/%'))))
),
evidence AS (
  SELECT node, 0 AS seq, file, line, text, ts, coalesce(device, '?') AS what_fs, 0 AS mounted FROM logged WHERE newest <= 3
  UNION ALL SELECT node, 1, file, line, NULL, NULL, mount, 1 FROM readonly
)
SELECT 'node/' || e.node AS subject, e.file, e.line, e.text, e.ts, e.node,
  coalesce((SELECT group_concat(mount, ', ') FROM (SELECT mount FROM readonly r WHERE r.node = e.node ORDER BY mount)), e.what_fs) AS what_fs,
  CASE WHEN EXISTS (SELECT 1 FROM logged l WHERE l.node = e.node) THEN 'certain' ELSE 'likely' END AS confidence,
  CASE WHEN EXISTS (SELECT 1 FROM readonly r WHERE r.node = e.node) THEN 'It is mounted read-only now.' ELSE 'The kernel remounted it.' END AS mounted,
  CASE WHEN EXISTS (SELECT 1 FROM readonly r WHERE r.node = e.node) THEN '当前以只读方式挂载。' ELSE '内核已将其重新挂载为只读。' END AS mounted_zh
FROM evidence e
ORDER BY e.node, e.seq, e.file, e.line;
