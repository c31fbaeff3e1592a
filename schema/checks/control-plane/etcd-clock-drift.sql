/*
id: etcd-clock-drift
title:
  en: "The clocks of etcd's members differ (seen by {place})"
  zh: "etcd 成员之间时钟不一致（由 {place} 报告）"
detail:
  en: "{drift} against member {peer}; {times} warnings, the last at {last_at}."
  zh: "与成员 {peer} 相差 {drift}；共 {times} 条告警，最后一条在 {last_at}。"
severity: warning
needs: [log:etcd]
why:
  en: >-
    etcd's members measure each other's clocks and find more than a second between them. etcd itself lives with that; leases, certificates and
    tokens do not: they end too early or begin too late on the node that is wrong.
  zh: >-
    etcd 成员之间会互相测量时钟，发现相差超过 1 秒。etcd 本身可以容忍，但租约、证书和令牌不行：在时钟错误的节点上会过早失效或尚未生效。
fix:
  - en: "Which clock is wrong? Compare on every member"
    zh: "在每个成员上比较，找出时钟错误的节点"
    run: "date -u +%FT%T.%N; timedatectl; chronyc tracking"
    on: "{node}"
  - en: "Start time synchronisation on the one that is wrong"
    zh: "在时钟错误的节点上启用时间同步"
    run: "systemctl enable --now chronyd || systemctl enable --now chrony || timedatectl set-ntp true"
    on: "{node}"
*/
SELECT subject, file, line, text, ts, first_ts AS first_seen, node, place, times, coalesce(iso(last_ts), '-') AS last_at,
  coalesce(captures ->> '$.peer', captures ->> '$.peer2') AS peer, coalesce(captures ->> '$.drift', captures ->> '$.drift2') AS drift
FROM said
WHERE signature = 'etcd-clock-drift' AND times >= 3 AND (last_ts IS NULL OR last_ts > :now - 600000000) AND newest <= 3
ORDER BY subject, newest, file, line;
