/*
id: node-not-ready-kubelet
title:
  en: "Node {node} is NotReady: its kubelet reports a problem"
  zh: "节点 {node} NotReady：kubelet 上报了问题"
detail:
  en: "Since {since}: {message}"
  zh: "自 {since} 起：{message}"
severity: critical
needs: [nodes]
causes:
  - {check: pods-evicted-node-lost, when: same}
  - {check: workload-unavailable, when: pod-on-node}
  - {check: pod-pending-taint, when: pod-on-node}
  - {check: service-endpoints-not-ready, when: pod-on-node}
  - {check: dns-resolution-broken, when: pod-on-node}
why:
  en: >-
    kubelet itself says that it cannot run pods here; it is alive and reports. The message lists every reason at once, so
    read all of it: PLEG and "container runtime is down" point to the runtime, "network not ready" to the CNI.
  zh: >-
    kubelet 自己报告无法在本节点运行 Pod，它仍然存活并在上报。消息会一次列出所有原因，请完整阅读：
    PLEG 和 container runtime is down 指向容器运行时，network not ready 指向 CNI。
fix:
  - en: "Read the whole message and kubelet's errors"
    zh: "查看完整的消息和 kubelet 的错误日志"
    run: "kubectl describe node {node} | sed -n '/^Conditions/,/^Addresses/p'"
  - en: "Does the container runtime answer?"
    zh: "容器运行时是否有响应？"
    run: "time timeout 10 docker ps >/dev/null || time timeout 10 crictl ps >/dev/null"
    on: "{node}"
verify: "kubectl get node {node}"
*/
SELECT 'node/' || c.node AS subject, c.file,
  json_line(o.json, o.line, c.message) AS line, c.last_transition AS ts, c.node,
  iso(c.last_transition) AS since, c.message
FROM node_conditions c
JOIN objects o ON o.id = c.object
WHERE c.type = 'Ready' AND c.status = 'False'
  -- The first seconds of a kubelet, before its runtime and PLEG have been asked once.
  AND NOT ((c.message LIKE '%yet to be successful%' OR c.message LIKE '%may not have completed yet%') AND c.message NOT LIKE '%network not ready%'
    AND :now - c.last_transition < 120000000)
ORDER BY c.node, c.file, 3;
