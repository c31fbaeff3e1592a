/*
id: iptables-mode-mixed
title:
  en: "Node {node} has Kubernetes rules in both kinds of iptables, legacy and nft"
  zh: "节点 {node} 的 iptables-legacy 和 iptables-nft 中都有 Kubernetes 规则"
detail:
  en: "KUBE-SERVICES is in {services_in} ({services} rules), others of Kubernetes are in {others_in} ({others} rules)."
  zh: "KUBE-SERVICES 在 {services_in} 中（{services} 条规则），其他 Kubernetes 规则在 {others_in} 中（{others} 条规则）。"
severity: critical
needs: [node_iptables, "capture:nodes/*/host/iptables-legacy-save.txt", "capture:nodes/*/host/iptables-version.txt"]
causes:
  - {check: kube-proxy-iptables-failed, when: [same, same-node]}
  - {check: service-unreachable, when: [same-node, pod-on-node]}
why:
  en: >-
    Both kinds work in the kernel at once, and a packet must pass both. kube-proxy, kubelet and the network plug-in choose by what they find at start; when they choose differently, or the
    machine's choice changed while old rules stayed, rules of one kind mark or drop what the other accepts.
  zh: >-
    两套规则在内核中同时生效，数据包要经过两者。kube-proxy、kubelet 和网络插件在启动时按所见的情况选择；如果选择不一致，或主机切换后旧规则仍在，
    一套规则就会标记或丢弃另一套放行的包。
fix:
  - en: "Where are they, and which kind does the machine use?"
    zh: "查看两套规则的数量以及主机使用的类型"
    run: "iptables --version; for s in iptables-nft-save iptables-legacy-save; do echo \"$s $($s 2>/dev/null | grep -c -E 'KUBE-|cali-|FLANNEL|CNI-')\"; done"
    on: "{node}"
  - en: "Choose one for the machine: the one that holds KUBE-SERVICES"
    zh: "让主机使用 KUBE-SERVICES 所在的那一种"
    run: "update-alternatives --set iptables /usr/sbin/{keep} && update-alternatives --set ip6tables /usr/sbin/{keep6}"
    on: "{node}"
  - en: "And reboot the node, which clears the other one (drain it before)"
    zh: "然后重启节点以清除另一种（先驱逐 Pod）"
    run: "kubectl drain {node} --ignore-daemonsets --delete-emptydir-data"
verify: "iptables-legacy-save | grep -c KUBE-; iptables-nft-save | grep -c KUBE-"
refs: ["https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/troubleshooting-kubeadm/"]
*/
WITH
-- iptables-save shows nft's rules only where the machine's iptables is of that kind; elsewhere both captures are the same.
nft AS (SELECT DISTINCT f.node FROM files f JOIN lines l ON l.file = f.id WHERE f.path GLOB 'nodes/*/host/iptables-version.txt' AND l.text LIKE 'iptables %(nf_tables)%'),
services AS (
  SELECT node, family, count(*) AS n, min(file) AS file, min(line) AS line FROM node_iptables
  WHERE tab = 'nat' AND chain = 'KUBE-SERVICES' AND rule IS NOT NULL AND family IN ('ip4', 'legacy') GROUP BY node, family
),
-- Rules, not chains: kubelet leaves empty ones as hints for others.
others AS (
  SELECT node, family, count(*) AS n, min(file) AS file, min(line) AS line FROM node_iptables
  WHERE rule IS NOT NULL AND family IN ('ip4', 'legacy') AND (chain GLOB 'KUBE-*' OR chain GLOB 'cali-*' OR chain GLOB 'FLANNEL*' OR chain GLOB 'CNI-*') GROUP BY node, family
),
mixed AS (
  SELECT s.node, s.family AS sf, s.n AS services, s.file AS sfile, s.line AS sline, o.n AS others, o.file AS ofile, o.line AS oline FROM services s JOIN others o ON o.node = s.node AND o.family <> s.family
  WHERE s.node IN (SELECT node FROM nft)
    -- Both may hold KUBE-SERVICES: one row then, of the fuller one.
    AND NOT EXISTS (SELECT 1 FROM services x WHERE x.node = s.node AND x.family <> s.family AND (x.n > s.n OR x.n = s.n AND x.family < s.family))
)
SELECT 'node/' || m.node AS subject, CASE k.k WHEN 1 THEN m.sfile ELSE m.ofile END AS file, CASE k.k WHEN 1 THEN m.sline ELSE m.oline END AS line, m.node, m.services, m.others,
  CASE m.sf WHEN 'legacy' THEN 'iptables-legacy' ELSE 'iptables-nft' END AS services_in, CASE m.sf WHEN 'legacy' THEN 'iptables-nft' ELSE 'iptables-legacy' END AS others_in,
  CASE m.sf WHEN 'legacy' THEN 'iptables-legacy' ELSE 'iptables-nft' END AS keep, CASE m.sf WHEN 'legacy' THEN 'ip6tables-legacy' ELSE 'ip6tables-nft' END AS keep6
FROM mixed m, (SELECT 1 AS k UNION ALL SELECT 2) k
ORDER BY m.node, k.k;
