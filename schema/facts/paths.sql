-- Paths of everything that was captured. A bundle that breaks off before its manifest has files but no captures.
SELECT path FROM files WHERE state <> 'skipped'
UNION
SELECT path FROM captures WHERE state = 'ok' AND path IS NOT NULL
ORDER BY path
