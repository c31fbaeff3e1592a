-- Components of which something tells whether they work: a lease record read at a known time, or what nodes say of their processes.
-- That a node has no process says nothing when another may hold the lease. Two views, one for the needs of each check.
CREATE VIEW controller_manager_known AS
SELECT component FROM leader_leases WHERE component = 'kube-controller-manager' AND age IS NOT NULL
UNION ALL
SELECT component FROM node_components c WHERE component = 'kube-controller-manager'
  AND (state = 'running' OR NOT EXISTS (SELECT 1 FROM leader_leases l WHERE l.component = c.component AND l.age IS NULL AND l.node IS NOT c.node));
CREATE VIEW scheduler_known AS
SELECT component FROM leader_leases WHERE component = 'kube-scheduler' AND age IS NOT NULL
UNION ALL
SELECT component FROM node_components c WHERE component = 'kube-scheduler'
  AND (state = 'running' OR NOT EXISTS (SELECT 1 FROM leader_leases l WHERE l.component = c.component AND l.age IS NULL AND l.node IS NOT c.node));
