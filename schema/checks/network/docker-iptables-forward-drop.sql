/*
id: docker-iptables-forward-drop
title:
  en: "iptables on {node} drops forwarded pod traffic (FORWARD policy DROP)"
  zh: "节点 {node} 的 iptables 丢弃转发的 Pod 流量（FORWARD 默认策略为 DROP）"
detail:
  en: "The policy has dropped {packets} packets; none of the {rules} rules behind FORWARD accepts new pod traffic."
  zh: "该策略已丢弃 {packets} 个包；FORWARD 之后的 {rules} 条规则中没有一条放行新的 Pod 流量。"
severity: critical
confidence: certain
needs: [node_iptables]
causes:
  - {check: kube-dns-upstream-timeout, when: pod-on-node}
  - {check: kube-dns-apiserver-timeout, when: pod-on-node}
  - {check: pod-network-cross-node-broken, when: same-node}
  - {check: dns-external-resolution-broken, when: same-node}
  - {check: coredns-upstream-timeout, when: same-node}
  - {check: service-unreachable, when: [same-node, pod-on-node]}
why:
  en: >-
    Docker since 1.13 sets this policy when it is the one who switches IP forwarding on. Packets between pods, and from pods
    to the outside, pass the FORWARD chain, and no rule here accepts a new connection: DNS lookups, service addresses and pods on
    other nodes time out. Nodes and pods look healthy all the while, because kubelet's probes do not pass FORWARD.
  zh: >-
    Docker 1.13 起，如果由它来打开 IP 转发，就会把该策略设为 DROP。Pod 之间以及 Pod 访问外部的包都要经过 FORWARD 链，而这里没有规则放行新连接：
    DNS 查询、Service 地址、其他节点上的 Pod 都会超时。由于 kubelet 的探针不经过 FORWARD，节点和 Pod 看起来一直正常。
fix:
  - en: "Accept forwarded traffic now"
    zh: "立即放行转发流量"
    run: "{iptables} -P FORWARD ACCEPT"
    on: "{node}"
  - en: "Keep it so when docker restarts"
    zh: "保证 docker 重启后依然有效"
    run: "mkdir -p /etc/systemd/system/docker.service.d && printf '[Service]\\nExecStartPost=/sbin/iptables -P FORWARD ACCEPT\\n' > /etc/systemd/system/docker.service.d/10-forward.conf && systemctl daemon-reload"
    on: "{node}"
verify: "iptables -S FORWARD | head -n 1"
k8s: ">=1.0"
refs: ["https://github.com/kubernetes/kubernetes/issues/39823", "https://docs.docker.com/engine/network/packet-filtering-firewalls/"]
*/
WITH RECURSIVE
drops AS (
  SELECT node, family, packets, file, line FROM node_iptables
  WHERE tab = 'filter' AND chain = 'FORWARD' AND policy = 'DROP' AND family IN ('ip4', 'legacy')
),
-- Chains that a forwarded packet can come to.
reach(node, family, chain) AS (
  SELECT node, family, 'FORWARD' FROM drops
  UNION
  SELECT r.node, r.family, rx('(?:^| )-[jg] (\S+)', i.rule, 1)
  FROM reach r JOIN node_iptables i ON i.node = r.node AND i.family = r.family AND i.tab = 'filter' AND i.chain = r.chain
  WHERE i.rule IS NOT NULL AND rx('(?:^| )-[jg] (\S+)', i.rule, 1) NOT IN ('ACCEPT', 'DROP', 'REJECT', 'RETURN', 'LOG', 'MARK', 'NFLOG', 'CONNMARK')
),
rules AS (
  SELECT i.node, i.family, i.chain, i.rule,
    rx(' -s (\S+)', ' ' || i.rule, 1) AS source, rx(' -d (\S+)', ' ' || i.rule, 1) AS destination,
    coalesce(rx(' -i (\S+)', ' ' || i.rule, 1), '') AS i, coalesce(rx(' -o (\S+)', ' ' || i.rule, 1), '') AS o
  FROM reach r JOIN node_iptables i ON i.node = r.node AND i.family = r.family AND i.tab = 'filter' AND i.chain = r.chain
  WHERE i.rule IS NOT NULL
),
-- Rules that let a new connection of a pod through. Not: answers only, kube-proxy's mark (node ports), one protocol, one host
-- (a published port), docker's own bridges, or the machine's network cards among themselves.
saving AS (
  SELECT DISTINCT node, family FROM rules
  WHERE rule REGEXP '(?:^| )-[jg] ACCEPT'
    AND NOT (rule REGEXP '--(ct)?state [A-Z,]+' AND rule NOT REGEXP '! --(ct)?state' AND rule NOT REGEXP '--(ct)?state [A-Z,]*NEW')
    AND rule NOT REGEXP '--mark 0x0*4000(/|\b)'
    AND rule NOT REGEXP '(^| )-p '
    AND coalesce(source, '') NOT LIKE '%/32' AND coalesce(destination, '') NOT LIKE '%/32'
    AND i NOT REGEXP '^(docker|br-[0-9a-f]{12}|virbr|lxdbr|lxcbr|podman|lo$|eth|en[opsx]|em[0-9]|bond|wl)'
    AND o NOT REGEXP '^(docker|br-[0-9a-f]{12}|virbr|lxdbr|lxcbr|podman|lo$|eth|en[opsx]|em[0-9]|bond|wl)'
    -- A range must be the pods' own, as far as their addresses are known.
    AND (source IS NULL OR NOT EXISTS (SELECT 1 FROM pods p WHERE p.node = rules.node AND p.pod_ip LIKE '%.%' AND NOT coalesce(p.host_network, 0))
      OR EXISTS (SELECT 1 FROM pods p WHERE p.node = rules.node AND NOT coalesce(p.host_network, 0)
        AND rx('^\d+\.', p.pod_ip) = rx('^\d+\.', source)
        AND (source LIKE '%/8' OR rx('^\d+\.\d+\.', p.pod_ip) = rx('^\d+\.\d+\.', source)
          OR CAST(rx('/(\d+)$', source, 1) AS INTEGER) < 16)))
),
-- Only machines of a cluster: their nat or filter tables hold kube-proxy's or kubelet's chains, or the API knows them.
members AS (
  SELECT DISTINCT node FROM node_iptables WHERE chain GLOB 'KUBE-*'
  UNION SELECT name FROM nodes
)
SELECT 'node/' || d.node AS subject, d.file, d.line, d.node, coalesce(d.packets, 0) AS packets,
  (SELECT count(*) FROM rules r WHERE r.node = d.node AND r.family = d.family) AS rules,
  CASE d.family WHEN 'legacy' THEN 'iptables-legacy' ELSE 'iptables' END AS iptables
FROM drops d
WHERE d.node IN (SELECT node FROM members)
  AND NOT EXISTS (SELECT 1 FROM saving s WHERE s.node = d.node AND s.family = d.family)
ORDER BY d.node, d.family, d.file, d.line;
