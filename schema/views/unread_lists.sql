-- Lists of Kubernetes objects, of the whole cluster or of one namespace, that are not in the bundle or not whole in it, and why (NULL
-- when nothing tells). What lies in them was not to be seen: it must not read as "nothing there".
CREATE VIEW unread_lists AS
WITH
told AS (
  -- Our own collector's records.
  SELECT c.resource, c.namespace, c.error AS why, 1 AS seq, m.bundle
  FROM captures c LEFT JOIN files m ON m.id = c.manifest
  WHERE c.resource IS NOT NULL AND (c.state IN ('failed', 'skipped') OR c.truncated) AND c.error IS NOT NULL
  UNION ALL
  -- troubleshoot.sh's: an array of messages, or one a namespace.
  SELECT f.resource, CASE json_type(d.json) WHEN 'object' THEN e.key END, e.value, 2, f.bundle
  FROM files f JOIN documents d ON d.file = f.id, json_each(CASE WHEN json_valid(d.json) THEN d.json ELSE '[]' END) e
  WHERE f.role = 'list-errors' AND f.resource IS NOT NULL
  UNION ALL
  SELECT f.resource, f.namespace, l.text, 2, f.bundle
  FROM files f JOIN lines l ON l.file = f.id AND l.line = 1
  WHERE f.role = 'list-errors' AND f.resource IS NOT NULL
  UNION ALL
  -- A file that should be a list and is an error message, is cut off, or has objects that cannot be read.
  SELECT coalesce(l.resource, f.resource), f.namespace,
    coalesce((SELECT t.text FROM lines t WHERE t.file = f.id AND t.line = 1),
      f.path || ': ' || coalesce((SELECT p.message FROM problems p WHERE p.file = s.path ORDER BY p.rowid LIMIT 1), f.reason)), 3, f.bundle
  FROM files f JOIN shown_files s ON s.id = f.id LEFT JOIN lists l ON l.file = f.id AND NOT l.whole
  WHERE f.state = 'partial' AND (f.role = 'objects' AND NOT EXISTS (SELECT 1 FROM lists a WHERE a.file = f.id AND a.whole) OR l.file IS NOT NULL)
),
-- Tools that write a file for each namespace write it also for an empty one. Ours does not; others that choose namespaces are told
-- by chosen_namespaces.
gaps AS (
  SELECT r.resource, n.name AS namespace, NULL AS why, 4 AS seq, r.bundle
  FROM (SELECT DISTINCT l.resource, f.bundle FROM lists l JOIN files f ON f.id = l.file
    WHERE l.namespace IS NOT NULL AND l.resource NOT LIKE '%.%') r
  JOIN bundles b ON b.id = r.bundle AND b.kind <> 'sickbay' AND NOT b.selected
  JOIN namespaces n
  JOIN files nf ON nf.id = n.file AND nf.bundle = r.bundle
  WHERE NOT EXISTS (SELECT 1 FROM lists l WHERE l.resource = r.resource AND (l.namespace IS NULL OR l.namespace = n.name))
)
SELECT resource, namespace, why, min(seq) AS seq FROM (SELECT * FROM told UNION ALL SELECT * FROM gaps) u
-- A cluster that does not know the resource has none of it; and another bundle of the case may have what one lacks.
WHERE coalesce(why, '') NOT LIKE '%could not find the requested resource%' AND coalesce(why, '') NOT LIKE '%doesn''t have a resource type%'
  AND resource IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM lists l JOIN files f ON f.id = l.file
    WHERE l.resource = u.resource AND f.bundle <> u.bundle AND f.state = 'loaded' AND (l.namespace IS NULL OR l.namespace = u.namespace))
GROUP BY resource, namespace;
