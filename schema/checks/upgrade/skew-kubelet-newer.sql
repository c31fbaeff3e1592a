/*
id: skew-kubelet-newer
title:
  en: "kubelet on {node} is newer than the API server"
  zh: "节点 {node} 的 kubelet 版本比 API server 新"
detail:
  en: "kubelet {version}, oldest API server {api}."
  zh: "kubelet 为 {version}，最旧的 API server 为 {api}。"
severity: critical
confidence: certain
needs: [nodes]
why:
  en: >-
    A kubelet may be older than the API server, never newer: it asks for fields and kinds that the older server does not know. Pods may fail in odd
    ways and the node may not register. This also follows a control plane that was rolled back, or upgraded after its nodes.
  zh: >-
    kubelet 可以比 API server 旧，但不能更新：它会使用旧版 API server 不认识的字段和资源，可能导致 Pod 异常或节点无法注册。
    控制平面回滚，或先升级了节点，都会造成这种情况。
fix:
  - en: "Upgrade the control plane first (kubeadm: on its first node)"
    zh: "先升级控制平面（kubeadm：在第一个控制平面节点上执行）"
    run: "kubeadm upgrade plan"
    on: "{machine}"
  - en: "Or take this kubelet back to the version of the API server"
    zh: "或者把该 kubelet 降回 API server 的版本"
    run: "kubelet --version; systemctl restart kubelet"
    on: "{node}"
verify: "kubectl get nodes"
refs: ["https://kubernetes.io/releases/version-skew-policy/"]
*/
SELECT 'node/' || k.node AS subject, e.file, e.line, k.node, k.version, a.version AS api, (SELECT min(node) FROM control_plane_nodes) AS machine
FROM component_versions k, api_minor a
JOIN (SELECT node, file, line, 0 AS seq FROM component_versions WHERE component = 'kubelet' UNION ALL SELECT NULL, file, line, 1 FROM api_minor) e ON e.node = k.node OR e.seq = 1
WHERE k.component = 'kubelet' AND k.minor > a.minor
ORDER BY k.node, e.seq, e.file, e.line;
