/*
id: pod-terminating-node-lost
title:
  en: "{pods} pod(s) on the lost node {node} cannot be terminated"
  zh: "失联节点 {node} 上有 {pods} 个 Pod 无法终止"
detail:
  en: "They stay Terminating or Unknown while the node does not report, first {first} since {since}."
  zh: "节点恢复上报之前，它们会一直处于 Terminating 或 Unknown，首先是 {first}，自 {since} 起。"
severity: warning
confidence: certain
needs: [pods, nodes]
causes:
  - {check: statefulset-stuck, when: pod-on-node}
  - {check: workload-unavailable, when: pod-on-node}
why:
  en: >-
    Only the node's kubelet can say that a pod has ended. While it is silent the API keeps the pod, for its containers may still run and write. That is by design: Deployments get
    replacements elsewhere, pods of a StatefulSet do not, and their volumes stay attached.
  zh: >-
    只有节点上的 kubelet 才能确认 Pod 已结束。它失联期间 API 会保留该 Pod，因为容器可能仍在运行和写数据。这是有意的设计：
    Deployment 会在别处补充副本，而 StatefulSet 的 Pod 不会被替换，其存储卷也保持挂载。
fix:
  - en: "Best: bring the node back; the pods then end by themselves"
    zh: "最好的办法是恢复节点，Pod 会自行终止"
    run: "kubectl get node {node} -o wide"
  - en: "The machine is surely off and stays so: say it (1.26 and later), and volumes and pods are released"
    zh: "如果确认机器已关机且不会再启动：添加此污点（1.26 及以上），存储卷和 Pod 会被释放"
    run: "kubectl taint node {node} node.kubernetes.io/out-of-service=nodeshutdown:NoExecute"
  - en: "Gone for good: delete the Node object (its pods are removed with it)"
    zh: "如果节点永久不再使用：删除 Node 对象（其 Pod 会一并删除）"
    run: "kubectl delete node {node}"
  - en: "One pod only, and the machine is off for sure (two copies writing one volume destroy data)"
    zh: "只处理一个 Pod，且确认机器已关机（两个副本同时写一个卷会损坏数据）"
    run: "kubectl -n {namespace} delete pod {pod} --grace-period=0 --force"
verify: "kubectl get pods --all-namespaces --field-selector spec.nodeName={node}"
refs: ["https://kubernetes.io/docs/concepts/cluster-administration/node-shutdown/#non-graceful-node-shutdown"]
*/
WITH
lost AS (
  SELECT c.node, c.last_transition FROM node_conditions c WHERE c.type = 'Ready' AND c.status = 'Unknown'
),
stuck AS (
  SELECT p.namespace, p.name AS pod, p.node, p.file, coalesce(p.deleted, l.last_transition) AS since,
    CASE WHEN p.deleted IS NOT NULL THEN json_key(o.json, o.line, 'deletionTimestamp') ELSE json_line(o.json, o.line, coalesce(p.reason, p.phase)) END AS line,
    row_number() OVER (PARTITION BY p.node ORDER BY p.deleted, p.namespace, p.name) AS n, count(*) OVER (PARTITION BY p.node) AS pods
  FROM pods p LEFT JOIN lost l ON l.node = p.node CROSS JOIN objects o ON o.id = p.object
  WHERE p.node IS NOT NULL
    -- deletionTimestamp is when the grace period ends.
    AND (l.node IS NOT NULL AND p.deleted IS NOT NULL AND p.deleted < :now OR p.reason = 'NodeLost' OR p.phase = 'Unknown')
)
SELECT 'node/' || s.node AS subject, s.file, s.line, s.since AS ts, s.node, s.namespace, s.pod, s.pods, s.namespace || '/' || s.pod AS first,
  coalesce(iso(s.since), '-') AS since
FROM stuck s
ORDER BY s.node, s.n, s.file, s.line;
