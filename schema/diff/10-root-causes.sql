-- Root causes
-- A section is a query that both bundles answer: what a row is about, which part of it, the value. ORDER BY 1, 2.
SELECT f.check_id || ' on ' || f.subject AS key, 'title' AS path, r.severity || ': ' || f.title AS value
FROM root_causes r JOIN findings f ON f.id = r.finding
ORDER BY 1, 2
