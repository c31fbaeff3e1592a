SELECT path, node, command, error, coalesce(timed_out, 0)
FROM captures
WHERE state = 'failed'
ORDER BY node IS NOT NULL, node, path, line
