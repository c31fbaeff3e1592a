/*
id: node-no-podcidr
title:
  en: "Node {node} has no range of pod addresses (podCIDR)"
  zh: "节点 {node} 没有分配 Pod 网段（podCIDR）"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
needs: [nodes]
causes:
  - {check: node-cni-not-ready, when: same}
  - {check: node-not-ready-kubelet, when: same}
  - {check: flannel-lease-failed, when: same}
  - {check: flannel-subnet-env-missing, when: same}
why:
  en: >-
    flannel, kubenet and other simple networks take the addresses of a node's pods from .spec.podCIDR, which the controller manager gives out.
    It gives none when it runs without --allocate-node-cidrs, when it is down, or when the cluster's range has no block left. Calico, Cilium
    and the clouds' own networks manage addresses themselves.
  zh: >-
    flannel、kubenet 等网络插件从节点的 .spec.podCIDR 取得 Pod 地址，该网段由 controller-manager 分配。
    没有设置 --allocate-node-cidrs、controller-manager 未运行或集群网段已分配完时，就不会分配。Calico、Cilium 和云厂商的网络自行管理地址。
fix:
  - en: "Which nodes have a range, and how large is the cluster's?"
    zh: "查看各节点的网段以及集群网段的大小"
    run: "kubectl get nodes -o custom-columns=NAME:.metadata.name,CIDR:.spec.podCIDR; grep -E 'allocate-node-cidrs|cluster-cidr|node-cidr-mask' /etc/kubernetes/manifests/kube-controller-manager.yaml"
  - en: "Let the controller manager give them out (kubeadm: podSubnet); it does so for old nodes, too"
    zh: "让 controller-manager 分配网段（kubeadm：podSubnet）；已有节点也会被分配"
    run: "kubectl get events --all-namespaces --field-selector reason=CIDRNotAvailable"
  - en: "Range used up: nodes that are gone keep none, so take a larger --cluster-cidr or a smaller node mask"
    zh: "网段用尽：已删除的节点不占用，需要更大的 --cluster-cidr 或更小的节点掩码"
verify: "kubectl get node {node} -o 'jsonpath={.spec.podCIDR}'"
*/
WITH
told AS (
  SELECT e.object_name AS node, e.file, json_line(o.json, o.line, e.message) AS line, NULL AS text, e.first_seen AS ts, e.message
  FROM events e JOIN objects o ON o.id = e.object WHERE e.reason = 'CIDRNotAvailable'
),
said AS (
  SELECT h.captures ->> '$.node' AS node, h.file, h.line, h.text, h.ts,
    row_number() OVER (PARTITION BY h.captures ->> '$.node' ORDER BY h.log DESC) AS newest
  FROM hits h WHERE h.signature = 'pod-cidr-missing' AND h.captures ->> '$.node' IS NOT NULL
),
-- These bring their own addresses.
own AS (
  SELECT 1 FROM pods WHERE k8s_app IN ('calico-node', 'cilium', 'aws-node', 'azure-cni', 'kube-ovn-cni', 'antrea', 'terway') LIMIT 1
),
bare AS (
  SELECT n.name AS node, n.file, json_key(o.json, o.line, 'spec') AS line, n.created
  FROM nodes n JOIN objects o ON o.id = n.object
  WHERE n.pod_cidr IS NULL AND n.created < :now - 180000000 AND coalesce(n.labels ->> '$.type', '') <> 'virtual-kubelet'
),
sick AS (
  SELECT b.*, EXISTS (SELECT 1 FROM said s WHERE s.node = b.node) OR EXISTS (SELECT 1 FROM told t WHERE t.node = b.node) AS complained
  FROM bare b
  WHERE EXISTS (SELECT 1 FROM said s WHERE s.node = b.node) OR EXISTS (SELECT 1 FROM told t WHERE t.node = b.node)
    OR (EXISTS (SELECT 1 FROM nodes o WHERE o.pod_cidr IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM own))
),
evidence AS (
  SELECT node, 0 AS seq, file, line, NULL AS text, NULL AS ts FROM sick
  UNION ALL SELECT node, 1, file, line, text, ts FROM told
  UNION ALL SELECT node, 2, file, line, text, ts FROM said WHERE newest = 1
)
SELECT 'node/' || s.node AS subject, e.file, e.line, e.text, e.ts, s.node,
  CASE WHEN s.complained THEN 'critical' ELSE 'warning' END AS severity,
  CASE WHEN EXISTS (SELECT 1 FROM told t WHERE t.node = s.node) THEN 'The controller manager has no range left to give.'
    WHEN s.complained THEN 'flannel waits for it.'
    ELSE 'Other nodes have one.' END AS what,
  CASE WHEN EXISTS (SELECT 1 FROM told t WHERE t.node = s.node) THEN 'controller-manager 已没有可分配的网段。'
    WHEN s.complained THEN 'flannel 正在等待该网段。'
    ELSE '其他节点都有网段。' END AS what_zh
FROM sick s JOIN evidence e ON e.node = s.node
ORDER BY s.node, e.seq, e.file, e.line;
