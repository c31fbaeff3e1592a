-- Images on each node, largest first within it (ORDER BY bytes DESC), with the containers and pods that use them. An image is
-- one row however many tags it has. `own_bytes` is what deleting it frees: layers that images share count for none of them; NULL
-- where the runtime does not tell (then `bytes` is an upper limit).
CREATE VIEW node_image_use AS
WITH
listed AS (
  SELECT node, runtime, coalesce(id, repository || ':' || tag) AS id, rx('[0-9a-f]{12}', coalesce(id, '')) AS short,
    repository || coalesce(':' || tag, '') AS name, repository, tag, digest, bytes, file, line
  FROM node_images
),
images AS (
  SELECT node, runtime, id, max(short) AS short, min(coalesce(name, digest)) AS name, max(repository) AS repository,
    max(bytes) AS bytes, min(file) AS file, min(line) AS line
  FROM listed GROUP BY node, runtime, id
),
-- docker system df -v: REPOSITORY TAG ID CREATED SIZE SHARED UNIQUE CONTAINERS
df AS (
  SELECT f.node, field(l.text, 3) AS short, max(bytes(field(l.text, -2))) AS own_bytes, max(CAST(field(l.text, -1) AS INTEGER)) AS containers
  FROM files f JOIN lines l ON l.file = f.id
  WHERE f.path GLOB '*nodes/*/runtime/docker/system-df.txt'
    AND l.text REGEXP '^\S+\s+\S+\s+[0-9a-f]{12}\s.*\s[0-9.]+[kMGT]?B\s+[0-9.]+[kMGT]?B\s+[0-9.]+[kMGT]?B\s+[0-9]+\s*$'
  GROUP BY f.node, field(l.text, 3)
),
-- By what a container can name its image: id, name with tag, name with digest.
keys(node, runtime, key, id) AS MATERIALIZED (
  SELECT node, runtime, short, id FROM listed WHERE short IS NOT NULL
  UNION SELECT node, runtime, name, id FROM listed WHERE name IS NOT NULL
  UNION SELECT node, runtime, CASE WHEN instr(digest, '@') THEN digest ELSE repository || '@' || digest END, id FROM listed WHERE digest IS NOT NULL
),
named AS (
  SELECT node, runtime, namespace || '/' || pod AS pod,
    coalesce(rx('^(?:sha256:)?([0-9a-f]{12})[0-9a-f]*$', image, 1),
      CASE WHEN image REGEXP '@|:[^/]*$' THEN image ELSE image || ':latest' END) AS key
  FROM node_containers WHERE image IS NOT NULL
),
used AS (
  SELECT node, runtime, id, sum(n) AS containers, group_concat(pod, ',') AS pods FROM (
    SELECT c.node, c.runtime, k.id, c.pod, count(*) AS n
    FROM named c JOIN keys k ON k.node = c.node AND k.runtime = c.runtime AND k.key = c.key
    GROUP BY c.node, c.runtime, k.id, c.pod ORDER BY c.node, c.runtime, k.id, c.pod)
  GROUP BY node, runtime, id
)
SELECT i.node, i.runtime, i.id, i.name, i.repository, i.bytes, d.own_bytes,
  max(coalesce(d.containers, 0), coalesce(u.containers, 0)) AS containers, u.pods, i.file, i.line
FROM images i
LEFT JOIN df d ON d.node = i.node AND d.short = i.short AND i.runtime = 'docker'
LEFT JOIN used u ON u.node = i.node AND u.runtime = i.runtime AND u.id = i.id;
