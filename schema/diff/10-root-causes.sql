-- Root causes
-- A section is a query that both bundles answer: what a row is about, which part of it, the value. ORDER BY 1, 2.
SELECT f.check_id || ' ' || f.subject AS key, p.column1 AS path, CASE p.column1 WHEN 'title' THEN coalesce(t.title, f.title) ELSE r.severity END AS value
FROM root_causes r JOIN findings f ON f.id = r.finding
LEFT JOIN finding_texts t ON t.finding = f.id AND t.lang = :lang
JOIN (VALUES ('severity'), ('title')) p
ORDER BY 1, 2
