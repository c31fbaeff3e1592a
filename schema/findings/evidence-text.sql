-- Line :line of the file :file, from wherever the loader put it.
SELECT text FROM (
  SELECT text, 0 AS place FROM lines WHERE file = :file AND line = :line
  UNION ALL
  SELECT l.text, 1 FROM files f JOIN log_lines l ON l.id BETWEEN f.first_log AND f.last_log
  WHERE f.id = :file AND l.line = :line
  UNION ALL
  SELECT * FROM (
    SELECT line_of(json, line, :line), 2 FROM objects WHERE file = :file AND line <= :line ORDER BY line DESC LIMIT 1)
  UNION ALL
  SELECT line_of(json, 1, :line), 3 FROM documents WHERE file = :file
  UNION ALL
  SELECT coalesce(path, '') || ': ' || coalesce(state, '') || coalesce(': ' || error, ''), 4 FROM captures
  WHERE line = :line AND manifest = :file
)
WHERE text IS NOT NULL
ORDER BY place
LIMIT 1
