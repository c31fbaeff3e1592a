/*
id: cilium-agent-down
title:
  en: "The Cilium agent of node {node} does not answer"
  zh: "节点 {node} 上的 Cilium agent 没有响应"
detail:
  en: "{pods} pod(s) wait for a network. {state_en}"
  zh: "有 {pods} 个 Pod 在等待网络。{state_zh}"
severity: critical
confidence: certain
needs: [[events, log:kubelet, log:containerd, log:crio]]
causes:
  - {check: pod-sandbox-create-failing, when: [same-node, pod-on-node]}
  - {check: pod-stuck-containercreating, when: [same-node, pod-on-node]}
  - {check: workload-unavailable, when: pod-on-node}
why:
  en: >-
    Cilium's plug-in asks the agent of the same node, through a socket, for an address of each new pod. The agent does not run or has not come up, so no new pod of this
    node starts; those that run keep their network, but rules of services and policies no longer follow changes.
  zh: >-
    Cilium 的 CNI 插件通过套接字向本节点的 agent 为每个新 Pod 申请地址。agent 没有运行或尚未启动完成，因此该节点上的新 Pod 无法启动；
    已运行的 Pod 网络仍在，但 Service 规则和网络策略不再随变更更新。
fix:
  - en: "The agent's pod of this node"
    zh: "查看该节点上 agent 的 Pod"
    run: "kubectl -n {cilium_ns} get pods -o wide -l k8s-app=cilium --field-selector spec.nodeName={node}"
  - en: "Why it does not come up"
    zh: "查看它为什么没有启动"
    run: "kubectl -n {cilium_ns} logs {agent} -c cilium-agent --tail 50; kubectl -n {cilium_ns} logs {agent} -c cilium-agent --previous --tail 20"
    if: agent
  - en: "It runs and does not answer: start it anew"
    zh: "如果在运行但不响应：重建它"
    run: "kubectl -n {cilium_ns} delete pod -l k8s-app=cilium --field-selector spec.nodeName={node}"
verify: "kubectl get pods --all-namespaces -o wide --field-selector spec.nodeName={node}"
*/
WITH
agents AS (
  SELECT p.node, p.namespace, p.name, c.ready, coalesce(c.waiting_reason, c.exit_reason) AS reason, row_number() OVER (PARTITION BY p.node ORDER BY p.name, c.ready, c.name) AS n
  FROM pods p LEFT JOIN container_statuses c ON c.namespace = p.namespace AND c.pod = p.name AND c.name = 'cilium-agent'
  WHERE p.k8s_app = 'cilium' AND p.deleted IS NULL
)
SELECT 'node/' || r.node AS subject, r.file, r.line, r.text, r.ts, r.last_seen, r.node, r.pods, a.name AS agent, coalesce(a.namespace, (SELECT min(namespace) FROM agents), 'kube-system') AS cilium_ns,
  CASE WHEN a.name IS NULL THEN 'No pod of the agent is seen on this node.' ELSE 'Its pod ' || a.name || ' is ' || CASE WHEN a.ready THEN 'ready' ELSE 'not ready' || coalesce(' (' || a.reason || ')', '') END || '.' END AS state_en,
  CASE WHEN a.name IS NULL THEN '该节点上没有看到 agent 的 Pod。' ELSE 'Pod ' || a.name || CASE WHEN a.ready THEN ' 已就绪。' ELSE ' 未就绪' || coalesce('（' || a.reason || '）', '') || '。' END END AS state_zh
FROM network_refusals r LEFT JOIN agents a ON a.node = r.node AND a.n = 1
WHERE r.why = 'cilium-agent-down' AND r.nth <= 3
ORDER BY r.node, r.nth;
