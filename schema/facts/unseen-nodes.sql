-- Nodes of the cluster on which nothing was captured, and why: "node2 (connection refused), node3". NULL when there are none.
SELECT group_concat(name || coalesce(' (' || error || ')', ''), ', ') FROM (
  SELECT n.name, a.error
  FROM (SELECT name FROM nodes UNION SELECT node FROM node_access) n
  LEFT JOIN node_access a ON a.node = n.name
  WHERE (a.reached = 0)
    OR (NOT EXISTS (SELECT 1 FROM files f WHERE f.node = n.name)
      AND NOT EXISTS (SELECT 1 FROM node_access o WHERE o.hostname = n.name AND o.reached))
  ORDER BY n.name
)
