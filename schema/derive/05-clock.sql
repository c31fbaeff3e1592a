-- True times of log lines: a node's measured clock offset is taken out, and lines without a zone are in their node's zone.
-- Containers write by the clock of their node and, as far as they write no zone, in UTC.
CREATE TEMP TABLE zones AS
SELECT f.node, max((CASE substr(l.text, 1, 1) WHEN '-' THEN -1 ELSE 1 END)
  * (CAST(substr(l.text, 2, 2) AS INTEGER) * 60 + CAST(substr(l.text, 4, 2) AS INTEGER)) * 60000000) AS zone_us
FROM files f JOIN lines l ON l.file = f.id
WHERE f.path GLOB 'nodes/*/host/date.txt' AND l.text REGEXP '^[+-]\d{4}\D*$'
GROUP BY f.node;

-- What was measured by a command need not be the clock that wrote the logs (a process may see a clock of its own). A large
-- offset counts only when it brings the node's newest line to the time of collection, and not away from it.
CREATE TEMP TABLE clock_shifts AS
SELECT node, shift FROM (
  SELECT a.node, a.clock_offset_us AS shift,
    (SELECT max(l.ts) FROM files f JOIN log_lines l ON l.id BETWEEN f.first_log AND f.last_log
     WHERE f.node = a.node AND f.pod IS NULL AND NOT coalesce(f.local_time, 0)) AS newest,
    (SELECT max(started) FROM captures) AS collected
  FROM node_access a WHERE abs(a.clock_offset_us) > 1000000)
WHERE abs(shift) < 1200000000 OR newest IS NULL OR collected IS NULL
  OR (shift < 0 AND newest - shift < collected + 600000000) OR (shift > 0 AND newest > collected + 600000000);

CREATE TEMP TABLE shifts AS
SELECT f.first_log, f.last_log,
  coalesce(a.shift, 0)
    + CASE WHEN f.local_time AND f.pod IS NULL THEN coalesce(z.zone_us, 0) ELSE 0 END AS shift
FROM files f
LEFT JOIN pods p ON f.node IS NULL AND p.namespace = f.namespace AND p.name = f.pod
LEFT JOIN clock_shifts a ON a.node = coalesce(f.node, p.node)
LEFT JOIN zones z ON z.node = f.node
WHERE f.first_log IS NOT NULL;

UPDATE log_lines SET ts = ts - s.shift
FROM shifts s
WHERE s.shift <> 0 AND log_lines.id BETWEEN s.first_log AND s.last_log AND log_lines.ts IS NOT NULL;

DROP TABLE zones;
DROP TABLE shifts;
