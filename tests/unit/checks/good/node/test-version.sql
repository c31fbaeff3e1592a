/*
id: test-version
title: {en: "t", zh: "t"}
severity: info
needs: []
k8s: "<1.18"
why: {en: "w", zh: "w"}
fix:
  - {en: "f", zh: "f"}
*/
SELECT 'cluster' AS subject, 4 AS file, 1 AS line ORDER BY 1
