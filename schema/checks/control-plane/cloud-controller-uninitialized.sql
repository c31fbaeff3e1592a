/*
id: cloud-controller-uninitialized
title:
  en: "Node {node} waits for a cloud controller that never came"
  zh: "节点 {node} 一直在等待云控制器初始化"
detail:
  en: "It joined {minutes} minutes ago and still has the taint; {ccm}"
  zh: "该节点于 {minutes} 分钟前加入，污点仍在；{ccm_zh}"
severity: critical
confidence: certain
needs: [nodes]
causes:
  - {check: pod-pending-taint, when: cluster}
  - {check: service-lb-pending, when: cluster}
k8s: ">=1.11"
why:
  en: >-
    kubelet runs with --cloud-provider=external, so the node starts with the taint node.cloudprovider.kubernetes.io/uninitialized, and the cloud
    controller manager is to remove it when it has set provider ID, addresses and zone. It does not run or may not do it, so nothing is scheduled here. In the first minute this is normal.
  zh: >-
    kubelet 以 --cloud-provider=external 运行，节点初始带有污点 node.cloudprovider.kubernetes.io/uninitialized，由 cloud-controller-manager 写入 providerID、
    地址和可用区后移除。它没有运行或没有权限，因此该节点不会被调度任何 Pod。加入后的第一分钟内属于正常现象。
fix:
  - en: "Is there a cloud controller manager, and does it run?"
    zh: "是否部署了 cloud-controller-manager，是否在运行？"
    run: "kubectl get pods --all-namespaces -o wide | grep -i -E 'cloud-controller|cloud-provider'"
  - en: "It is Pending itself: it must tolerate the taint and use the host's network"
    zh: "如果它自己也是 Pending：需要容忍该污点并使用主机网络"
    run: "kubectl get daemonsets,deployments --all-namespaces -o wide | grep -i cloud"
  - en: "No cloud is meant: start kubelet without --cloud-provider=external, then remove the taint"
    zh: "并非云环境：去掉 kubelet 的 --cloud-provider=external，再移除污点"
    run: "kubectl taint node {node} node.cloudprovider.kubernetes.io/uninitialized-"
verify: "kubectl get node {node} -o jsonpath='{.spec.taints}'"
refs: ["https://kubernetes.io/docs/tasks/administer-cluster/running-cloud-controller/"]
*/
WITH
waiting AS (
  SELECT n.name AS node, n.created, o.file, json_line(o.json, o.line, 'node.cloudprovider.kubernetes.io/uninitialized') AS line
  FROM nodes n JOIN objects o ON o.id = n.object
  WHERE json_valid(n.taints) AND n.created < :now - 300000000
    AND EXISTS (SELECT 1 FROM json_each(n.taints) t WHERE t.value ->> '$.key' = 'node.cloudprovider.kubernetes.io/uninitialized')
),
managers AS (
  SELECT count(*) AS n, sum(phase = 'Running') AS running FROM pods WHERE name LIKE '%cloud-controller%' OR k8s_app LIKE '%cloud-controller%'
)
SELECT 'node/' || node AS subject, file, line, node, (:now - created) / 60000000 AS minutes,
  CASE WHEN m.n = 0 THEN 'no cloud controller manager is among the pods.' WHEN coalesce(m.running, 0) = 0 THEN 'the cloud controller manager does not run.'
    ELSE 'a cloud controller manager runs.' END AS ccm,
  CASE WHEN m.n = 0 THEN 'Pod 中没有 cloud-controller-manager。' WHEN coalesce(m.running, 0) = 0 THEN 'cloud-controller-manager 没有运行。'
    ELSE 'cloud-controller-manager 在运行。' END AS ccm_zh
FROM waiting, managers m
ORDER BY node;
