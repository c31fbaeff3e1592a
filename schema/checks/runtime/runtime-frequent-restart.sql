/*
id: runtime-frequent-restart
title:
  en: "{service} on {node} was started {starts} times within 20 minutes"
  zh: "节点 {node} 上的 {service} 在 20 分钟内启动了 {starts} 次"
detail:
  en: "It runs at the moment; the last start was at {last_at}."
  zh: "目前处于运行状态，最后一次启动在 {last_at}。"
severity: critical
confidence: certain
needs: [[log:systemd, log:kubelet, log:docker, log:containerd, log:crio]]
causes:
  - {check: node-flapping, when: same}
  - {check: node-runtime-down, when: same}
  - {check: node-pleg-unhealthy, when: same}
why:
  en: >-
    Each start costs the node half a minute in which nothing is started, probed or reported, so it flaps and its pods move. Either the daemon ends
    (then its last words stand before each "Main process exited"), or somebody restarts it: a watchdog whose health check times out, a
    configuration management that never reaches its goal.
  zh: >-
    每次启动都有约半分钟无法启动、探测容器或上报状态，因此节点状态反复变化，Pod 被迁移。要么是守护进程自己退出
    （每个 “Main process exited” 之前就是原因），要么是被反复重启：健康检查超时的看门狗，或始终无法收敛的配置管理工具。
fix:
  - en: "What stands before each start: an error of its own, or a stop that somebody asked for?"
    zh: "查看每次启动之前：是自身报错，还是被人停止？"
    run: "journalctl -u {service} --since -30min --no-pager | grep -E 'systemd\\[1\\]|fatal|panic|FATAL|^.* [EF][0-9]{4} ' | tail -n 40"
    on: "{node}"
  - en: "Who restarts it? Timers, cron jobs, watchdogs, configuration management"
    zh: "谁在重启它？定时器、cron、看门狗、配置管理"
    run: "systemctl list-timers --all --no-pager; grep -rl {service} /etc/cron* /usr/local/bin /etc/monit* 2>/dev/null"
    on: "{node}"
verify: "systemctl show -p NRestarts,ActiveEnterTimestamp {service}"
*/
WITH
-- The same line of systemd stands in its own journal and in the unit's.
starts AS (
  SELECT h.node, coalesce(h.captures ->> '$.unit', h.captures ->> '$.again', CASE WHEN h.captures ->> '$.kubelet' IS NOT NULL THEN 'kubelet'
      WHEN h.captures ->> '$.docker' IS NOT NULL THEN 'docker' WHEN h.captures ->> '$.containerd' IS NOT NULL THEN 'containerd' ELSE 'crio' END) AS service,
    coalesce(h.captures ->> '$.how', 'again') AS how, h.ts, min(h.file) AS file, h.line, h.text
  FROM hits h
  WHERE h.signature = 'unit-started' AND h.node IS NOT NULL AND h.ts > :now - 1200000000
  GROUP BY 1, 2, 3, 4
),
counted AS (
  SELECT *, count(*) OVER (PARTITION BY node, service, how) AS starts, max(ts) OVER (PARTITION BY node, service) AS last_ts,
    row_number() OVER (PARTITION BY node, service, how ORDER BY ts DESC, line) AS newest
  FROM starts
),
most AS (
  SELECT node, service, how, starts, last_ts, row_number() OVER (PARTITION BY node, service ORDER BY starts DESC, how) AS n
  FROM counted WHERE newest = 1 AND starts >= 5
)
-- What is down now, or dies again and again, has a diagnosis of its own; what has stayed up for a while is healed.
-- Systemd starts again what died by itself; somebody or something else starts it in an orderly way, and it works in between.
SELECT 'node/' || m.node AS subject, CASE WHEN m.how = 'again' THEN 'critical' ELSE 'warning' END AS severity, c.file, c.line, c.text, c.ts, m.node, m.service, m.starts, iso(m.last_ts) AS last_at
FROM most m JOIN counted c ON c.node = m.node AND c.service = m.service AND c.how = m.how AND (c.newest <= 4 OR c.newest = m.starts)
LEFT JOIN node_units u ON u.node = m.node AND u.unit = m.service || '.service'
WHERE m.n = 1 AND (m.last_ts > :now - 240000000 OR :now IS NULL) AND coalesce(u.active, 'active') IN ('active', 'reloading')
  AND (m.service <> 'kubelet' OR (SELECT count(*) FROM hits h WHERE h.signature = 'kubelet-exited' AND h.node = m.node AND h.ts > :now - 600000000) < 3)
ORDER BY m.node, m.service, c.ts DESC, c.file, c.line;
