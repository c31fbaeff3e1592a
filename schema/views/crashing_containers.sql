-- Containers that keep ending. how = 2: waiting for the next try, or just ended; how = 1: running again after several tries, for
-- which a check must ask whether that was lately (last_finished).
CREATE VIEW crashing_containers AS
SELECT c.*,
  CASE
    WHEN c.waiting_reason IN ('CrashLoopBackOff', 'RunContainerError', 'PostStartHookError', 'StartError') THEN 2
    WHEN c.exit_reason IN ('ContainerCannotRun', 'StartError') THEN 2
    WHEN c.exit_code <> 0 AND c.restarts >= 1 AND c.restart_policy <> 'Never' THEN 2
    WHEN c.exit_code = 0 AND c.restarts >= 2 AND c.restart_policy = 'Always' AND c.list = 'containerStatuses' THEN 2
    WHEN c.running_since IS NOT NULL AND c.restarts >= 3 AND (c.last_exit_code <> 0 OR c.restart_policy = 'Always') THEN 1
  END AS how
FROM container_states c
WHERE c.deleted IS NULL AND c.phase NOT IN ('Failed', 'Succeeded') AND coalesce(c.pod_reason, '') <> 'Evicted';
