/*
id: node-flapping
title:
  en: "Node {node} flaps between Ready and NotReady: {times} times within an hour"
  zh: "节点 {node} 在 Ready 与 NotReady 之间反复：一小时内 {times} 次"
detail:
  en: "{times} times, the last at {last_at}. Ready is {status} now."
  zh: "共 {times} 次，最后一次在 {last_at}。当前 Ready 为 {status}。"
severity: warning
needs: [[events, log:kubelet]]
causes:
  - {check: pods-evicted-node-lost, when: same}
why:
  en: >-
    Each time the node turns NotReady its pods leave the endpoints of their Services, and after five minutes they are evicted.
    A runtime that answers slowly (PLEG), a runtime that restarts, a lossy way to the API server or a starved machine do this.
    A node whose kubelet was restarted in between is not counted.
  zh: >-
    节点每次变为 NotReady，其上的 Pod 都会从 Service 的端点中移除，五分钟后还会被驱逐。
    常见原因：容器运行时响应缓慢（PLEG）、运行时反复重启、到 API server 的网络丢包，或机器资源不足。期间 kubelet 被重启过的不计算在内。
fix:
  - en: "What coincides with the changes? kubelet gives the reason each time"
    zh: "与状态变化同时发生的是什么？kubelet 每次都会给出原因"
    run: "journalctl -u kubelet --no-pager --since -2h | grep -E 'ode became not ready|PLEG|runtime' | tail -n 30"
    on: "{node}"
  - en: "Does the runtime restart, or does the machine starve?"
    zh: "运行时是否在重启？机器资源是否不足？"
    run: "journalctl -u docker -u containerd --no-pager --since -2h | grep -E 'Start(ed|ing)|Stopp' | tail; uptime; cat /proc/pressure/io"
    on: "{node}"
verify: "kubectl get events -A --field-selector involvedObject.name={node} --sort-by=.lastTimestamp"
refs: ["https://github.com/kubernetes/kubernetes/issues/45419"]
*/
WITH
-- Aggregated events: `count` tells how often, not the number of rows.
told AS (
  SELECT e.object_name AS node, e.file, json_line(o.json, o.line, e.reason) AS line, e.first_seen, e.last_seen, max(coalesce(e.count, 1), 1) AS times
  FROM events e JOIN objects o ON o.id = e.object
  WHERE e.object_kind = 'Node' AND e.reason = 'NodeNotReady' AND e.last_seen > :now - 3600000000
    -- Only while the same kubelet ran.
    AND NOT EXISTS (SELECT 1 FROM kubelet_units u WHERE u.node = e.object_name
      AND (u.started > e.first_seen OR u.active <> 'active'))
    -- kubelet and the node controller both tell of the same change.
    AND coalesce(e.component, '') <> 'kubelet'
),
logged AS (
  SELECT h.node, h.file, h.line, h.ts, h.text
  FROM hits h LEFT JOIN kubelet_units u ON u.node = h.node
  WHERE h.signature = 'node-became-not-ready' AND h.node IS NOT NULL AND h.ts > :now - 3600000000
    -- A kubelet is not ready in its first two minutes.
    AND (u.started IS NULL OR (h.ts > u.started + 120000000 AND u.active = 'active'))
    AND h.text NOT LIKE '%yet to be successful%'
),
counted AS (
  SELECT node, max(a) AS times, max(last) AS last_ts FROM (
    SELECT node, sum(times) AS a, max(last_seen) AS last FROM told GROUP BY node
    -- Two lines tell of the same change.
    UNION ALL SELECT node, count(DISTINCT ts / 10000000), max(ts) FROM logged GROUP BY node)
  GROUP BY node HAVING max(a) >= 3
),
evidence AS (
  SELECT node, 0 AS seq, file, line, NULL AS text, first_seen AS ts FROM told
  UNION ALL
  SELECT node, 1, file, line, text, ts FROM (SELECT *, row_number() OVER (PARTITION BY node ORDER BY ts DESC, line DESC) AS n FROM logged) WHERE n <= 5
)
SELECT 'node/' || c.node AS subject, e.file, e.line, e.text, e.ts, c.node, c.times, iso(c.last_ts) AS last_at,
  coalesce((SELECT status FROM node_conditions r WHERE r.node = c.node AND r.type = 'Ready'), 'unknown') AS status
FROM counted c JOIN evidence e ON e.node = c.node
ORDER BY c.node, e.seq, e.ts DESC, e.file, e.line;
