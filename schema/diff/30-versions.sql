-- Versions of components
-- All that a component has in the cluster; which node has which kubelet is told by the nodes.
SELECT component AS key, 'version' AS path, group_concat(version, ', ') AS value
FROM (SELECT DISTINCT component, version FROM component_versions WHERE version IS NOT NULL ORDER BY component, version)
GROUP BY component
ORDER BY 1, 2
