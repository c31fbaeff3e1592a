-- Components of which something tells whether they work: a lease record, or what nodes say of their processes. Two views, one for
-- the needs of each check.
CREATE VIEW controller_manager_known AS
SELECT component FROM leader_leases WHERE component = 'kube-controller-manager'
UNION ALL SELECT component FROM node_components WHERE component = 'kube-controller-manager';
CREATE VIEW scheduler_known AS
SELECT component FROM leader_leases WHERE component = 'kube-scheduler'
UNION ALL SELECT component FROM node_components WHERE component = 'kube-scheduler';
