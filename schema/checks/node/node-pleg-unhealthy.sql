/*
id: node-pleg-unhealthy
title:
  en: "PLEG on {node} is not healthy: listing its containers takes over 3 minutes"
  zh: "节点 {node} 的 PLEG 不健康：列出容器超过 3 分钟没有完成"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
needs: [[nodes, log:kubelet]]
causes:
  - {check: node-flapping, when: same}
  - {check: node-not-ready-kubelet, when: same}
why:
  en: >-
    Every second kubelet lists all containers of the node (the Pod Lifecycle Event Generator). When one such listing has
    not come to its end for 3 minutes, kubelet calls itself NotReady. The cause lies below: a runtime that hangs, a disk that does
    not answer, thousands of dead containers, or a starved node.
  zh: >-
    kubelet 每秒列出一次本节点的全部容器（Pod Lifecycle Event Generator）。如果 3 分钟都没有完成一次，kubelet 就把自己标记为 NotReady。
    原因在更下层：容器运行时卡死、磁盘无响应、已退出的容器过多，或节点资源耗尽。
fix:
  - en: "How long does a listing take, and how many containers are there?"
    zh: "列一次容器要多久，共有多少容器？"
    run: "time timeout 60 docker ps -aq | wc -l; time timeout 60 crictl ps -aq | wc -l"
    on: "{node}"
  - en: "Processes in state D wait for a disk or a network file system"
    zh: "状态为 D 的进程在等待磁盘或网络文件系统"
    run: "ps -eo stat,pid,wchan:32,args | grep '^D'"
    on: "{node}"
  - en: "Restart the runtime, then kubelet"
    zh: "重启容器运行时，再重启 kubelet"
    run: "systemctl restart docker containerd; systemctl restart kubelet"
    on: "{node}"
verify: "kubectl get node {node} -o 'jsonpath={.status.conditions[?(@.type==\"Ready\")].message}'"
refs: ["https://github.com/kubernetes/kubernetes/issues/45419"]
*/
WITH
now_unhealthy AS (
  SELECT c.node, c.file, json_line(o.json, o.line, c.message) AS line, c.last_transition, c.message
  FROM node_conditions c JOIN objects o ON o.id = c.object
  WHERE c.type = 'Ready' AND c.status = 'False' AND c.message LIKE '%PLEG is not healthy: pleg was last seen active%'
),
logged AS (
  SELECT h.node, h.file, h.line, h.ts, h.text,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log) AS oldest,
    count(*) OVER (PARTITION BY h.node) AS hits, max(h.ts) OVER (PARTITION BY h.node) AS last_ts
  FROM hits h WHERE h.signature = 'pleg-unhealthy' AND h.node IS NOT NULL
),
-- kubelet says it every 5 seconds while it lasts: a node that is Ready now counts as sick only while the log goes on with it.
lasting AS (
  SELECT * FROM logged
  WHERE node IN (SELECT node FROM now_unhealthy) OR (hits >= 3 AND last_ts > :now - 30000000)
),
evidence AS (
  SELECT node, 0 AS seq, file, line, NULL AS text, last_transition AS ts, NULL AS hits FROM now_unhealthy
  UNION ALL
  SELECT node, 1, file, line, text, ts, hits FROM lasting WHERE newest <= 2 OR oldest = 1
)
SELECT 'node/' || e.node AS subject, e.file, e.line, e.text, e.ts, e.node,
  coalesce((SELECT 'The node reports: ' || message FROM now_unhealthy u WHERE u.node = e.node),
    'kubelet logged it ' || e.hits || ' times, to the end of its log.') AS what,
  coalesce((SELECT '节点上报：' || message FROM now_unhealthy u WHERE u.node = e.node),
    'kubelet 记录了 ' || e.hits || ' 次，直到日志末尾。') AS what_zh
FROM evidence e
ORDER BY e.node, e.seq, e.ts DESC, e.file, e.line;
