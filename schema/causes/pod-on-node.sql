-- The effect is about something in a namespace (a pod, a workload) whose pods all run on nodes that have the cause.
WITH cause_nodes AS (
  SELECT DISTINCT n.node FROM findings f JOIN finding_nodes n ON n.finding = f.id
  WHERE f.check_id = :cause_check AND f.namespace IS NULL
)
SELECT DISTINCT c.id AS cause, e.id AS effect
FROM findings e
JOIN finding_nodes en ON en.finding = e.id
JOIN finding_nodes cn ON cn.node = en.node
JOIN findings c ON c.id = cn.finding
WHERE c.check_id = :cause_check AND e.check_id = :effect_check
  AND c.namespace IS NULL AND e.namespace IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM finding_nodes x WHERE x.finding = e.id AND x.node NOT IN (SELECT node FROM cause_nodes))
ORDER BY cause, effect
