/*
id: npd-event
title:
  en: "Node Problem Detector saw {reasons} on {node}"
  zh: "Node Problem Detector 在节点 {node} 上发现 {reasons}"
detail:
  en: "{what}"
  zh: "事件：{what}"
severity: warning
needs: [events]
why:
  en: >-
    Node Problem Detector reads the logs of the kernel and the runtime and makes an event of each line it knows. Such a problem
    may have passed; the event tells when it was. Events of a kubelet or a runtime that merely started are left out.
  zh: >-
    Node Problem Detector 会把内核和容器运行时日志中认识的每一行变成事件。问题可能已经过去，事件说明了发生的时间。
    仅表示 kubelet 或运行时启动的事件不在其内。
fix:
  - en: "Treat what the event names; the log lines around it"
    zh: "根据事件内容处理，并查看前后的日志"
    run: "journalctl -k --no-pager --since -2h | tail -n 100"
    on: "{node}"
verify: "kubectl get events -A --field-selector involvedObject.name={node}"
refs: ["https://github.com/kubernetes/node-problem-detector"]
*/
WITH
told AS (
  SELECT e.object_name AS node, e.reason, e.message, max(coalesce(e.count, 1), 1) AS times, e.first_seen, e.last_seen, e.file,
    json_line(o.json, o.line, e.message) AS line
  FROM events e JOIN objects o ON o.id = e.object
  WHERE e.object_kind = 'Node' AND e.last_seen > :now - 3600000000
    AND (e.component GLOB '*-monitor' OR e.component = 'node-problem-detector')
    AND e.reason NOT IN ('KubeletStart', 'DockerStart', 'ContainerdStart', 'NodeProblemDetectorStart')
    -- "X is now: Y" reports the change of a condition, which node-condition checks read from the node.
    AND e.message NOT LIKE 'Node condition %'
    -- The detector's pattern takes a container's own limit for it, too; that is no problem of the node.
    AND NOT (e.reason = 'OOMKilling' AND e.message LIKE 'Memory cgroup out of memory%')
)
SELECT 'node/' || t.node AS subject, t.file, t.line, t.first_seen AS ts, t.last_seen, t.node,
  (SELECT group_concat(reason, ', ') FROM (SELECT DISTINCT reason FROM told x WHERE x.node = t.node ORDER BY reason)) AS reasons,
  (SELECT group_concat(reason || ' ×' || times || ': ' || substr(message, 1, 200), '; ')
   FROM (SELECT * FROM told x WHERE x.node = t.node ORDER BY last_seen DESC, message LIMIT 5)) AS what
FROM told t
ORDER BY t.node, t.last_seen DESC, t.file, t.line;
