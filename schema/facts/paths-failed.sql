-- Paths of what could not be captured, and why.
SELECT path, coalesce(node || ': ', '') || error
FROM captures
WHERE state IN ('failed', 'skipped') AND path IS NOT NULL AND error IS NOT NULL
ORDER BY path
