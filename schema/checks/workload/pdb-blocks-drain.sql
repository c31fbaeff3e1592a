/*
id: pdb-blocks-drain
title:
  en: "The disruption budget {namespace}/{name} allows no pod to be evicted"
  zh: "PodDisruptionBudget {namespace}/{name} 不允许驱逐任何 Pod"
detail:
  en: "{healthy} of {expected} pod(s) are healthy, {wanted} must be. {what}"
  zh: "{expected} 个 Pod 中 {healthy} 个健康，至少需要 {wanted} 个。{what_zh}"
severity: info
confidence: certain
needs: [poddisruptionbudgets]
why:
  en: >-
    kubectl drain and cluster upgrades evict pods, and this budget refuses every one, so they wait for ever. Either it asks for as many pods as there are (a budget of 1 for a single replica),
    or pods are not healthy right now.
  zh: >-
    kubectl drain 和集群升级通过驱逐 Pod 进行，而该预算会拒绝所有驱逐，使其一直等待。可能是预算要求的数量等于现有副本数（例如单副本要求 1 个），
    也可能是当前有 Pod 不健康。
fix:
  - en: "Pods are not healthy: mend them first"
    zh: "有 Pod 不健康：先修复它们"
    run: "kubectl -n {namespace} describe pdb {name}; kubectl -n {namespace} get pods -o wide"
    if: sick
  - en: "It asks for as many pods as there are: let one go at a time (where the program bears that)"
    zh: "预算要求的数量等于现有副本数：改为每次允许一个不可用（前提是程序可以承受）"
    run: "kubectl -n {namespace} patch pdb {name} --type=merge -p '{\"spec\":{\"minAvailable\":null,\"maxUnavailable\":1}}'"
    if: tight
verify: "kubectl -n {namespace} get pdb {name}"
k8s: ">=1.5"
refs: ["https://kubernetes.io/docs/tasks/run-application/configure-pdb/"]
*/
WITH
budgets AS (
  SELECT o.namespace, o.name, o.file, json_key(o.json, o.line, 'disruptionsAllowed') AS line, o.json ->> '$.status.expectedPods' AS expected,
    coalesce(o.json ->> '$.status.currentHealthy', 0) AS healthy, coalesce(o.json ->> '$.status.desiredHealthy', 0) AS wanted
  FROM objects o
  WHERE o.kind = 'PodDisruptionBudget' AND o.json ->> '$.status.disruptionsAllowed' = 0 AND o.json ->> '$.status.expectedPods' > 0
    -- What the controller has not looked at since the last change says nothing.
    AND coalesce(o.json ->> '$.status.observedGeneration', 0) >= coalesce(o.json ->> '$.metadata.generation', 0)
),
-- Somebody is draining: then it is in the way now.
draining AS (SELECT min(name) AS node FROM nodes WHERE unschedulable)
SELECT 'poddisruptionbudget/' || b.namespace || '/' || b.name AS subject, b.file, b.line, b.namespace, b.name, b.expected, b.healthy, b.wanted,
  b.healthy < b.expected AS sick, b.wanted >= b.expected AS tight,
  CASE WHEN b.wanted >= b.expected THEN 'It asks for all of them.' ELSE 'Some are not healthy now.' END || coalesce(' Node ' || d.node || ' is cordoned: a drain would wait for this.', '') AS what,
  CASE WHEN b.wanted >= b.expected THEN '它要求全部副本可用。' ELSE '当前有 Pod 不健康。' END || coalesce('节点 ' || d.node || ' 已被封锁：腾空节点时会在此等待。', '') AS what_zh,
  CASE WHEN d.node IS NOT NULL THEN 'warning' ELSE 'info' END AS severity
FROM budgets b, draining d
ORDER BY 1, b.file, b.line;
