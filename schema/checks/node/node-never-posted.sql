/*
id: node-never-posted
title:
  en: "Node {node} exists, but no kubelet has ever reported for it"
  zh: "节点 {node} 存在，但从未有 kubelet 为它上报过状态"
detail:
  en: "The object was made at {created}."
  zh: "该对象创建于 {created}。"
severity: warning
confidence: certain
needs: [nodes]
causes:
  - {check: apiserver-to-kubelet-unreachable, when: same}
  - {check: pod-terminating-node-lost, when: same}
  - {check: workload-unavailable, when: pod-on-node}
why:
  en: >-
    Somebody made the Node object ahead (an autoscaler, Cluster API, by hand), and the machine did not come up, did not join, or joined under
    another name. DaemonSets count this node, so they never become complete.
  zh: >-
    Node 对象被预先创建（自动扩缩容、Cluster API 或手工），但机器没有启动、没有加入集群，或以另一个名字加入。
    DaemonSet 会把该节点计算在内，因此永远无法全部就绪。
fix:
  - en: "Under which name does the machine's kubelet register?"
    zh: "该机器的 kubelet 以什么名字注册？"
    run: "hostname; grep -s hostname-override /var/lib/kubelet/kubeadm-flags.env /etc/default/kubelet /etc/sysconfig/kubelet; journalctl -u kubelet -n 50 --no-pager"
    on: "{node}"
  - en: "A node that will never come: take its object away"
    zh: "不会再出现的节点：删除其对象"
    run: "kubectl delete node {node}"
verify: "kubectl get node {node}"
*/
SELECT 'node/' || c.node AS subject, c.file, json_line(o.json, o.line, c.reason) AS line, coalesce(c.last_transition, n.created) AS ts, c.node,
  coalesce(iso(n.created), '?') AS created
FROM node_conditions c JOIN nodes n ON n.name = c.node JOIN objects o ON o.id = c.object
WHERE c.type = 'Ready' AND c.status = 'Unknown' AND c.reason = 'NodeStatusNeverUpdated' AND coalesce(n.created, 0) < :now - 60000000
ORDER BY c.node, c.file, 3;
