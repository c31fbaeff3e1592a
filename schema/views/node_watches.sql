-- ConfigMaps and Secrets that the running pods of a node refer to, each once: what its kubelet watches. Kubelets of 1.12 and
-- 1.13 hold one HTTP/2 stream of their one connection for each, and the API server allowed 250 of these.
CREATE VIEW node_watched_objects AS
SELECT DISTINCT p.node, p.namespace,
  CASE WHEN t.key LIKE 'configMap%' THEN 'ConfigMap' ELSE 'Secret' END AS kind,
  coalesce(t.value ->> '$.name', t.value ->> '$.secretName') AS name
FROM pods p JOIN objects o ON o.id = p.object JOIN json_tree(o.json, '$.spec') t
WHERE p.node IS NOT NULL AND p.phase NOT IN ('Succeeded', 'Failed') AND t.type = 'object'
  AND t.key IN ('configMap', 'secret', 'configMapRef', 'configMapKeyRef', 'secretRef', 'secretKeyRef')
  AND coalesce(t.value ->> '$.name', t.value ->> '$.secretName') IS NOT NULL
UNION
SELECT p.node, p.namespace, 'Secret', s.value ->> '$.name'
FROM pods p JOIN objects o ON o.id = p.object JOIN json_each(o.json, '$.spec.imagePullSecrets') s
WHERE p.node IS NOT NULL AND p.phase NOT IN ('Succeeded', 'Failed') AND s.value ->> '$.name' IS NOT NULL;

CREATE VIEW node_watches AS
SELECT w.node, n.kubelet_version, sum(w.kind = 'ConfigMap') AS configmaps, sum(w.kind = 'Secret') AS secrets,
  count(*) AS watches, 250 AS stream_limit
FROM node_watched_objects w LEFT JOIN nodes n ON n.name = w.node
GROUP BY w.node ORDER BY watches DESC, w.node;
