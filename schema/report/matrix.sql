-- Conditions of the nodes, for a matrix: nodes that are not well first, at most 100 of them.
WITH
rated AS (
  SELECT node, type, status, reason, us(changed) AS since, fine, min(fine) OVER (PARTITION BY node) AS well FROM v_node_conditions
),
numbered AS (SELECT *, dense_rank() OVER (ORDER BY well, node) AS n FROM rated)
SELECT node, type, status, reason, since, fine, (SELECT max(n) FROM numbered) - 100
FROM numbered WHERE n <= 100
ORDER BY well, node, type <> 'Ready', type
