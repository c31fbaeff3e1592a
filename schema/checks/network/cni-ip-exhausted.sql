/*
id: cni-ip-exhausted
title:
  en: "Node {node} has no pod addresses left"
  zh: "节点 {node} 的 Pod 地址已用完"
detail:
  en: "{pods} pod(s) wait for one.{leases_en} {message}"
  zh: "有 {pods} 个 Pod 在等待地址。{leases_zh}{message}"
severity: critical
confidence: certain
needs: [[events, log:kubelet, log:containerd, log:crio]]
causes:
  - {check: pod-sandbox-create-failing, when: [same-node, pod-on-node]}
  - {check: pod-stuck-containercreating, when: [same-node, pod-on-node]}
  - {check: workload-unavailable, when: pod-on-node}
why:
  en: >-
    Each pod of a node gets an address out of the node's own range. The plug-in host-local notes each one in a file under /var/lib/cni/networks; when a node crashes or
    its runtime loses pods the notes stay, and the range looks full. More files than pods are such a leak; as many as pods mean the range is too small.
    On AWS the addresses are those of the machine's network interfaces and its subnet.
  zh: >-
    节点上每个 Pod 的地址取自该节点的网段。host-local 插件为每个地址在 /var/lib/cni/networks 下记录一个文件；节点崩溃或运行时丢失 Pod 后记录会残留，网段看起来就满了。
    文件数多于 Pod 数说明是泄漏，两者相当则说明网段太小。在 AWS 上，地址来自主机网卡及其子网。
fix:
  - en: "Leak: take away the notes of sandboxes that are gone"
    zh: "泄漏：删除已不存在的 sandbox 留下的记录"
    run: "p=$(crictl pods -q --no-trunc 2>/dev/null || docker ps -q --no-trunc) && [ -n \"$p\" ] && for f in /var/lib/cni/networks/*/[0-9]*; do i=$(head -n 1 \"$f\" | tr -d '\\r'); [ -n \"$i\" ] && ! printf '%s\\n' \"$p\" | grep -q \"$i\" && rm -v \"$f\"; done"
    on: "{node}"
    if: local
  - en: "The range is really used up: run fewer pods here, or give new nodes a larger one (--node-cidr-mask-size of the controller manager; a node's range cannot be changed, so join it anew)"
    zh: "网段确实用完：减少该节点上的 Pod，或为新节点分配更大的网段（controller-manager 的 --node-cidr-mask-size；已有节点的网段不能修改，需要重新加入）"
    run: "kubectl get pods --all-namespaces --field-selector spec.nodeName={node} --no-headers | wc -l; kubectl get node {node} -o jsonpath='{.spec.podCIDR}{\"\\n\"}'"
    if: local
  - en: "AWS: free addresses of the subnet, limits of the instance type, WARM_IP_TARGET, and the role of the node"
    zh: "AWS：检查子网剩余地址、实例类型限制、WARM_IP_TARGET 以及节点的 IAM 角色"
    run: "kubectl -n kube-system logs daemonset/aws-node -c aws-node --tail 50; kubectl -n kube-system set env daemonset/aws-node ENABLE_PREFIX_DELEGATION=true"
    if: aws
verify: "kubectl get pods --all-namespaces -o wide --field-selector spec.nodeName={node}"
refs: ["https://www.cni.dev/plugins/current/ipam/host-local/"]
*/
WITH
-- host-local's notes, and the pods that can have one.
leases AS (
  SELECT f.node, count(*) AS n FROM files f JOIN lines l ON l.file = f.id
  WHERE f.path GLOB 'nodes/*/host/cni-state.txt' AND field(l.text, -1) REGEXP '^\d+\.\d+\.\d+\.\d+$' AND l.text LIKE '-%' GROUP BY f.node
),
living AS (
  SELECT node, count(*) AS n FROM pods WHERE NOT coalesce(host_network, 0) AND phase = 'Running' GROUP BY node
)
SELECT 'node/' || r.node AS subject, r.file, r.line, r.text, r.ts, r.last_seen, r.node, r.pods,
  coalesce(' ' || l.n || ' addresses are noted as taken, ' || coalesce(p.n, 0) || ' pods run.', '') AS leases_en,
  coalesce('已记录 ' || l.n || ' 个地址被占用，运行中的 Pod 有 ' || coalesce(p.n, 0) || ' 个。', '') AS leases_zh,
  substr((SELECT x.message FROM network_refusals x WHERE x.node = r.node AND x.why = r.why AND x.nth = 1), 1, 300) AS message,
  EXISTS (SELECT 1 FROM network_refusals x WHERE x.node = r.node AND x.why = r.why AND x.message LIKE '%failed to assign an IP address to container%') AS aws,
  NOT EXISTS (SELECT 1 FROM network_refusals x WHERE x.node = r.node AND x.why = r.why AND x.message LIKE '%failed to assign an IP address to container%') AS local
FROM network_refusals r LEFT JOIN leases l ON l.node = r.node LEFT JOIN living p ON p.node = r.node
WHERE r.why = 'cni-ip-exhausted' AND r.nth <= 3
ORDER BY r.node, r.nth;
