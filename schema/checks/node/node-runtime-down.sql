/*
id: node-runtime-down
title:
  en: "Node {node}: kubelet says that its container runtime is down"
  zh: "节点 {node}：kubelet 报告容器运行时不可用"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
needs: [[nodes, log:kubelet]]
causes:
  - {check: node-flapping, when: same}
  - {check: node-not-ready-kubelet, when: same}
  - {check: node-pleg-unhealthy, when: same}
why:
  en: >-
    kubelet asks its runtime for its status every few seconds and got no good answer for 30 seconds or longer. This only says
    that it does not answer: the daemon may be stopped, may hang, or may wait for its disk.
  zh: >-
    kubelet 每隔几秒向容器运行时查询状态，已有 30 秒以上没有得到正常应答。这只说明它不应答：守护进程可能已停止、卡死，或在等待磁盘。
fix:
  - en: "Which runtime is it, does it run, and does it answer?"
    zh: "使用哪种运行时，是否在运行，是否有应答？"
    run: "systemctl is-active docker containerd crio; time timeout 10 docker ps >/dev/null || time timeout 10 crictl ps >/dev/null"
    on: "{node}"
  - en: "Its last words"
    zh: "查看它的最后几行日志"
    run: "journalctl -u docker -u containerd -u crio -n 50 --no-pager"
    on: "{node}"
  - en: "Restart the runtime that kubelet uses here ({runtime})"
    zh: "重启 kubelet 使用的运行时（{runtime}）"
    run: "systemctl restart {runtime}"
    on: "{node}"
verify: "kubectl get node {node}"
*/
WITH
now_down AS (
  SELECT c.node, c.file, json_line(o.json, o.line, c.message) AS line, c.last_transition, c.message
  FROM node_conditions c JOIN objects o ON o.id = c.object
  WHERE c.type = 'Ready' AND c.status = 'False'
    AND c.message REGEXP 'container runtime is down|[Cc]ontainer runtime not ready|RuntimeReady=false|Container runtime sanity check failed'
),
logged AS (
  SELECT h.node, h.file, h.line, h.ts, h.text,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log) AS oldest,
    count(*) OVER (PARTITION BY h.node) AS hits, max(h.ts) OVER (PARTITION BY h.node) AS last_ts
  FROM hits h WHERE h.signature = 'runtime-down' AND h.node IS NOT NULL AND h.ts > :now - 1800000000
),
-- Seconds of it belong to every restart of a runtime.
lasting AS (
  SELECT * FROM logged
  WHERE node IN (SELECT node FROM now_down)
    OR (hits >= 3 AND last_ts > :now - 180000000 AND node NOT IN (
      SELECT c.node FROM node_conditions c WHERE c.type = 'Ready' AND c.status = 'True'))
),
evidence AS (
  SELECT node, 0 AS seq, file, line, NULL AS text, last_transition AS ts, NULL AS hits FROM now_down
  UNION ALL
  SELECT node, 1, file, line, text, ts, hits FROM lasting WHERE newest <= 2 OR oldest = 1
)
SELECT 'node/' || e.node AS subject, e.file, e.line, e.text, e.ts, e.node,
  coalesce((SELECT 'The node reports: ' || message FROM now_down u WHERE u.node = e.node),
    'kubelet logged it ' || e.hits || ' times, to the end of its log.') AS what,
  coalesce((SELECT '节点上报：' || message FROM now_down u WHERE u.node = e.node),
    'kubelet 记录了 ' || e.hits || ' 次，直到日志末尾。') AS what_zh,
  coalesce((SELECT CASE WHEN runtime_version LIKE 'cri-o%' THEN 'crio' ELSE rx('^[a-z]+', runtime_version) END
    FROM nodes n WHERE n.name = e.node), 'containerd') AS runtime
FROM evidence e
ORDER BY e.node, e.seq, e.ts DESC, e.file, e.line;
