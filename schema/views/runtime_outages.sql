-- containerd and CRI-O where kubelet uses them and finds nobody behind their socket: what systemd says of the unit (`how`), or kubelet's log
-- alone ('log'), for which a check asks how many such lines there are (hits) and until when (last_ts). One row a node and runtime.
-- k3s, RKE2 and MicroK8s carry their containerd inside of another unit.
CREATE VIEW runtime_outages AS
WITH
used AS (
  SELECT name AS node, CASE WHEN runtime_version LIKE 'containerd://%' THEN 'containerd' ELSE 'crio' END AS runtime FROM nodes
  WHERE runtime_version LIKE 'containerd://%' OR runtime_version LIKE 'cri-o://%'
  UNION
  SELECT node, replace(signature, '-unreachable', '') FROM hits WHERE signature IN ('containerd-unreachable', 'crio-unreachable') AND node IS NOT NULL
),
units AS (
  SELECT u.node, d.runtime, u.unit, u.active, u.sub, u.result, u.restarts, u.file, u.line, u.started,
    CASE WHEN u.load = 'masked' AND u.active NOT IN ('active', 'reloading') THEN 'masked'
      WHEN u.active IN ('failed', 'inactive') THEN u.active
      WHEN u.active = 'activating' AND u.sub = 'auto-restart' THEN 'restarting' END AS how
  FROM node_units u JOIN used d ON d.node = u.node
  WHERE u.load <> 'not-found' AND u.unit IN (d.runtime || '.service', CASE d.runtime WHEN 'containerd' THEN 'snap.microk8s.daemon-containerd.service' ELSE 'cri-o.service' END)
    -- The distribution's unit lies idle beside a runtime that is built in.
    AND (u.active <> 'inactive' OR u.enabled IN ('enabled', 'enabled-runtime') OR NOT EXISTS (SELECT 1 FROM node_units k WHERE k.node = u.node AND k.active = 'active'
      AND k.unit IN ('k3s.service', 'k3s-agent.service', 'rke2-server.service', 'rke2-agent.service', 'snap.microk8s.daemon-containerd.service')))
),
-- It runs and does not answer: a process that is stopped, or crictl that met its deadline while collecting and kubelet whose calls did so, too.
frozen AS (
  SELECT node, rx('[^/]+$', field(args, 1)) AS runtime, min(file) AS file, min(line) AS line FROM node_processes
  WHERE stat GLOB '[Tt]*' AND rx('[^/]+$', field(args, 1)) IN ('containerd', 'crio') GROUP BY 1, 2
),
late AS (SELECT node, count(*) AS calls, min(line) AS call, manifest, coalesce(command, path) || ': ' || coalesce(error, 'no answer') AS call_text FROM captures WHERE path GLOB 'nodes/*/runtime/crictl/*' AND (timed_out OR exit_status = 124) GROUP BY node),
slow AS (SELECT node, hits, last_ts FROM node_hits WHERE signature = 'docker-timeout' AND newest = 1),
logged AS (SELECT node, replace(signature, '-unreachable', '') AS runtime, hits, last_ts FROM node_hits WHERE signature IN ('containerd-unreachable', 'crio-unreachable') AND newest = 1)
SELECT d.node, d.runtime, coalesce(u.how, CASE WHEN u.active = 'active' AND (z.node IS NOT NULL OR (c.calls > 0 AND s.hits >= 3)) THEN 'hung' END, 'log') AS how,
  u.unit, u.sub, u.result, u.restarts, u.file, u.line, l.hits, l.last_ts, z.file AS frozen_file, z.line AS frozen_line, c.call, c.call_text, c.manifest, s.last_ts AS slow_ts,
  -- It runs now, or it answered while collecting.
  u.active IN ('active', 'reloading') AND coalesce(u.started > l.last_ts, 0)
    OR EXISTS (SELECT 1 FROM captures c WHERE c.node = d.node AND c.path GLOB 'nodes/*/runtime/crictl/ps*' AND c.state = 'ok' AND c.exit_status = 0) AS answers
FROM used d
LEFT JOIN units u ON u.node = d.node AND u.runtime = d.runtime
LEFT JOIN logged l ON l.node = d.node AND l.runtime = d.runtime
LEFT JOIN frozen z ON z.node = d.node AND z.runtime = d.runtime
LEFT JOIN late c ON c.node = d.node
LEFT JOIN slow s ON s.node = d.node
WHERE u.how IS NOT NULL OR l.hits IS NOT NULL OR z.node IS NOT NULL OR c.calls > 0;
