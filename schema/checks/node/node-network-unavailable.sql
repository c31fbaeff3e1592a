/*
id: node-network-unavailable
title:
  en: "Node {node} says that its pod network is not set up (NetworkUnavailable)"
  zh: "节点 {node} 报告 Pod 网络尚未就绪（NetworkUnavailable）"
detail:
  en: "{reason}: {message}"
  zh: "原因 {reason}：{message}"
severity: critical
confidence: certain
needs: [nodes]
causes:
  - {check: pod-pending-taint, when: pod-on-node}
  - {check: pod-network-cross-node-broken, when: cluster}
why:
  en: >-
    The cloud's route controller or the network add-on sets this condition, not kubelet. While it is True the node is tainted and no pod is
    scheduled to it. NoRouteCreated: the cloud has no route to the node's pod range (permissions, quota of routes, a full route table).
    CalicoIsDown: calico-node does not run there.
  zh: >-
    该状况由云厂商的路由控制器或网络插件设置，而不是 kubelet。为 True 时节点带有污点，Pod 不会调度过来。
    NoRouteCreated：云上没有到该节点 Pod 网段的路由（权限、路由配额或路由表已满）。CalicoIsDown：该节点上的 calico-node 没有运行。
fix:
  - en: "Who set it, and does the network add-on run on the node?"
    zh: "查看由谁设置，以及网络插件是否在该节点上运行"
    run: "kubectl describe node {node} | sed -n '/^Conditions/,/^Addresses/p'; kubectl get pods --all-namespaces -o wide --field-selector spec.nodeName={node} | grep -E 'calico|cilium|flannel|weave|canal'"
  - en: "On a cloud: what does the route controller say?"
    zh: "云环境：查看路由控制器的日志"
    run: "kubectl logs -n kube-system -l component=cloud-controller-manager --tail=200 | grep -i route; kubectl logs -n kube-system -l component=kube-controller-manager --tail=500 | grep -i route"
verify: "kubectl get node {node} -o 'jsonpath={.status.conditions[?(@.type==\"NetworkUnavailable\")].status}'"
*/
SELECT 'node/' || c.node AS subject, c.file, json_line(o.json, o.line, c.reason) AS line, c.last_transition AS ts, c.node,
  coalesce(c.reason, '-') AS reason, coalesce(c.message, '-') AS message
FROM node_conditions c JOIN objects o ON o.id = c.object
WHERE c.type = 'NetworkUnavailable' AND c.status = 'True'
ORDER BY c.node, c.file, 3;
