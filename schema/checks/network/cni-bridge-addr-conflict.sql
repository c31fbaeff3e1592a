/*
id: cni-bridge-addr-conflict
title:
  en: "The bridge {bridge} of node {node} has an address of another range"
  zh: "节点 {node} 的网桥 {bridge} 使用了其他网段的地址"
detail:
  en: "It should have {wanted}. {pods} pod(s) wait."
  zh: "应为 {wanted}。有 {pods} 个 Pod 在等待。"
severity: critical
confidence: certain
needs: [[events, log:kubelet, log:containerd, log:crio]]
causes:
  - {check: pod-sandbox-create-failing, when: [same-node, pod-on-node]}
  - {check: pod-stuck-containercreating, when: [same-node, pod-on-node]}
  - {check: workload-unavailable, when: pod-on-node}
why:
  en: >-
    The node's range of pod addresses changed, mostly because it was reset and joined anew, or flannel got another lease, while the bridge of before stayed in the kernel.
    The plug-in does not change a bridge that is there, so no new pod of this node gets a network.
  zh: >-
    节点的 Pod 网段发生了变化（通常是节点重置后重新加入，或 flannel 获得了新的租约），而旧网桥仍留在内核中。插件不会修改已存在的网桥，因此该节点上的新 Pod 都得不到网络。
fix:
  - en: "Compare the bridge with the range that it should have"
    zh: "对比网桥地址与应有的网段"
    run: "ip -4 addr show dev {bridge}; cat /run/flannel/subnet.env 2>/dev/null"
    on: "{node}"
  - en: "Delete the bridge: the next pod makes it anew"
    zh: "删除网桥：下一个 Pod 会重新创建它"
    run: "ip link set dev {bridge} down && ip link delete dev {bridge}"
    on: "{node}"
  - en: "Pods that ran on it have lost their network: delete those with a network of their own, their controllers make them again"
    zh: "原来接在该网桥上的 Pod 已失去网络：删除这些非 hostNetwork 的 Pod，由控制器重建"
    run: "kubectl get pods --all-namespaces --field-selector spec.nodeName={node} -o custom-columns=NS:.metadata.namespace,NAME:.metadata.name,HOST:.spec.hostNetwork --no-headers | awk '$3 != \"true\" {print \"-n\", $1, $2}' | xargs -r -L 1 kubectl delete pod"
verify: "kubectl get pods --all-namespaces -o wide --field-selector spec.nodeName={node}"
*/
SELECT 'node/' || r.node AS subject, r.file, r.line, r.text, r.ts, r.last_seen, r.node, r.pods,
  coalesce(rx('failed to set bridge addr: [\\"]*([\w.-]+)', r.message, 1), 'cni0') AS bridge,
  rtrim(rx('already has an IP address different from ([0-9a-f.:/]+)', r.message, 1), '.:') AS wanted
FROM network_refusals r
WHERE r.why = 'cni-bridge-addr-conflict' AND r.nth <= 3
ORDER BY r.node, r.nth;
