/*
id: dashboard-no-graphs
title:
  en: "The dashboard shows no CPU and memory graphs"
  zh: "Dashboard 没有 CPU 和内存图表"
detail:
  en: "{hits} failed checks of its metric source, the last at {last_at}: {reason}"
  zh: "指标来源检查失败 {hits} 次，最后一次在 {last_at}：{reason}"
severity: warning
confidence: certain
needs: [log:kubernetes-dashboard]
why:
  en: >-
    The dashboard draws graphs from Heapster (version 1) or from dashboard-metrics-scraper and metrics-server (version 2). The name in its message says which it looks for:
    "not find" means that it is not installed, "refused" that its pod is not ready, "forbidden" that the dashboard may not ask. Nothing else is affected.
  zh: >-
    Dashboard 的图表来自 Heapster（1.x）或 dashboard-metrics-scraper 加 metrics-server（2.x）。日志中的名称说明它在找哪一个：
    could not find 表示没有安装，refused 表示其 Pod 未就绪，forbidden 表示没有权限。其他功能不受影响。
fix:
  - en: "Is the source there, and does it run?"
    zh: "指标来源是否存在并在运行？"
    run: "kubectl get pods --all-namespaces | grep -E 'heapster|metrics-scraper|metrics-server'"
  - en: "Kubernetes 1.13 and later: dashboard 2 with metrics-server (components.yaml of a release for this Kubernetes version); Heapster is retired"
    zh: "1.13 及以上版本：使用 Dashboard 2.x 和 metrics-server（使用适用于该 Kubernetes 版本的 components.yaml）；Heapster 已停止维护"
    run: "kubectl apply -f components.yaml"
  - en: "It runs: read the dashboard's own log"
    zh: "如果已在运行：查看 Dashboard 的日志"
    run: "kubectl -n {namespace} logs {pod} --tail 50"
verify: "kubectl top nodes"
refs: ["https://github.com/kubernetes/dashboard/blob/master/docs/common/faq.md"]
*/
WITH
logged AS (
  SELECT h.*, coalesce(s.subject, 'pod/' || h.namespace || '/' || h.pod, 'cluster') AS subject, coalesce(s.node, h.node) AS pod_node,
    coalesce(h.captures ->> '$.failed', h.captures ->> '$.disabled', h.captures ->> '$.none') AS reason, h.captures ->> '$.none' IS NOT NULL AS none,
    h.captures ->> '$.disabled' IS NOT NULL AS disabled
  FROM hits h LEFT JOIN pod_subjects s ON s.namespace = h.namespace AND s.pod = h.pod
    LEFT JOIN container_statuses c ON c.namespace = h.namespace AND c.pod = h.pod AND c.name = h.container
  WHERE h.signature = 'dashboard-metric-client' AND h.role IS NOT 'container-log-previous'
    AND NOT (h.path GLOB 'nodes/*' AND EXISTS (SELECT 1 FROM files f WHERE f.pod = h.pod AND f.container IS h.container AND f.path GLOB 'cluster-resources/*' AND f.lines > 0))
    -- Of the process that runs now, as far as the API says which one that is; else of the last hour.
    AND CASE WHEN c.running_since IS NOT NULL THEN h.ts IS NULL OR h.ts >= c.running_since - 5000000
      WHEN s.subject IS NOT NULL THEN 1
      ELSE NOT EXISTS (SELECT 1 FROM lists WHERE resource = 'pods') AND (h.ts IS NULL OR h.ts > :now - 3600000000) END
),
-- It asks every 30 seconds: what it no longer says is over. "Could not enable" and "Skipping" are said once, and last.
counted AS (
  SELECT l.*, row_number() OVER (PARTITION BY subject ORDER BY ts DESC, log DESC) AS newest, count(*) OVER (PARTITION BY subject) AS hits,
    max(ts) OVER (PARTITION BY subject) AS last_ts, max(disabled) OVER (PARTITION BY subject) AS off, min(none) OVER (PARTITION BY subject) AS only_none
  FROM logged l
)
SELECT subject, file, line, text, ts, pod_node AS node, coalesce(namespace, 'kubernetes-dashboard') AS namespace, coalesce(pod, 'POD') AS pod, hits,
  coalesce(iso(last_ts), '-') AS last_at, substr(reason, 1, 300) AS reason,
  CASE WHEN only_none THEN 'info' ELSE 'warning' END AS severity
FROM counted
WHERE newest <= 3 AND (off OR only_none OR hits >= 3 AND (last_ts IS NULL OR :now IS NULL OR last_ts > :now - 600000000))
ORDER BY subject, newest, file, line;
