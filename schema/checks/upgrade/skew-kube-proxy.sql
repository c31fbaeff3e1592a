/*
id: skew-kube-proxy
title:
  en: "kube-proxy {version} does not go with API server {api}"
  zh: "kube-proxy {version} 与 API server {api} 版本不匹配"
severity: warning
confidence: certain
needs: [[pods, node_containers]]
why:
  en: >-
    kube-proxy may not be newer than the API server and not more than three minor versions older (two before 1.28). It is a DaemonSet that upgrades by other
    means than kubeadm leave behind. The version that nodes report for it (kubeProxyVersion) is only kubelet's own.
  zh: >-
    kube-proxy 不能比 API server 新，也不能旧超过三个次版本（1.28 之前为两个）。不使用 kubeadm 升级时容易遗漏这个 DaemonSet。
    节点状态中的 kubeProxyVersion 其实是 kubelet 的版本，不可靠。
fix:
  - en: "Set the image of the DaemonSet to the version of the API server, same registry"
    zh: "把 DaemonSet 的镜像改为与 API server 相同的版本"
    run: "kubectl -n kube-system set image daemonset/kube-proxy kube-proxy={image}:v{api}"
verify: "kubectl -n kube-system rollout status daemonset/kube-proxy"
refs: ["https://kubernetes.io/releases/version-skew-policy/"]
*/
WITH wrong AS (
  SELECT c.*, a.version AS api FROM component_versions c, api_minor a
  WHERE c.component = 'kube-proxy' AND (c.minor > a.minor OR a.minor - c.minor > CASE WHEN a.minor >= 28 THEN 3 ELSE 2 END)
)
SELECT 'daemonset/kube-system/kube-proxy' AS subject, file, line, node, version, api,
  coalesce((SELECT rx('^(.*?)(?::[^/]*)?$', s.image, 1) FROM container_specs s WHERE s.namespace = 'kube-system' AND s.name = 'kube-proxy' ORDER BY s.pod LIMIT 1), 'registry.k8s.io/kube-proxy') AS image
FROM wrong ORDER BY node, file, line;
