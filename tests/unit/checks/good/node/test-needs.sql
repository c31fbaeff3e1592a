/*
id: test-needs
title: {en: "t", zh: "t"}
severity: info
needs: [leases, "log:etcd", ["capture:nodes/n1/host/*", "capture:nothing"]]
why: {en: "w", zh: "w"}
fix:
  - {en: "f", zh: "f"}
*/
SELECT 'cluster' AS subject, 4 AS file, 1 AS line ORDER BY 1
