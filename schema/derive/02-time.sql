-- A bundle that does not say when it was taken: the times of its files tell, unless they are of a later unpacking. Then its contents
-- do: the newest thing that happened in them.
CREATE TEMP TABLE newest AS
SELECT max(t) AS t FROM (
  SELECT max(ts) AS t FROM log_lines WHERE (SELECT us(value) FROM bundle WHERE key = 'time') IS NULL OR ts <= (SELECT us(value) FROM bundle WHERE key = 'time')
  UNION ALL SELECT max(last_seen) FROM events
  UNION ALL SELECT max(last_heartbeat) FROM node_conditions
  UNION ALL SELECT max(created) FROM objects);
INSERT OR REPLACE INTO bundle (key, value)
SELECT 'time', iso(t) FROM newest
WHERE t IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM bundle WHERE key IN ('started', 'finished') AND value IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM files WHERE role IN ('timestamp', 'date') AND lines > 0)
  AND ((SELECT us(value) FROM bundle WHERE key = 'time') IS NULL
    OR (SELECT us(value) FROM bundle WHERE key = 'time') > t + 43200000000);
DROP TABLE newest;
