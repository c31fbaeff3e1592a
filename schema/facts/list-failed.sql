-- Why the resource :x could not be listed: its own failure, or that of the API server as a whole.
SELECT error
FROM (
  SELECT error, path, 0 AS rank FROM captures
  WHERE state IN ('failed', 'skipped') AND error IS NOT NULL
    AND (path IN ('cluster-resources/' || :x || '.json', 'cluster-resources/' || :x || '-errors.json')
      OR path LIKE 'cluster-resources/' || :x || '/%' OR path LIKE 'cluster-resources/custom-resources/' || :x || '.%')
  UNION ALL
  SELECT error, path, 1 FROM captures
  WHERE state = 'failed' AND error IS NOT NULL AND path IN ('cluster-resources/namespaces.json', 'cluster-info/cluster_version.json')
    AND NOT EXISTS (SELECT 1 FROM lists)
)
ORDER BY rank, path DESC
LIMIT 1
