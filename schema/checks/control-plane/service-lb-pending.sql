/*
id: service-lb-pending
title:
  en: "Load balancer of Service {namespace}/{name} has no address"
  zh: "Service {namespace}/{name} 的负载均衡器没有分配地址"
detail:
  en: "For {minutes} minutes now. {message}"
  zh: "已持续 {minutes} 分钟。{message_zh}"
severity: warning
needs: [services]
why:
  en: >-
    A Service of type LoadBalancer gets its address from the cloud's controller, or from MetalLB and its like. Either there is none (on bare metal no
    event tells), or it failed: quota, permission, no subnet, a class that nobody serves.
  zh: >-
    LoadBalancer 类型的 Service 由云控制器或 MetalLB 等组件分配地址。要么没有这类组件（裸机环境没有任何事件提示），要么分配失败：配额、权限、没有子网，
    或指定的 class 无人处理。
fix:
  - en: "What do its events say?"
    zh: "查看它的事件"
    run: "kubectl -n {namespace} describe service {name}"
  - en: "Who is to serve it here?"
    zh: "由谁负责分配？"
    run: "kubectl get pods --all-namespaces | grep -i -E 'cloud-controller|metallb|kube-vip|svclb'"
  - en: "Nobody: install one (MetalLB on bare metal), or use a NodePort"
    zh: "没有：安装一个（裸机可用 MetalLB），或改用 NodePort"
    run: "kubectl -n {namespace} patch service {name} -p '{\"spec\":{\"type\":\"NodePort\"}}'"
verify: "kubectl -n {namespace} get service {name}"
refs: ["https://kubernetes.io/docs/concepts/services-networking/service/#loadbalancer"]
*/
WITH
waiting AS (
  SELECT v.namespace, v.name, o.created, o.file, o.json, o.line
  FROM services v JOIN objects o ON o.id = v.object
  WHERE v.type = 'LoadBalancer' AND coalesce(CASE WHEN json_valid(v.ingress) THEN json_array_length(v.ingress) END, 0) = 0
    AND o.created < :now - 300000000 AND o.deleted IS NULL
),
events_of AS (
  SELECT w.namespace, w.name, e.message, e.last_seen, o.file, json_line(o.json, o.line, e.message) AS line,
    row_number() OVER (PARTITION BY w.namespace, w.name ORDER BY e.last_seen DESC, e.object) AS n
  FROM waiting w JOIN events e ON e.object_kind = 'Service' AND e.object_namespace = w.namespace AND e.object_name = w.name
    AND e.reason IN ('SyncLoadBalancerFailed', 'CreatingLoadBalancerFailed')
  JOIN objects o ON o.id = e.object
),
evidence AS (
  SELECT namespace, name, 1 AS seq, file, json_line(json, line, 'LoadBalancer') AS line, NULL AS ts FROM waiting
  UNION ALL
  SELECT namespace, name, 2, file, line, last_seen FROM events_of WHERE n <= 2
)
SELECT 'service/' || w.namespace || '/' || w.name AS subject, e.file, e.line, e.ts, w.namespace, w.name, (:now - w.created) / 60000000 AS minutes,
  coalesce(v.message, 'No event tells why; nobody may be there who serves load balancers.') AS message,
  coalesce(v.message, '没有事件说明原因，可能没有处理负载均衡的组件。') AS message_zh
FROM waiting w JOIN evidence e USING (namespace, name) LEFT JOIN events_of v ON v.namespace = w.namespace AND v.name = w.name AND v.n = 1
ORDER BY subject, e.seq, e.file, e.line;
