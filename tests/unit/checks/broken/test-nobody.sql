/*
id: test-nobody
title: {en: "t", zh: "t"}
severity: critical
needs: []
why: {en: "w", zh: "w"}
fix:
  - {en: "f", zh: "f"}
*/
SELECT NULL AS subject, 1 AS file, 1 AS line ORDER BY 1
