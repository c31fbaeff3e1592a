-- Which cluster each bundle is of: the identity of its namespace kube-system, which is never replaced, and the API server's version.
-- Before objects that are in several bundles are left out.
UPDATE bundles SET
  cluster = (SELECT o.uid FROM objects o JOIN files f ON f.id = o.file
    WHERE f.bundle = bundles.id AND o.kind = 'Namespace' AND o.namespace IS NULL AND o.name = 'kube-system' AND o.uid <> '' ORDER BY o.id DESC LIMIT 1),
  version = coalesce(
    (SELECT value FROM bundle WHERE key IN (
      CASE id WHEN 1 THEN '' ELSE 'bundle' || id || '.' END || 'cluster.version', CASE id WHEN 1 THEN '' ELSE 'bundle' || id || '.' END || 'cluster.git_version',
      CASE id WHEN 1 THEN '' ELSE 'bundle' || id || '.' END || 'cluster.gitVersion') AND value <> '' LIMIT 1),
    (SELECT coalesce(d.json ->> '$.info.gitVersion', d.json ->> '$.serverVersion.gitVersion', d.json ->> '$.gitVersion', d.json ->> '$.string')
     FROM documents d JOIN files f ON f.id = d.file
     WHERE f.bundle = bundles.id AND f.role = 'cluster-version' AND json_valid(d.json) ORDER BY f.id LIMIT 1),
    (SELECT rx('Server Version: .*GitVersion:"([^"]+)"|Server Version: (v[0-9]\S+)', l.text, 1)
     FROM files f JOIN lines l ON l.file = f.id
     WHERE f.bundle = bundles.id AND f.role = 'kubectl-version' AND l.text LIKE 'Server Version:%' ORDER BY f.id, l.line LIMIT 1));
