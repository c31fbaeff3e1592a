/*
id: pid-exhaustion
title:
  en: "Node {node} runs out of process ids: nothing new can start"
  zh: "节点 {node} 的进程号即将用尽：无法再启动新进程"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
needs: [[log, "capture:nodes/*/host/pid-limits.txt"]]
causes:
  - {check: docker-hung, when: same}
  - {check: kubelet-not-running, when: same}
  - {check: node-not-ready-kubelet, when: same}
  - {check: node-pid-pressure, when: same}
why:
  en: >-
    Every thread needs a number, and the kernel has kernel.pid_max and kernel.threads-max of them for all. One pod that forks
    without end takes them from everybody, unless kubelet limits pods (podPidsLimit).
  zh: >-
    每个线程都需要一个编号，内核总共只有 kernel.pid_max 和 kernel.threads-max 个。如果 kubelet 没有限制 Pod 的进程数（podPidsLimit），
    一个不断创建进程的 Pod 就会耗尽全部编号。
fix:
  - en: "Who has most threads?"
    zh: "谁的线程最多？"
    run: "ps -eo nlwp,pid,ppid,args --sort=-nlwp | head -n 10; ps -eo ppid | sort | uniq -c | sort -rn | head -n 5"
    on: "{node}"
  - en: "Raise the limit for now"
    zh: "临时提高上限"
    run: "sysctl -w kernel.pid_max=4194304 kernel.threads-max=1000000"
    on: "{node}"
  - en: "Limit pods for good: podPidsLimit in kubelet's configuration, then restart kubelet"
    zh: "长期措施：在 kubelet 配置中设置 podPidsLimit，然后重启 kubelet"
    run: "grep -n podPidsLimit /var/lib/kubelet/config.yaml"
    on: "{node}"
verify: "cat /proc/sys/kernel/pid_max; ps -eLf | wc -l"
*/
WITH
near AS (
  SELECT node, what, used, max, file, line, row_number() OVER (PARTITION BY node ORDER BY 1.0 * used / max DESC, line) AS n
  FROM node_limits WHERE what LIKE 'threads (%' AND max > 0 AND used > 0.9 * max
),
logged AS (
  SELECT h.node, h.file, h.line, h.ts, h.text,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log) AS oldest,
    count(*) OVER (PARTITION BY h.node) AS hits, max(h.ts) OVER (PARTITION BY h.node) AS last_ts
  -- A container's own limit shows inside of the container only.
  FROM hits h WHERE h.signature = 'fork-failed' AND h.node IS NOT NULL AND h.pod IS NULL AND h.ts > :now - 1800000000
),
sick AS (
  SELECT node FROM near UNION SELECT node FROM logged WHERE hits >= 3 AND last_ts > :now - 600000000
),
evidence AS (
  SELECT node, 0 AS seq, file, line, NULL AS text, NULL AS ts FROM near
  UNION ALL SELECT node, 1, file, line, text, ts FROM logged WHERE newest <= 3 OR oldest = 1
)
SELECT 'node/' || s.node AS subject, e.file, e.line, e.text, e.ts, s.node,
  trim(coalesce((SELECT used || ' threads of ' || max || ' (' || rx('\(([^)]*)', what, 1) || '). ' FROM near x WHERE x.node = s.node AND n = 1), '')
    || coalesce((SELECT hits || ' attempts to start a process or thread failed.' FROM logged l WHERE l.node = s.node AND newest = 1), '')) AS what,
  coalesce((SELECT '已有 ' || used || ' 个线程，上限 ' || max || '（' || rx('\(([^)]*)', what, 1) || '）。' FROM near x WHERE x.node = s.node AND n = 1), '')
    || coalesce((SELECT '启动进程或线程失败 ' || hits || ' 次。' FROM logged l WHERE l.node = s.node AND newest = 1), '') AS what_zh
FROM sick s JOIN evidence e ON e.node = s.node
ORDER BY s.node, e.seq, e.ts DESC, e.file, e.line;
