/*
id: ha-no-apiserver-lb
title:
  en: "Nodes reach the API at one control-plane node only ({server})"
  zh: "节点只通过一个控制平面节点访问 API（{server}）"
detail:
  en: "{node} and {others} other node(s) point to {server}, the address of {target}; there are {planes} control-plane nodes."
  zh: "{node} 等 {all} 个节点指向 {server}，这是 {target} 的地址；集群有 {planes} 个控制平面节点。"
severity: info
confidence: certain
advice: true
needs: [nodes, "capture:nodes/*/host/certificates.txt"]
causes:
  - {check: apiserver-lb-unreachable, when: cluster}
why:
  en: >-
    Several API servers help only those who can reach another one when theirs fails. kubelets do not try a second address: when that one node goes,
    all nodes that point to it become NotReady although the other API servers work. A proxy on each node (127.0.0.1) is fine.
  zh: >-
    部署多个 API server，只有在客户端能够切换时才有意义。kubelet 不会尝试第二个地址：该控制平面节点故障时，
    所有指向它的节点都会变为 NotReady，尽管其他 API server 仍然正常。每个节点上的本地代理（127.0.0.1）则没有问题。
fix:
  - en: "Put a load balancer or a virtual IP (keepalived and haproxy, kube-vip) before the API servers, and its name into their certificate"
    zh: "在 API server 前部署负载均衡或虚拟 IP（keepalived + haproxy、kube-vip），并把入口地址写入其证书"
    run: "kubectl -n kube-system get configmap kubeadm-config -o yaml | grep controlPlaneEndpoint"
  - en: "Then change server: in kubelet.conf on every node and in the ConfigMap kube-proxy, and restart both"
    zh: "然后修改每个节点 kubelet.conf 以及 kube-proxy ConfigMap 中的 server，并重启两者"
    run: "grep -n server: /etc/kubernetes/kubelet.conf; kubectl -n kube-system get configmap kube-proxy -o yaml | grep server:"
    on: "{node}"
verify: "grep server: /etc/kubernetes/kubelet.conf"
*/
WITH
planes AS (SELECT DISTINCT node FROM control_plane_nodes),
addresses AS (
  SELECT p.node, json_extract(a.value, '$.address') AS address FROM planes p JOIN nodes n ON n.name = p.node, json_each(n.addresses) a
  UNION SELECT p.node, a.address FROM planes p JOIN node_access a ON a.node = p.node WHERE a.address IS NOT NULL
),
-- On the control-plane nodes themselves their own address is no worse than any other.
pointing AS (
  SELECT c.node, c.server, c.file, c.server_line AS line, a.node AS target
  FROM certificates c JOIN addresses a ON a.address = rx('^https://\[?([^/\]]+?)\]?(?::\d+)?/?$', c.server, 1)
  WHERE c.path GLOB '*/kubelet.conf' AND c.node NOT IN (SELECT node FROM planes)
)
SELECT 'cluster' AS subject, p.file, p.line, p.node, p.server, p.target, (SELECT count(DISTINCT node) - 1 FROM pointing) AS others,
  (SELECT count(DISTINCT node) FROM pointing) AS "all", (SELECT count(*) FROM planes) AS planes
FROM pointing p
WHERE (SELECT count(*) FROM planes) >= 2 AND (SELECT count(DISTINCT server) FROM pointing) = 1
ORDER BY p.node, p.file, p.line;
