-- The 100 nodes whose pods refer to most ConfigMaps and Secrets.
SELECT node AS "code node", kubelet_version AS "text kubelet", configmaps AS "count configmaps", secrets AS "count secrets",
  watches AS "count together", share AS "percent-bar of_limit", count(*) OVER () AS "total"
FROM v_config_watches
ORDER BY watches DESC, node
LIMIT 100
