/*
id: skew-kubelet-too-old
title:
  en: "kubelet on {node} is too old for the API server"
  zh: "节点 {node} 的 kubelet 版本过旧"
detail:
  en: "kubelet {version}, API server {api}: {difference} minor versions apart, {allowed} are supported."
  zh: "kubelet 为 {version}，API server 为 {api}：相差 {difference} 个次版本，最多支持 {allowed} 个。"
severity: warning
confidence: certain
needs: [nodes]
why:
  en: >-
    kubelets may lag behind the API server by three minor versions (two before 1.28). Beyond that nobody tests the pair: APIs that this kubelet uses may be gone.
  zh: >-
    kubelet 最多可以比 API server 落后三个次版本（1.28 之前为两个）。超出后没有经过测试，kubelet 使用的 API 可能已被移除。
fix:
  - en: "Empty the node, upgrade kubelet (to any version within reach of the API server), let pods come back"
    zh: "排空节点，升级 kubelet（到 API server 支持的版本范围内），再恢复调度"
    run: "kubectl drain {node} --ignore-daemonsets"
  - en: "Upgrade the package, then restart"
    zh: "升级软件包后重启"
    run: "kubeadm upgrade node && systemctl daemon-reload && systemctl restart kubelet"
    on: "{node}"
verify: "kubectl get node {node} && kubectl uncordon {node}"
refs: ["https://kubernetes.io/releases/version-skew-policy/"]
*/
WITH old AS (
  SELECT k.node, k.version, a.version AS api, a.minor - k.minor AS difference, CASE WHEN a.minor >= 28 THEN 3 ELSE 2 END AS allowed, k.file, k.line
  FROM component_versions k, api_minor a WHERE k.component = 'kubelet'
)
SELECT 'node/' || node AS subject, file, line, node, version, api, difference, allowed FROM old WHERE difference > allowed
ORDER BY node, file, line;
