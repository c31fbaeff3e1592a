-- Which version each component has and where: kubelets from the nodes, the others from the tags of the images that run. The API server's
-- from the cluster's own word where no image tells. minor is that of 1.MINOR (etcd: 3.MINOR). file, line: the proof.
CREATE VIEW component_versions AS
WITH
images AS (
  SELECT c.name AS component, p.node, c.image, o.file, json_line(o.json, o.line, c.image) AS line
  FROM container_specs c JOIN pods p ON p.namespace = c.namespace AND p.name = c.pod JOIN objects o ON o.id = c.object
  WHERE c.list = 'containers' AND c.namespace = 'kube-system' AND p.deleted IS NULL AND coalesce(p.phase, '') NOT IN ('Failed', 'Succeeded')
    AND c.name IN ('kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy', 'etcd')
  UNION ALL
  SELECT n.container, n.node, n.image, n.file, n.line FROM node_containers n
  WHERE n.state = 'running' AND n.container IN ('kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy', 'etcd')
    AND NOT EXISTS (SELECT 1 FROM container_specs c JOIN pods p ON p.namespace = c.namespace AND p.name = c.pod
      WHERE c.namespace = 'kube-system' AND c.name = n.container AND p.node = n.node)
),
tagged AS (
  SELECT component, node, rx(':v?(\d+\.\d+\.\d+)', image, 1) AS version, file, line FROM images
),
told AS (
  SELECT 'kube-apiserver', NULL, rx('(\d+\.\d+\.\d+)', b.value, 1), f.id, json_line(d.json, 1, b.value)
  FROM bundle b
  JOIN files f ON f.path = (SELECT min(path) FROM files WHERE path IN ('cluster-info/cluster_version.json', 'kubectl/version.json', 'bundle.json'))
  LEFT JOIN documents d ON d.file = f.id
  WHERE b.key = 'cluster.version' AND NOT EXISTS (SELECT 1 FROM tagged WHERE component = 'kube-apiserver' AND version IS NOT NULL)
),
every(component, node, version, file, line) AS (
  SELECT * FROM tagged
  UNION ALL
  SELECT * FROM told
  UNION ALL
  SELECT 'kubelet', n.name, rx('(\d+\.\d+\.\d+)', n.kubelet_version, 1), o.file, json_line(o.json, o.line, n.kubelet_version)
  FROM nodes n JOIN objects o ON o.id = n.object
)
SELECT component, node, version, CAST(rx('^\d+\.(\d+)', version, 1) AS INTEGER) AS minor, file, coalesce(line, 0) AS line
FROM every WHERE version IS NOT NULL;
