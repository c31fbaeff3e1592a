-- One row a node: whether it is ready, which other conditions are bad, its pods and restarts, its fullest disk, and whether it was looked at.
CREATE VIEW v_node_health AS
SELECT n.name AS node,
  coalesce((SELECT c.status FROM node_conditions c WHERE c.node = n.name AND c.type = 'Ready'), 'Unknown') AS ready,
  (SELECT c.reason FROM node_conditions c WHERE c.node = n.name AND c.type = 'Ready') AS reason,
  (SELECT iso(c.last_transition) FROM node_conditions c WHERE c.node = n.name AND c.type = 'Ready') AS since,
  (SELECT group_concat(type, ',') FROM (
    SELECT c.type FROM node_conditions c WHERE c.node = n.name AND c.type <> 'Ready' AND c.status <> 'False' ORDER BY c.type)) AS bad_conditions,
  coalesce(n.unschedulable, 0) AS cordoned, n.kubelet_version, n.runtime_version,
  (SELECT count(*) FROM pods p WHERE p.node = n.name) AS pods,
  (SELECT count(*) FROM pods p WHERE p.node = n.name AND p.phase NOT IN ('Succeeded')
    AND NOT EXISTS (SELECT 1 FROM pod_conditions c WHERE c.namespace = p.namespace AND c.pod = p.name AND c.type = 'Ready' AND c.status = 'True')) AS pods_not_ready,
  (SELECT coalesce(sum(s.restarts), 0) FROM pods p JOIN container_statuses s ON s.namespace = p.namespace AND s.pod = p.name WHERE p.node = n.name) AS restarts,
  (SELECT max(d.use_percent) FROM node_disks d WHERE d.node = n.name) AS fullest_disk_percent,
  (SELECT a.reached FROM node_access a WHERE a.node = n.name) AS looked_at
FROM nodes n;
