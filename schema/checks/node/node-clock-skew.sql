/*
id: node-clock-skew
title:
  en: "The clock of {node} is {skew} {direction}"
  zh: "节点 {node} 的时钟{direction_zh} {skew}"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: warning
confidence: certain
needs: [[node_access, log]]
causes:
  - {check: cert-not-yet-valid, when: cluster}
  - {check: cert-expired, when: same}
  - {check: etcd-clock-drift, when: cluster}
  - {check: kubelet-lease-failing, when: same}
why:
  en: >-
    Certificates that are new are "not yet valid" to a clock that is behind, tokens and leases expire early, etcd members
    complain, and logs of different nodes do not fit together. Times in this report are corrected by what was measured.
  zh: >-
    时钟落后的节点会认为新证书"尚未生效"，令牌和租约会提前过期，etcd 成员会告警，不同节点的日志也无法对应。
    本报告中的时间已按测得的偏差校正。
fix:
  - en: "Is a time service running, and does it reach its servers?"
    zh: "时间同步服务是否在运行，能否访问其服务器？"
    run: "timedatectl; systemctl is-active chronyd chrony ntp systemd-timesyncd; chronyc -n sources 2>/dev/null; date -u"
    on: "{node}"
  - en: "Start one and set the clock at once"
    zh: "启动时间同步并立即校准时钟"
    run: "systemctl enable --now chronyd 2>/dev/null || systemctl enable --now chrony 2>/dev/null || timedatectl set-ntp true; chronyc makestep 2>/dev/null; date -u"
    on: "{node}"
  - en: "Restart what kept the wrong time"
    zh: "重启沿用了错误时间的服务"
    run: "systemctl restart kubelet"
    on: "{node}"
verify: "date -u"
*/
WITH
measured AS (SELECT node, clock_offset_us AS off, file, line FROM node_access WHERE reached AND clock_offset_us IS NOT NULL),
-- With three nodes or more the many are right: when all of them differ from the collector, it is the collector's clock.
ranked AS (
  SELECT off, row_number() OVER (ORDER BY off) AS n, count(*) OVER () AS total FROM measured
),
truth AS (SELECT CASE WHEN total >= 3 THEN off ELSE 0 END AS off, total FROM ranked WHERE n = (total + 1) / 2),
skewed AS (
  SELECT m.node, m.off - t.off AS skew, m.file, m.line, t.total FROM measured m, truth t WHERE abs(m.off - t.off) > 1000000
),
-- x509 tells of a clock that is behind, when nothing was measured there.
logged AS (
  SELECT h.node, h.file, h.line, h.ts, h.text, h.captures,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest, count(*) OVER (PARTITION BY h.node) AS hits
  FROM hits h WHERE h.signature = 'clock-behind' AND h.node IS NOT NULL AND h.ts > :now - 1800000000
    AND us(h.captures ->> '$.now') < us(h.captures ->> '$.from') - 1000000
),
behind AS (
  SELECT l.node, us(l.captures ->> '$.now') - us(l.captures ->> '$.from') AS skew, l.file, l.line, NULL AS total
  FROM logged l WHERE newest = 1 AND hits >= 3 AND l.node NOT IN (SELECT node FROM measured)
),
sick AS (SELECT * FROM skewed UNION ALL SELECT * FROM behind),
evidence AS (
  SELECT node, 0 AS seq, file, CASE WHEN total IS NULL THEN line ELSE coalesce(line, 0) END AS line, NULL AS text, NULL AS ts FROM sick
  UNION ALL
  SELECT f.node, 1, l.file, l.line, l.text, NULL FROM files f JOIN lines l ON l.file = f.id
  WHERE f.path GLOB 'nodes/*/host/timedatectl.txt' AND l.text REGEXP 'Universal time|synchronized|NTP service'
  UNION ALL SELECT node, 2, file, line, text, ts FROM logged WHERE newest <= 2
)
SELECT 'node/' || s.node AS subject, e.file, e.line, e.text, e.ts, s.node,
  CASE WHEN abs(s.skew) < 120000000 THEN round(abs(s.skew) / 1e6, 1) || ' s'
    WHEN abs(s.skew) < 7200000000 THEN (abs(s.skew) / 60000000) || ' min' ELSE round(abs(s.skew) / 3.6e9, 1) || ' h' END AS skew,
  CASE WHEN s.skew < 0 THEN 'behind' ELSE 'ahead' END AS direction,
  CASE WHEN s.skew < 0 THEN '落后' ELSE '超前' END AS direction_zh,
  CASE WHEN s.total IS NULL THEN 'A certificate that others accept is not yet valid here.'
    WHEN s.total >= 3 THEN 'Measured while collecting, against the other ' || (s.total - 1) || ' nodes.'
    ELSE 'Measured while collecting, against the collector''s clock; with so few nodes that one may be the wrong one.' END AS what,
  CASE WHEN s.total IS NULL THEN '其他节点接受的证书在这里被认为尚未生效。'
    WHEN s.total >= 3 THEN '采集时与其他 ' || (s.total - 1) || ' 个节点对比测得。'
    ELSE '采集时与采集机的时钟对比测得；节点太少，也可能是采集机的时钟不准。' END AS what_zh,
  CASE WHEN s.total >= 3 THEN 'certain' ELSE 'likely' END AS confidence
FROM sick s JOIN evidence e ON e.node = s.node
ORDER BY s.node, e.seq, e.file, e.line;
