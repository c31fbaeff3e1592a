-- The bundle's own time in µs (`:now` of the checks): when it was collected, else the newest time that something in it was written.
CREATE VIEW bundle_time AS
SELECT coalesce(
  (SELECT us(value) FROM bundle WHERE key = 'time'),
  (SELECT us(value) FROM bundle WHERE key = 'started'),
  (SELECT max(started) FROM captures),
  (SELECT max(ts) FROM log_lines),
  (SELECT max(last_seen) FROM events),
  (SELECT max(last_heartbeat) FROM node_conditions)
) AS ts;
