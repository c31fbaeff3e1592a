/*
id: etcd-leader-flapping
title:
  en: "etcd changes its leader again and again ({place})"
  zh: "etcd 频繁更换 leader（{place}）"
detail:
  en: "{changes} elections within one hour; the last at {last_at}."
  zh: "一小时内选举 {changes} 次，最后一次在 {last_at}。"
severity: warning
needs: [log:etcd]
causes:
  - {check: kcm-leader-lost, when: cluster}
  - {check: apiserver-request-timeouts, when: cluster}
why:
  en: >-
    Each election costs a second or two in which etcd writes nothing, and the API server answers "leader changed" or times out. A healthy
    cluster elects when a member restarts and then not for weeks. The causes are late heartbeats: a slow disk, a processor that is
    busy with something else, or a network that loses packets between the members.
  zh: >-
    每次选举期间 etcd 会有一两秒无法写入，API server 会返回 leader changed 或超时。健康的集群只在成员重启时选举一次，之后可以几周不变。
    频繁选举说明心跳来得太晚：磁盘太慢、CPU 被抢占，或成员之间网络丢包。
fix:
  - en: "Is it the disk? etcd wants a write-ahead sync within 10 ms (p99)"
    zh: "检查磁盘：etcd 要求 WAL 同步的 p99 在 10 毫秒以内"
    run: "curl -s http://127.0.0.1:2381/metrics | grep -E 'etcd_disk_wal_fsync_duration_seconds_(sum|count)|etcd_network_peer_round_trip_time_seconds_(sum|count)'"
    on: "{node}"
  - en: "Is it the processor, or another busy process on the disk?"
    zh: "检查 CPU，或磁盘上是否有其他繁忙的进程"
    run: "cat /proc/pressure/io /proc/pressure/cpu; uptime"
    on: "{node}"
  - en: "Members far apart (over 10 ms): give heartbeats more time, the same on all members, and restart them one by one: --heartbeat-interval=500 --election-timeout=5000"
    zh: "成员之间延迟较大（超过 10 毫秒）时：在所有成员上放宽心跳时间，并逐个重启：--heartbeat-interval=500 --election-timeout=5000"
verify: "ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key endpoint status --cluster -w table"
refs: ["https://etcd.io/docs/v3.5/tuning/"]
*/
WITH
-- Every change has a term of its own, which a member may log twice (lost and elected).
terms AS (
  SELECT place, captures ->> '$.term' AS term, max(log) AS log, min(ts) AS ts
  FROM said WHERE signature = 'etcd-leader-changed' AND unit = 'etcd' AND captures ->> '$.term' IS NOT NULL
  GROUP BY place, term
),
rates AS (
  SELECT *, count(*) OVER (PARTITION BY place ORDER BY ts RANGE BETWEEN 3600000000 PRECEDING AND CURRENT ROW) AS rate,
    max(ts) OVER (PARTITION BY place) AS last_ts
  FROM terms WHERE ts > :now - 86400000000
),
sick AS (SELECT place, max(rate) AS changes, max(last_ts) AS last_ts FROM rates GROUP BY place HAVING max(rate) > 3)
SELECT s.subject, s.file, s.line, s.text, s.ts, s.node, s.place, k.changes, iso(k.last_ts) AS last_at
FROM sick k JOIN rates r ON r.place = k.place JOIN said s ON s.signature = 'etcd-leader-changed' AND s.log = r.log
ORDER BY s.subject, s.ts DESC, s.file, s.line;
