/*
id: network-partition
title:
  en: "{who} cut off from the API server: the network between them"
  zh: "{who_zh}与 API server 之间的网络中断"
detail:
  en: "{what}{dropped}"
  zh: "{what_zh}{dropped_zh}"
severity: critical
confidence: likely
needs: [nodes]
causes:
  - {check: apiserver-to-kubelet-unreachable, when: [same, same-node]}
  - {check: node-not-ready-unknown, when: [same, same-node]}
  - {check: kubelet-node-status-update-failing, when: [same, same-node]}
  - {check: node-flapping, when: [same, same-node]}
  - {check: etcd-peer-unreachable, when: cluster}
  - {check: etcd-no-leader, when: cluster}
  - {check: kcm-leader-lost, when: cluster}
  - {check: pod-network-cross-node-broken, when: same-node}
  - {check: kubelet-lease-failing, when: same-node}
  - {check: kube-proxy-apiserver-unreachable, when: same-node}
  - {check: service-unreachable, when: [same-node, pod-on-node]}
why:
  en: >-
    kubelet runs, but its packets to the API server get no answer, while the API server serves others. So neither kubelet nor the
    API server is at fault, but what lies between: a firewall or security group, a route, a switch, a virtual IP. When all nodes
    are lost at once, look at the API server and etcd first. Nothing is evicted while a whole zone is lost; that is by design.
  zh: >-
    kubelet 在运行，但它发往 API server 的数据包没有应答，而 API server 正在为其他节点服务。因此问题不在 kubelet 或 API server，
    而在两者之间：防火墙或安全组、路由、交换机、虚拟 IP。如果所有节点同时失联，应先检查 API server 和 etcd。
    整个区域失联时不会驱逐 Pod，这是设计如此。
fix:
  - en: "How far do packets come?"
    zh: "数据包能到达哪里？"
    run: "ping -c 3 -W 2 {server_host}; curl -skm 5 https://{server}/healthz; ip route get {server_host}"
    on: "{node}"
    if: server
  - en: "Does the node's own firewall drop them?"
    zh: "是否被节点自身的防火墙丢弃？"
    run: "iptables -S | grep -E '(DROP|REJECT)'; nft list ruleset | grep -E 'drop|reject' | head"
    on: "{node}"
    if: server
  - en: "It does, on the way out: take that rule away"
    zh: "发出的数据包确实被丢弃：删除该规则"
    run: "echo -{rule_out} | xargs iptables"
    on: "{node}"
    if: rule_out
  - en: "It does, on the way in: take that rule away"
    zh: "收到的数据包确实被丢弃：删除该规则"
    run: "echo -{rule_in} | xargs iptables"
    on: "{node}"
    if: rule_in
  - en: "Keep it so: find what wrote the rule (firewalld, ufw, a security agent), or it comes back"
    zh: "找到写入该规则的程序（firewalld、ufw、安全代理），否则规则会再次出现"
    run: "systemctl is-active firewalld ufw nftables iptables netfilter-persistent; grep -rlE 'DROP|REJECT|drop|reject' /etc/iptables /etc/sysconfig/iptables /etc/nftables.conf /etc/ufw /etc/firewalld 2>/dev/null"
    on: "{node}"
    if: dropped
  - en: "Otherwise: security group, switch, route, MTU or virtual IP on the way to the API server{at}"
    zh: "否则：检查通往 API server{at_zh} 途中的安全组、交换机、路由、MTU 或虚拟 IP"
verify: "kubectl get node {node}"
*/
WITH
lost AS (
  SELECT c.node, c.file, json_line(o.json, o.line, c.message) AS line, c.last_transition
  FROM node_conditions c JOIN objects o ON o.id = c.object
  WHERE c.type = 'Ready' AND c.status = 'Unknown'
),
others AS (SELECT count(*) AS ready FROM node_conditions WHERE type = 'Ready' AND status = 'True'),
logged AS (
  SELECT h.node, h.file, h.line, h.ts, h.text, h.log, h.captures ->> '$.server' AS server,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log) AS oldest,
    count(*) OVER (PARTITION BY h.node) AS hits, max(h.ts) OVER (PARTITION BY h.node) AS last_ts
  FROM hits h
  WHERE h.signature = 'api-call-timeout' AND h.node IS NOT NULL AND h.ts > :now - 1800000000
    -- Only since it was heard of last.
    AND h.ts > coalesce((SELECT last_transition FROM lost l WHERE l.node = h.node), 0) - 300000000
),
-- Somebody there refuses it: no matter of the network.
refused AS (
  SELECT node, max(ts) AS last_ts FROM hits
  WHERE signature = 'kubelet-apiserver-refused' AND text LIKE '%connection refused%' GROUP BY node
),
-- The machine answers and its kubelet tries in vain.
cut AS (
  SELECT l.node FROM logged l JOIN lost x ON x.node = l.node
  WHERE l.newest = 1 AND l.hits >= 3 AND l.last_ts > :now - 180000000
    AND NOT EXISTS (SELECT 1 FROM refused r WHERE r.node = l.node AND r.last_ts > l.last_ts - 60000000)
    AND NOT EXISTS (SELECT 1 FROM kubelet_units u WHERE u.node = l.node AND u.active NOT IN ('active', 'reloading'))
),
silent AS (
  SELECT x.node, x.last_transition FROM lost x LEFT JOIN node_access a ON a.node = x.node
  WHERE a.node IS NULL OR (NOT a.reached AND a.error NOT REGEXP '(?i)refused|denied|auth|password|key'
    -- A collector that reaches nobody stands outside.
    AND EXISTS (SELECT 1 FROM node_access p WHERE p.reached))
),
-- Several that were lost in the same minute, and that nobody reaches: the most that any minute holds.
minutes AS (
  SELECT x.last_transition AS first, count(*) AS nodes FROM silent x JOIN silent y ON y.last_transition BETWEEN x.last_transition AND x.last_transition + 60000000
  GROUP BY x.node
),
worst AS (SELECT first FROM minutes WHERE nodes >= 2 ORDER BY nodes DESC, first LIMIT 1),
together AS (
  SELECT x.node FROM silent x JOIN worst w ON x.last_transition BETWEEN w.first AND w.first + 60000000
),
sick AS (
  SELECT node, 'cut' AS how FROM cut UNION SELECT node, 'together' FROM together
),
-- Rules of the node itself for the server's address, or for its port wherever it is. The part that iptables -D takes is only told
-- of rules that hold nothing else: it is text of a bundle.
dropping AS (
  SELECT i.node, i.file, i.line, i.rule, i.chain,
    rx('^-A ((INPUT|OUTPUT) (?:-[sd] [0-9.]+/32 )?(?:-p tcp (?:-m tcp )?(?:--[ds]port [0-9]+ )?)?-j (?:DROP|REJECT --reject-with [a-z-]+))$', i.rule, 1) AS spec
  FROM node_iptables i
  JOIN (SELECT node, substr(server, 1, length(server) - length(coalesce(rx(':[0-9]+$', server), ''))) AS host,
      coalesce(rx(':([0-9]+)$', server, 1), '443') AS port FROM logged WHERE newest = 1) s ON s.node = i.node
  WHERE i.rule REGEXP '-j (DROP|REJECT)' AND i.chain IN ('INPUT', 'OUTPUT')
    AND (instr(i.rule, ' ' || s.host || '/32 ')
      OR i.rule REGEXP '^-A OUTPUT ' AND instr(i.rule, ' --dport ' || s.port || ' ') AND i.rule NOT REGEXP ' -d '
      OR i.rule REGEXP '^-A INPUT ' AND instr(i.rule, ' --sport ' || s.port || ' ') AND i.rule NOT REGEXP ' -s ')
),
evidence AS (
  SELECT l.node, 0 AS seq, l.file, l.line, l.text, NULL AS ts FROM logged l WHERE newest <= 2
  UNION ALL SELECT node, 1, file, line, NULL, last_transition FROM lost
  UNION ALL SELECT node, 2, file, line, NULL, NULL FROM dropping
  UNION ALL SELECT node, 3, file, coalesce(line, 0), NULL, NULL FROM node_access WHERE NOT reached
  UNION ALL SELECT node, 4, file, line, text, ts FROM logged WHERE oldest = 1
  UNION ALL SELECT s.node, 5, h.file, h.line, h.text, h.ts FROM sick s
    JOIN (SELECT file, line, text, ts, row_number() OVER (ORDER BY log DESC) AS n FROM hits WHERE signature = 'master-disruption') h ON h.n = 1
),
affected AS (SELECT node, row_number() OVER (ORDER BY node) AS nth, count(*) OVER () AS n FROM (SELECT DISTINCT node FROM sick)),
counted AS (SELECT max(n) AS n, group_concat(node, ', ') FILTER (WHERE nth <= 4) || CASE WHEN max(n) > 4 THEN ', …' ELSE '' END AS names FROM affected)
SELECT CASE WHEN c.n = 1 THEN 'node/' || s.node ELSE 'cluster' END AS subject, e.file, e.line, e.text, e.ts, s.node,
  CASE WHEN c.n = 1 THEN 'Node ' || s.node || ' is' ELSE c.n || ' nodes (' || c.names || ') are' END AS who,
  CASE WHEN c.n = 1 THEN '节点 ' || s.node || ' ' ELSE c.n || ' 个节点（' || c.names || '）' END AS who_zh,
  CASE s.how WHEN 'cut' THEN 'kubelet on ' || s.node || ' runs, and ' || (SELECT hits FROM logged l WHERE l.node = s.node AND newest = 1)
      || ' of its calls to ' || (SELECT server FROM logged l WHERE l.node = s.node AND newest = 1) || ' got no answer, while '
      || (SELECT ready FROM others) || ' other nodes report.'
    ELSE 'They were lost within a minute of each other, and nobody has heard of them since: a switch, a zone or a power supply they share.' END AS what,
  CASE s.how WHEN 'cut' THEN '节点 ' || s.node || ' 上的 kubelet 在运行，但有 ' || (SELECT hits FROM logged l WHERE l.node = s.node AND newest = 1)
      || ' 次对 ' || (SELECT server FROM logged l WHERE l.node = s.node AND newest = 1) || ' 的调用没有应答，而另有 '
      || (SELECT ready FROM others) || ' 个节点上报正常。'
    ELSE '它们在一分钟内相继失联，此后再无消息：可能是共用的交换机、可用区或电源。' END AS what_zh,
  CASE WHEN EXISTS (SELECT 1 FROM dropping d WHERE d.node = s.node) THEN 'certain' WHEN s.how = 'cut' THEN 'likely' ELSE 'possible' END AS confidence,
  coalesce((SELECT ' Its own firewall drops them: ' || d.rule FROM dropping d WHERE d.node = s.node ORDER BY d.line LIMIT 1), '') AS dropped,
  coalesce((SELECT '节点自身的防火墙丢弃了这些数据包：' || d.rule FROM dropping d WHERE d.node = s.node ORDER BY d.line LIMIT 1), '') AS dropped_zh,
  (SELECT 'D ' || d.spec FROM dropping d WHERE d.node = s.node AND d.chain = 'OUTPUT' AND d.spec IS NOT NULL ORDER BY d.line LIMIT 1) AS rule_out,
  (SELECT 'D ' || d.spec FROM dropping d WHERE d.node = s.node AND d.chain = 'INPUT' AND d.spec IS NOT NULL ORDER BY d.line LIMIT 1) AS rule_in,
  (SELECT server FROM logged l WHERE l.node = s.node AND newest = 1) AS server,
  coalesce((SELECT ', ' || server FROM logged l WHERE l.node = s.node AND newest = 1), '') AS at,
  coalesce((SELECT '（' || server || '）' FROM logged l WHERE l.node = s.node AND newest = 1), '') AS at_zh,
  (SELECT substr(server, 1, length(server) - length(coalesce(rx(':[0-9]+$', server), ''))) FROM logged l WHERE l.node = s.node AND newest = 1) AS server_host
FROM sick s JOIN evidence e ON e.node = s.node, counted c, others
-- When nobody reports, the API server or etcd is the first to look at, unless it answers the collector and the kubelets go on trying.
WHERE others.ready > 0 OR (SELECT count(*) FROM cut) >= 2
ORDER BY s.node, e.seq, e.file, e.line;
