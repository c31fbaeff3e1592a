-- What the reader must know before anything else: key of the text (`report`), and what it is filled with. No rows is the rule.
WITH
-- Versions alone may differ by an upgrade between two bundles of one cluster.
mixed AS (
  SELECT b.id, b.name, a.name AS first, a.version AS first_version, b.version,
    a.cluster IS NOT NULL AND b.cluster IS NOT NULL AND a.cluster <> b.cluster AS other
  FROM bundles a JOIN bundles b ON b.id > a.id
  WHERE a.cluster <> b.cluster OR (a.version <> b.version AND (a.cluster IS NULL OR b.cluster IS NULL))
),
unread AS (
  SELECT resource || coalesce('/' || namespace, '') || coalesce(' (' || substr(replace(trim(why), char(10), ' '), 1, 200) || ')', '') AS what,
    row_number() OVER (ORDER BY seq = 4, why IS NULL, resource, namespace) AS n, count(*) OVER () AS of
  FROM unread_lists
  WHERE resource NOT LIKE '%.%' AND EXISTS (SELECT 1 FROM lists)
)
SELECT 'report.mixed' AS key, group_concat(what, '; ') AS what FROM (
  SELECT first || coalesce(' (' || first_version || ')', '') || ' ≠ ' || name || coalesce(' (' || version || ')', '') AS what FROM mixed WHERE other ORDER BY id LIMIT 4)
HAVING count(*) > 0
UNION ALL
SELECT 'report.mixed_versions', group_concat(what, '; ') FROM (
  SELECT first || ' ' || first_version || ', ' || name || ' ' || version AS what FROM mixed WHERE NOT other ORDER BY id LIMIT 4)
HAVING count(*) > 0
UNION ALL
SELECT 'report.unread', group_concat(what, ', ') FROM (
  SELECT CASE WHEN n = 5 AND of > 5 THEN '… (' || of || ')' ELSE what END AS what FROM unread WHERE n <= 5 ORDER BY n)
HAVING count(*) > 0;
