-- Nodes of the control plane: by label (old and new spelling), else by the API server that runs on them. `file`, `line`: the proof.
CREATE VIEW control_plane_nodes AS
SELECT n.name AS node, 'label' AS how, n.file, json_line(o.json, n.line, n.name) AS line FROM nodes n JOIN objects o ON o.id = n.object
WHERE json_valid(labels) AND EXISTS (SELECT 1 FROM json_each(labels) WHERE key IN ('node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master',
  'node-role.kubernetes.io/controlplane', 'kubernetes.io/role') AND (key <> 'kubernetes.io/role' OR value = 'master'))
UNION ALL
SELECT c.node, 'process', c.file, c.line FROM node_components c
WHERE c.component = 'kube-apiserver' AND c.file IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM nodes WHERE labels LIKE '%node-role.kubernetes.io/control-plane%' OR labels LIKE '%node-role.kubernetes.io/master%'
    OR labels LIKE '%node-role.kubernetes.io/controlplane%');

-- Members of etcd as the bundle knows them, from the best source that there is: etcdctl's own list, else pods, else the flags.
CREATE VIEW etcd_members AS
WITH
listed AS (
  SELECT coalesce(json_extract(m.value, '$.name'), json_extract(m.value, '$.ID')) AS member, d.file,
    json_line(d.json, 1, json_extract(m.value, '$.name')) AS line, 1 AS source
  FROM files f JOIN documents d ON d.file = f.id, json_each(CASE WHEN json_valid(d.json) THEN d.json ELSE '{}' END, '$.members') m
  WHERE f.path = (SELECT min(path) FROM files WHERE path GLOB 'etcd/*/member-list.json')
),
pods_of AS (
  SELECT name, file, line, 2 FROM pods
  WHERE (namespace = 'kube-system' AND (component = 'etcd' OR (mirror IS NOT NULL AND name GLOB 'etcd-*'))) OR (namespace = 'openshift-etcd' AND k8s_app = 'etcd')
),
flags AS (
  SELECT p.args, p.file, p.line,
    coalesce(rx('--initial-cluster[= ](\S+)', p.args, 1), rx('--etcd-servers[= ](\S+)', p.args, 1)) AS members
  FROM node_processes p WHERE p.args REGEXP '--initial-cluster[= ]|--etcd-servers[= ]' ORDER BY p.args NOT LIKE '%--initial-cluster%', p.node, p.pid LIMIT 1
),
split(rest, member, file, line) AS (
  SELECT members || ',', NULL, file, line FROM flags
  UNION ALL
  SELECT substr(rest, instr(rest, ',') + 1), substr(rest, 1, instr(rest, ',') - 1), file, line FROM split WHERE rest <> ''
),
flagged AS (
  SELECT member, file, line, 3 FROM split WHERE member IS NOT NULL AND member <> ''
),
every(member, file, line, source) AS (SELECT * FROM listed UNION ALL SELECT * FROM pods_of UNION ALL SELECT * FROM flagged)
SELECT member, file, line, source FROM every WHERE source = (SELECT min(source) FROM every);

-- The zones of nodes that have one: the label of today and the one before 1.17.
CREATE VIEW node_zones AS
SELECT n.name AS node, l.value AS zone, n.file, json_line(o.json, n.line, l.value) AS line
FROM nodes n JOIN objects o ON o.id = n.object, json_each(CASE WHEN json_valid(n.labels) THEN n.labels ELSE '{}' END) l
WHERE l.key = 'topology.kubernetes.io/zone'
  OR (l.key = 'failure-domain.beta.kubernetes.io/zone' AND n.labels NOT LIKE '%"topology.kubernetes.io/zone"%');
