-- Findings
SELECT f.severity AS "Severity", f.check_id AS "Check", f.title AS "Title", f.id AS object
FROM temp.chosen c JOIN objects o ON o.id = c.object
JOIN findings f ON f.kind = lower(o.kind) AND f.name = o.name AND coalesce(f.namespace, '') = coalesce(o.namespace, '')
ORDER BY f.id
