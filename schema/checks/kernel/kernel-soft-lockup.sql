/*
id: kernel-soft-lockup
title:
  en: "Processors of {node} were stuck for seconds (soft lockup, RCU stall)"
  zh: "节点 {node} 的 CPU 卡住数秒（soft lockup、RCU stall）"
detail:
  en: "{hits} report(s), the last at {last_at}.{what}"
  zh: "共 {hits} 次报告，最后一次在 {last_at}。{what_zh}"
severity: critical
needs: [[log:kernel, log:messages]]
causes:
  - {check: etcd-leader-flapping, when: cluster}
  - {check: node-not-ready-unknown, when: same}
  - {check: node-flapping, when: same}
  - {check: node-pleg-unhealthy, when: same}
  - {check: etcd-no-leader, when: cluster}
  - {check: kcm-leader-lost, when: cluster}
  - {check: kubelet-node-status-update-failing, when: same}
  - {check: kubelet-lease-failing, when: same}
why:
  en: >-
    A processor did nothing else for over 20 seconds. On a virtual machine that is nearly always the host: it was overcommitted, or it paused the machine for
    a snapshot or a migration. Heartbeats, leases and etcd elections of these seconds are lost.
  zh: >-
    某个 CPU 超过 20 秒没有响应其他任务。在虚拟机上几乎都是宿主机的原因：CPU 超卖，或因快照、迁移暂停了虚拟机。
    这段时间的心跳、租约和 etcd 选举都会丢失。
fix:
  - en: "Was it the host? Steal time (st), and a jump of the clock"
    zh: "是宿主机的原因吗？查看 steal 时间（st）和时钟跳变"
    run: "vmstat 1 5; systemd-detect-virt; journalctl -k --no-pager | grep -iE 'soft lockup|stall|clocksource' | tail -n 20"
    on: "{node}"
  - en: "Ask whoever runs the host: CPU overcommitment, snapshots and live migrations at that time"
    zh: "联系宿主机管理员：确认当时的 CPU 超卖、快照和热迁移情况"
  - en: "On bare metal: update kernel and firmware; the task that is named gives the driver away"
    zh: "物理机：升级内核和固件；报告中的任务名可指出相关驱动"
verify: "journalctl -k --no-pager --since -1h | grep -cE 'soft lockup|detected stall'"
*/
WITH
stuck AS MATERIALIZED (SELECT * FROM node_hits WHERE signature = 'cpu-stuck'),
moments AS (SELECT node, count(DISTINCT ts / 10000000) AS moments FROM stuck GROUP BY node),
logged AS (SELECT s.*, m.moments FROM stuck s JOIN moments m ON m.node = s.node)
-- One line a processor at one moment is a machine that was paused once.
SELECT 'node/' || l.node AS subject, l.file, l.line, l.text, l.ts, l.node, l.hits, coalesce(iso(l.last_ts), '?') AS last_at,
  CASE WHEN l.moments >= 2 AND l.hits >= 3 THEN 'critical' ELSE 'warning' END AS severity,
  CASE WHEN l.moments >= 2 AND l.hits >= 3 THEN coalesce(' Task: ' || (SELECT n.captures ->> '$.task' FROM logged n WHERE n.node = l.node AND n.newest = 1) || '.', '') ELSE ' All at one moment: the machine was paused.' END AS what,
  CASE WHEN l.moments >= 2 AND l.hits >= 3 THEN coalesce('任务：' || (SELECT n.captures ->> '$.task' FROM logged n WHERE n.node = l.node AND n.newest = 1) || '。', '') ELSE '都发生在同一时刻：机器曾被暂停。' END AS what_zh
FROM logged l
WHERE (l.newest <= 4 OR l.oldest = 1)
  -- A processor that is stuck says so every 20 seconds; a machine that was paused once goes on as if nothing had been.
  AND (l.last_ts IS NULL OR l.last_ts > :now - CASE WHEN l.moments >= 2 AND l.hits >= 3 THEN 86400000000 ELSE 3600000000 END)
ORDER BY l.node, l.newest, l.file, l.line;
