/*
id: apiserver-service-range-full
title:
  en: "No {kinds} is left for new Services"
  zh: "新建 Service 已无可用的 {kinds}"
detail:
  en: "{times} refusals, the last at {last_at}."
  zh: "共拒绝 {times} 次，最后一次在 {last_at}。"
severity: warning
confidence: certain
needs: [[log, events]]
causes:
  - {check: service-lb-pending, when: cluster}
why:
  en: >-
    Each Service takes one address of --service-cluster-ip-range, and each NodePort or LoadBalancer one port a service port of
    --service-node-port-range (30000-32767, 2768 ports). All of one kind are in use, so no further Service can be made.
  zh: >-
    每个 Service 占用 --service-cluster-ip-range 中的一个地址；NodePort 和 LoadBalancer 的每个端口占用 --service-node-port-range 中的一个端口
    （30000-32767，共 2768 个）。其中一种已用尽，无法再创建新的 Service。
fix:
  - en: "How many Services are there of each type, and where?"
    zh: "统计各类型、各命名空间的 Service 数量"
    run: "kubectl get services --all-namespaces --no-headers | awk '{print $1, $3}' | sort | uniq -c | sort -rn | head"
  - en: "Ports: load balancers that reach pods directly need none (spec.allocateLoadBalancerNodePorts: false, since 1.24)"
    zh: "端口用尽：能直达 Pod 的负载均衡器不需要 NodePort（spec.allocateLoadBalancerNodePorts: false，1.24 起）"
    run: "kubectl get services --all-namespaces -o wide | grep -E 'LoadBalancer|NodePort'"
  - en: "Addresses: since 1.33 a further ServiceCIDR can be added; before, delete what is not used or choose a wider range when you build the cluster"
    zh: "地址用尽：1.33 起可以增加 ServiceCIDR；更早的版本只能清理不用的 Service，或在建集群时选择更大的网段"
    run: "kubectl get servicecidrs; kubectl cluster-info dump | grep -m 1 service-cluster-ip-range"
refs: ["https://kubernetes.io/docs/tasks/network/extend-service-ip-ranges/"]
*/
WITH
told AS (
  SELECT file, line, text, ts, coalesce(captures ->> '$.what', '') AS kind, 1 AS times FROM said
  WHERE signature = 'service-range-full' AND times >= 3 AND (ts IS NULL OR ts > :now - 3600000000)
  UNION ALL
  SELECT e.file, json_line(o.json, o.line, e.message), NULL, e.last_seen, rx('failed to allocate a (serviceIP|nodePort)', e.message, 1), coalesce(e.count, 1)
  FROM events e JOIN objects o ON o.id = e.object WHERE e.message REGEXP 'failed to allocate a (serviceIP|nodePort).*range is full' AND e.last_seen > :now - 3600000000
),
numbered AS (SELECT *, row_number() OVER (ORDER BY ts DESC, file, line) AS n, sum(times) OVER () AS all_times, max(ts) OVER () AS last_ts FROM told)
SELECT 'cluster' AS subject, file, line, text, ts, all_times AS times, coalesce(iso(last_ts), '-') AS last_at,
  CASE WHEN (SELECT count(DISTINCT kind) FROM told) > 1 THEN 'serviceIP, nodePort' ELSE kind END AS kinds
FROM numbered WHERE n <= 5
ORDER BY n, file, line;
