-- Why the resource :x could not be listed.
SELECT error
FROM captures
WHERE state IN ('failed', 'skipped') AND error IS NOT NULL
  AND (path IN ('cluster-resources/' || :x || '.json', 'cluster-resources/' || :x || '-errors.json')
    OR path LIKE 'cluster-resources/' || :x || '/%' OR path LIKE 'cluster-resources/custom-resources/' || :x || '.%')
ORDER BY path LIMIT 1
