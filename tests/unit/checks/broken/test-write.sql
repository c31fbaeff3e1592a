/*
id: test-write
title: {en: "t", zh: "t"}
severity: critical
needs: []
why: {en: "w", zh: "w"}
fix:
  - {en: "f", zh: "f"}
*/
DELETE FROM findings RETURNING 'cluster' AS subject, 4 AS file, 1 AS line
