-- What happened when, from every source that tells a time: conditions of nodes that changed, containers that ended, events, units that were
-- started, findings by the first evidence of each. `until` is where it lasted or came again; `level` is critical, warning or info.
CREATE VIEW v_timeline AS
WITH happened AS (
  SELECT f.first_seen AS ts, f.last_seen AS until_ts, 'finding' AS source, f.severity AS level, f.subject,
    (SELECT min(n.node) FROM finding_nodes n WHERE n.finding = f.id) AS node, f.check_id || ': ' || f.title AS what,
    (SELECT e.file FROM evidence e WHERE e.finding = f.id AND e.seq = 1) AS path,
    (SELECT e.line FROM evidence e WHERE e.finding = f.id AND e.seq = 1) AS line
  FROM findings f JOIN checks c ON c.id = f.check_id WHERE NOT c.advice AND f.first_seen IS NOT NULL
  UNION ALL
  SELECT us(changed), NULL, 'condition', CASE WHEN fine THEN 'info' WHEN type = 'Ready' THEN 'critical' ELSE 'warning' END, 'node/' || node, node,
    type || '=' || coalesce(status, '') || coalesce(' ' || reason, '') || coalesce(': ' || message, ''), path, line
  FROM v_node_conditions
  UNION ALL
  SELECT coalesce(s.last_finished, s.last_started), NULL, 'restart', 'warning', 'pod/' || s.namespace || '/' || s.pod, p.node,
    s.name || ' ended' || coalesce(': ' || s.last_exit_reason, '') || coalesce(', exit code ' || s.last_exit_code, '')
      || ', ' || s.restarts || ' restarts in all',
    f.path, s.line
  FROM container_statuses s LEFT JOIN pods p ON p.namespace = s.namespace AND p.name = s.pod LEFT JOIN files f ON f.id = s.file
  WHERE s.restarts > 0
  UNION ALL
  SELECT s.finished, NULL, 'restart', 'warning', 'pod/' || s.namespace || '/' || s.pod, p.node,
    s.name || ' ended' || coalesce(': ' || s.exit_reason, '') || ', exit code ' || s.exit_code, f.path, s.line
  FROM container_statuses s LEFT JOIN pods p ON p.namespace = s.namespace AND p.name = s.pod LEFT JOIN files f ON f.id = s.file
  WHERE s.exit_code <> 0
  UNION ALL
  SELECT e.first_seen, nullif(e.last_seen, e.first_seen), 'event', CASE e.type WHEN 'Warning' THEN 'warning' ELSE 'info' END,
    lower(e.object_kind) || coalesce('/' || nullif(e.object_namespace, ''), '') || '/' || e.object_name, e.host,
    coalesce(e.reason, '') || coalesce(': ' || e.message, '') || CASE WHEN e.count > 1 THEN ' (' || e.count || ' times)' ELSE '' END,
    f.path, e.line
  FROM events e LEFT JOIN files f ON f.id = e.file
  UNION ALL
  SELECT u.started, NULL, 'unit', 'info', 'node/' || u.node, u.node, u.unit || ' started', f.path, u.line
  FROM node_units u LEFT JOIN files f ON f.id = u.file WHERE u.active = 'active'
)
SELECT iso(ts) AS time, iso(until_ts) AS until, source, level, subject, node, what, path, line, ts, until_ts
FROM happened WHERE ts IS NOT NULL;
