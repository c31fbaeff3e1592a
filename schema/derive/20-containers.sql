-- node_containers and node_images from docker (a JSON object a line) and crictl (one JSON document).
INSERT INTO node_containers (node, runtime, id, name, namespace, pod, container, image, state, status, file, line)
SELECT f.node, 'docker', l.text ->> '$.ID', l.text ->> '$.Names',
  -- dockershim's names: k8s_CONTAINER_POD_NAMESPACE_UID_ATTEMPT; POD is the sandbox.
  rx('^k8s_([^_]+)_([^_]+)_([^_]+)_', l.text ->> '$.Names', 3),
  rx('^k8s_([^_]+)_([^_]+)_([^_]+)_', l.text ->> '$.Names', 2),
  rx('^k8s_([^_]+)_([^_]+)_([^_]+)_', l.text ->> '$.Names', 1),
  l.text ->> '$.Image',
  coalesce(l.text ->> '$.State',
    CASE WHEN l.text ->> '$.Status' LIKE 'Up%' THEN 'running' WHEN l.text ->> '$.Status' LIKE 'Exited%' THEN 'exited' END),
  l.text ->> '$.Status', l.file, l.line
FROM files f JOIN lines l ON l.file = f.id
WHERE f.role = 'docker-ps-json' AND json_valid(l.text);

INSERT INTO node_containers (node, runtime, id, name, namespace, pod, container, image, state, status, file, line)
SELECT f.node, 'cri', c.value ->> '$.id', c.value ->> '$.metadata.name',
  c.value ->> '$.labels."io.kubernetes.pod.namespace"', c.value ->> '$.labels."io.kubernetes.pod.name"',
  coalesce(c.value ->> '$.labels."io.kubernetes.container.name"', c.value ->> '$.metadata.name'),
  coalesce(c.value ->> '$.image.image', c.value ->> '$.imageRef'),
  lower(replace(c.value ->> '$.state', 'CONTAINER_', '')), c.value ->> '$.state',
  d.file, json_line(d.json, 1, c.value ->> '$.id')
FROM files f JOIN documents d ON d.file = f.id JOIN json_each(d.json, '$.containers') c
WHERE f.role = 'crictl-ps-json' AND json_valid(d.json);

INSERT INTO node_images (node, runtime, id, repository, tag, digest, bytes, file, line)
SELECT f.node, 'docker', l.text ->> '$.ID', nullif(l.text ->> '$.Repository', '<none>'), nullif(l.text ->> '$.Tag', '<none>'),
  nullif(l.text ->> '$.Digest', '<none>'), bytes(l.text ->> '$.Size'), l.file, l.line
FROM files f JOIN lines l ON l.file = f.id
WHERE f.role = 'docker-images-json' AND json_valid(l.text);

INSERT INTO node_images (node, runtime, id, repository, tag, digest, bytes, file, line)
SELECT f.node, 'cri', i.value ->> '$.id',
  rx('^(.*?)(?::([^:/]+))?$', i.value ->> '$.repoTags[0]', 1), rx('^(.*?)(?::([^:/]+))?$', i.value ->> '$.repoTags[0]', 2),
  i.value ->> '$.repoDigests[0]', CAST(i.value ->> '$.size' AS INTEGER), d.file, json_line(d.json, 1, i.value ->> '$.id')
FROM files f JOIN documents d ON d.file = f.id JOIN json_each(d.json, '$.images') i
WHERE f.role = 'crictl-images-json' AND json_valid(d.json);

-- The same as tables for people, in reports of other tools: columns stand two blanks or more apart. crictl names the pod's namespace since 1.29.
INSERT INTO node_containers (node, runtime, id, name, namespace, pod, container, image, state, status, file, line)
SELECT f.node, 'docker', rx('^(\w+)', l.text, 1), rx('(\S+)\s*$', l.text, 1),
  rx('\sk8s_([^_\s]+)_([^_\s]+)_([^_\s]+)_\S*\s*$', l.text, 3), rx('\sk8s_([^_\s]+)_([^_\s]+)_([^_\s]+)_\S*\s*$', l.text, 2),
  rx('\sk8s_([^_\s]+)_([^_\s]+)_([^_\s]+)_\S*\s*$', l.text, 1),
  rx('^\w+\s+(\S+)', l.text, 1),
  CASE WHEN rx('\sago\s{2,}(Up|Exited|Created|Restarting|Dead)\b', l.text, 1) = 'Up' THEN 'running' ELSE lower(rx('\sago\s{2,}(Up|Exited|Created|Restarting|Dead)\b', l.text, 1)) END,
  rx('\sago\s{2,}(\S+(?: \S+)*)', l.text, 1), l.file, l.line
FROM files f JOIN lines l ON l.file = f.id
WHERE f.role = 'docker-ps-text' AND f.node IS NOT NULL AND l.text REGEXP '^[0-9a-f]{12,64}\s{2,}\S+\s{2,}".*\sago\s{2,}(Up|Exited|Created|Restarting|Dead)\b';

INSERT INTO node_containers (node, runtime, id, name, namespace, pod, container, image, state, status, file, line)
SELECT node, 'cri', rx('^(\w+)', text, 1), rx(row, text, 2), rx(row, text, 5), rx(row, text, 4), rx(row, text, 2), rx('^\w+\s+(\S+)', text, 1),
  lower(rx(row, text, 1)), rx(row, text, 1), file, line
FROM (
  SELECT f.node, l.text, l.file, l.line, '\sago\s{2,}(Running|Exited|Created|Unknown)\s{2,}(\S+)\s{2,}\d+\s{2,}([0-9a-f]{12,64})(?:\s{2,}(\S+))?(?:\s{2,}(\S+))?' AS row
  FROM files f JOIN lines l ON l.file = f.id
  WHERE f.role = 'crictl-ps-text' AND f.node IS NOT NULL
)
WHERE text REGEXP '^[0-9a-f]{12,64}\s{2,}\S+\s{2,}' AND text REGEXP row;

INSERT INTO node_images (node, runtime, id, repository, tag, digest, bytes, file, line)
SELECT node, runtime, rx(row, text, 4), nullif(rx(row, text, 1), '<none>'), nullif(rx(row, text, 2), '<none>'), nullif(rx(row, text, 3), '<none>'),
  bytes(rx('(\S+)\s*$', text, 1)), file, line
FROM (
  SELECT f.node, CASE f.role WHEN 'docker-images-text' THEN 'docker' ELSE 'cri' END AS runtime, l.text, l.file, l.line,
    '^(\S+)\s{2,}(\S+)\s{2,}(?:(sha256:\S+|<none>)\s{2,})?((?:sha256:)?[0-9a-f]{12,64})\s{2,}' AS row
  FROM files f JOIN lines l ON l.file = f.id
  WHERE f.role IN ('docker-images-text', 'crictl-images-text') AND f.node IS NOT NULL
)
WHERE text REGEXP row AND text REGEXP '\s\d[\d.]*[kKMGT]?i?B\s*$';
