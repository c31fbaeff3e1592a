/*
id: too-many-open-files
title:
  en: "{who} on {node} has no file descriptors left"
  zh: "节点 {node} 上的 {who_zh} 已没有可用的文件描述符"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
needs: [[log, "capture:nodes/*/host/file-nr.txt"]]
causes:
  - {check: apiserver-overloaded, when: cluster}
  - {check: docker-hung, when: same}
  - {check: containerd-down, when: same}
  - {check: apiserver-down, when: same}
  - {check: etcd-down, when: same}
  - {check: node-not-ready-kubelet, when: same}
why:
  en: >-
    "too many open files" has three meanings. Of a process: its LimitNOFILE is reached, and it accepts no more connections. "in system": fs.file-max of the whole
    machine. With inotify in the line it is another limit, which is not this diagnosis.
  zh: >-
    “too many open files” 有三种含义。对进程：达到了 LimitNOFILE，无法再接受连接。带 “in system”：达到整机的 fs.file-max。
    行中带有 inotify 的是另一种限制，不属于本诊断。
fix:
  - en: "Who holds them, and what is the limit?"
    zh: "谁占用最多，上限是多少？"
    run: "for p in /proc/[0-9]*; do echo \"$(ls $p/fd 2>/dev/null | wc -l) $(cat $p/comm 2>/dev/null) ${p#/proc/} $(awk '/open files/ { print $4 }' $p/limits 2>/dev/null)\"; done | sort -rn | head -n 10; cat /proc/sys/fs/file-nr"
    on: "{node}"
  - en: "A service: raise its limit (systemctl edit SERVICE: [Service] LimitNOFILE=1048576) and restart it; a leak comes back"
    zh: "服务：提高其上限（systemctl edit 服务名：[Service] LimitNOFILE=1048576）并重启；若是泄漏会再次出现"
  - en: "The whole machine"
    zh: "整机"
    run: "sysctl -w fs.file-max=2097152"
    on: "{node}"
verify: "cat /proc/sys/fs/file-nr"
*/
WITH
near AS (SELECT node, used, max, file, line FROM node_limits WHERE what = 'open files' AND max > 0 AND used > 0.9 * max),
-- An application's own limit is the application's affair: the node's daemons, the control plane, and what says "in system".
logged AS (
  SELECT h.node, h.file, h.line, h.ts, h.text, coalesce(h.unit, h.container, 'a process') AS who, h.captures ->> '$.system' IS NOT NULL AS whole,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest, row_number() OVER (PARTITION BY h.node ORDER BY h.log) AS oldest,
    count(*) OVER (PARTITION BY h.node) AS hits, max(h.ts) OVER (PARTITION BY h.node) AS last_ts
  FROM hits h
  WHERE h.signature = 'too-many-open-files' AND h.node IS NOT NULL AND h.ts > :now - 1800000000 AND (h.namespace IS NULL OR h.namespace = 'kube-system' OR h.captures ->> '$.system' IS NOT NULL)
),
sick AS (SELECT node FROM near UNION SELECT node FROM logged WHERE hits >= 3 AND last_ts > :now - 600000000),
evidence AS (
  SELECT node, 0 AS seq, file, line, NULL AS text, NULL AS ts FROM near
  UNION ALL SELECT node, newest, file, line, text, ts FROM logged WHERE newest <= 3 OR oldest = 1
)
SELECT 'node/' || s.node AS subject, e.file, e.line, e.text, e.ts, s.node,
  CASE WHEN n.node IS NOT NULL OR l.whole THEN 'The kernel' ELSE l.who END AS who, CASE WHEN n.node IS NOT NULL OR l.whole THEN '内核' ELSE l.who END AS who_zh,
  coalesce(n.used || ' of ' || n.max || ' files of the machine are open. ', '') || coalesce(l.hits || ' calls failed in half an hour, the last at ' || iso(l.last_ts) || '.', '') AS what,
  coalesce('整机已打开 ' || n.used || ' 个文件，上限 ' || n.max || '。', '') || coalesce('半小时内有 ' || l.hits || ' 次调用失败，最后一次在 ' || iso(l.last_ts) || '。', '') AS what_zh
FROM sick s JOIN evidence e ON e.node = s.node LEFT JOIN near n ON n.node = s.node LEFT JOIN logged l ON l.node = s.node AND l.newest = 1
ORDER BY s.node, e.seq, e.file, e.line;
