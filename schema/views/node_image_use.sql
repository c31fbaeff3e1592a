-- Images on each node, largest first within it (ORDER BY bytes DESC), with the containers and pods that use them. An image is
-- one row however many tags it has. `own_bytes` is what deleting it frees: layers that images share count for none of them; NULL
-- where the runtime does not tell (then `bytes` is an upper limit).
CREATE VIEW node_image_use AS
WITH
images AS (
  SELECT node, runtime, coalesce(id, repository || ':' || tag) AS id, rx('[0-9a-f]{12}', coalesce(id, '')) AS short,
    min(coalesce(repository || coalesce(':' || tag, ''), digest)) AS name, max(repository) AS repository,
    max(bytes) AS bytes, min(file) AS file, min(line) AS line, group_concat(' ' || repository || coalesce(':' || tag, ''), '') || ' ' AS names
  FROM node_images GROUP BY node, runtime, coalesce(id, repository || ':' || tag)
),
-- docker system df -v: REPOSITORY TAG ID CREATED SIZE SHARED UNIQUE CONTAINERS
df AS (
  SELECT f.node, field(l.text, 3) AS short, max(bytes(field(l.text, -2))) AS own_bytes, max(CAST(field(l.text, -1) AS INTEGER)) AS containers
  FROM files f JOIN lines l ON l.file = f.id
  WHERE f.path GLOB '*nodes/*/runtime/docker/system-df.txt'
    AND l.text REGEXP '^\S+\s+\S+\s+[0-9a-f]{12}\s.*\s[0-9.]+[kMGT]?B\s+[0-9.]+[kMGT]?B\s+[0-9.]+[kMGT]?B\s+[0-9]+\s*$'
  GROUP BY f.node, field(l.text, 3)
),
used AS (
  SELECT i.node, i.runtime, i.id, count(*) AS containers,
    group_concat(DISTINCT c.namespace || '/' || c.pod) AS pods
  FROM images i JOIN node_containers c ON c.node = i.node
    AND (instr(i.names, ' ' || c.image || ' ') OR i.id = c.image OR rx('(?:^|:)([0-9a-f]{12})[0-9a-f]*$', c.image, 1) = i.short
      OR instr(i.names, ' ' || c.image || ':latest '))
  GROUP BY i.node, i.runtime, i.id
)
SELECT i.node, i.runtime, i.id, i.name, i.repository, i.bytes, d.own_bytes,
  max(coalesce(d.containers, 0), coalesce(u.containers, 0)) AS containers, u.pods, i.file, i.line
FROM images i
LEFT JOIN df d ON d.node = i.node AND d.short = i.short AND i.runtime = 'docker'
LEFT JOIN used u ON u.node = i.node AND u.runtime = i.runtime AND u.id = i.id;
