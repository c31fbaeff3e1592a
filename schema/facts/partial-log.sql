-- Nodes without a log of the unit :x, for a bundle that broke off. NULL when there are none.
SELECT group_concat(name, ', ') FROM (
  SELECT name FROM nodes
  WHERE name NOT IN (SELECT node FROM files WHERE unit = :x AND node IS NOT NULL AND state = 'loaded')
  ORDER BY name
)
