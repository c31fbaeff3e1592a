/*
id: kernel-module-missing
title:
  en: "Node {node} lacks kernel modules that Kubernetes uses: {modules}"
  zh: "节点 {node} 缺少 Kubernetes 使用的内核模块：{modules}"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: warning
needs: ["capture:nodes/*/host/lsmod.txt", node_sysctls]
causes:
  - {check: bridge-nf-disabled, when: same}
why:
  en: >-
    br_netfilter lets iptables see packets that cross a bridge: without it a pod cannot reach a Service whose pod runs on the same node. ip_vs and its schedulers are what
    kube-proxy's IPVS mode is made of; without them it falls back to iptables or ends. Modules that are built into the kernel do not show in lsmod, but in sysctl.
  zh: >-
    br_netfilter 使 iptables 能处理经过网桥的数据包：缺少它时，Pod 无法通过 Service 访问同一节点上的后端 Pod。
    ip_vs 及其调度算法是 kube-proxy IPVS 模式的基础，缺少时会退回 iptables 或退出。编译进内核的模块不出现在 lsmod 中，但能从 sysctl 看出。
fix:
  - en: "Load them, now and at each boot"
    zh: "立即加载，并设置开机加载"
    run: "modprobe -a {list} && printf '%s\\n' {list} > /etc/modules-load.d/kubernetes.conf"
    on: "{node}"
  - en: "And let bridges use iptables"
    zh: "并让网桥使用 iptables"
    run: "printf 'net.bridge.bridge-nf-call-iptables = 1\\nnet.bridge.bridge-nf-call-ip6tables = 1\\nnet.ipv4.ip_forward = 1\\n' > /etc/sysctl.d/91-kubernetes-net.conf && sysctl --system"
    on: "{node}"
verify: "lsmod | grep -E 'br_netfilter|ip_vs'"
*/
WITH
-- /proc/modules: a node without loadable modules has none of it.
loaded AS (
  SELECT f.node, f.id AS file, field(l.text, 1) AS module FROM files f JOIN lines l ON l.file = f.id WHERE f.path GLOB 'nodes/*/host/lsmod.txt' AND l.text LIKE '% Live %'
),
asked AS (SELECT DISTINCT node, file FROM loaded WHERE node IN (SELECT node FROM node_sysctls)),
-- A node whose pods go through a bridge has one.
bridged AS (
  SELECT DISTINCT f.node FROM files f JOIN lines l ON l.file = f.id
  WHERE f.path GLOB 'nodes/*/host/ip-link.txt' AND l.text REGEXP '^[0-9]+: (cni0|cbr0|kube-bridge|docker0|mynet0)[:@]' AND f.node IN (SELECT name FROM nodes)
),
ipvs AS (
  SELECT f.node FROM files f JOIN lines l ON l.file = f.id WHERE f.path GLOB 'nodes/*/host/ports/kube-proxy-mode.txt' AND l.text = 'ipvs'
),
missing AS (
  SELECT a.node, a.file, 'br_netfilter' AS module, 1 AS n FROM asked a
  WHERE a.node IN (SELECT node FROM bridged) AND NOT EXISTS (SELECT 1 FROM loaded l WHERE l.node = a.node AND l.module = 'br_netfilter')
    AND NOT EXISTS (SELECT 1 FROM node_sysctls s WHERE s.node = a.node AND s.name = 'net.bridge.bridge-nf-call-iptables')
  UNION ALL
  SELECT a.node, a.file, 'ip_vs', 2 FROM asked a
  WHERE a.node IN (SELECT node FROM ipvs) AND NOT EXISTS (SELECT 1 FROM loaded l WHERE l.node = a.node AND l.module = 'ip_vs')
    AND NOT EXISTS (SELECT 1 FROM node_sysctls s WHERE s.node = a.node AND s.name GLOB 'net.ipv4.vs.*')
)
SELECT 'node/' || m.node AS subject, m.file, 0 AS line, 'no ' || m.module || ' among the modules' AS text, m.node,
  (SELECT group_concat(module, ', ') FROM (SELECT module FROM missing x WHERE x.node = m.node ORDER BY n)) AS modules,
  CASE WHEN EXISTS (SELECT 1 FROM missing x WHERE x.node = m.node AND module = 'ip_vs') THEN 'ip_vs' ELSE 'br_netfilter' END AS list,
  'Neither /proc/modules nor the settings of the kernel show them.' AS what, '/proc/modules 和内核参数中都没有它们。' AS what_zh
FROM missing m ORDER BY m.node, m.n;
