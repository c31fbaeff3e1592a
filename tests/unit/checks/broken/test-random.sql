/*
id: test-random
title: {en: "t", zh: "t"}
severity: critical
needs: []
why: {en: "w", zh: "w"}
fix:
  - {en: "f", zh: "f"}
*/
SELECT 'cluster' AS subject, 4 AS file, random() AS line ORDER BY 1
