/*
id: test-workload-short
title: {en: "{kind} {name} has too few pods", zh: "{kind} {name} 的 Pod 数量不足"}
severity: critical
needs: []
why: {en: "Some are missing.", zh: "缺少部分 Pod。"}
fix:
  - {en: "See what its pods say", zh: "查看其 Pod"}
*/
SELECT lower(kind) || '/' || namespace || '/' || name AS subject, file, line FROM workloads WHERE kind = 'Deployment'
UNION ALL
SELECT 'service/' || namespace || '/' || name, file, line FROM services
ORDER BY subject
