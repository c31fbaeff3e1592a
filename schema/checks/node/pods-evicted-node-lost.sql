/*
id: pods-evicted-node-lost
title:
  en: "Pods were evicted from {where_name} because it was not ready"
  zh: "因节点未就绪，{where_name} 上的 Pod 被驱逐"
detail:
  en: "{pods} pod(s), the last at {last_at}, first {first}."
  zh: "共 {pods} 个 Pod，最近一次在 {last_at}，首先是 {first}。"
severity: info
confidence: certain
needs: [[events, pods]]
why:
  en: >-
    A node that is not ready gets a taint, and pods that tolerate it only for a time (300 seconds by default) are then deleted, so that their owners make others elsewhere. That is the remedy, not the
    fault: look at why the node was not ready.
  zh: >-
    节点未就绪时会被加上污点，Pod 在容忍时间（默认 300 秒）之后被删除，由控制器在别处重建。这是补救措施而不是故障：应检查节点为什么未就绪。
fix:
  - en: "Why was the node not ready?"
    zh: "查看节点未就绪的原因"
    run: "kubectl describe node {on_node} | grep -A 12 Conditions"
verify: "kubectl get events --all-namespaces --field-selector reason=TaintManagerEviction"
*/
WITH
told AS (
  SELECT e.object_namespace AS namespace, e.object_name AS pod, coalesce(p.node, e.host) AS node, e.first_seen AS ts, e.last_seen AS last_ts, e.file,
    json_line(o.json, o.line, e.message) AS line
  FROM events e JOIN objects o ON o.id = e.object
  LEFT JOIN pods p ON p.namespace = e.object_namespace AND p.name = e.object_name
  WHERE e.reason = 'TaintManagerEviction' AND e.object_kind = 'Pod' AND e.message NOT LIKE 'Cancelling%' AND e.last_seen > :now - 3600000000
  UNION ALL
  SELECT p.namespace, p.name, p.node, c.last_transition, c.last_transition, c.file, json_line(o.json, o.line, c.reason)
  FROM pod_conditions c JOIN pods p ON p.namespace = c.namespace AND p.name = c.pod JOIN objects o ON o.id = c.object
  WHERE c.type = 'DisruptionTarget' AND c.status = 'True' AND c.reason = 'DeletionByTaintManager'
),
counted AS (
  SELECT *, coalesce('node/' || node, 'cluster') AS subject, row_number() OVER (PARTITION BY coalesce(node, '') ORDER BY last_ts DESC, namespace, pod, file, line) AS n
  FROM told
)
SELECT c.subject, c.file, c.line, c.ts, c.node, coalesce(c.node, 'its node') AS where_name, coalesce(c.node, 'NODE') AS on_node,
  (SELECT count(DISTINCT x.namespace || '/' || x.pod) FROM counted x WHERE x.subject = c.subject) AS pods,
  (SELECT coalesce(iso(max(x.last_ts)), '-') FROM counted x WHERE x.subject = c.subject) AS last_at, c.namespace || '/' || c.pod AS first
FROM counted c
ORDER BY c.subject, c.n, c.file, c.line;
