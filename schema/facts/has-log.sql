-- A log of the unit :x that was read.
SELECT path FROM files WHERE unit = :x AND state <> 'skipped' AND lines > 0 ORDER BY path LIMIT 1
