/*
id: etcd-slow-apply
title:
  en: "Requests to etcd on {place} take too long"
  zh: "{place} 上的 etcd 处理请求过慢"
detail:
  en: "{slow} requests took a second or more, the slowest {longest}; up to {rate} warnings a minute, the last at {last_at}."
  zh: "有 {slow} 个请求耗时一秒以上，最慢 {longest}；每分钟最多 {rate} 条告警，最后一条在 {last_at}。"
severity: warning
needs: [log:etcd]
causes:
  - {check: apiserver-request-timeouts, when: cluster}
  - {check: kcm-leader-lost, when: cluster}
why:
  en: >-
    etcd warns from 100 ms on, which a large list always takes; these took longer or come in great numbers. A slow disk is the usual cause.
    Without signs of that somebody lists far too much (all pods, all secrets, thousands of jobs), or the processor is busy.
  zh: >-
    etcd 从 100 毫秒起就会告警，大列表总会超过；但这里的请求耗时更长，或数量很多。通常原因是磁盘慢；没有磁盘问题的迹象时，多半是有客户端在列出
    过多对象（全部 Pod、全部 Secret、成千上万的 Job），或 CPU 繁忙。
fix:
  - en: "Which keys are slow, and which kind of object is most numerous?"
    zh: "哪些键最慢？哪种对象最多？"
    run: "ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key get /registry --prefix --keys-only | grep / | cut -d / -f 3 | sort | uniq -c | sort -rn | head"
    on: "{node}"
  - en: "Look at the disk"
    zh: "检查磁盘"
    run: "curl -s http://127.0.0.1:2381/metrics | grep -E '^etcd_disk_(wal_fsync|backend_commit)_duration_seconds_(sum|count)'"
    on: "{node}"
  - en: "Give back what deleted objects left behind, one member after the other, the leader last"
    zh: "整理碎片，逐个成员执行，leader 最后"
    run: "ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key --command-timeout=120s defrag"
    on: "{node}"
refs: ["https://etcd.io/docs/v3.5/faq/"]
*/
WITH
-- The time that each took, in ms. "error:context canceled" only means that the client left.
timed AS (
  SELECT *, coalesce(captures ->> '$.took', captures ->> '$.old', captures ->> '$.entries') AS took
  FROM said_running WHERE signature = 'etcd-slow-apply' AND text NOT LIKE '%error:context canceled%' AND ts IS NOT NULL
),
ms AS (
  SELECT *, CASE WHEN took LIKE '%ms' OR took LIKE '%µs' THEN CAST(took AS REAL) WHEN took GLOB '[0-9]*m*' THEN CAST(took AS REAL) * 60000
    WHEN took LIKE '%s' THEN CAST(took AS REAL) * 1000 ELSE 0 END AS ms,
    count(*) OVER (PARTITION BY place ORDER BY ts RANGE BETWEEN 60000000 PRECEDING AND CURRENT ROW) AS rate,
    max(ts) OVER (PARTITION BY place) AS last_of_place
  FROM timed
),
sick AS (
  SELECT place, sum(ms >= 1000) AS slow, max(rate) AS rate, max(last_ts) AS last_ts,
    (SELECT m.took FROM ms m WHERE m.place = ms.place ORDER BY m.ms DESC, m.log LIMIT 1) AS longest
  FROM ms WHERE ts > :now - 3600000000 GROUP BY place HAVING sum(ms >= 1000) >= 20 OR max(rate) > 30
),
shown AS (
  SELECT m.*, row_number() OVER (PARTITION BY m.place ORDER BY m.ms DESC, m.log) AS n FROM ms m JOIN sick USING (place) WHERE m.ts > :now - 3600000000
)
SELECT m.subject, m.file, m.line, m.text, m.ts, m.first_ts AS first_seen, m.node, m.place, s.slow, s.rate, coalesce(s.longest, '-') AS longest, iso(s.last_ts) AS last_at
FROM shown m JOIN sick s USING (place) WHERE m.n <= 5
ORDER BY m.subject, m.n, m.file, m.line;
