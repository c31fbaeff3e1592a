/*
id: test-pod-failing
title: {en: "Pod {name} has failed", zh: "Pod {name} 运行失败"}
severity: warning
needs: [pods]
causes:
  - {check: test-workload-short, when: [owner, selects]}
why: {en: "Its containers ended.", zh: "其容器已退出。"}
fix:
  - {en: "Delete it", zh: "删除该 Pod", run: "kubectl -n {namespace} delete pod {name}"}
*/
SELECT 'pod/' || namespace || '/' || name AS subject, phase AS detail, file, line + 1 AS line
FROM pods
WHERE phase = 'Failed'
ORDER BY namespace, name
