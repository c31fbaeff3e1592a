-- Is :x a table or view, but no resource of Kubernetes? Those are filled from captures of nodes.
SELECT name FROM sqlite_schema
WHERE type IN ('table', 'view') AND name = :x AND (name LIKE 'node\_%' ESCAPE '\' OR name NOT IN (
  'nodes', 'pods', 'events', 'services', 'endpoints', 'namespaces', 'leases', 'apiservices'))
