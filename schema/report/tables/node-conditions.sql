-- Conditions of the nodes, those that are not as they should be first, then by their last change.
SELECT node AS "code node", type AS "text condition", fine AS "fine", status AS "badge status", changed AS "time changed", reason AS "text reason",
  message AS "text message", count(*) OVER () AS "total"
FROM v_node_conditions
ORDER BY fine, changed DESC, node, type
LIMIT 200
