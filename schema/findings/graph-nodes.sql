SELECT f.id, f.check_id, f.severity, f.confidence, f.first_seen, f.began, c.advice
FROM findings f JOIN checks c ON c.id = f.check_id
ORDER BY f.id
