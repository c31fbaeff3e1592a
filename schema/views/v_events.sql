-- Events for people: what happened to whom, how often, in ISO times. Ordered by nothing: add ORDER BY last_seen.
CREATE VIEW v_events AS
SELECT iso(e.last_seen) AS last_seen, iso(e.first_seen) AS first_seen, e.count, e.type, e.reason,
  lower(e.object_kind) || '/' || coalesce(e.object_namespace || '/', '') || e.object_name AS subject,
  e.message, coalesce(e.component, '') || coalesce(' on ' || nullif(e.host, ''), '') AS source, f.path, e.line
FROM events e LEFT JOIN files f ON f.id = e.file;
