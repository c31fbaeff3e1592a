/*
id: calico-cni-unauthorized
title:
  en: "Calico's plug-in on node {node} is refused by the API server"
  zh: "节点 {node} 上的 Calico 插件被 API server 拒绝认证"
detail:
  en: "{pods} pod(s) wait for a network. {message}"
  zh: "有 {pods} 个 Pod 在等待网络。{message}"
severity: critical
confidence: certain
needs: [[events, log:kubelet, log:containerd, log:crio]]
causes:
  - {check: pod-sandbox-create-failing, when: [same-node, pod-on-node]}
  - {check: pod-stuck-containercreating, when: [same-node, pod-on-node]}
  - {check: workload-unavailable, when: pod-on-node}
why:
  en: >-
    The plug-in logs in with /etc/cni/net.d/calico-kubeconfig, which calico-node writes and renews. Its token ends after a day (1.21 and later): when calico-node did not run
    for so long, when the cluster's keys or CA were replaced, or the clock is wrong, the plug-in is refused and no new pod of the node gets an address.
  zh: >-
    插件使用 /etc/cni/net.d/calico-kubeconfig 登录，该文件由 calico-node 写入并续期。1.21 起其中的令牌一天后过期：calico-node 长时间未运行、集群密钥或 CA 被更换、
    或时钟不准时，插件会被拒绝，该节点上的新 Pod 得不到地址。
fix:
  - en: "Make calico-node of this node write it anew"
    zh: "重建该节点上的 calico-node，让它重新写入"
    run: "kubectl -n {calico_ns} delete pod -l k8s-app=calico-node --field-selector spec.nodeName={node}"
  - en: "How old is the file, and is the clock right?"
    zh: "检查该文件的时间以及系统时钟"
    run: "ls -l --time-style=full-iso /etc/cni/net.d/calico-kubeconfig; date -u; timedatectl"
    on: "{node}"
  - en: "It does not renew it: Calico before 3.21.5 has that fault, upgrade it"
    zh: "如果不会自动续期：Calico 3.21.5 之前的版本有此缺陷，请升级"
    run: "kubectl -n {calico_ns} get daemonset calico-node -o jsonpath='{.spec.template.spec.containers[0].image}{\"\\n\"}'"
verify: "kubectl get pods --all-namespaces -o wide --field-selector spec.nodeName={node}"
refs: ["https://github.com/projectcalico/calico/issues/5712"]
*/
SELECT 'node/' || r.node AS subject, r.file, r.line, r.text, r.ts, r.last_seen, r.node, r.pods,
  substr(rx('error getting ClusterInformation.*|plugin type=.*Unauthorized', r.message), 1, 300) AS message,
  coalesce((SELECT min(p.namespace) FROM pods p WHERE p.name GLOB 'calico-node-*'), 'kube-system') AS calico_ns
FROM network_refusals r
WHERE r.why = 'calico-cni-unauthorized' AND r.nth <= 3
ORDER BY r.node, r.nth;
