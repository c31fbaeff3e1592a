-- Objects that came more than once: by several API groups (events), in a list and in a file of their own (must-gather), in several
-- bundles of one case. The copy of the newest bundle counts, in one bundle the one with the newest version.
CREATE TEMP TABLE doubled AS
WITH names AS (
  SELECT kind, namespace, name FROM objects
  WHERE kind IS NOT NULL AND name IS NOT NULL
  GROUP BY kind, namespace, name
  HAVING count(*) > 1
),
copies AS (
  SELECT o.id, o.file, o.line, o.kind, o.namespace, o.name, o.uid, f.bundle, b.time,
    CAST(o.json ->> '$.metadata.resourceVersion' AS INTEGER) AS version,
    -- Kubernetes' own groups hand objects from one to the other; custom resources share no more than their kind's name.
    CASE WHEN o.api_version GLOB '*.*/*' AND o.api_version NOT GLOB '*.k8s.io/*' THEN o.api_version ELSE '' END AS api
  FROM names n
  JOIN objects o ON o.kind = n.kind AND o.namespace IS n.namespace AND o.name = n.name
  JOIN files f ON f.id = o.file
  LEFT JOIN bundles b ON b.id = f.bundle
)
SELECT * FROM (
  SELECT id, file, line, kind, namespace, name, uid, bundle, first_value(id) OVER newest AS kept, first_value(uid) OVER newest AS kept_uid,
    first_value(bundle) OVER newest AS kept_bundle
  FROM copies
  WINDOW newest AS (PARTITION BY kind, api, namespace, name ORDER BY time DESC, version DESC, id)
)
WHERE id <> kept;
