/*
id: pod-terminating-stuck
title:
  en: "Pods of {subject} have been Terminating for {minutes} minutes"
  zh: "{subject} 的 Pod 处于 Terminating 已 {minutes} 分钟"
detail:
  en: "{pods} pod(s), first {pod} on {on_node}, should have been gone at {due}. {what}"
  zh: "{pods} 个 Pod，首先是节点 {on_node} 上的 {pod}，本应在 {due} 前结束。{what_zh}"
severity: warning
confidence: certain
needs: [pods, nodes]
causes:
  - {check: namespace-stuck-terminating, when: same-namespace}
  - {check: volume-multi-attach, when: same}
why:
  en: >-
    The grace period is over, the node is alive, and the pod is still there: the runtime cannot stop a container (a process that waits for a disk or a file server
    cannot be killed), a volume cannot be unmounted, or a finalizer waits for a controller that does not do its part.
  zh: >-
    宽限期已过，节点正常，但 Pod 仍然存在：容器运行时无法停止容器（等待磁盘或文件服务器的进程无法杀死）、存储卷无法卸载，
    或 finalizer 在等待某个没有完成工作的控制器。
fix:
  - en: "Its finalizers {finalizers}: does the controller behind them run? Otherwise take them away (what they were to clean up stays)"
    zh: "它带有 finalizer {finalizers}：对应的控制器是否在运行？否则移除（其应清理的内容会残留）"
    run: "kubectl -n {namespace} patch pod {pod} --type=merge -p '{\"metadata\":{\"finalizers\":null}}'"
    if: finalizers
  - en: "What does kubelet say of it?"
    zh: "查看 kubelet 对它的日志"
    run: "journalctl -u kubelet -n 5000 --no-pager | grep -E {pod} | grep -iE 'kill|unmount|stop|tear' | tail -n 20"
    on: "{on_node}"
    if: held
  - en: "Processes that cannot be killed (state D), and what they wait for"
    zh: "无法杀死的进程（D 状态）及其等待的对象"
    run: "ps -eo pid,stat,wchan:32,args | awk '$2 ~ /^D/'"
    on: "{on_node}"
    if: held
  - en: "Only when it has really stopped on the node: remove the record"
    zh: "仅在确认其在节点上已停止后：强制删除记录"
    run: "kubectl -n {namespace} delete pod {pod} --force --grace-period=0"
    if: held
verify: "kubectl -n {namespace} get pods"
refs: ["https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination"]
*/
WITH
-- deletionTimestamp is when the grace period ends. A node that is lost is another diagnosis.
stuck AS (
  SELECT s.subject, p.namespace, p.name AS pod, p.node, p.file, json_key(o.json, o.line, 'deletionTimestamp') AS line, p.deleted,
    coalesce(json_array_length(o.json, '$.metadata.finalizers'), 0) > 0 AS has_finalizers, o.json -> '$.metadata.finalizers' AS finalizers,
    json_key(o.json, o.line, 'finalizers') AS finalizers_line, o.json ->> '$.metadata.uid' AS uid, coalesce(p.phase, '') IN ('Succeeded', 'Failed') AS done,
    row_number() OVER (PARTITION BY s.subject ORDER BY p.deleted, p.name) AS n, count(*) OVER (PARTITION BY s.subject) AS pods
  FROM pods p JOIN pod_subjects s ON s.namespace = p.namespace AND s.pod = p.name JOIN objects o ON o.id = p.object
  WHERE p.deleted < :now - 300000000
    AND NOT EXISTS (SELECT 1 FROM node_conditions c WHERE c.node = p.node AND c.type = 'Ready' AND c.status <> 'True')
    AND (p.node IS NULL OR EXISTS (SELECT 1 FROM nodes x WHERE x.name = p.node))
),
told AS (
  SELECT s.subject, e.file, json_line(o.json, o.line, e.message) AS line, e.first_seen, e.reason, e.message, row_number() OVER (PARTITION BY s.subject ORDER BY e.last_seen DESC, e.line) AS n
  FROM stuck s JOIN events e ON e.object_kind = 'Pod' AND e.object_namespace = s.namespace AND e.object_name = s.pod AND e.reason IN ('FailedKillPod', 'FailedPreStopHook', 'FailedUnMount')
  JOIN objects o ON o.id = e.object
  WHERE s.n = 1
),
-- What kubelet last said of its volumes: one that cannot be set up any more (its secret is gone) holds a pod as well.
heard AS (
  SELECT s.subject, l.file, l.line, l.ts, substr(replace(rx('Error: "?(.*?)"?$', l.text, 1), '\"', '"'), 1, 400) AS message, row_number() OVER (PARTITION BY s.subject ORDER BY l.id DESC) AS n
  FROM (SELECT * FROM stuck WHERE n = 1 AND uid <> '' ORDER BY deleted, subject LIMIT 20) s
  JOIN files f ON f.unit = 'kubelet' AND f.node = s.node
  JOIN log_lines l ON l.id BETWEEN f.first_log AND f.last_log AND instr(l.text, s.uid) AND instr(l.text, 'nestedpendingoperations')
),
evidence AS (
  SELECT subject, n AS seq, file, line, deleted AS ts, node FROM stuck WHERE n <= 5
  UNION ALL SELECT subject, 10, file, finalizers_line, NULL, node FROM stuck WHERE n = 1 AND has_finalizers
  UNION ALL SELECT subject, 11, file, line, first_seen, NULL FROM told WHERE n = 1
  UNION ALL SELECT subject, 12, file, line, ts, NULL FROM heard WHERE n = 1
)
SELECT s.subject, e.file, e.line, e.ts, e.node, s.namespace, s.pod, s.pods, coalesce(s.node, '-') AS on_node, iso(s.deleted) AS due, (:now - s.deleted) / 60000000 AS minutes,
  CASE WHEN s.has_finalizers THEN (SELECT group_concat(value, ', ') FROM json_each(s.finalizers)) END AS finalizers, NOT s.has_finalizers AS held,
  CASE WHEN t.message IS NOT NULL THEN t.reason || ': ' || substr(t.message, 1, 300) WHEN s.has_finalizers THEN 'Finalizers hold it.' WHEN h.message IS NOT NULL THEN 'kubelet: ' || h.message ELSE 'No event tells why.' END AS what,
  CASE WHEN t.message IS NOT NULL THEN t.reason || '：' || substr(t.message, 1, 300) WHEN s.has_finalizers THEN '被 finalizer 阻止。' WHEN h.message IS NOT NULL THEN 'kubelet：' || h.message ELSE '没有事件说明原因。' END AS what_zh
FROM stuck s JOIN evidence e ON e.subject = s.subject LEFT JOIN told t ON t.subject = s.subject AND t.n = 1 LEFT JOIN heard h ON h.subject = s.subject AND h.n = 1
WHERE s.n = 1
ORDER BY s.subject, e.seq, e.file, e.line;
