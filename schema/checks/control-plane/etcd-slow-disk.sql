/*
id: etcd-slow-disk
title:
  en: "etcd on {place} writes too slowly"
  zh: "{place} 上的 etcd 写盘过慢"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
needs: [[log:etcd, metrics]]
causes:
  - {check: etcd-slow-apply, when: cluster}
  - {check: etcd-leader-flapping, when: cluster}
  - {check: apiserver-request-timeouts, when: cluster}
  - {check: kcm-leader-lost, when: cluster}
  - {check: apiserver-etcd-unreachable, when: cluster}
  - {check: kubelet-node-status-update-failing, when: cluster}
why:
  en: >-
    Every write of the cluster waits until etcd has synced it to disk. Above 10 ms that is felt, above one second leaders lose their
    heartbeat and the controller manager and the scheduler their leases. "sync duration" and "slow fdatasync" are the disk for sure;
    late heartbeats alone can be a processor that has no time.
  zh: >-
    集群的每次写入都要等 etcd 同步到磁盘。超过 10 毫秒就会有感觉，超过 1 秒时 leader 会丢失心跳，controller-manager 和 scheduler 会丢失租约。
    日志中的 sync duration 和 slow fdatasync 肯定是磁盘问题；只有心跳延迟时也可能是 CPU 不足。
fix:
  - en: "How long do its syncs take on average? (sum / count, in seconds; over 0.01 is slow)"
    zh: "查看同步的平均耗时（sum / count，单位秒；超过 0.01 即偏慢）"
    run: "curl -s http://127.0.0.1:2381/metrics | grep -E '^etcd_disk_(wal_fsync|backend_commit)_duration_seconds_(sum|count)'"
    on: "{node}"
  - en: "Who else writes to that disk?"
    zh: "还有谁在写这块磁盘？"
    run: "findmnt -T /var/lib/etcd; cat /proc/pressure/io; iostat -x 1 3"
    on: "{node}"
  - en: "Give etcd the right of way until it has a disk of its own (SSD or NVMe)"
    zh: "在迁移到独立的 SSD/NVMe 磁盘之前，先提高 etcd 的 IO 优先级"
    run: "ionice -c 2 -n 0 -p $(pgrep -x etcd)"
    on: "{node}"
  - en: "A cloud disk: compare with its IOPS limit; a RAID: look at its battery. Move noisy pods off the control plane"
    zh: "云盘：检查是否达到 IOPS 上限；RAID：检查缓存电池。把磁盘负载高的 Pod 移出控制平面节点"
verify: "curl -s http://127.0.0.1:2381/metrics | grep etcd_disk_wal_fsync_duration_seconds_count"
refs: ["https://etcd.io/docs/v3.5/op-guide/hardware/#disks"]
*/
WITH
-- A few at start, or while a snapshot is written, are normal: more than five within ten minutes, and not long over.
rates AS (
  SELECT *, count(*) OVER (PARTITION BY place ORDER BY ts RANGE BETWEEN 600000000 PRECEDING AND CURRENT ROW) AS rate
  FROM said_running WHERE signature = 'etcd-slow-disk' AND ts IS NOT NULL
),
slow AS (
  SELECT place, max(rate) AS rate, max(times) AS times, sum(captures ->> '$.disk' IS NOT NULL) AS syncs, max(last_ts) AS last_ts
  FROM rates GROUP BY place HAVING max(rate) > 5 AND max(last_ts) > :now - 3600000000
),
-- What it measured itself, over all the time that it runs.
measured AS (
  SELECT s.node, s.value / c.value AS mean, s.file, s.line
  FROM metrics s JOIN metrics c ON c.node = s.node AND c.name = 'etcd_disk_wal_fsync_duration_seconds_count' AND c.value >= 200
  WHERE s.name = 'etcd_disk_wal_fsync_duration_seconds_sum' AND s.value / c.value > 0.1
),
evidence AS (
  SELECT r.subject, r.place, r.node, r.newest AS seq, r.file, r.line, r.text, r.ts, r.first_ts FROM rates r JOIN slow USING (place) WHERE r.newest <= 5
  UNION ALL
  SELECT 'node/' || node, node, node, 9, file, line, NULL, NULL, NULL FROM measured
)
SELECT e.subject, e.file, e.line, e.text, e.ts, e.first_ts AS first_seen, e.node, e.place,
  coalesce(s.times || ' warnings in its log, up to ' || s.rate || ' within ten minutes, the last at ' || iso(s.last_ts) || '. ', '')
    || coalesce('A sync took ' || CAST(m.mean * 1000 AS INTEGER) || ' ms on average since it started.', '') AS what,
  coalesce('日志中有 ' || s.times || ' 条告警，十分钟内最多 ' || s.rate || ' 条，最后一条在 ' || iso(s.last_ts) || '。', '')
    || coalesce('启动以来每次同步平均耗时 ' || CAST(m.mean * 1000 AS INTEGER) || ' 毫秒。', '') AS what_zh,
  CASE WHEN s.syncs > 0 OR m.mean IS NOT NULL THEN 'likely' ELSE 'possible' END AS confidence
FROM evidence e LEFT JOIN slow s ON s.place = e.place LEFT JOIN measured m ON m.node = e.place
ORDER BY e.subject, e.seq, e.file, e.line;
