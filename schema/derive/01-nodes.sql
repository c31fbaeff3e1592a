-- Bundles of others do not put a node's name into their paths.
-- A sos report is of the node whose hostname it has; without one, its own name must do.
CREATE TEMP TABLE hostnames AS
SELECT f.bundle, f.root, trim(l.text) AS host
FROM files f JOIN lines l ON l.file = f.id
WHERE f.role IN ('hostname', 'hostname-file') AND l.line = 1 AND trim(l.text) <> ''
GROUP BY f.bundle, f.root
HAVING f.role = min(f.role);
UPDATE files SET node = coalesce(
  (SELECT h.host FROM hostnames h WHERE h.bundle = files.bundle AND h.root = files.root),
  nullif(rtrim(root, '/'), ''), (SELECT b.name FROM bundles b WHERE b.id = files.bundle))
WHERE layout = 'sos' AND node IS NULL AND role NOT IN ('objects', 'container-log', 'container-log-previous', 'apiserver-metrics');
DROP TABLE hostnames;

-- Host collectors that ran on one node only, of a cluster of one node.
UPDATE files SET node = (SELECT max(name) FROM nodes)
WHERE layout = 'troubleshoot' AND node IS NULL AND path GLOB '*host-collectors/*' AND (SELECT count(*) FROM nodes) = 1;

-- A host's name may be the short form of its node's. Both are told by the Node's own address of type Hostname, too.
CREATE TEMP TABLE hosts AS
SELECT DISTINCT f.node AS host, coalesce(
  (SELECT n.name FROM nodes n WHERE n.name LIKE f.node || '.%' ORDER BY n.name LIMIT 1),
  (SELECT n.name FROM nodes n WHERE f.node LIKE n.name || '.%' ORDER BY n.name LIMIT 1),
  (SELECT n.name FROM nodes n, json_each(n.addresses) a
   WHERE json_valid(n.addresses) AND a.value ->> '$.type' = 'Hostname' AND a.value ->> '$.address' = f.node ORDER BY n.name LIMIT 1)) AS node
FROM files f
WHERE f.layout IS NOT NULL AND f.layout <> 'sickbay' AND f.node IS NOT NULL AND f.node NOT IN (SELECT name FROM nodes WHERE name IS NOT NULL);
UPDATE files SET node = (SELECT h.node FROM hosts h WHERE h.host = files.node)
WHERE layout <> 'sickbay' AND node IN (SELECT host FROM hosts WHERE node IS NOT NULL);
DROP TABLE hosts;

UPDATE metrics SET node = (SELECT f.node FROM files f WHERE f.id = metrics.file)
WHERE node IS NULL AND (SELECT f.node FROM files f WHERE f.id = metrics.file) IS NOT NULL;

-- A log in a folder that someone made by hand, named after its pod: "web-7d9f-x2x.log", "shop_web-7d9f-x2x.log".
CREATE TEMP TABLE log_names AS
SELECT id, rx('([^/]+?)(?:\.log|\.txt)?$', path, 1) AS name FROM files WHERE layout IS NULL AND pod IS NULL AND first_log IS NOT NULL;
UPDATE files SET (namespace, pod) = (
  SELECT p.namespace, p.name FROM log_names n JOIN pods p ON n.name IN (p.name, p.namespace || '_' || p.name, p.namespace || '-' || p.name)
  WHERE n.id = files.id ORDER BY p.namespace, p.name LIMIT 1)
WHERE id IN (SELECT id FROM log_names);
DROP TABLE log_names;
