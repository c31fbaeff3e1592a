/*
id: test-nameless
title: {en: "t", zh: "t"}
severity: critical
needs: []
why: {en: "w", zh: "w"}
fix:
  - {en: "f", zh: "f"}
*/
SELECT 'cluster' AS subject, 1 AS file, 1 AS line UNION ALL SELECT NULL, 1, 1 ORDER BY 1
