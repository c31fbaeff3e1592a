/*
id: skew-control-plane
title:
  en: "Control-plane components have versions that do not go together"
  zh: "控制平面组件的版本不匹配"
detail:
  en: "{component} {version} on {place}; the oldest API server has {api}."
  zh: "{place} 上的 {component} 为 {version}，最旧的 API server 为 {api}。"
severity: warning
confidence: certain
needs: [[pods, node_containers]]
why:
  en: >-
    The controller manager and the scheduler may be one minor version older than the API server, not newer, and API servers of one cluster may be one apart, while an upgrade lasts. An upgrade
    stopped half way, or a manifest was edited by hand.
  zh: >-
    controller-manager 和 scheduler 可以比 API server 旧一个次版本，但不能更新；升级期间各 API server 之间最多相差一个次版本。出现这种情况，说明升级中断，或清单被手工改过。
fix:
  - en: "What runs where?"
    zh: "查看各组件的版本"
    run: "kubectl -n kube-system get pods -l tier=control-plane -o custom-columns=NAME:.metadata.name,NODE:.spec.nodeName,IMAGE:.spec.containers[0].image"
  - en: "Finish the upgrade on every control-plane node"
    zh: "在每个控制平面节点上完成升级"
    run: "kubeadm upgrade node"
    on: "{node}"
verify: "kubectl -n kube-system get pods -l tier=control-plane"
refs: ["https://kubernetes.io/releases/version-skew-policy/"]
*/
SELECT 'cluster' AS subject, c.file, c.line, c.node, c.component, c.version, coalesce(c.node, '-') AS place, a.version AS api
FROM component_versions c, api_minor a
WHERE c.component IN ('kube-controller-manager', 'kube-scheduler') AND (c.minor > a.minor OR c.minor < a.minor - 1)
  OR c.component = 'kube-apiserver' AND c.minor > a.minor + 1
ORDER BY c.component, c.node, c.file, c.line;
