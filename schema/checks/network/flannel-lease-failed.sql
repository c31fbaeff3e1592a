/*
id: flannel-lease-failed
title:
  en: "flannel cannot get its lease{place}"
  zh: "flannel 无法获得租约{place_zh}"
detail:
  en: "{reason_en}. {message}"
  zh: "{reason_zh}。{message}"
severity: critical
confidence: certain
needs: [log:flannel]
causes:
  - {check: flannel-subnet-env-missing, when: [same, same-node]}
  - {check: node-cni-not-ready, when: [same, same-node]}
  - {check: pod-crashloop, when: same-node}
  - {check: pod-sandbox-create-failing, when: [same-node, pod-on-node]}
  - {check: workload-unavailable, when: same-node}
why:
  en: >-
    The flannel daemon asks the API server for its node's range (podCIDR) and marks the node with its address; without that it ends and is started again, and new pods of the node
    get no network. The end of its message names the reason: no range was given to the node, it may not ask, it is not believed, or nobody answers.
  zh: >-
    flannel 守护进程向 API server 查询节点网段（podCIDR），并在节点上登记自己的地址；做不到就会退出并反复重启，该节点的新 Pod 得不到网络。
    消息末尾说明了原因：节点没有网段、没有权限、认证失败，或无人应答。
fix:
  - en: "The node has no range: let the controller manager give one (--allocate-node-cidrs=true, --cluster-cidr as in kube-flannel-cfg)"
    zh: "节点没有网段：让 controller-manager 分配（--allocate-node-cidrs=true，--cluster-cidr 与 kube-flannel-cfg 一致）"
    run: "kubectl get nodes -o custom-columns=NAME:.metadata.name,CIDR:.spec.podCIDR; grep -E 'allocate-node-cidrs|cluster-cidr' /etc/kubernetes/manifests/kube-controller-manager.yaml"
    if: cidr
  - en: "It may not ask: apply the roles of flannel's manifest again"
    zh: "没有权限：重新应用 flannel 清单中的角色"
    run: "kubectl auth can-i patch nodes/status --as=system:serviceaccount:{flannel_ns}:flannel; kubectl get clusterrole flannel -o yaml"
    if: forbidden
  - en: "Its token is not accepted: make the pod anew"
    zh: "令牌不被接受：重建 Pod"
    run: "kubectl -n {flannel_ns} delete pod {pod}"
    if: unauthorized
  - en: "Nobody answers: does kube-proxy work on this node, and the API server?"
    zh: "无人应答：检查该节点的 kube-proxy 和 API server"
    run: "curl -k -m 5 https://$(kubectl get service kubernetes -o jsonpath='{.spec.clusterIP}'):443/version"
    on: "{on_node}"
    if: unreachable
  - en: "Anything else: its whole log and its configuration"
    zh: "其他情况：查看完整日志和配置"
    run: "kubectl -n {flannel_ns} logs {pod} --all-containers --tail 30; kubectl -n {flannel_ns} get configmap kube-flannel-cfg -o yaml"
verify: "cat /run/flannel/subnet.env"
*/
WITH
told AS (
  SELECT *, row_number() OVER (PARTITION BY node ORDER BY ts DESC, log DESC) AS nth, count(*) OVER (PARTITION BY node) AS times, max(ts) OVER (PARTITION BY node) AS last_ts
  FROM last_words WHERE signature = 'flannel-lease-failed' AND NOT works AND (ts IS NULL OR ts > :now - 900000000)
)
SELECT coalesce('node/' || t.node, t.subject) AS subject, t.file, t.line, t.text, t.ts, t.node, coalesce(t.node, 'node') AS on_node, t.pod, coalesce(t.namespace, 'kube-flannel') AS flannel_ns,
  coalesce(' on ' || t.node, '') AS place, coalesce('（节点 ' || t.node || '）', '') AS place_zh,
  n.captures ->> '$.cidr' IS NOT NULL AS cidr, n.captures ->> '$.forbidden' IS NOT NULL AS forbidden, n.captures ->> '$.unauthorized' IS NOT NULL AS unauthorized,
  n.captures ->> '$.unreachable' IS NOT NULL AS unreachable,
  CASE WHEN n.captures ->> '$.cidr' IS NOT NULL THEN 'The node has no range of pod addresses' WHEN n.captures ->> '$.forbidden' IS NOT NULL THEN 'It lacks a permission'
    WHEN n.captures ->> '$.unauthorized' IS NOT NULL THEN 'Its token is not accepted' WHEN n.captures ->> '$.unreachable' IS NOT NULL THEN 'The API server does not answer it' ELSE 'It says why itself' END AS reason_en,
  CASE WHEN n.captures ->> '$.cidr' IS NOT NULL THEN '节点没有 Pod 网段' WHEN n.captures ->> '$.forbidden' IS NOT NULL THEN '缺少权限'
    WHEN n.captures ->> '$.unauthorized' IS NOT NULL THEN '令牌不被接受' WHEN n.captures ->> '$.unreachable' IS NOT NULL THEN 'API server 没有应答' ELSE '原因见日志' END AS reason_zh,
  substr(rx('(?:Error registering network|[Ff]ailed to|error parsing).*', n.text), 1, 300) AS message
FROM told t JOIN told n ON n.node IS t.node AND n.nth = 1
WHERE t.nth <= 3 AND (t.times >= 3 OR t.last_ts > :now - 300000000)
ORDER BY subject, t.nth, t.file, t.line;
