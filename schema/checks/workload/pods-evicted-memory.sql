/*
id: pods-evicted-memory
title:
  en: "Pods of {subject} were evicted for lack of {what}"
  zh: "{subject} 的 Pod 因{what_zh}不足被驱逐"
detail:
  en: "{pods} evicted pod(s), first {pod} on {on_node}: {message}"
  zh: "{pods} 个 Pod 被驱逐，首先是节点 {on_node} 上的 {pod}：{message}"
severity: warning
confidence: certain
needs: [pods]
causes:
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
why:
  en: >-
    The node had less free memory (or process ids) than kubelet's threshold, and kubelet ended pods: first those that use more than they request. Pods without requests
    go first, and the next ones follow on the next node. "The node had condition" says that the pod was turned away at the door.
  zh: >-
    节点的可用内存（或进程号）低于 kubelet 的阈值，kubelet 终止了 Pod：优先终止用量超过 requests 的。没有设置 requests 的 Pod 最先被驱逐，随后可能在下一个节点重演。
    The node had condition 表示 Pod 在准入时就被拒绝。
fix:
  - en: "What uses the memory of the node?"
    zh: "节点的内存被谁占用？"
    run: "kubectl describe node {on_node} | sed -n '/^Allocated/,$p'; ps -eo pid,rss,nlwp,args --sort=-rss | head -n 15"
    on: "{on_node}"
  - en: "Request what it really needs, with the limit equal to it, so that it goes last (SIZE from kubectl top pods)"
    zh: "按实际用量设置 requests，并使 limits 与之相等，使其最后被驱逐（SIZE 参考 kubectl top pods）"
    run: "kubectl -n {namespace} set resources {owner_kind} {owner_name} --requests=memory=SIZE --limits=memory=SIZE"
    if: settable
  - en: "Remove the records of evicted pods"
    zh: "清理被驱逐的 Pod 记录"
    run: "kubectl -n {namespace} get pods -o jsonpath='{.items[?(@.status.reason==\"Evicted\")].metadata.name}' | xargs -r kubectl -n {namespace} delete pods"
verify: "kubectl -n {namespace} get pods"
refs: ["https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/"]
*/
WITH
sick AS (
  SELECT s.subject, p.file, json_line(o.json, o.line, p.message) AS line, p.namespace, p.name AS pod, p.node, p.message,
    p.message REGEXP '(?i)resource: \[?pid|PIDPressure' AS pids,
    row_number() OVER (PARTITION BY s.subject ORDER BY p.name) AS n, count(*) OVER (PARTITION BY s.subject) AS pods
  FROM pods p JOIN objects o ON o.id = p.object JOIN pod_subjects s ON s.namespace = p.namespace AND s.pod = p.name
  WHERE p.phase = 'Failed' AND p.reason = 'Evicted'
    AND p.message REGEXP '(?i)low on resource: \[?(memory|pids?|MemoryPressure|PIDPressure)\b|node had condition: \[(MemoryPressure|PIDPressure)'
    -- Evicted pods stay listed for months; only what is going on counts.
    AND (EXISTS (SELECT 1 FROM node_conditions c WHERE c.node = p.node AND c.type IN ('MemoryPressure', 'PIDPressure') AND c.status = 'True')
      OR EXISTS (SELECT 1 FROM events e WHERE e.reason = 'Evicted' AND e.object_namespace = p.namespace AND e.object_name = p.name AND e.last_seen > :now - 3600000000))
)
SELECT s.subject, s.file, s.line, s.node, s.namespace, s.pod, s.pods, coalesce(s.node, '-') AS on_node, s.message,
  CASE WHEN s.pids THEN 'process ids' ELSE 'memory' END AS what, CASE WHEN s.pids THEN '进程号' ELSE '内存' END AS what_zh,
  rx('^([^/]+)/', s.subject, 1) AS owner_kind, rx('[^/]+$', s.subject) AS owner_name, NOT s.pids AND s.subject REGEXP '^(deployment|statefulset|daemonset)/' AS settable
FROM sick s
ORDER BY s.subject, s.n, s.file, s.line;
