-- Version of the cluster ("v1.20.2"): what the API server said, else what the newest kubelet says.
SELECT version FROM (
  SELECT value AS version, 0 AS rank FROM bundle WHERE key IN ('cluster.version', 'cluster.git_version', 'cluster.gitVersion')
  UNION ALL
  SELECT coalesce(d.json ->> '$.info.gitVersion', d.json ->> '$.serverVersion.gitVersion', d.json ->> '$.gitVersion', d.json ->> '$.string'), 1
  FROM documents d JOIN files f ON f.id = d.file
  WHERE f.role = 'cluster-version' AND json_valid(d.json)
  UNION ALL
  SELECT rx('Server Version: .*GitVersion:"([^"]+)"|Server Version: (v[0-9]\S+)', l.text, 1), 1
  FROM files f JOIN lines l ON l.file = f.id WHERE f.role = 'kubectl-version'
  UNION ALL
  SELECT max(kubelet_version), 2 FROM nodes
)
WHERE version IS NOT NULL AND version <> ''
ORDER BY rank, version
LIMIT 1
