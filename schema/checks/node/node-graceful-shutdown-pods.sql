/*
id: node-graceful-shutdown-pods
title:
  en: "{count} pods on {node} are left over from a shutdown of the node"
  zh: "节点 {node} 关机后遗留了 {count} 个 Pod"
detail:
  en: "For instance {example}: {message}"
  zh: "例如 {example}：{message}"
severity: info
advice: true
confidence: certain
needs: [pods]
why:
  en: >-
    Since 1.20 kubelet ends pods in order when the machine shuts down, and marks them Failed. Their controllers have made new ones long since; these
    objects only stay until the garbage collector of pods has too many of them.
  zh: >-
    从 1.20 起，kubelet 会在机器关机时有序结束 Pod 并标记为 Failed。控制器早已创建了新的 Pod；这些对象只是在等待垃圾回收。
fix:
  - en: "They may be deleted"
    zh: "可以删除它们"
    run: "kubectl delete pods --all-namespaces --field-selector status.phase=Failed,spec.nodeName={node}"
  - en: "Pods that need longer to end: shutdownGracePeriod and shutdownGracePeriodCriticalPods in kubelet's configuration"
    zh: "需要更长结束时间的 Pod：在 kubelet 配置中调整 shutdownGracePeriod 和 shutdownGracePeriodCriticalPods"
verify: "kubectl get pods --all-namespaces --field-selector status.phase=Failed,spec.nodeName={node}"
k8s: ">=1.20"
*/
WITH
left_over AS (
  SELECT p.node, p.namespace || '/' || p.name AS example, p.message, p.file, json_line(o.json, o.line, p.message) AS line,
    row_number() OVER (PARTITION BY p.node ORDER BY p.namespace, p.name) AS n, count(*) OVER (PARTITION BY p.node) AS count
  FROM pods p JOIN objects o ON o.id = p.object
  WHERE p.phase = 'Failed' AND p.node IS NOT NULL AND p.reason IN ('Terminated', 'Shutdown', 'NodeShutdown')
    AND p.message REGEXP '(?i)node shutdown|node is shutting down|Node is in progress of shutting down'
)
SELECT 'node/' || l.node AS subject, l.file, l.line, l.node, l.count, l.example, l.message FROM left_over l
WHERE l.n <= 5
ORDER BY l.node, l.n;
