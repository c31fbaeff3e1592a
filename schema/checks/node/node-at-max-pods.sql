/*
id: node-at-max-pods
title:
  en: "Node {node} holds {count} pods of the {limit} that it may"
  zh: "节点 {node} 已运行 {count} 个 Pod，达到上限 {limit}"
severity: warning
confidence: certain
needs: [nodes, pods]
why:
  en: >-
    The scheduler places no further pod here, however much CPU and memory are free ("Too many pods"). kubelet's limit is 110 unless maxPods is set; on AWS
    it follows from the addresses that the instance's network cards can have. Pods that have ended do not count.
  zh: >-
    无论 CPU 和内存剩余多少，调度器都不会再放置 Pod（Too many pods）。kubelet 默认上限为 110（maxPods 可改）；
    在 AWS 上由实例网卡可用的地址数决定。已结束的 Pod 不计算在内。
fix:
  - en: "Which namespaces fill it?"
    zh: "哪些命名空间占用最多？"
    run: "kubectl get pods --all-namespaces --no-headers --field-selector spec.nodeName={node} | awk '{ print $1 }' | sort | uniq -c | sort -rn | head"
  - en: "Add a node, or raise maxPods in kubelet's configuration; the node's pod range must hold as many addresses (a /24 has 254)"
    zh: "增加节点，或提高 kubelet 配置中的 maxPods；节点的 Pod 网段要有足够的地址（/24 有 254 个）"
    run: "grep -n maxPods /var/lib/kubelet/config.yaml"
    on: "{node}"
verify: "kubectl describe node {node} | sed -n '/^Non-terminated Pods/p'"
*/
WITH counted AS (
  SELECT p.node, count(*) AS count FROM pods p
  WHERE p.node IS NOT NULL AND coalesce(p.phase, '') NOT IN ('Succeeded', 'Failed') GROUP BY p.node
)
SELECT 'node/' || n.name AS subject, n.file, json_key(o.json, o.line, 'allocatable') AS line, n.name AS node, c.count, n.pods_allocatable AS "limit"
FROM nodes n JOIN counted c ON c.node = n.name JOIN objects o ON o.id = n.object
WHERE n.pods_allocatable > 0 AND c.count >= n.pods_allocatable
ORDER BY n.name, n.file, 3;
