-- Nodes
SELECT key, path, value FROM (
  SELECT name AS key, 'kubelet' AS path, kubelet_version AS value FROM nodes
  UNION ALL SELECT name, 'runtime', runtime_version FROM nodes
  UNION ALL SELECT name, 'kernel', kernel_version FROM nodes
  UNION ALL SELECT name, 'os', os_image FROM nodes
  UNION ALL SELECT node, 'conditions.' || type, status || coalesce(' (' || reason || ')', '') FROM node_conditions
)
ORDER BY 1, 2
