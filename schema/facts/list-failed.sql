-- Why the resource :x could not be listed: its own failure, or that of the API server as a whole.
SELECT error
FROM (
  SELECT why AS error, coalesce(namespace, '') AS path, 0 AS rank FROM unread_lists
  WHERE (resource = :x OR resource GLOB :x || '.*') AND why IS NOT NULL
  UNION ALL
  SELECT error, path, 1 FROM captures
  WHERE state = 'failed' AND error IS NOT NULL AND path IN ('cluster-resources/namespaces.json', 'cluster-info/cluster_version.json')
    AND NOT EXISTS (SELECT 1 FROM lists)
)
ORDER BY rank, path
LIMIT 1
