/*
id: flannel-subnet-env-missing
title:
  en: "flannel does not work on node {node}: it has not written /run/flannel/subnet.env"
  zh: "节点 {node} 上的 flannel 未工作：没有写出 /run/flannel/subnet.env"
detail:
  en: "{pods} pod(s) wait for a network. {state_en}"
  zh: "有 {pods} 个 Pod 在等待网络。{state_zh}"
severity: critical
confidence: certain
needs: [[events, log:kubelet, log:containerd, log:crio]]
causes:
  - {check: pod-sandbox-create-failing, when: [same-node, pod-on-node]}
  - {check: pod-stuck-containercreating, when: [same-node, pod-on-node]}
  - {check: workload-unavailable, when: pod-on-node}
why:
  en: >-
    flannel's plug-in reads the node's range from this file, and the flannel daemon writes it once it has its lease. /run is empty after each boot, so without a daemon that
    works no new pod gets an address. Written by hand the file hides the fault: packets to other nodes still have no way.
  zh: >-
    flannel 的 CNI 插件从该文件读取节点网段，文件由 flannel 守护进程取得租约后写入。/run 每次开机都会清空，因此守护进程不工作时新 Pod 得不到地址。
    手工写这个文件只会掩盖问题：跨节点的流量仍然不通。
fix:
  - en: "Does flannel's pod run on this node?"
    zh: "flannel 的 Pod 是否在该节点上运行？"
    run: "kubectl get pods --all-namespaces -o wide --field-selector spec.nodeName={node} | grep flannel"
  - en: "Why not: its log"
    zh: "查看它的日志"
    run: "kubectl -n {flannel_ns} logs {flannel} --all-containers --tail 30"
    if: flannel
  - en: "It has no pod at all here: look at the DaemonSet's tolerations and node selector"
    zh: "该节点上没有 flannel 的 Pod：检查 DaemonSet 的容忍度和节点选择器"
    run: "kubectl get daemonsets --all-namespaces | grep -E 'NAMESPACE|flannel'"
    if: none
verify: "cat /run/flannel/subnet.env"
*/
WITH
agents AS (
  SELECT p.node, p.namespace, p.name, c.ready, c.running_since, coalesce(c.waiting_reason, c.exit_reason) AS reason,
    row_number() OVER (PARTITION BY p.node ORDER BY p.name, c.ready, c.name) AS n
  FROM pods p LEFT JOIN container_statuses c ON c.namespace = p.namespace AND c.pod = p.name AND c.list = 'containerStatuses'
  WHERE p.name GLOB 'kube-flannel-*' AND p.deleted IS NULL
)
SELECT 'node/' || r.node AS subject, r.file, r.line, r.text, r.ts, r.last_seen, r.node, r.pods, a.name AS flannel, a.namespace AS flannel_ns, a.name IS NULL AS none,
  CASE WHEN a.name IS NULL THEN 'No pod of flannel is seen on this node.' ELSE 'Its pod ' || a.name || ' is ' || CASE WHEN a.ready THEN 'ready' ELSE 'not ready' || coalesce(' (' || a.reason || ')', '') END || '.' END AS state_en,
  CASE WHEN a.name IS NULL THEN '该节点上没有看到 flannel 的 Pod。' ELSE 'Pod ' || a.name || CASE WHEN a.ready THEN ' 已就绪。' ELSE ' 未就绪' || coalesce('（' || a.reason || '）', '') || '。' END END AS state_zh
FROM network_refusals r LEFT JOIN agents a ON a.node = r.node AND a.n = 1
WHERE r.why = 'flannel-subnet-env-missing' AND r.nth <= 3
  -- flannel has just started: the file comes in a moment.
  AND NOT coalesce(a.ready AND a.running_since > :now - 60000000, 0)
ORDER BY r.node, r.nth;
