/*
id: typo
title: {en: "t", zh: "t"}
severity: warning
needs: []
why: {en: "w", zh: "w"}
fix:
  - {en: "f", zh: "f", run: "kubectl delete pod {pod}"}
*/
SELECT 'cluster' AS subject, file, line
FROM podd
ORDER BY file
