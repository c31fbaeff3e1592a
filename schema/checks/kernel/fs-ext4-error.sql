/*
id: fs-ext4-error
title:
  en: "ext4 reports errors on {device} of {node}"
  zh: "节点 {node} 上 {device} 的 ext4 文件系统报告错误"
detail:
  en: "{times} message(s), the last at {last_at}."
  zh: "共 {times} 条消息，最后一条在 {last_at}。"
severity: warning
confidence: certain
needs: [[log:kernel, log:messages]]
causes:
  - {check: fs-readonly, when: same}
  - {check: docker-hung, when: same}
  - {check: etcd-data-corrupt, when: same}
why:
  en: >-
    The kernel found inconsistent or unreadable structures in the file system. The disk below fails, or the file system was damaged by a crash. With the usual
    option errors=remount-ro the next such error makes it read-only, and everything on it stops.
  zh: >-
    内核在文件系统中发现不一致或无法读取的结构：底层磁盘有故障，或文件系统因崩溃受损。通常的挂载选项 errors=remount-ro 会在再次出错时将其变为只读，
    其上的一切随即停止。
fix:
  - en: "Is the disk healthy?"
    zh: "磁盘是否健康？"
    run: "smartctl -H -A /dev/{device}; journalctl -k --no-pager | grep -E 'I/O error|EXT4-fs' | tail -n 30"
    on: "{node}"
  - en: "Drain the node (what its pods keep in emptyDir volumes is lost), have a backup, and let the file system be checked at the next start"
    zh: "腾空节点（emptyDir 卷中的数据会丢失），做好备份，在下次启动时检查文件系统"
    run: "kubectl drain {node} --ignore-daemonsets --delete-emptydir-data"
  - en: "Check it while it is not mounted; for the root file system, at the boot"
    zh: "在未挂载时检查；根文件系统在启动时检查"
    run: "fsck.ext4 -f /dev/{device} || tune2fs -C 200 -c 1 /dev/{device}"
    on: "{node}"
verify: "dumpe2fs -h /dev/{device} | grep -E 'state|error'"
*/
WITH
-- An error counts at once; warnings when they are several.
said AS (
  SELECT h.node, coalesce(h.captures ->> '$.device', 'DEVICE') AS device, h.captures ->> '$.level' AS level, h.file, h.line, h.text, h.ts, h.log
  FROM hits h
  WHERE h.signature = 'ext4-error' AND h.node IS NOT NULL AND h.ts > :now - 86400000000 AND coalesce(h.captures ->> '$.device', '') NOT LIKE 'loop%'
    AND h.path NOT LIKE '%previous%'
),
ranked AS (
  SELECT s.*, count(*) OVER w AS times, max(s.ts) OVER w AS last_ts, sum(s.level = 'error') OVER w AS errors,
    row_number() OVER (PARTITION BY s.node ORDER BY s.level, s.log DESC) AS n
  FROM said s WINDOW w AS (PARTITION BY s.node)
)
SELECT 'node/' || node AS subject, file, line, text, ts, node, device, times, iso(last_ts) AS last_at
FROM ranked WHERE (errors > 0 OR times >= 3) AND n <= 4
ORDER BY node, n, file, line;
