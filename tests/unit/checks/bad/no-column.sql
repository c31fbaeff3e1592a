/*
id: no-column
title: {en: "A step for a column that is not there", zh: "步骤引用了不存在的列"}
severity: warning
needs: [pods]
why: {en: "w", zh: "w"}
fix:
  - {en: "f", zh: "f", if: size}
*/
SELECT 'cluster' AS subject, 1 AS file, 1 AS line
FROM pods
ORDER BY line
