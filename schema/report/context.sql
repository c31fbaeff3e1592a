-- The line :line of the file at :path, wherever the loader put it: for the neighbours of evidence.
-- Lines of a log have rising ids, blank ones none, so that line N stands at most N - 1 rows behind the first; how many blank lines are
-- passed over is capped.
WITH f AS (SELECT id, first_log, last_log FROM files WHERE path = :path)
SELECT text FROM (
  SELECT l.text, 0 AS place FROM f JOIN lines l ON l.file = f.id AND l.line = :line
  UNION ALL
  SELECT text, 1 FROM (
    SELECT l.line, l.text FROM log_lines l
    WHERE l.id BETWEEN (SELECT first_log FROM f) AND (SELECT min(last_log, first_log + :line - 1) FROM f)
    ORDER BY l.id DESC LIMIT 2000)
  WHERE line = :line
  UNION ALL
  SELECT * FROM (
    SELECT line_of(o.json, o.line, :line), 2 FROM f JOIN objects o ON o.file = f.id WHERE o.line <= :line ORDER BY o.line DESC LIMIT 1)
  UNION ALL
  SELECT line_of(d.json, 1, :line), 3 FROM f JOIN documents d ON d.file = f.id
)
WHERE text IS NOT NULL
ORDER BY place
LIMIT 1
