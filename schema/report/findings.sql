-- Findings in the language :lang, the worst first.
SELECT f.id, f.check_id, c.area, f.subject, coalesce(t.title, f.title), coalesce(t.detail, f.detail), t.why, t.verify, t.fix,
  f.severity, f.confidence, c.advice, f.first_seen, f.last_seen, f.evidence_rows, f.fields,
  CASE f.kind WHEN 'namespace' THEN f.name ELSE f.namespace END
FROM findings f
JOIN checks c ON c.id = f.check_id
LEFT JOIN finding_texts t ON t.finding = f.id AND t.lang = :lang
ORDER BY c.advice, CASE f.severity WHEN 'critical' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, f.check_id, f.subject
