/*
id: disk-io-error
title:
  en: "Disk {device} of {node} has I/O errors"
  zh: "节点 {node} 的磁盘 {device} 出现 I/O 错误"
detail:
  en: "{count} errors, the last at {last_at}."
  zh: "共 {count} 个错误，最后一次在 {last_at}。"
severity: critical
needs: [[log:kernel, log:messages]]
causes:
  - {check: fs-readonly, when: same}
  - {check: docker-hung, when: same}
  - {check: etcd-down, when: same}
  - {check: etcd-data-corrupt, when: same}
  - {check: etcd-slow-disk, when: same-node}
  - {check: fs-ext4-error, when: same}
  - {check: fs-xfs-shutdown, when: same}
why:
  en: >-
    The device itself failed to read or write: a dying disk, a lost path to storage, or a cloud volume that was taken away. File
    systems on it turn read-only and whatever runs there stops sooner or later. Loop, floppy and CD devices are left out.
  zh: >-
    设备本身读写失败：磁盘损坏、存储路径丢失，或云盘被卸下。其上的文件系统会变为只读，运行在上面的程序迟早会停止。
    loop、软驱和光驱设备不计在内。
fix:
  - en: "What does the disk say of itself, and what lies on it?"
    zh: "查看磁盘自检信息及其上的内容"
    run: "smartctl -H -A /dev/{device}; lsblk -o NAME,SIZE,MOUNTPOINT,RO,MODEL"
    on: "{node}"
  - en: "Take the node out of service before the disk is gone (its pods move; what they keep in emptyDir volumes is lost)"
    zh: "在磁盘完全损坏之前把节点移出服务（Pod 会被驱逐，emptyDir 卷中的数据会丢失）"
    run: "kubectl drain {node} --ignore-daemonsets --delete-emptydir-data"
  - en: "Replace the disk or the volume; restore etcd's data from a member that works, not from this disk"
    zh: "更换磁盘或云盘；etcd 数据应从正常成员恢复，不要用这块磁盘上的数据"
verify: "journalctl -k --no-pager --since -1h | grep -c 'I/O error'"
*/
WITH
logged AS (
  SELECT h.node, h.file, h.line, h.ts, h.text, coalesce(h.captures ->> '$.device', h.captures ->> '$.device2') AS device,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log) AS oldest,
    count(*) OVER (PARTITION BY h.node) AS hits, max(h.ts) OVER (PARTITION BY h.node) AS last_ts
  FROM hits h WHERE h.signature = 'disk-io-error' AND h.node IS NOT NULL
)
SELECT 'node/' || node AS subject, file, line, text, ts, node, device, hits AS count, coalesce(iso(last_ts), '?') AS last_at,
  CASE WHEN hits >= 3 THEN 'certain' ELSE 'likely' END AS confidence, CASE WHEN hits >= 3 THEN 'critical' ELSE 'warning' END AS severity
FROM logged
WHERE (newest <= 4 OR oldest = 1)
  -- A disk that fails does it again; a single error of long ago may have been a cable.
  AND (last_ts IS NULL OR last_ts > :now - CASE WHEN hits >= 3 THEN 604800000000 ELSE 86400000000 END)
ORDER BY node, newest, file, line;
