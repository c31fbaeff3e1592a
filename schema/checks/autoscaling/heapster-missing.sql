/*
id: heapster-missing
title:
  en: "The dashboard or an autoscaler needs Heapster, and it is not there"
  zh: "Dashboard 或自动伸缩依赖 Heapster，但未部署"
detail:
  en: "{who} asks for it; no pod and no service of that name exists."
  zh: "{who} 需要它，但不存在同名的 Pod 和 Service。"
severity: warning
confidence: certain
needs: [pods, services]
causes:
  - {check: dashboard-no-graphs, when: cluster}
  - {check: hpa-not-scaling, when: cluster}
why:
  en: >-
    Before Kubernetes 1.13 the dashboard (version 1) and, before 1.9, autoscalers got their numbers from Heapster. Without it there are no graphs. Heapster is retired:
    metrics-server serves autoscalers and kubectl top, and dashboard 2 uses that.
  zh: >-
    在 1.13 之前，Dashboard 1.x 以及 1.9 之前的自动伸缩都从 Heapster 获取数据，没有它就没有图表。Heapster 已停止维护：
    自动伸缩和 kubectl top 应使用 metrics-server，Dashboard 2.x 也使用它。
fix:
  - en: "Install metrics-server and dashboard 2 rather than Heapster"
    zh: "安装 metrics-server 和 Dashboard 2.x，而不是 Heapster"
    run: "kubectl -n kube-system get pods,services | grep -E 'heapster|metrics-server|dashboard'"
verify: "kubectl top nodes"
k8s: "<1.13"
refs: ["https://github.com/kubernetes-retired/heapster"]
*/
WITH
-- Dashboard 1.x, told by its image.
boards AS (
  SELECT s.namespace, s.pod, s.file, json_line(o.json, o.line, s.image) AS line
  FROM container_specs s JOIN pods p ON p.namespace = s.namespace AND p.name = s.pod JOIN objects o ON o.id = s.object
  WHERE s.image REGEXP 'kubernetes-dashboard[a-z0-9-]*:v?1\.' AND p.deleted IS NULL
),
asked AS (
  SELECT h.namespace, h.name AS pod, h.file, json_line(o.json, o.line, h.value) AS line
  FROM hpa_conditions h JOIN objects o ON o.id = h.object
  WHERE h.status = 'False' AND h.message LIKE '%heapster%'
),
askers AS (SELECT 'the dashboard' AS who, 0 AS seq, * FROM boards UNION ALL SELECT 'an autoscaler', 1, * FROM asked)
SELECT 'cluster' AS subject, file, line, (SELECT group_concat(DISTINCT who) FROM askers) AS who
FROM askers
WHERE NOT EXISTS (SELECT 1 FROM pods p WHERE p.k8s_app = 'heapster' OR p.name GLOB 'heapster-*')
  AND NOT EXISTS (SELECT 1 FROM services v WHERE v.name = 'heapster')
ORDER BY seq, namespace, pod, file, line;
