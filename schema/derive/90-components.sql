-- node_components: one row for every control-plane component that belongs on a node.
--
-- A component belongs on a node when the node has a trace of it (container in any state, static pod manifest, enabled or
-- used unit, log), or, for the three that kubeadm always puts together, a trace of its neighbours. It is down only when
-- nothing of what was captured shows it alive.
INSERT INTO node_components (node, component, how, state, manifest, restarts, file, line)
WITH
names(component, together) AS (
  VALUES ('kube-apiserver', 1), ('kube-controller-manager', 1), ('kube-scheduler', 1), ('etcd', 0)
),
processes AS (
  SELECT node, stat, file, line,
    CASE rx('[^/]+$', field(args, 1))
      WHEN 'hyperkube' THEN CASE ltrim(field(args, 2), '/')
        WHEN 'apiserver' THEN 'kube-apiserver' WHEN 'controller-manager' THEN 'kube-controller-manager'
        WHEN 'scheduler' THEN 'kube-scheduler' ELSE field(args, 2) END
      ELSE rx('[^/]+$', field(args, 1)) END AS component
  FROM node_processes
  WHERE args LIKE '%etcd%' OR args LIKE '%kube%'
),
process_sums AS (
  SELECT p.node, p.component, max(p.stat NOT GLOB '[TtZX]*') AS alive, max(p.stat GLOB '[Tt]*') AS frozen,
    min(p.line) AS line, p.file
  FROM processes p JOIN names USING (component)
  GROUP BY p.node, p.component
),
containers AS (
  SELECT c.node, c.container AS component, c.state, c.file, c.line
  FROM node_containers c JOIN names n ON n.component = c.container
  WHERE c.namespace IS NULL OR c.namespace = 'kube-system' OR c.namespace GLOB 'openshift-*'
),
-- docker and crictl list the newest container first, so the smallest line is the last attempt.
container_sums AS (
  SELECT node, component, max(state = 'running') AS alive, max(state = 'paused') AS paused,
    sum(state = 'exited') AS ended,
    min(CASE WHEN state = 'running' THEN line END) AS alive_line, min(line) AS line, file
  FROM containers GROUP BY node, component
),
units AS (
  SELECT u.node, n.component, u.active, u.enabled, u.restarts, u.file, u.line
  FROM node_units u JOIN names n
    ON u.unit IN (n.component || '.service', 'snap.' || n.component || '.daemon.service')
    OR (n.component = 'etcd' AND u.unit IN ('etcd-member.service', 'snap.etcd.etcd.service', 'etcd3.service'))
  WHERE u.load IS NOT 'not-found'
),
manifests AS (
  SELECT f.node, n.component, min(f.id) AS file
  FROM files f JOIN names n ON f.path GLOB '*/manifests/' || n.component || '[.-]*'
  WHERE f.node IS NOT NULL AND f.path GLOB '*etc/kubernetes/manifests/*'
  GROUP BY f.node, n.component
),
logs AS (
  SELECT DISTINCT f.node, f.unit AS component
  FROM files f JOIN names n ON n.component = f.unit
  -- One line is journalctl's "-- No entries --", which it prints for units that never were.
  WHERE f.node IS NOT NULL AND f.lines > 1
),
traces AS (
  SELECT node, component FROM process_sums
  UNION SELECT node, component FROM containers
  UNION SELECT node, component FROM units WHERE enabled = 'enabled' OR active NOT IN ('inactive', 'unknown')
  UNION SELECT node, component FROM manifests
  UNION SELECT node, component FROM logs
),
-- Processes alone may belong to a cluster inside of a pod; they tell about a component, not about its neighbours.
neighbours AS (
  SELECT DISTINCT node FROM (
    SELECT node, component FROM containers UNION SELECT node, component FROM manifests UNION SELECT node, component FROM logs)
  WHERE component IN ('kube-apiserver', 'kube-controller-manager', 'kube-scheduler')
),
belongs AS (
  SELECT node, component FROM traces
  UNION SELECT nb.node, n.component FROM neighbours nb JOIN names n ON n.together
),
known AS (
  SELECT node, max(ps) AS ps, max(list) AS list, max(manifests) AS manifests FROM (
    SELECT node, 1 AS ps, 0 AS list, 0 AS manifests FROM node_processes
    UNION ALL SELECT node, 0, 1, 0 FROM node_containers
    UNION ALL SELECT node, 0, 0, 1 FROM manifests
    UNION ALL SELECT node, 0, 0, 1 FROM files WHERE node IS NOT NULL AND path GLOB 'nodes/*/host/kubernetes-files.txt'
      AND lines > 0)
  GROUP BY node
)
SELECT b.node, b.component,
  CASE WHEN c.component IS NOT NULL OR m.file IS NOT NULL THEN 'container' WHEN u.component IS NOT NULL THEN 'unit' END,
  CASE
    WHEN (p.frozen AND NOT p.alive) OR (c.paused AND NOT c.alive) THEN 'stopped'
    WHEN p.alive OR c.alive OR u.active IN ('active', 'reloading') THEN 'running'
    WHEN k.ps OR (k.list AND (c.component IS NOT NULL OR m.file IS NOT NULL)) OR u.component IS NOT NULL THEN 'down'
  END,
  CASE WHEN m.file IS NOT NULL THEN 1 WHEN k.manifests THEN 0 END,
  coalesce(c.ended, u.restarts),
  CASE WHEN p.frozen AND NOT p.alive THEN p.file ELSE coalesce(c.file, u.file, p.file) END,
  CASE WHEN p.frozen AND NOT p.alive THEN p.line
    WHEN c.component IS NOT NULL THEN coalesce(c.alive_line, c.line) ELSE coalesce(u.line, p.line) END
FROM belongs b
LEFT JOIN known k ON k.node = b.node
LEFT JOIN process_sums p ON p.node = b.node AND p.component = b.component
LEFT JOIN container_sums c ON c.node = b.node AND c.component = b.component
LEFT JOIN units u ON u.node = b.node AND u.component = b.component
LEFT JOIN manifests m ON m.node = b.node AND m.component = b.component
ORDER BY b.node, b.component;
