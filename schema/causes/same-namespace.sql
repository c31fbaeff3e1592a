-- Both findings are in one namespace; a finding about namespace/X is in X.
WITH places AS (
  SELECT id, check_id, coalesce(namespace, iif(kind = 'namespace', name, NULL)) AS namespace
  FROM findings
  WHERE check_id IN (:cause_check, :effect_check)
)
SELECT c.id AS cause, e.id AS effect
FROM places c JOIN places e ON e.namespace = c.namespace
WHERE c.check_id = :cause_check AND e.check_id = :effect_check
ORDER BY cause, effect
