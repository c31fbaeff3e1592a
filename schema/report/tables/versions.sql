-- Which versions of each component run, and how many minor versions they are behind the oldest API server. Allowed is none ahead, one behind
-- for the controller manager and the scheduler, two for kubelet and kube-proxy, three from 1.25 on (Kubernetes' version skew policy).
WITH
server AS (SELECT min(minor) AS minor FROM component_versions WHERE component = 'kube-apiserver'),
told AS (
  SELECT component, version, minor, group_concat(DISTINCT node) AS nodes, count(DISTINCT node) AS n,
    CASE WHEN component <> 'etcd' THEN (SELECT minor FROM server) - minor END AS behind,
    CASE WHEN component IN ('kubelet', 'kube-proxy') THEN CASE WHEN minor >= 25 THEN 3 ELSE 2 END ELSE 1 END AS allowed
  FROM (SELECT DISTINCT component, version, minor, node FROM component_versions ORDER BY component, node)
  GROUP BY component, version
)
SELECT component AS "code component", version AS "code version", n AS "count nodes", nodes AS "list node",
  CASE WHEN behind IS NULL THEN NULL WHEN component = 'kube-apiserver' THEN -behind ELSE behind END AS "badge behind",
  behind IS NULL OR CASE component WHEN 'kube-apiserver' THEN behind >= -1 ELSE behind BETWEEN 0 AND allowed END AS "fine",
  count(*) OVER () AS "total"
FROM told
ORDER BY component, minor DESC, version DESC
LIMIT 200
