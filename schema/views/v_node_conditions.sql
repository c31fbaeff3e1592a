-- Conditions of each node, when each last changed, and whether it is as it should be (`fine`): Ready True, everything else False.
-- `changed_s` and `heard_s`: seconds before the collection began.
CREATE VIEW v_node_conditions AS
WITH began AS (SELECT us(value) AS ts FROM bundle WHERE key = 'started')
SELECT c.node, c.type, c.status, coalesce(c.status = CASE c.type WHEN 'Ready' THEN 'True' ELSE 'False' END, 0) AS fine, c.reason, c.message,
  iso(c.last_transition) AS changed, iso(c.last_heartbeat) AS heard,
  ((SELECT ts FROM began) - c.last_transition) / 1000000 AS changed_s, ((SELECT ts FROM began) - c.last_heartbeat) / 1000000 AS heard_s,
  f.path, c.line
FROM node_conditions c LEFT JOIN files f ON f.id = c.file;
