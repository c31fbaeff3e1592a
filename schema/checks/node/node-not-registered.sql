/*
id: node-not-registered
title:
  en: "kubelet runs on {node}, but the cluster has no Node of that name"
  zh: "节点 {node} 上 kubelet 在运行，但集群中没有对应的 Node 对象"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
needs: [nodes, log:kubelet]
causes:
  - {check: workload-unavailable, when: same-node}
  - {check: pod-pending-no-nodes, when: cluster}
why:
  en: >-
    A kubelet makes its own Node object when it starts, under its host name (or --hostname-override), and may touch that one only. It
    is refused when the certificate says another name, when the name has changed, or when its credentials are no longer valid;
    and somebody may have deleted the object, which a kubelet makes again only when it restarts. Nothing is scheduled here meanwhile.
  zh: >-
    kubelet 启动时以主机名（或 --hostname-override）创建自己的 Node 对象，并且只能修改这一个。证书中的名称不一致、主机名改变或凭据失效时会被拒绝；
    Node 对象也可能被人删除，而 kubelet 只有重启时才会重新创建。在此期间不会有 Pod 调度到这里。
fix:
  - en: "Compare the three names: host, certificate (CN system:node:NAME), Node"
    zh: "对比三个名称：主机名、证书（CN system:node:NAME）、Node 名"
    run: "hostname; openssl x509 -noout -subject -enddate -in /var/lib/kubelet/pki/kubelet-client-current.pem; tr '\\0' ' ' < /proc/$(pidof kubelet)/cmdline"
    on: "{node}"
  - en: "The Node object was deleted: a restart makes it again"
    zh: "Node 对象被删除：重启 kubelet 会重新创建"
    run: "systemctl restart kubelet"
    on: "{node}"
  - en: "The names or credentials are wrong: join again (this deletes the pods of this node)"
    zh: "名称或凭据有误：重新加入集群（会删除该节点上的 Pod）"
    run: "kubeadm reset -f   # then the command that 'kubeadm token create --print-join-command' prints on a control-plane node"
    on: "{node}"
verify: "kubectl get node {node}"
*/
WITH
here AS (
  SELECT a.node, a.hostname, a.address FROM node_access a
  WHERE a.reached AND EXISTS (SELECT 1 FROM node_processes p WHERE p.node = a.node AND p.args REGEXP '(^|/)(kubelet|hyperkube|k3s|kubelite)( |$)')
),
-- A machine may be known to the collector by its address or host name.
known AS (
  SELECT h.node, n.name FROM here h JOIN nodes n
    ON n.name IN (h.node, h.hostname, lower(h.hostname))
    OR EXISTS (SELECT 1 FROM json_each(n.addresses) x WHERE json_extract(x.value, '$.address') IN (h.node, h.address))
),
said AS (
  SELECT h.node, h.file, h.line, h.text, h.ts, h.log, h.text LIKE '%not allowed to modify node%' AS mismatch,
    count(*) OVER (PARTITION BY h.node) AS hits, max(h.ts) OVER (PARTITION BY h.node) AS last_ts, min(h.ts) OVER (PARTITION BY h.node) AS first_ts,
    row_number() OVER (PARTITION BY h.node ORDER BY h.text LIKE '%Unable to register%' DESC, h.log DESC) AS newest
  FROM hits h WHERE h.signature = 'node-not-registered' AND h.ts > :now - 3600000000
),
refused AS (
  SELECT DISTINCT node FROM said
  WHERE hits >= 3 AND last_ts > :now - 600000000 AND last_ts - first_ts > 30000000
),
sick AS (
  SELECT h.node FROM here h
  WHERE EXISTS (SELECT 1 FROM nodes) AND h.node IN (SELECT node FROM refused) AND h.node NOT IN (SELECT node FROM known)
  UNION
  SELECT r.node FROM refused r JOIN said s ON s.node = r.node AND s.mismatch WHERE r.node IN (SELECT node FROM here)
)
SELECT 'node/' || s.node AS subject, d.file, d.line, d.text, d.ts, s.node,
  CASE WHEN s.node IN (SELECT node FROM known) THEN 'Its credentials name another node than it calls itself.'
    ELSE 'It has complained ' || d.hits || ' times, the last at ' || iso(d.last_ts) || '; the list of nodes has ' || (SELECT count(*) FROM nodes) || ' others.' END AS what,
  CASE WHEN s.node IN (SELECT node FROM known) THEN '其凭据中的节点名与自身名称不一致。'
    ELSE '已报错 ' || d.hits || ' 次，最后一次在 ' || iso(d.last_ts) || '；节点列表中有其他 ' || (SELECT count(*) FROM nodes) || ' 个节点。' END AS what_zh
FROM sick s JOIN said d ON d.node = s.node AND d.newest <= 3
ORDER BY 1, d.newest, d.file, d.line;
