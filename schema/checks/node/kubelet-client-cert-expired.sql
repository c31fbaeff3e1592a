/*
id: kubelet-client-cert-expired
title:
  en: "kubelet's client certificate on {node} ended at {ended}"
  zh: "节点 {node} 上 kubelet 的客户端证书已于 {ended} 到期"
detail:
  en: "The certificate in {path}."
  zh: "证书位于 {path}。"
severity: critical
confidence: certain
needs: [["log:kubelet", "capture:nodes/*/host/certificates.txt"]]
causes:
  - {check: kubelet-not-running, when: same}
  - {check: node-not-ready-unknown, when: same}
  - {check: node-not-registered, when: same}
  - {check: kubelet-node-status-update-failing, when: same}
  - {check: cert-expired, when: same}
  - {check: pod-terminating-node-lost, when: same}
  - {check: apiserver-to-kubelet-unreachable, when: same}
  - {check: workload-unavailable, when: pod-on-node}
  - {check: service-endpoints-not-ready, when: pod-on-node}
  - {check: kubelet-lease-failing, when: same}
why:
  en: >-
    kubelet renews its certificate itself in the last third of its year. It could not when the machine was off for that long, when the controller
    manager did not sign, or when the certificate stands in kubelet.conf instead of in a file (kubeadm before 1.17). Without it the API server
    does not know the node.
  zh: >-
    kubelet 会在证书有效期的最后三分之一自动续期。如果机器在此期间一直关机、controller-manager 没有签发，
    或证书内嵌在 kubelet.conf 中（1.17 之前的 kubeadm），就无法续期。证书过期后 API server 不再认可该节点。
fix:
  - en: "Look at both places"
    zh: "查看两处证书"
    run: "openssl x509 -noout -enddate -in /var/lib/kubelet/pki/kubelet-client-current.pem; grep client-certificate /etc/kubernetes/kubelet.conf"
    on: "{node}"
  - en: "On a control-plane node: make a new kubeconfig for it (before 1.19: kubeadm alpha kubeconfig user)"
    zh: "在控制平面节点上：为它生成新的 kubeconfig（1.19 之前用 kubeadm alpha kubeconfig user）"
    run: "kubeadm kubeconfig user --org system:nodes --client-name system:node:{node} > /root/kubelet.conf"
  - en: "Copy it to the node as /etc/kubernetes/kubelet.conf, put the old certificate aside and restart; then point kubelet.conf at kubelet-client-current.pem, which kubelet renews"
    zh: "复制到该节点的 /etc/kubernetes/kubelet.conf，移走旧证书并重启；然后让 kubelet.conf 指向 kubelet 会自动续期的 kubelet-client-current.pem"
    run: "mkdir -p /root/kubelet-pki.before && mv /var/lib/kubelet/pki/kubelet-client-* /root/kubelet-pki.before/; systemctl restart kubelet"
    on: "{node}"
verify: "kubectl get node {node}"
refs: ["https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/troubleshooting-kubeadm/#kubelet-client-cert"]
*/
WITH
-- On disk, at the time of the bundle. kubelet.conf shows dates only when the certificate stands in it.
disk AS (
  SELECT node, path, not_after, file, line, row_number() OVER (PARTITION BY node ORDER BY path GLOB '*kubelet-client-current.pem' DESC, not_after, path) AS n
  FROM certificates c
  WHERE path IN ('/var/lib/kubelet/pki/kubelet-client-current.pem', '/etc/kubernetes/kubelet.conf') AND not_after < :now
    -- The pem is what counts when the kubeconfig names it.
    AND NOT (path = '/etc/kubernetes/kubelet.conf' AND EXISTS (SELECT 1 FROM certificates p WHERE p.node = c.node AND p.path GLOB '*kubelet-client-current.pem' AND p.not_after > :now))
),
said AS (
  SELECT * FROM kubelet_refusals
  WHERE signature = 'kubelet-client-cert-ended' AND (last_ts > :now - 600000000 OR ended) AND NOT coalesce(recovered < :now - 20000000, 0)
    AND us(replace(captures ->> '$.ended', ' ', 'T') || 'Z') < :now
),
without AS (SELECT * FROM node_hits WHERE signature = 'kubelet-no-bootstrap'),
sick AS (SELECT node FROM disk UNION SELECT node FROM said),
evidence AS (
  SELECT node, 0 AS seq, file, line, NULL AS text, not_after AS ts FROM disk WHERE n = 1
  UNION ALL SELECT node, newest, file, line, text, ts FROM said WHERE newest <= 2
  UNION ALL SELECT node, 5, file, line, text, ts FROM without WHERE newest = 1
)
SELECT 'node/' || s.node AS subject, e.file, e.line, e.text, e.ts, s.node,
  coalesce(iso(d.not_after), replace(l.captures ->> '$.ended', ' ', 'T') || 'Z', '?') AS ended,
  coalesce(d.path, l.captures ->> '$.path', '/etc/kubernetes/kubelet.conf') AS path
FROM sick s JOIN evidence e ON e.node = s.node
LEFT JOIN disk d ON d.node = s.node AND d.n = 1 LEFT JOIN said l ON l.node = s.node AND l.newest = 1
ORDER BY s.node, e.seq, e.file, e.line;
