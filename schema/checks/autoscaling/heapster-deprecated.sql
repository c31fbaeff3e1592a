/*
id: heapster-deprecated
title:
  en: "Heapster is still deployed, though it is retired"
  zh: "仍在使用已停止维护的 Heapster"
detail:
  en: "Found as {what}."
  zh: "发现：{what}。"
severity: info
confidence: certain
advice: true
needs: [[pods, deployments, services]]
why:
  en: >-
    Heapster was deprecated in Kubernetes 1.11 and retired with 1.13: no fixes, and kubectl top and autoscalers no longer ask it. metrics-server took its place for the
    current use of CPU and memory; for history there is Prometheus.
  zh: >-
    Heapster 在 1.11 中被弃用，1.13 起停止维护：不再修复问题，kubectl top 和自动伸缩也不再使用它。当前的 CPU、内存用量由 metrics-server 提供，历史数据请使用 Prometheus。
fix:
  - en: "Install metrics-server (components.yaml of a release for this Kubernetes version), then see that nothing asks Heapster any more"
    zh: "先安装 metrics-server（使用适用于该 Kubernetes 版本的 components.yaml），再确认没有组件依赖 Heapster"
    run: "kubectl apply -f components.yaml && kubectl top nodes"
  - en: "Then remove it"
    zh: "然后移除它"
    run: "kubectl -n {namespace} get deployments,services -l k8s-app=heapster"
verify: "kubectl top nodes"
k8s: ">=1.11"
refs: ["https://github.com/kubernetes-retired/heapster/blob/master/docs/deprecation.md"]
*/
WITH found AS (
  SELECT 0 AS seq, 'deployment ' || w.namespace || '/' || w.name AS what, w.namespace, w.name, w.file, w.line FROM workloads w
  WHERE w.kind IN ('Deployment', 'ReplicationController') AND (w.name GLOB 'heapster*' OR json_extract(w.labels, '$."k8s-app"') = 'heapster')
  UNION ALL
  SELECT 1, 'pod ' || p.namespace || '/' || p.name, p.namespace, p.name, p.file, p.line FROM pods p
  WHERE (p.k8s_app = 'heapster' OR p.name GLOB 'heapster-*') AND p.deleted IS NULL
)
SELECT 'cluster' AS subject, f.file, json_line(o.json, o.line, f.name) AS line, f.what, f.namespace
FROM found f JOIN objects o ON o.file = f.file AND o.line = f.line
ORDER BY f.seq, f.namespace, f.what, f.file, line;
