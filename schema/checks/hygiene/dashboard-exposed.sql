/*
id: dashboard-exposed
title:
  en: "The dashboard is open to the network, with all rights"
  zh: "Dashboard 以管理员权限暴露在网络上"
detail:
  en: "Service {namespace}/{name} is a {type}; {how}"
  zh: "Service {namespace}/{name} 类型为 {type}；{how_zh}"
severity: critical
confidence: certain
needs: [services, [clusterrolebindings, pods]]
why:
  en: >-
    Whoever reaches that port commands the cluster: the dashboard acts with its own rights, and it has cluster-admin or lets people skip the login. This is a known way in for crypto miners.
  zh: >-
    任何能访问该端口的人都可以控制集群：Dashboard 以自己的权限操作，而它拥有 cluster-admin，或允许跳过登录。这是挖矿程序常见的入侵途径。
fix:
  - en: "Close the way in; kubectl proxy or port-forward still lead there"
    zh: "关闭对外访问；仍可用 kubectl proxy 或 port-forward 使用"
    run: "kubectl -n {namespace} patch service {name} -p '{\"spec\":{\"type\":\"ClusterIP\"}}'"
  - en: "Take its rights away"
    zh: "收回权限"
    run: "kubectl delete clusterrolebinding {binding}"
    if: binding
  - en: "Take --enable-skip-login and --enable-insecure-login off its arguments"
    zh: "去掉 --enable-skip-login 和 --enable-insecure-login 参数"
    run: "kubectl -n {namespace} edit deployment kubernetes-dashboard"
    if: skips
verify: "kubectl -n {namespace} get service {name}"
*/
WITH
open AS (
  SELECT v.namespace, v.name, v.type, o.file, json_line(o.json, o.line, v.type) AS line FROM services v JOIN objects o ON o.id = v.object
  WHERE v.type IN ('NodePort', 'LoadBalancer') AND v.name LIKE '%kubernetes-dashboard%' AND v.name NOT LIKE '%metrics%'
),
bindings AS (
  SELECT o.name, s.value ->> '$.namespace' AS namespace, o.file, json_line(o.json, o.line, s.value ->> '$.name') AS line
  FROM objects o, json_each(o.json, '$.subjects') s
  WHERE o.kind = 'ClusterRoleBinding' AND o.json ->> '$.roleRef.name' = 'cluster-admin' AND s.value ->> '$.name' LIKE '%dashboard%' AND s.value ->> '$.kind' = 'ServiceAccount'
),
skipping AS (
  SELECT c.namespace, o.file, json_line(o.json, o.line, a.value) AS line FROM container_specs c JOIN objects o ON o.id = c.object, json_each(CASE WHEN json_valid(c.args) THEN c.args ELSE '[]' END) a
  WHERE c.image LIKE '%dashboard%' AND (a.value LIKE '--enable-skip-login%' OR a.value LIKE '--enable-insecure-login%') AND a.value NOT LIKE '%=false'
),
sick AS (
  SELECT p.*, (SELECT min(b.name) FROM bindings b WHERE b.namespace = p.namespace) AS binding, EXISTS (SELECT 1 FROM skipping s WHERE s.namespace = p.namespace) AS skips FROM open p
),
evidence AS (
  SELECT namespace, name, 0 AS seq, file, line FROM sick
  UNION ALL
  SELECT s.namespace, s.name, 1, b.file, b.line FROM sick s JOIN bindings b ON b.namespace = s.namespace
  UNION ALL
  SELECT s.namespace, s.name, 2, k.file, k.line FROM sick s JOIN skipping k ON k.namespace = s.namespace
)
SELECT 'service/' || s.namespace || '/' || s.name AS subject, e.file, e.line, s.namespace, s.name, s.type, s.binding, nullif(s.skips, 0) AS skips,
  CASE WHEN s.binding IS NOT NULL THEN 'its account has cluster-admin.' ELSE 'its login can be skipped.' END AS how,
  CASE WHEN s.binding IS NOT NULL THEN '其账号拥有 cluster-admin 权限。' ELSE '可以跳过登录。' END AS how_zh
FROM sick s JOIN evidence e USING (namespace, name) WHERE s.binding IS NOT NULL OR s.skips
ORDER BY subject, e.seq, e.file, e.line;
