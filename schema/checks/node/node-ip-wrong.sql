/*
id: node-ip-wrong
title:
  en: "Node {node} is registered with the address {address}, which does not lead to it"
  zh: "节点 {node} 注册的地址 {address} 无法到达该节点"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
needs: [nodes]
causes:
  - {check: apiserver-to-kubelet-unreachable, when: same}
  - {check: pod-network-cross-node-broken, when: cluster}
why:
  en: >-
    kubelet takes the address of the interface with the default route. In VirtualBox and Vagrant that is 10.0.2.15 on every machine, behind NAT. The
    API server then reaches the wrong machine or none: logs, exec and metrics fail, and overlays that build tunnels between node
    addresses send packets to themselves.
  zh: >-
    kubelet 默认使用默认路由所在网卡的地址。在 VirtualBox 和 Vagrant 中，每台机器都是 NAT 后面的 10.0.2.15。
    API server 因此连到错误的机器或连不上：logs、exec 和指标失败，以节点地址建立隧道的网络插件也会把包发给自己。
fix:
  - en: "Which addresses does the machine have?"
    zh: "查看机器有哪些地址"
    run: "ip -4 -o addr; ip route get 1.1.1.1"
    on: "{node}"
  - en: "Tell kubelet the right one: --node-ip=ADDRESS in KUBELET_EXTRA_ARGS, then restart it"
    zh: "为 kubelet 指定正确的地址：在 KUBELET_EXTRA_ARGS 中加 --node-ip=地址，然后重启"
    run: "grep -s KUBELET_EXTRA_ARGS /etc/default/kubelet /etc/sysconfig/kubelet; systemctl restart kubelet"
    on: "{node}"
  - en: "The network add-on, too: flannel --iface=NAME, Calico IP_AUTODETECTION_METHOD"
    zh: "网络插件也要指定：flannel 用 --iface=网卡名，Calico 用 IP_AUTODETECTION_METHOD"
verify: "kubectl get nodes -o wide"
*/
WITH
internal AS (
  SELECT n.name AS node, a.value ->> '$.address' AS address, n.file, json_line(o.json, o.line, a.value ->> '$.address') AS line,
    count(*) OVER (PARTITION BY a.value ->> '$.address') AS shared, count(*) OVER () AS total
  FROM nodes n JOIN objects o ON o.id = n.object, json_each(coalesce(n.addresses, '[]')) a WHERE a.value ->> '$.type' = 'InternalIP'
),
-- What the machine itself has: "2: eth0    inet 10.0.0.5/24 brd ...".
own AS (
  SELECT f.node, rx('inet6? ([0-9a-f.:]+)/', l.text, 1) AS address, l.file, l.line
  FROM files f JOIN lines l ON l.file = f.id WHERE f.path GLOB 'nodes/*/host/ip-addr.txt' AND l.text LIKE '% inet%'
),
sick AS (
  SELECT i.*, CASE WHEN shared > 1 THEN 'shared' WHEN address = '10.0.2.15' AND total > 1 THEN 'nat' ELSE 'absent' END AS how
  FROM internal i
  WHERE shared > 1 OR (address = '10.0.2.15' AND total > 1)
    OR (EXISTS (SELECT 1 FROM own w WHERE w.node = i.node) AND NOT EXISTS (SELECT 1 FROM own w WHERE w.node = i.node AND w.address = i.address))
),
evidence AS (
  SELECT s.node, 0 AS seq, s.file, s.line FROM sick s
  UNION ALL SELECT s.node, 1, i.file, i.line FROM sick s JOIN internal i ON i.address = s.address AND i.node <> s.node
  UNION ALL SELECT s.node, 2, w.file, w.line FROM sick s JOIN own w ON w.node = s.node WHERE s.how = 'absent' AND w.address NOT LIKE '127.%' AND w.address NOT IN ('::1')
)
SELECT 'node/' || s.node AS subject, e.file, e.line, s.node, s.address,
  CASE WHEN s.how = 'absent' THEN 'warning' ELSE 'critical' END AS severity, CASE WHEN s.how = 'shared' THEN 'certain' ELSE 'likely' END AS confidence,
  CASE s.how WHEN 'shared' THEN s.shared || ' nodes have this InternalIP.' WHEN 'nat' THEN 'It is the NAT address that VirtualBox gives to every machine.'
    ELSE 'None of the machine''s interfaces has it.' END AS what,
  CASE s.how WHEN 'shared' THEN '有 ' || s.shared || ' 个节点使用同一个 InternalIP。' WHEN 'nat' THEN '这是 VirtualBox 给每台机器的 NAT 地址。'
    ELSE '机器的任何网卡上都没有这个地址。' END AS what_zh
FROM sick s JOIN evidence e ON e.node = s.node
ORDER BY s.node, e.seq, e.file, e.line;
