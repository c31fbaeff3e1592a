/*
id: etcd-peer-unreachable
title:
  en: "etcd on {node} cannot reach its peers"
  zh: "节点 {node} 上的 etcd 无法连接其他成员"
detail:
  en: "{hits} complaints, the last at {last_at}{peer}{address}"
  zh: "共 {hits} 次报错，最后一次在 {last_at}{peer}{address}"
severity: critical
needs: [log:etcd]
causes:
  - {check: etcd-no-leader, when: cluster}
  - {check: apiserver-etcd-unreachable, when: cluster}
  - {check: kcm-leader-lost, when: cluster}
  - {check: etcd-leader-flapping, when: cluster}
why:
  en: >-
    Members of etcd talk to each other on port 2380. While one is unreachable the others go on as long as they are the majority; with two of
    three gone nothing can be written. A peer that restarts makes these lines for a minute, too: these reach to the end of the log.
  zh: >-
    etcd 成员之间通过 2380 端口通信。少数成员不可达时其余成员仍可工作，三个成员失去两个则无法写入。
    成员重启也会短暂出现这类日志，而这里一直持续到日志末尾。
fix:
  - en: "Does the peer run, and is its port open from here?"
    zh: "对端是否在运行，从本机能否连通端口？"
    run: "for u in $(ps -eo args | grep -o -e '--initial-cluster=[^ ]*' | head -n 1 | tr ',' '\\n' | sed 's/.*=//'); do echo $u; curl -skm 3 $u/version; echo; done"
    on: "{node}"
  - en: "Firewall, routes and MTU between the members"
    zh: "检查成员之间的防火墙、路由和 MTU"
    run: "iptables-save | grep -E '2380|DROP|REJECT' | head -n 20; ip route"
    on: "{node}"
  - en: "A member that will not come back: remove it, then add a new one (only while a majority is healthy)"
    zh: "无法恢复的成员：先移除再添加新成员（仅在多数派健康时）"
    run: "ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key member list -w table"
    on: "{node}"
verify: "ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key endpoint health --cluster"
*/
WITH
said AS (
  SELECT coalesce(h.node, p.node, h.pod, h.path) AS node, h.file, h.line, h.text, h.ts, h.log,
    coalesce(json_extract(h.captures, '$.peer'), json_extract(h.captures, '$.peer3'), rx('remote-peer-id\\*":\\*"([0-9a-f]+)', h.text, 1)) AS peer,
    rx('dial tcp (\S+:2380)', h.text, 1) AS address
  FROM hits h LEFT JOIN pods p ON p.namespace = h.namespace AND p.name = h.pod
  WHERE h.signature = 'etcd-peer-unreachable' AND h.role IS NOT 'container-log-previous'
),
summed AS (
  SELECT *, count(*) OVER w AS hits, max(ts) OVER w AS last_ts, min(ts) OVER w AS first_ts,
    max(peer) OVER w AS any_peer, max(address) OVER w AS any_address, row_number() OVER (PARTITION BY node ORDER BY log DESC) AS newest
  FROM said WINDOW w AS (PARTITION BY node)
)
SELECT 'node/' || node AS subject, file, line, text, CASE WHEN newest = 1 THEN first_ts ELSE ts END AS first_seen, ts AS last_seen, node, hits, iso(last_ts) AS last_at,
  coalesce(', peer ' || any_peer, '') AS peer, coalesce(' (' || any_address || ')', '') AS address
FROM summed
WHERE newest <= 4 AND hits >= 3 AND last_ts > :now - 120000000 AND last_ts - first_ts > 60000000
ORDER BY 1, newest, file, line;
