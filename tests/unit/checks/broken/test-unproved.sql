/*
id: test-unproved
title: {en: "t", zh: "t"}
severity: critical
needs: []
why: {en: "w", zh: "w"}
fix:
  - {en: "f", zh: "f"}
*/
SELECT 'cluster' AS subject, NULL AS file, 1 AS line UNION ALL SELECT 'node/x', 'no/such/file', 1 ORDER BY 1
