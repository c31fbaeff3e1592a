-- Containers that were started more than once, and how their last run ended.
CREATE VIEW v_restarts AS
SELECT s.namespace, s.pod, s.name AS container, p.node, s.restarts, coalesce(s.waiting_reason, s.exit_reason, CASE WHEN s.running_since IS NOT NULL THEN 'Running' END) AS state,
  coalesce(s.last_exit_reason, s.exit_reason) AS last_reason, coalesce(s.last_exit_code, s.exit_code) AS last_exit_code,
  iso(coalesce(s.last_finished, s.finished)) AS last_finished, iso(s.running_since) AS running_since, f.path, s.line
FROM container_statuses s
LEFT JOIN pods p ON p.namespace = s.namespace AND p.name = s.pod
LEFT JOIN files f ON f.id = s.file
WHERE s.restarts > 0;
