/*
id: containerd-version-old
title:
  en: "containerd on {node} is too old for its kubelet"
  zh: "节点 {node} 的 containerd 版本过旧"
detail:
  en: "{runtime} with kubelet {version}: 1.35 is the last release that supports containerd 1.x."
  zh: "{runtime}，kubelet 为 {version}：1.35 是支持 containerd 1.x 的最后一个版本。"
severity: warning
confidence: certain
advice: true
needs: [nodes]
k8s: ">=1.35"
why:
  en: >-
    Later kubelets need calls of the container runtime that only containerd 2.x has. Upgrade the runtime before the next kubelet.
  zh: >-
    更新的 kubelet 需要 containerd 2.x 才提供的接口。升级 kubelet 之前应先升级 containerd。
fix:
  - en: "Empty the node, upgrade containerd to 2.x, and look at its old settings first"
    zh: "排空节点，检查旧配置后将 containerd 升级到 2.x"
    run: "kubectl drain {node} --ignore-daemonsets"
  - en: "Settings that 2.x no longer has"
    zh: "检查 2.x 不再支持的配置"
    run: "containerd config migrate | diff /etc/containerd/config.toml - | head -n 40"
    on: "{node}"
verify: "kubectl get node {node} -o wide"
*/
SELECT 'node/' || n.name AS subject, o.file, json_line(o.json, o.line, n.runtime_version) AS line, n.name AS node, n.runtime_version AS runtime, k.version
FROM nodes n JOIN objects o ON o.id = n.object JOIN component_versions k ON k.component = 'kubelet' AND k.node = n.name
WHERE n.runtime_version LIKE 'containerd://1.%' AND k.minor >= 35
ORDER BY subject;
