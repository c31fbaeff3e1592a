/*
id: time-sync-off
title:
  en: "Nothing keeps the clock of {node} right"
  zh: "节点 {node} 没有时间同步"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: warning
needs: ["capture:nodes/*/host/timedatectl.txt"]
causes:
  - {check: node-clock-skew, when: same}
  - {check: etcd-clock-drift, when: cluster}
why:
  en: >-
    Without a time service a clock drifts by seconds a week, and a virtual machine's by minutes after a pause. Certificates, tokens, leases and etcd depend on the
    clocks of all nodes.
  zh: >-
    没有时间同步服务时，时钟每周会漂移数秒，虚拟机暂停后可能相差数分钟。证书、令牌、租约和 etcd 都依赖各节点时钟一致。
fix:
  - en: "Start one (chrony, or systemd's own)"
    zh: "启动时间同步（chrony 或 systemd 自带）"
    run: "systemctl enable --now chronyd 2>/dev/null || systemctl enable --now chrony 2>/dev/null || timedatectl set-ntp true"
    on: "{node}"
  - en: "Running but not synchronized: does it reach its servers?"
    zh: "已运行但未同步：能否访问时间服务器？"
    run: "chronyc -n sources 2>/dev/null || ntpq -pn 2>/dev/null || timedatectl timesync-status"
    on: "{node}"
verify: "timedatectl"
*/
WITH
-- "NTP service: inactive" (old: "NTP enabled: no"); "System clock synchronized: no" (old: "NTP synchronized: no"). n/a: it cannot know.
said AS (
  SELECT f.node, max(l.text REGEXP '(synchronized: no\s*$)') AS unsynced, max(l.text REGEXP 'NTP service: inactive|(Network time on|NTP enabled): no') AS off,
    max(l.text REGEXP 'NTP service: active|(Network time on|NTP enabled): yes') AS running,
    min(CASE WHEN l.text REGEXP 'synchronized: |NTP service: |Network time on: |NTP enabled: ' THEN l.line END) AS line, f.id AS file
  FROM files f JOIN lines l ON l.file = f.id WHERE f.path GLOB 'nodes/*/host/timedatectl.txt' GROUP BY f.node, f.id
),
services AS (
  SELECT DISTINCT node FROM node_units WHERE active = 'active' AND unit IN ('chrony.service', 'chronyd.service', 'ntp.service', 'ntpd.service', 'ntpsec.service', 'systemd-timesyncd.service', 'openntpd.service')
  UNION SELECT DISTINCT node FROM node_processes WHERE rx('[^/]+$', field(args, 1)) IN ('chronyd', 'ntpd', 'ptp4l', 'phc2sys', 'systemd-timesyncd', 'vmtoolsd', 'openntpd')
),
-- A container has the clock of its host; and right after the boot it is not synchronized yet.
sick AS (
  SELECT s.*, CASE WHEN s.off THEN 'off' ELSE 'unsynced' END AS how FROM said s
  WHERE s.unsynced AND ((s.off AND s.node NOT IN (SELECT node FROM services)) OR (NOT s.off AND s.running))
    AND NOT EXISTS (SELECT 1 FROM files v JOIN lines x ON x.file = v.id WHERE v.node = s.node AND v.path GLOB 'nodes/*/host/virt.txt' AND x.text REGEXP '^(container|lxc|docker|podman|systemd-nspawn|openvz|wsl)')
    AND NOT EXISTS (SELECT 1 FROM files u JOIN lines x ON x.file = u.id WHERE u.node = s.node AND u.path GLOB 'nodes/*/host/uptime.txt' AND x.text REGEXP '^[0-9.]+ [0-9.]+$' AND CAST(field(x.text, 1) AS REAL) < 600)
)
SELECT 'node/' || s.node AS subject, l.file, l.line, s.node,
  CASE s.how WHEN 'off' THEN 'No time service runs and the clock is not synchronized.' ELSE 'A time service runs, but it has not synchronized the clock.' END AS what,
  CASE s.how WHEN 'off' THEN '没有运行时间同步服务，时钟未同步。' ELSE '时间同步服务在运行，但时钟未同步。' END AS what_zh
FROM sick s JOIN lines l ON l.file = s.file AND l.text REGEXP 'synchronized: |NTP service: |Network time on: |NTP enabled: '
ORDER BY s.node, l.line;
