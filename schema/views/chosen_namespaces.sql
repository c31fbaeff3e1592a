-- Namespaces of a case whose bundles hold only those that someone or their tool chose, so that there may be others: a must-gather has
-- OpenShift's own. No rows when a bundle has them all.
-- A folder made by hand is whole when one of its lists has objects of several namespaces: it was made with --all-namespaces.
CREATE VIEW chosen_namespaces AS
WITH chosen AS (
  SELECT b.id FROM bundles b
  WHERE b.selected
    AND (b.kind <> 'folder' OR NOT EXISTS (
      SELECT 1 FROM objects o JOIN files f ON f.id = o.file
      WHERE f.bundle = b.id AND o.namespace IS NOT NULL GROUP BY o.file HAVING count(DISTINCT o.namespace) > 1))
)
SELECT namespace AS name FROM (
  SELECT l.namespace FROM lists l JOIN files f ON f.id = l.file WHERE f.bundle IN (SELECT id FROM chosen) AND l.namespace IS NOT NULL
  UNION
  SELECT o.namespace FROM objects o JOIN files f ON f.id = o.file WHERE f.bundle IN (SELECT id FROM chosen) AND o.namespace IS NOT NULL
)
-- Nodes' reports have no objects to choose of.
WHERE NOT EXISTS (SELECT 1 FROM bundles b WHERE b.id NOT IN (SELECT id FROM chosen)
  AND EXISTS (SELECT 1 FROM lists l JOIN files f ON f.id = l.file WHERE f.bundle = b.id AND l.resource = 'pods'));

-- One row when every namespace was to be seen: what checks need that say that something is nowhere.
CREATE VIEW every_namespace AS
SELECT 1 AS yes WHERE NOT EXISTS (SELECT 1 FROM chosen_namespaces);
