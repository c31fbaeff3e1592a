/*
id: ha-single-control-plane
title:
  en: "The control plane is a single node, {node}"
  zh: "控制平面只有一个节点 {node}"
detail:
  en: "Of {nodes} nodes one runs the control plane."
  zh: "共 {nodes} 个节点，其中只有一个运行控制平面。"
severity: info
confidence: certain
advice: true
needs: [nodes]
why:
  en: >-
    When that node is down, pods go on running, but nothing is scheduled, repaired or changed, and no dead node is noticed. With one disk for etcd its
    loss is the loss of the cluster.
  zh: >-
    该节点故障时，已运行的 Pod 不受影响，但无法调度、自愈或变更，也无法发现其他节点故障。etcd 只有一块磁盘，磁盘损坏即丢失整个集群。
fix:
  - en: "Three control-plane nodes behind a load balancer. The common address must be in the API server's certificate, so start with that"
    zh: "使用三个控制平面节点并置于负载均衡之后。统一入口地址必须写入 API server 证书，应首先完成这一步"
    run: "kubectl -n kube-system get configmap kubeadm-config -o yaml | grep controlPlaneEndpoint"
verify: "kubectl get nodes -l node-role.kubernetes.io/control-plane"
refs: ["https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/high-availability/"]
*/
WITH counted AS (SELECT count(DISTINCT node) AS n FROM control_plane_nodes)
-- Where the control plane is somebody else's (managed clusters), none of it is seen and nothing is said.
SELECT 'cluster' AS subject, c.file, c.line, c.node, (SELECT count(*) FROM nodes) AS nodes
FROM control_plane_nodes c, counted WHERE counted.n = 1
ORDER BY c.file, c.line;
