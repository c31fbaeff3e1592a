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
