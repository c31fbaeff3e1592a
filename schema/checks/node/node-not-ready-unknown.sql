/*
id: node-not-ready-unknown
title:
  en: "Node {node} is NotReady: its kubelet stopped reporting"
  zh: "节点 {node} NotReady：kubelet 停止上报状态"
detail:
  en: "Ready is Unknown since {since}. {where}"
  zh: "自 {since} 起 Ready 为 Unknown。{where_zh}"
severity: critical
needs: [nodes]
causes:
  - {check: apiserver-to-kubelet-unreachable, when: same}
  - {check: pod-terminating-node-lost, when: same}
  - {check: pods-evicted-node-lost, when: same}
  - {check: service-endpoints-not-ready, when: pod-on-node}
  - {check: workload-unavailable, when: pod-on-node}
  - {check: dns-resolution-broken, when: pod-on-node}
  - {check: pod-pending-taint, when: pod-on-node}
  - {check: pod-stuck-containercreating, when: pod-on-node}
  - {check: volume-node-affinity-conflict, when: same-node}
  - {check: service-unreachable, when: cluster}
why:
  en: >-
    The control plane has heard nothing from this node's kubelet for longer than it waits (40 seconds, 50 since 1.31). That
    says that contact is lost, not that the node is dead: kubelet may be stopped or hang, the network between the node and the API
    server may be cut, or the machine is off.
  zh: >-
    控制面在等待时限内（40 秒，1.31 起为 50 秒）没有收到该节点 kubelet 的任何消息。这只说明失去联系，不等于节点宕机：
    可能是 kubelet 停止或卡住、节点与 API server 之间网络中断，或机器已关机。
fix:
  - en: "Does the machine answer? If not: power, console, cloud state"
    zh: "机器是否有响应？若没有：检查电源、控制台、云主机状态"
    run: "ping -c 3 {address}"
  - en: "kubelet's state and its last words"
    zh: "查看 kubelet 状态和最后的日志"
    run: "systemctl status kubelet --no-pager; journalctl -u kubelet -n 100 --no-pager"
    on: "{node}"
  - en: "Does the API server answer from there?"
    zh: "从该节点能否访问 API server？"
    run: "curl -skm 5 $(grep -o 'https://[^ ]*' /etc/kubernetes/kubelet.conf | head -n 1)/healthz"
    on: "{node}"
verify: "kubectl get node {node}"
*/
SELECT 'node/' || c.node AS subject, c.file,
  json_line(o.json, o.line, c.message) AS line, c.last_transition AS ts, c.node,
  iso(c.last_transition) AS since,
  CASE
    WHEN a.reached THEN 'The machine itself answers (its captures are in this bundle), so look at kubelet and at its way to the API server.'
    WHEN a.node IS NOT NULL THEN 'The collector could not reach the machine either: ' || coalesce(a.error, 'no connection') || '.'
    ELSE 'Nothing was collected from the machine itself.' END AS "where",
  CASE
    WHEN a.reached THEN '机器本身可以访问（数据已在包中），请检查 kubelet 以及它到 API server 的网络。'
    WHEN a.node IS NOT NULL THEN '采集器也无法访问这台机器：' || coalesce(a.error, '无法连接') || '。'
    ELSE '没有采集到这台机器本身的数据。' END AS where_zh,
  coalesce((SELECT json_extract(j.value, '$.address') FROM json_each(n.addresses) j
    WHERE json_extract(j.value, '$.type') = 'InternalIP' LIMIT 1), c.node) AS address
FROM node_conditions c
JOIN nodes n ON n.name = c.node
JOIN objects o ON o.id = c.object
LEFT JOIN node_access a ON a.node = c.node
WHERE c.type = 'Ready' AND c.status = 'Unknown' AND c.reason IS NOT 'NodeStatusNeverUpdated'
ORDER BY c.node, c.file, 3;
