/*
id: cloud-controller-route-failure
title:
  en: "The cloud has no route to the pods of {node}"
  zh: "云平台没有到节点 {node} 的 Pod 网段路由"
detail:
  en: "{message}"
  zh: "云平台返回：{message}"
severity: critical
confidence: certain
needs: [nodes]
causes:
  - {check: node-network-unavailable, when: same}
  - {check: pod-network-cross-node-broken, when: cluster}
  - {check: pod-pending-taint, when: cluster}
why:
  en: >-
    Without an overlay network the cloud itself routes each node's pod range, and the route controller could not make this route. Pods of
    this node cannot be reached from other nodes, and nothing new is scheduled there (condition NetworkUnavailable). Mostly a quota of the route table or a permission.
  zh: >-
    不使用 overlay 网络时，每个节点的 Pod 网段由云平台路由，而路由控制器未能创建该路由。其他节点无法访问该节点上的 Pod，也不会再调度新 Pod（NetworkUnavailable）。
    常见原因是路由表配额或权限不足。
fix:
  - en: "What does the cloud say?"
    zh: "查看云平台返回的错误"
    run: "kubectl get events --all-namespaces --field-selector reason=FailedToCreateRoute"
  - en: "Quota: raise it or remove routes of nodes that are gone. Permission: let the controller's role write routes. An overlay CNI is in use: turn route making off (--configure-cloud-routes=false)"
    zh: "配额：提升配额或清理已删除节点的路由；权限：允许控制器角色写路由；使用 overlay CNI 时：关闭路由创建（--configure-cloud-routes=false）"
    run: "kubectl -n kube-system get pods -o name | grep -E 'cloud-controller|kube-controller-manager'"
verify: "kubectl get node {node} -o jsonpath='{.status.conditions[?(@.type==\"NetworkUnavailable\")].status}'"
refs: ["https://kubernetes.io/docs/concepts/architecture/cloud-controller/"]
*/
WITH
unrouted AS (
  SELECT c.node, c.message, c.last_transition AS ts, o.file, json_line(o.json, o.line, c.reason) AS line
  FROM node_conditions c JOIN objects o ON o.id = c.object
  WHERE c.type = 'NetworkUnavailable' AND c.status = 'True' AND c.reason = 'NoRouteCreated' AND c.last_transition < :now - 300000000
),
failed AS (
  SELECT e.object_name AS node, e.message, e.last_seen AS ts, o.file, json_line(o.json, o.line, e.message) AS line, coalesce(e.count, 1) AS count
  FROM events e JOIN objects o ON o.id = e.object
  WHERE e.reason = 'FailedToCreateRoute' AND e.message LIKE '%Could not create route%' AND e.last_seen > :now - 1800000000
),
evidence AS (
  SELECT node, message, ts, file, line, 2 AS seq FROM unrouted
  UNION ALL
  SELECT f.node, f.message, f.ts, f.file, f.line, 1 FROM failed f
  WHERE f.count >= 3 OR f.node IN (SELECT node FROM unrouted) OR (SELECT count(*) FROM failed g WHERE g.node = f.node) >= 3
)
SELECT 'node/' || node AS subject, file, line, ts, node, coalesce(message, '-') AS message FROM evidence
ORDER BY node, seq, ts DESC, file, line;
