-- Hits in the logs of what runs now (not of a container's previous run), each once, with what a rate is judged by: a log line is seldom
-- a finding, many of them or one that goes on are. Ask for one signature.
--   place     where it was said: the node, else the pod, else the file; node, where it is known
--   times, first_ts, last_ts   of this signature in this place; newest numbers the lines, 1 is the newest
CREATE VIEW said AS
WITH placed AS (
  SELECT h.*, coalesce(h.node, p.node) AS on_node, coalesce(h.node, p.node, h.pod, h.path) AS place
  FROM hits h LEFT JOIN pods p ON p.namespace = h.namespace AND p.name = h.pod
  WHERE h.path NOT LIKE '%-previous.log' AND NOT h.copy
)
SELECT signature, captures, log, file, line, ts, level, text, path, unit, namespace, pod, container, on_node AS node, place,
  coalesce('node/' || on_node, 'pod/' || namespace || '/' || pod, 'cluster') AS subject,
  count(*) OVER w AS times, min(ts) OVER w AS first_ts, max(ts) OVER w AS last_ts,
  row_number() OVER (PARTITION BY signature, place ORDER BY ts DESC, log DESC) AS newest
FROM placed
WINDOW w AS (PARTITION BY signature, place);
