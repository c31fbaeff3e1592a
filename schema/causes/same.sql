-- Both findings are about the same thing.
SELECT c.id AS cause, e.id AS effect
FROM findings c JOIN findings e ON e.subject = c.subject
WHERE c.check_id = :cause_check AND e.check_id = :effect_check
ORDER BY cause, effect
