/*
id: kubelet-image-pull-throttled
title:
  en: "kubelet on {node} holds back image pulls (pull QPS exceeded)"
  zh: "节点 {node} 上的 kubelet 限制了镜像拉取（pull QPS exceeded）"
detail:
  en: "{count} pull(s) were put off; kubelet tries them again."
  zh: "有 {count} 次拉取被推迟，kubelet 会重试。"
severity: info
confidence: certain
needs: [events]
why:
  en: >-
    Five pulls a second with bursts of ten are kubelet's own limit, to spare the registry. It shows when many pods come to a node at once, mostly after a
    reboot, or when pods crash in a loop with imagePullPolicy Always. Nothing is broken.
  zh: >-
    kubelet 默认限制每秒 5 次、突发 10 次拉取，以保护镜像仓库。大量 Pod 同时到达一个节点（多为重启后），
    或使用 imagePullPolicy: Always 的 Pod 反复崩溃时会出现。并非故障。
fix:
  - en: "Raise it in kubelet's configuration: registryPullQPS, registryBurst; and let it pull in parallel: serializeImagePulls: false"
    zh: "在 kubelet 配置中提高 registryPullQPS、registryBurst，并设置 serializeImagePulls: false 以并行拉取"
    run: "grep -nE 'registry(PullQPS|Burst)|serializeImagePulls' /var/lib/kubelet/config.yaml"
    on: "{node}"
verify: "kubectl get events --all-namespaces --field-selector reason=Failed | grep -c 'pull QPS exceeded'"
*/
WITH told AS (
  SELECT coalesce(p.node, e.host) AS node, e.file, json_line(o.json, o.line, e.message) AS line, e.first_seen AS ts,
    row_number() OVER (PARTITION BY coalesce(p.node, e.host) ORDER BY e.last_seen DESC, e.line) AS n, sum(coalesce(e.count, 1)) OVER (PARTITION BY coalesce(p.node, e.host)) AS count
  FROM events e JOIN objects o ON o.id = e.object LEFT JOIN pods p ON p.namespace = e.object_namespace AND p.name = e.object_name
  WHERE e.reason = 'Failed' AND e.message LIKE '%pull QPS exceeded%' AND coalesce(p.node, e.host) IS NOT NULL
)
SELECT 'node/' || node AS subject, file, line, ts, node, count FROM told WHERE n <= 5
ORDER BY node, n, file, line;
