/*
id: bridge-nf-disabled
title:
  en: "Node {node} does not show bridged packets to iptables"
  zh: "节点 {node} 的网桥流量不经过 iptables"
detail:
  en: "{setting}; its pods are on the bridge {bridge}."
  zh: "{setting_zh}；该节点的 Pod 接在网桥 {bridge} 上。"
severity: critical
confidence: certain
needs: [node_sysctls, "capture:nodes/*/host/ip-link.txt"]
causes:
  - {check: service-unreachable, when: [same-node, pod-on-node]}
why:
  en: >-
    A pod asks a Service, and the pod that answers is on the same node: its answer crosses the bridge directly, past iptables, so nobody translates the address back, and the client drops it.
    Through other nodes the same Service works, which makes it look like chance; DNS is often the first to suffer.
  zh: >-
    Pod 访问 Service，而应答的后端恰好在同一节点：应答包直接穿过网桥，不经过 iptables，地址没有被转换回来，客户端会丢弃它。
    后端在其他节点时又是正常的，因此看起来时好时坏；最先受影响的往往是 DNS。
fix:
  - en: "Load the module, and let bridges use iptables; now and at each boot"
    zh: "加载模块并让网桥使用 iptables，同时持久化"
    run: "modprobe br_netfilter && echo br_netfilter > /etc/modules-load.d/br_netfilter.conf && printf 'net.bridge.bridge-nf-call-iptables = 1\\nnet.bridge.bridge-nf-call-ip6tables = 1\\n' > /etc/sysctl.d/91-bridge.conf && sysctl --system"
    on: "{node}"
verify: "sysctl net.bridge.bridge-nf-call-iptables"
refs: ["https://kubernetes.io/docs/setup/production-environment/container-runtimes/"]
*/
WITH
bridges AS (
  SELECT f.node, min(rx('^[0-9]+: ([a-z0-9-]+)', l.text, 1)) AS bridge, min(l.file) AS file, min(l.line) AS line FROM files f JOIN lines l ON l.file = f.id
  WHERE f.path GLOB 'nodes/*/host/ip-link.txt' AND l.text REGEXP '^[0-9]+: (cni0|cbr0|kube-bridge|mynet0|weave)[:@]' GROUP BY f.node
),
-- Networks that need no iptables of the bridge.
ebpf AS (SELECT 1 FROM pods WHERE k8s_app = 'cilium' OR name GLOB 'cilium-*'),
off AS (
  SELECT node, file, line, NULL AS text, name || ' = ' || trim(value) AS setting, name || ' = ' || trim(value) AS setting_zh FROM node_sysctls
  WHERE name = 'net.bridge.bridge-nf-call-iptables' AND trim(value) = '0'
  UNION ALL
  -- The setting is not there at all, as its module is not loaded.
  SELECT f.node, f.id, 0, 'no br_netfilter among the modules', 'The module br_netfilter is not loaded', '未加载模块 br_netfilter' FROM files f
  WHERE f.path GLOB 'nodes/*/host/lsmod.txt' AND EXISTS (SELECT 1 FROM lines l WHERE l.file = f.id AND l.text LIKE '% Live %')
    AND NOT EXISTS (SELECT 1 FROM lines l WHERE l.file = f.id AND l.text LIKE 'br_netfilter %')
    AND f.node IN (SELECT node FROM node_sysctls WHERE name GLOB 'net.ipv4.*') AND f.node NOT IN (SELECT node FROM node_sysctls WHERE name GLOB 'net.bridge.*')
)
SELECT 'node/' || o.node AS subject, o.file, o.line, o.text, o.node, o.setting, o.setting_zh, b.bridge
FROM off o JOIN bridges b ON b.node = o.node
WHERE NOT EXISTS (SELECT 1 FROM ebpf)
  AND (o.node IN (SELECT name FROM nodes) OR o.node IN (SELECT node FROM node_iptables WHERE chain GLOB 'KUBE-*'))
ORDER BY o.node, o.file, o.line;
