/*
id: test-loop
title: {en: "t", zh: "t"}
severity: critical
needs: []
why: {en: "w", zh: "w"}
fix:
  - {en: "f", zh: "f"}
*/
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 'cluster' AS subject, 4 AS file, max(i) AS line FROM n ORDER BY 1
