/*
id: test-pragma
title: {en: "t", zh: "t"}
severity: critical
needs: []
why: {en: "w", zh: "w"}
fix:
  - {en: "f", zh: "f"}
*/
SELECT 'cluster' AS subject, 4 AS file, 1 AS line FROM pragma_database_list ORDER BY 1
