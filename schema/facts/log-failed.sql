-- Why there is no log of the unit :x.
SELECT coalesce(node || ': ', '') || error
FROM captures
WHERE state IN ('failed', 'skipped') AND error IS NOT NULL
  AND (path LIKE '%/' || :x || '.log' OR path LIKE '%/' || :x || '-%.log' OR path LIKE '%/' || :x || '/%.log')
ORDER BY path LIMIT 1
