-- Namespaces without a list of the resource :x, for a bundle that broke off: "shop, web". NULL when none is missing. It is "?" when
-- lists are one a namespace and nothing says which namespaces there are.
SELECT CASE
  WHEN EXISTS (SELECT 1 FROM lists WHERE resource = :x AND namespace IS NULL AND whole) THEN NULL
  WHEN EXISTS (SELECT 1 FROM lists WHERE resource = :x AND namespace IS NULL) THEN '?'
  WHEN NOT EXISTS (SELECT 1 FROM namespaces) THEN '?'
  ELSE (SELECT group_concat(name, ', ') FROM (
    SELECT name FROM namespaces
    WHERE name NOT IN (SELECT namespace FROM lists WHERE resource = :x AND namespace IS NOT NULL AND whole)
    ORDER BY name))
END
