-- Words with which kubelet refuses to start (a signature is chosen by the check), against what systemd says of its unit. `ended`: it is
-- down or on its way to the next try. `recovered`: when what runs now was started, after the last such words; NULL when nothing was.
-- A check takes those that last: last_ts > :now - 600000000 OR ended, and not recovered for longer than a try takes.
CREATE VIEW kubelet_refusals AS
SELECT h.signature, h.node, h.captures, h.log, h.file, h.line, h.ts, h.text, h.newest, h.hits, h.last_ts,
  coalesce(u.service, 'kubelet') AS service,
  coalesce(u.active IN ('failed', 'activating', 'inactive', 'deactivating'), 0) AS ended,
  CASE WHEN u.active = 'active' AND u.started > h.last_ts THEN u.started END AS recovered
FROM node_hits h LEFT JOIN kubelet_units u ON u.node = h.node;
