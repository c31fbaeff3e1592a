-- Hits in the logs of what runs now (not of a container's previous run), each once. place: where it was said, the node, else the pod,
-- else the file. starting: its component began to run less than two minutes before, when much is refused and slow that comes right.
CREATE VIEW said_lines AS
WITH
starts AS MATERIALIZED (
  SELECT coalesce(h.node, p.node, h.pod, h.path) AS place, h.unit, h.ts
  FROM hits h LEFT JOIN pods p ON p.namespace = h.namespace AND p.name = h.pod
  WHERE h.signature = 'component-started' AND h.ts IS NOT NULL
  UNION
  SELECT coalesce(f.node, p.node, f.pod, f.path), f.unit, l.ts
  FROM files f JOIN log_lines l ON l.id = f.first_log LEFT JOIN pods p ON p.namespace = f.namespace AND p.name = f.pod
  WHERE f.role IN ('container-log', 'pod-log') AND l.ts IS NOT NULL
)
SELECT h.signature, h.captures, h.log, h.file, h.line, h.ts, h.level, h.text, h.path, h.unit, h.namespace, h.pod, h.container,
  coalesce(h.node, p.node) AS node, coalesce(h.node, p.node, h.pod, h.path) AS place,
  coalesce('node/' || coalesce(h.node, p.node), 'pod/' || h.namespace || '/' || h.pod, 'cluster') AS subject,
  EXISTS (SELECT 1 FROM starts s WHERE s.place = coalesce(h.node, p.node, h.pod, h.path) AND s.unit IS h.unit
    AND h.ts BETWEEN s.ts AND s.ts + 120000000) AS starting
FROM hits h LEFT JOIN pods p ON p.namespace = h.namespace AND p.name = h.pod
WHERE h.role IS NOT 'container-log-previous' AND NOT h.copy;

-- The same with what a rate is judged by: a log line is seldom a finding, many of them or one that goes on are. Ask for one signature.
--   times, first_ts, last_ts   of this signature in this place; newest numbers the lines, 1 is the newest
CREATE VIEW said AS
SELECT *, count(*) OVER w AS times, min(ts) OVER w AS first_ts, max(ts) OVER w AS last_ts,
  row_number() OVER (PARTITION BY signature, place ORDER BY ts DESC, log DESC) AS newest
FROM said_lines
WINDOW w AS (PARTITION BY signature, place);

-- The same without what was said while starting.
CREATE VIEW said_running AS
SELECT *, count(*) OVER w AS times, min(ts) OVER w AS first_ts, max(ts) OVER w AS last_ts,
  row_number() OVER (PARTITION BY signature, place ORDER BY ts DESC, log DESC) AS newest
FROM said_lines WHERE NOT starting
WINDOW w AS (PARTITION BY signature, place);
