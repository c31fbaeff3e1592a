-- The lines that show that a control-plane component does not run where it belongs, the most telling first (seq).
-- Nothing here has a time: what was seen while collecting says nothing about when it began.
CREATE VIEW component_evidence AS
-- The runtime's or systemd's own line about it.
SELECT node, component, 1 AS seq, file, line, NULL AS text
FROM node_components WHERE state <> 'running' AND file IS NOT NULL
UNION ALL
-- Docker's account of its end, newest two.
SELECT node, component, 2, file, line, text FROM (
  SELECT f.node, c.component, l.file, l.line, l.text,
    row_number() OVER (PARTITION BY f.node, c.component ORDER BY l.line DESC) AS newest
  FROM node_components c JOIN files f ON f.node = c.node AND f.path GLOB 'nodes/*/runtime/docker/events.txt'
  JOIN lines l ON l.file = f.id
  WHERE c.state <> 'running' AND l.text LIKE '% container die %' AND l.text LIKE '%name=k8s_' || c.component || '_%')
WHERE newest <= 2
UNION ALL
-- systemd's account of it, the newest line.
SELECT node, component, 2, file, line, text FROM (
  SELECT h.node, c.component, h.file, h.line, h.text,
    row_number() OVER (PARTITION BY h.node, c.component ORDER BY h.log DESC) AS newest
  FROM hits h JOIN node_components c ON c.node = h.node AND c.how = 'unit' AND c.state <> 'running'
    AND c.component = coalesce(h.captures ->> '$.stopped', h.captures ->> '$.ended')
  WHERE h.signature = 'component-unit-ended')
WHERE newest = 1
UNION ALL
-- The node asked itself, and nobody answered.
SELECT c.node, c.component, 3, f.id, 1, NULL
FROM node_components c
JOIN captures p ON p.node = c.node AND p.path GLOB 'nodes/*/host/ports/' || c.component || '-[lh]*'
JOIN files f ON f.id = p.file AND f.lines > 0
WHERE c.state <> 'running' AND p.state <> 'absent' AND p.exit_status IN (7, 28, 35, 52, 56)
UNION ALL
-- The folder of static pod manifests, when the manifest is not in it.
SELECT c.node, c.component, 4, l.file, l.line, l.text
FROM node_components c
JOIN files f ON f.node = c.node AND f.path GLOB 'nodes/*/host/kubernetes-files.txt'
JOIN lines l ON l.file = f.id AND l.text GLOB '/etc/kubernetes/manifests*:'
WHERE c.state = 'down' AND c.manifest = 0 AND c.how IS NOT 'unit'
UNION ALL
-- kubelet gave up restarting it for now.
SELECT node, component, 5, file, line, text FROM (
  SELECT h.node, json_extract(h.captures, '$.component') AS component, h.file, h.line, h.text,
    row_number() OVER (PARTITION BY h.node, json_extract(h.captures, '$.component') ORDER BY h.log DESC) AS newest
  FROM hits h WHERE h.signature = 'component-backoff')
WHERE newest = 1
UNION ALL
-- The list of processes, in which it is not.
SELECT c.node, c.component, 8, f.id, 0, 'no process ' || c.component || ' among all of the node''s processes'
FROM node_components c JOIN files f ON f.node = c.node AND f.path GLOB 'nodes/*/host/ps.txt'
WHERE c.state = 'down';

-- A manifest that lies beside its folder: moved away by hand. `moved` is its path.
CREATE VIEW moved_manifests AS
SELECT f.node, c.component, l.file, l.line, l.text,
  (SELECT rtrim(d.text, ':') FROM lines d WHERE d.file = l.file AND d.line < l.line AND d.text GLOB '/*:'
   ORDER BY d.line DESC LIMIT 1) || '/' || field(l.text, -1) AS moved
FROM node_components c
JOIN files f ON f.node = c.node AND f.path GLOB 'nodes/*/host/kubernetes-files.txt'
JOIN lines l ON l.file = f.id AND l.text LIKE '% ' || c.component || '.y%ml%'
WHERE c.manifest = 0;

-- What can be done about each of them; the columns are what steps of a fix ask with `if`. One of unit and container is set.
CREATE VIEW component_remedies AS
SELECT c.node, c.component,
  CASE WHEN c.how = 'unit' THEN 1 END AS unit,
  CASE WHEN c.how IS NOT 'unit' THEN 1 END AS container,
  m.moved,                                                                                           -- its manifest lies there
  CASE WHEN c.how IS NOT 'unit' AND c.manifest = 0 AND m.moved IS NULL THEN 1 END AS lost,           -- its manifest is nowhere
  CASE WHEN c.how IS NOT 'unit' AND c.manifest = 1 AND c.state = 'down' THEN 1 END AS kept,          -- kubelet does not start it
  CASE WHEN c.state = 'stopped' THEN 1 END AS frozen,
  CASE WHEN c.how IS NOT 'unit' AND c.state = 'running' AND c.manifest IS NOT 0 THEN 1 END AS hung   -- a process, but no answer
FROM node_components c
LEFT JOIN (SELECT node, component, min(moved) AS moved FROM moved_manifests GROUP BY node, component) m USING (node, component);
