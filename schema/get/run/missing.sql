-- Namespaces whose list of the resource :x is not in the bundle, and why: one row each, without a namespace for all of them. No row
-- means that an empty answer is a true one. :ns restricts to one namespace.
WITH
seen AS (SELECT namespace FROM lists WHERE resource = :x),
failed AS (SELECT namespace, why AS error FROM unread_lists WHERE resource = :x AND seq < 4),
wanted AS (
  SELECT name FROM namespaces WHERE :ns IS NULL OR name = :ns
)
SELECT NULL AS namespace, NULL AS error WHERE NOT EXISTS (SELECT 1 FROM seen)
UNION ALL
SELECT w.name, (SELECT error FROM failed f WHERE f.namespace = w.name) FROM wanted w
WHERE :namespaced AND EXISTS (SELECT 1 FROM seen) AND NOT EXISTS (SELECT 1 FROM seen WHERE namespace IS NULL)
  AND NOT EXISTS (SELECT 1 FROM seen WHERE namespace = w.name)
  -- Lists of namespaces without a single object are mostly left out by tools; only what failed, or a bundle that broke off, is missing.
  AND (EXISTS (SELECT 1 FROM failed f WHERE f.namespace = w.name) OR EXISTS (SELECT 1 FROM bundle WHERE key = 'damage' AND value <> ''))
ORDER BY 1
