/*
id: ha-dns-single-replica
title:
  en: "The cluster's DNS has {what}"
  zh: "集群 DNS {what_zh}"
severity: info
confidence: certain
advice: true
needs: [nodes, pods, deployments]
why:
  en: >-
    Every name that a pod looks up goes to these pods. With one of them, or all of them on one node, the end of that node stops name
    resolution in the whole cluster for minutes (40 seconds until the node counts as lost, 5 minutes until its pods are replaced).
  zh: >-
    Pod 的所有域名解析都要经过这些 Pod。只有一个副本，或所有副本在同一节点上时，该节点故障会使整个集群的域名解析中断数分钟
    （40 秒后节点才被视为失联，5 分钟后 Pod 才会被重建）。
fix:
  - en: "Two replicas at least"
    zh: "至少两个副本"
    run: "kubectl -n {namespace} scale deployment {deployment} --replicas=2"
  - en: "On different nodes: a topology spread constraint or pod anti-affinity by kubernetes.io/hostname; then restart them one by one"
    zh: "分布到不同节点：按 kubernetes.io/hostname 配置拓扑分布约束或反亲和，然后滚动重启"
    run: "kubectl -n {namespace} get deployment {deployment} -o yaml | grep -A12 -E 'topologySpreadConstraints|podAntiAffinity'; kubectl -n {namespace} rollout restart deployment {deployment}"
verify: "kubectl -n {namespace} get pods -l k8s-app=kube-dns -o wide"
*/
WITH
-- A cluster of one node has no second place.
places AS (
  SELECT count(*) AS n FROM nodes WHERE coalesce(unschedulable, 0) = 0 AND coalesce(taints, '') NOT LIKE '%node-role.kubernetes.io/%NoSchedule%'
),
dns AS (
  SELECT w.namespace, w.name, w.desired, w.file, w.line, o.json, w.line AS base
  FROM workloads w JOIN objects o ON o.id = w.object
  WHERE w.kind = 'Deployment' AND w.namespace IN ('kube-system', 'openshift-dns')
    AND (json_extract(w.labels, '$."k8s-app"') IN ('kube-dns', 'coredns') OR w.name IN ('coredns', 'kube-dns', 'rke2-coredns-rke2-coredns'))
    AND w.name NOT LIKE '%autoscaler%'
),
its_pods AS (
  SELECT d.namespace, d.name, p.node, p.file, json_line(o.json, p.line, p.node) AS line, p.name AS pod
  FROM dns d JOIN pod_subjects s ON s.subject = 'deployment/' || d.namespace || '/' || d.name
  JOIN pods p ON p.namespace = s.namespace AND p.name = s.pod
  JOIN objects o ON o.id = p.object
  WHERE p.node IS NOT NULL AND p.phase = 'Running' AND p.deleted IS NULL
)
SELECT 'deployment/' || d.namespace || '/' || d.name AS subject, d.file, json_line(d.json, d.line, d.name) AS line,
  NULL AS node, d.namespace, d.name AS deployment, 'a single replica' AS what, '只有一个副本' AS what_zh, 1 AS seq
FROM dns d, places WHERE d.desired = 1 AND places.n >= 2
UNION ALL
SELECT 'deployment/' || d.namespace || '/' || d.name, p.file, p.line, p.node, d.namespace, d.name,
  'all its pods on one node, ' || p.node, '的所有 Pod 都在节点 ' || p.node || ' 上', 2
FROM dns d JOIN its_pods p USING (namespace, name), places
WHERE places.n >= 2 AND d.desired > 1 AND (SELECT count(*) FROM its_pods q WHERE q.name = d.name AND q.namespace = d.namespace) > 1
  AND (SELECT count(DISTINCT q.node) FROM its_pods q WHERE q.name = d.name AND q.namespace = d.namespace) = 1
ORDER BY 1, 9, 2, 3;
