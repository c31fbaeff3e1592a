/*
id: node-rebooted
title:
  en: "Node {node} was rebooted at {at}"
  zh: "节点 {node} 于 {at} 重启"
detail:
  en: "{how}"
  zh: "{how_zh}"
severity: info
needs: [[events, "capture:nodes/*/host/uptime.txt"]]
causes:
  - {check: node-not-ready-unknown, when: same}
  - {check: node-flapping, when: same}
why:
  en: >-
    A node that boots takes its pods with it: their containers start anew (restart counts rise, SandboxChanged), emptyDir volumes in memory are
    empty, and for the minutes between it was NotReady. Planned maintenance looks just like this; when nobody planned it, the log of the boot
    before tells whether the kernel died, the memory ran out or the power went.
  zh: >-
    节点重启时其上的 Pod 也会随之重启（重启次数增加、SandboxChanged），内存类 emptyDir 卷会清空，期间节点为 NotReady。
    计划内的维护也是这样；如果没有人操作，可从上一次启动的日志判断是内核崩溃、内存耗尽还是断电。
fix:
  - en: "Was it asked for? A reboot without a shutdown before it is a crash, a reset or a power cut"
    zh: "是人为操作吗？reboot 之前没有 shutdown 记录，说明是崩溃、强制复位或断电"
    run: "last -x -n 10 reboot shutdown runlevel; journalctl --list-boots --no-pager | tail -n 3"
    on: "{node}"
  - en: "The last words of the boot before"
    zh: "查看上一次启动的最后日志"
    run: "journalctl -k -b -1 -n 50 --no-pager; journalctl -b -1 -n 50 --no-pager"
    on: "{node}"
  - en: "Nothing there: kdump, and the log of the machine's controller"
    zh: "如果没有线索：查看 kdump 和带外管理的日志"
    run: "ls -l /var/crash 2>/dev/null; ipmitool sel list 2>/dev/null | tail -n 20"
    on: "{node}"
verify: "uptime; who -b"
*/
WITH
told AS (
  SELECT e.object_name AS node, e.last_seen AS ts, e.file, json_line(o.json, o.line, e.message) AS line,
    row_number() OVER (PARTITION BY e.object_name ORDER BY e.last_seen DESC, e.line DESC) AS newest
  FROM events e JOIN objects o ON o.id = e.object WHERE e.object_kind = 'Node' AND e.reason = 'Rebooted'
),
-- /proc/uptime of a machine that is older than an hour, but has not run for an hour. A container has the uptime of its host.
up AS (
  SELECT f.node, :now - CAST(1e6 * field(l.text, 1) AS INTEGER) AS booted, l.file, l.line
  FROM files f JOIN lines l ON l.file = f.id
  WHERE f.path GLOB 'nodes/*/host/uptime.txt' AND l.text REGEXP '^[0-9]+\.[0-9]+ [0-9]+\.[0-9]+$' AND CAST(field(l.text, 1) AS REAL) < 3600
    AND EXISTS (SELECT 1 FROM nodes n WHERE n.name = f.node AND n.created < :now - 7200000000)
    AND NOT EXISTS (SELECT 1 FROM files v JOIN lines x ON x.file = v.id WHERE v.node = f.node AND v.path GLOB 'nodes/*/host/virt.txt' AND x.text LIKE 'container%')
),
sick AS (
  SELECT node, max(ts) AS ts FROM (SELECT node, ts FROM told WHERE newest = 1 UNION ALL SELECT node, booted FROM up) GROUP BY node
),
-- wtmp: "reboot   system boot  5.10.0  Mon May  4 09:50   still running", newest first; a shutdown stands below its reboot.
wtmp AS (
  SELECT f.node, l.file, l.line, l.text, row_number() OVER (PARTITION BY f.node ORDER BY l.line) AS n,
    lead(l.text) OVER (PARTITION BY f.node ORDER BY l.line) AS before
  FROM files f JOIN lines l ON l.file = f.id
  WHERE f.path GLOB 'nodes/*/host/last.txt' AND l.text REGEXP '^(reboot|shutdown) '
),
-- The kernel's last words of the boot before.
previous AS (
  SELECT f.node, l.file, l.line, l.text, l.ts, row_number() OVER (PARTITION BY f.node ORDER BY l.id DESC) AS newest
  FROM files f JOIN log_lines l ON l.id BETWEEN f.first_log AND f.last_log WHERE f.path GLOB 'nodes/*/journal/kernel-previous.log'
),
ended AS (
  SELECT s.node, s.ts,
    (SELECT CASE WHEN w.text LIKE 'reboot%' AND w.before LIKE 'shutdown%' THEN 1 WHEN w.text LIKE 'reboot%' AND w.before LIKE 'reboot%' THEN 0 END
     FROM wtmp w WHERE w.node = s.node AND w.n = 1) AS clean
  FROM sick s
),
evidence AS (
  SELECT node, 0 AS seq, file, line, NULL AS text, ts FROM told WHERE newest = 1
  UNION ALL SELECT node, 1, file, line, NULL, booted FROM up
  UNION ALL SELECT node, 2, file, line, text, NULL FROM wtmp WHERE n <= 2
  UNION ALL SELECT node, 2 + newest, file, line, text, NULL FROM previous WHERE newest <= 3
)
SELECT 'node/' || s.node AS subject, e.file, e.line, e.text, e.ts, s.node, coalesce(iso(s.ts), '?') AS at,
  CASE s.clean WHEN 1 THEN 'It was shut down in order.' WHEN 0 THEN 'No shutdown was recorded before it: a crash, a reset or a power cut.' ELSE 'Whether it was asked for is not known.' END AS how,
  CASE s.clean WHEN 1 THEN '属于正常关机重启。' WHEN 0 THEN '此前没有关机记录：崩溃、强制复位或断电。' ELSE '无法判断是否为人为操作。' END AS how_zh,
  CASE s.clean WHEN 0 THEN 'warning' ELSE 'info' END AS severity, 'certain' AS confidence
FROM ended s JOIN evidence e ON e.node = s.node
ORDER BY s.node, e.seq, e.file, e.line;
