-- The unit that runs kubelet on a node, one a node. A unit nobody ever installed is none.
CREATE VIEW kubelet_units AS
SELECT node, unit, replace(unit, '.service', '') AS service, load, active, sub, result, restarts, started, enabled, file, line
FROM (
  SELECT u.*, row_number() OVER (PARTITION BY node ORDER BY unit = 'kubelet.service' DESC, unit) AS n
  FROM node_units u
  WHERE unit IN ('kubelet.service', 'kubelet-wrapper.service', 'snap.kubelet.daemon.service', 'origin-node.service',
    'atomic-openshift-node.service', 'k3s.service', 'k3s-agent.service', 'rke2-server.service', 'rke2-agent.service',
    'snap.microk8s.daemon-kubelite.service') AND load <> 'not-found'
    AND (active <> 'inactive' OR unit = 'kubelet.service'))
WHERE n = 1;
