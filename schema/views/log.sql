-- Every log line with what its file says of it. In queries for one node or unit only the files in question are read.
CREATE VIEW log AS
SELECT l.id, f.path, l.file, l.line, l.ts, iso(l.ts) AS time, f.node, f.unit, f.namespace, f.pod, f.container, l.level,
  log_message(l.text, l.at, l.message) AS message, l.text
FROM files f JOIN log_lines l ON l.id BETWEEN f.first_log AND f.last_log;
