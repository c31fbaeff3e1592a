-- Containers that wait for their image with each thing that kubelet said of the pull of that very image, in events and in the state.
-- n numbers what was said of a subject: 1 is the newest event, the state comes last.
CREATE VIEW v_pull_failures AS
WITH
waiting AS MATERIALIZED (
  SELECT * FROM container_states
  WHERE waiting_reason IN ('ErrImagePull', 'ImagePullBackOff', 'RegistryUnavailable') AND deleted IS NULL
),
told AS (
  SELECT c.subject, c.namespace, c.pod, c.node, c.container, c.image, e.message, e.first_seen, e.last_seen, e.file, e.object
  FROM waiting c
  JOIN events e ON e.object_kind = 'Pod' AND e.object_namespace = c.namespace AND e.object_name = c.pod AND e.reason = 'Failed'
  WHERE instr(e.message, 'ailed to pull image "' || c.image || '"') > 0
  UNION ALL
  SELECT subject, namespace, pod, node, container, image, waiting_message, NULL, NULL, file, object
  FROM waiting WHERE waiting_message IS NOT NULL
)
SELECT t.subject, t.namespace, t.pod, t.node, t.container, t.image, t.message, t.first_seen, t.last_seen, t.file,
  json_line(o.json, o.line, t.message) AS line,
  coalesce(rx('^([^/]*[.:][^/]*)/', t.image, 1), 'docker.io') AS registry,
  rx('^([^/]+)/', t.subject, 1) AS owner_kind, rx('[^/]+$', t.subject) AS owner_name
FROM told t JOIN objects o ON o.id = t.object;
