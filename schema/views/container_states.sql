-- Containers of pods with what a check asks about them: state, last end, owner. One row a container.
-- CROSS JOIN: the conditions of checks are about containers, so these are looked at first and few pods are looked up.
CREATE VIEW container_states AS
SELECT c.namespace, c.pod, c.name AS container, c.list, c.image, c.ready, c.restarts, c.container_id,
  c.waiting_reason, c.waiting_message, c.running_since,
  c.exit_code, c.exit_signal, c.exit_reason, c.exit_message, c.finished,
  c.last_exit_code, c.last_exit_reason, c.last_exit_message, c.last_started, c.last_finished,
  c.object, c.file, c.line,
  p.node, p.phase, p.reason AS pod_reason, p.uid, p.deleted, p.restart_policy, p.mirror, p.component, p.created, s.subject
FROM container_statuses c
CROSS JOIN pods p ON p.namespace = c.namespace AND p.name = c.pod
CROSS JOIN pod_subjects s ON s.namespace = p.namespace AND s.pod = p.name;
