/*
id: fs-xfs-shutdown
title:
  en: "XFS has shut down the file system on {device} of {node}"
  zh: "节点 {node} 上 {device} 的 XFS 文件系统已被关闭"
detail:
  en: "The kernel said so at {at}, and it was not mounted again since."
  zh: "内核于 {at} 报告，此后未重新挂载。"
severity: critical
confidence: certain
needs: [[log:kernel, log:messages]]
causes:
  - {check: fs-readonly, when: same}
  - {check: docker-hung, when: same}
  - {check: docker-down, when: same}
  - {check: containerd-down, when: same}
  - {check: etcd-down, when: same}
  - {check: etcd-data-corrupt, when: same}
  - {check: kubelet-not-running, when: same}
  - {check: node-not-ready-kubelet, when: same}
why:
  en: >-
    XFS found that its log or its metadata cannot be written or trusted, and from that moment refuses every access to the file system: everything on it gets
    input/output errors. The disk below is the usual cause; it stays so until the file system is unmounted, repaired and mounted.
  zh: >-
    XFS 发现日志或元数据无法写入或已损坏，此后拒绝对该文件系统的一切访问：其上的所有操作都会返回输入/输出错误。
    常见原因是底层磁盘故障；在卸载、修复并重新挂载之前会一直如此。
fix:
  - en: "What came before it? Errors of the disk mean: replace it first"
    zh: "此前发生了什么？如果有磁盘错误，应先更换磁盘"
    run: "journalctl -k --no-pager | grep -B15 -E 'XFS.*[Ss]hut' | tail -n 40; smartctl -H /dev/{device}"
    on: "{node}"
  - en: "Move the pods away (what they keep in emptyDir volumes is lost)"
    zh: "迁走 Pod（emptyDir 卷中的数据会丢失）"
    run: "kubectl drain {node} --ignore-daemonsets --delete-emptydir-data"
  - en: "Stop what uses it, unmount, look without writing, then repair (have a backup; a mount first replays the log)"
    zh: "停止使用它的程序并卸载，先只读检查，再修复（请先备份；挂载一次可重放日志）"
    run: "umount /dev/{device} && xfs_repair -n /dev/{device}; xfs_repair /dev/{device}"
    on: "{node}"
verify: "journalctl -k -n 50 --no-pager | grep XFS"
*/
WITH
-- Once is enough, until it is mounted again.
said AS (
  SELECT h.node, h.captures ->> '$.device' AS device, h.file, h.line, h.text, h.ts,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest
  FROM hits h
  WHERE h.signature = 'xfs-shut-down' AND h.node IS NOT NULL AND h.path NOT LIKE '%previous%'
    AND NOT EXISTS (SELECT 1 FROM hits m WHERE m.signature = 'xfs-mounted' AND m.node = h.node
      AND m.captures ->> '$.device' = h.captures ->> '$.device' AND (m.ts > h.ts OR m.ts = h.ts AND m.log > h.log))
)
SELECT 'node/' || node AS subject, file, line, text, ts, node, device, coalesce(iso(ts), '?') AS at
FROM said WHERE newest <= 3
ORDER BY node, newest, file, line;
