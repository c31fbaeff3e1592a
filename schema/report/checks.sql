-- Checks in the language :lang.
SELECT c.id, c.area, c.severity, coalesce(t.title, c.title), c.state, coalesce(t.reason, c.reason), c.applies
FROM checks c LEFT JOIN check_texts t ON t.check_id = c.id AND t.lang = :lang
ORDER BY c.id
