-- Images on each node, and what could be reclaimed: one row an image, by ORDER BY node, bytes DESC, image.
--   source       docker or cri: what the node's runtime lists; status: what the API's Node says of a node that was not looked at,
--                which are its 50 largest images and no containers but those of pods
--   own_bytes    what is in no other image; NULL where the runtime does not tell
--   reclaimable  bytes that deleting it frees: 0 while a container or pod uses it, NULL where that is not known. Without own_bytes
--                it is an upper limit, as layers that images share are counted with each of them
--   pods         "namespace/pod,...", those whose containers ended too; containers counts what runs outside pods as well
CREATE VIEW v_images AS
WITH
-- A node with both runtimes' tools lists the same images twice.
docker_nodes AS (SELECT DISTINCT node FROM node_images WHERE runtime = 'docker'),
-- Containers must be known, or every image looks unused.
known AS (SELECT DISTINCT node, runtime FROM node_containers),
peopled AS MATERIALIZED (SELECT DISTINCT node FROM pods),
captured AS (
  SELECT u.node, u.runtime AS source, coalesce(u.name, u.id) AS image, u.bytes, u.own_bytes, u.containers, u.pods, k.node IS NOT NULL AS known,
    -- What holds a pod together is no container to the CRI.
    u.runtime = 'cri' AND u.name REGEXP '(^|/)pause(-[a-z0-9]+)?[:@]' AS sandbox, u.file, u.line
  FROM node_image_use u LEFT JOIN known k ON k.node = u.node AND k.runtime = u.runtime
  WHERE u.runtime = 'docker' OR u.node NOT IN (SELECT node FROM docker_nodes)
),
told AS (
  SELECT n.name AS node, i.key AS number, i.value ->> '$.sizeBytes' AS bytes, i.value -> '$.names' AS names, n.file, n.line
  FROM nodes n, json_each(CASE WHEN json_valid(n.images) THEN n.images ELSE '[]' END) i
  WHERE n.name NOT IN (SELECT node FROM node_images)
),
names(node, name, number) AS MATERIALIZED (
  SELECT t.node, m.value, min(t.number) FROM told t, json_each(coalesce(t.names, '[]')) m GROUP BY t.node, m.value
),
users AS (
  SELECT node, number, count(*) AS containers, group_concat(DISTINCT pod) AS pods FROM (
    SELECT m.node, m.number, p.namespace || '/' || p.name AS pod
    FROM pods p JOIN container_statuses c ON c.namespace = p.namespace AND c.pod = p.name
    JOIN names m ON m.node = p.node AND m.name = c.image
    ORDER BY 1, 2, 3)
  GROUP BY node, number
),
every AS (
  SELECT node, source, image, bytes, own_bytes, containers, pods, known, sandbox, file, line FROM captured
  UNION ALL
  SELECT t.node, 'status',
    -- Names with a tag read better than those with a digest.
    coalesce((SELECT min(m.value) FROM json_each(coalesce(t.names, '[]')) m WHERE m.value NOT LIKE '%@%'), t.names ->> '$[0]'),
    t.bytes, NULL, coalesce(u.containers, 0), u.pods, t.node IN (SELECT node FROM peopled), 0, t.file, t.line
  FROM told t LEFT JOIN users u ON u.node = t.node AND u.number = t.number
)
SELECT e.node, e.source, e.image, e.bytes, e.own_bytes,
  CASE WHEN e.containers > 0 OR e.sandbox THEN 0 WHEN e.known THEN coalesce(e.own_bytes, e.bytes) END AS reclaimable,
  e.containers, e.pods, f.path, e.line
FROM every e LEFT JOIN files f ON f.id = e.file;
