/*
id: cert-expired
title:
  en: "A certificate of the control plane has expired ({place})"
  zh: "控制平面证书已过期（{place}）"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
confidence: certain
needs: [[capture:nodes/*/host/certificates.txt, log:kubelet, log:kube-apiserver, log:kube-controller-manager, log:kube-scheduler, log:etcd]]
causes:
  - {check: apiserver-down, when: cluster}
  - {check: apiserver-etcd-unreachable, when: cluster}
  - {check: kcm-down, when: cluster}
  - {check: scheduler-down, when: cluster}
  - {check: kcm-leader-lost, when: cluster}
  - {check: node-not-ready-unknown, when: cluster}
  - {check: node-not-registered, when: cluster}
  - {check: controllers-stalled, when: cluster}
  - {check: endpoints-stale, when: cluster}
  - {check: pod-pending-never-attempted, when: cluster}
  - {check: hpa-metrics-unavailable, when: cluster}
  - {check: kubelet-node-status-update-failing, when: cluster}
  - {check: etcd-cert-problem, when: cluster}
  - {check: kubelet-lease-failing, when: cluster}
  - {check: kube-dns-apiserver-timeout, when: cluster}
  - {check: kube-proxy-apiserver-unreachable, when: cluster}
why:
  en: >-
    Every connection of the control plane is TLS, and nobody accepts a certificate after its end. Clients of that certificate (kubelets,
    controller manager, scheduler, kubectl) fail at once; connections that were open may last a while, so the damage comes in
    steps. kubeadm's certificates live one year unless an upgrade renews them; its CAs live ten.
  zh: >-
    控制平面的所有连接都使用 TLS，证书过期后对端会立即拒绝。依赖该证书的一方（kubelet、controller-manager、scheduler、kubectl）随即失败；
    已建立的连接可能还会维持一段时间，所以故障是逐步扩散的。kubeadm 签发的证书有效期为一年（升级时会自动续期），CA 为十年。
fix:
  - en: "List what has expired"
    zh: "列出已过期的证书"
    run: "for f in /etc/kubernetes/pki/*.crt /etc/kubernetes/pki/etcd/*.crt; do openssl x509 -checkend 0 -noout -in $f >/dev/null || echo $f; done; kubeadm certs check-expiration"
    on: "{machine}"
  - en: "Keep a copy, then renew (before 1.20: kubeadm alpha certs renew all). An expired CA is not renewed by this and needs new certificates for everybody"
    zh: "先备份，再续期（1.20 之前用 kubeadm alpha certs renew all）。CA 过期时此命令无效，需要为所有组件重新签发证书"
    run: "cp -a /etc/kubernetes /root/kubernetes-before-renewal && kubeadm certs renew all"
    on: "{machine}"
  - en: "Without kubeadm (needs OpenSSL 3): let the cluster's own CA sign it anew, with the same key, subject and names; the old one is kept as .expired"
    zh: "没有 kubeadm 时（需要 OpenSSL 3）：用集群 CA 以相同的密钥、主体和名称重新签发，旧证书保留为 .expired"
    run: "d=$(mktemp -d) && openssl x509 -x509toreq -in {crt} -signkey {key} -copy_extensions copyall -out $d/csr && openssl x509 -req -in $d/csr -CA {ca}.crt -CAkey {ca}.key -set_serial 0x$(openssl rand -hex 8) -days 365 -copy_extensions copyall -out $d/crt && cp -p {crt} {crt}.expired && cat $d/crt > {crt}"
    on: "{machine}"
  - en: "Processes read certificates when they start: restart the control plane, one node after the other"
    zh: "进程只在启动时读取证书：逐个节点重启控制平面组件"
    run: "for c in etcd kube-apiserver kube-controller-manager kube-scheduler; do docker ps -q --filter name=k8s_\"$c\"_ 2>/dev/null | xargs -r docker restart; crictl ps -q --name \"^$c\\$\" 2>/dev/null | xargs -r crictl stop; systemctl try-restart $c 2>/dev/null; done"
    on: "{machine}"
  - en: "kubeadm renewed admin.conf, too: take the new one into use (this replaces ~/.kube/config)"
    zh: "kubeadm 也更新了 admin.conf：换用新的文件（会覆盖 ~/.kube/config）"
    run: "cp /etc/kubernetes/admin.conf ~/.kube/config"
    on: "{machine}"
verify: "kubectl get --raw /readyz; kubectl get nodes"
refs: ["https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-certs/"]
*/
WITH
-- Ages are told at the time of the bundle. kubelet's own certificates are a diagnosis of their own, and an old admin.conf hurts
-- only who uses it.
expired AS (
  SELECT node, path, subject, not_after, file, line,
    row_number() OVER (PARTITION BY node ORDER BY path LIKE '%/apiserver.crt' DESC, path LIKE '%.crt' DESC, not_after, path) AS n,
    count(*) OVER (PARTITION BY node) AS files
  FROM certificates
  WHERE not_after < :now
    AND (path GLOB '/etc/kubernetes/pki/*' OR path IN ('/etc/kubernetes/controller-manager.conf', '/etc/kubernetes/scheduler.conf')
      OR path GLOB '/var/lib/rancher/*/server/tls/*' OR path GLOB '/var/snap/microk8s/*/certs/*' OR path GLOB '/etc/etcd/*')
),
-- What those say who met it. Where the clock of the speaker is wrong the certificate may be good.
said AS (
  SELECT h.node, h.unit, h.file, h.line, h.ts, h.text, json_extract(h.captures, '$.ended') AS ended,
    row_number() OVER (PARTITION BY coalesce(h.node, h.pod), h.unit ORDER BY h.log DESC) AS newest,
    count(*) OVER () AS hits, max(h.ts) OVER () AS last_ts, min(h.ts) OVER () AS first_ts
  FROM hits h
  WHERE h.signature = 'cert-expired' AND h.ts > :now - 3600000000
    AND (json_extract(h.captures, '$.now') IS NULL OR abs(us(json_extract(h.captures, '$.now')) - h.ts) < 600000000)
),
-- The collector's own requests met it: once is enough.
met AS (
  SELECT c.path, coalesce(l.file, c.manifest) AS file, coalesce(l.line, c.line) AS line, coalesce(l.text, c.error) AS text,
    rx('is after ([0-9TZ:.+-]*[0-9TZ])', c.error, 1) AS ended,
    row_number() OVER (ORDER BY l.file IS NULL, c.path) AS n
  FROM captures c
  LEFT JOIN (SELECT x.file, x.line, x.text, row_number() OVER (PARTITION BY x.file ORDER BY x.line) AS n
    FROM files f JOIN lines x ON x.file = f.id WHERE f.path GLOB 'kubectl/*' AND x.text LIKE '%certificate has expired%') l ON l.file = c.file AND l.n = 1
  WHERE c.source IN ('kubectl', 'api') AND c.state = 'failed' AND c.error LIKE '%certificate has expired%'
    AND c.error NOT LIKE '% is before %'
),
-- No file tells: the certificate that is served is older than the one on disk, or it lies elsewhere.
unseen AS (
  SELECT 'cluster' AS subject, NULL AS node,
    coalesce((SELECT ended FROM met WHERE ended IS NOT NULL LIMIT 1), (SELECT ended FROM said WHERE ended IS NOT NULL ORDER BY newest LIMIT 1)) AS ended
  WHERE NOT EXISTS (SELECT 1 FROM expired)
    -- Clients try again every few seconds: when the last line is a minute old it is over, and sooner where the API answers.
    AND (EXISTS (SELECT 1 FROM met)
      OR EXISTS (SELECT 1 FROM said, api_state p WHERE hits >= CASE WHEN p.answered THEN 3 ELSE 1 END
        AND last_ts > :now - CASE WHEN p.answered THEN 20000000 ELSE 60000000 END AND ended IS NOT NULL AND us(ended) < :now))
),
told AS (
  SELECT 'node/' || node AS subject, node, node AS place,
    path || ' ended at ' || iso(not_after) || CASE WHEN files > 1 THEN ', and ' || (files - 1) || ' more have ended' ELSE '' END || '.' AS what,
    path || ' 已于 ' || iso(not_after) || ' 到期' || CASE WHEN files > 1 THEN '，另有 ' || (files - 1) || ' 个也已过期' ELSE '' END || '。' AS what_zh
  FROM expired WHERE n = 1
  UNION ALL
  SELECT subject, node, 'cluster',
    'A certificate that is in use ended' || coalesce(' at ' || ended, '') || '; none of the files that were looked at has. It may have been renewed on disk without a restart of the process that serves it.',
    '正在使用的某个证书已' || coalesce('于 ' || ended || ' ', '') || '到期，而采集到的证书文件都未过期；可能是文件已续期但进程没有重启。'
  FROM unseen
),
evidence AS (
  SELECT 'node/' || node AS subject, n AS seq, file, line, NULL AS text, not_after AS ts FROM expired WHERE n <= 8
  UNION ALL
  SELECT t.subject, 10 + m.n, m.file, m.line, m.text, NULL FROM told t JOIN met m ON m.n <= 2
  UNION ALL
  SELECT t.subject, 20 + s.newest, s.file, s.line, s.text, NULL FROM told t JOIN said s ON s.newest = 1
)
SELECT e.subject, e.file, e.line, e.text, e.ts, t.node, t.place, t.what, t.what_zh,
  coalesce(t.node, (SELECT min(node) FROM control_plane_nodes)) AS machine,
  l.path AS crt, substr(l.path, 1, length(l.path) - 4) || '.key' AS key,
  CASE WHEN l.path GLOB '*/etcd/*' OR l.path GLOB '*/apiserver-etcd-client.crt' THEN '/etc/kubernetes/pki/etcd/ca'
    WHEN l.path GLOB '*/front-proxy-*' THEN '/etc/kubernetes/pki/front-proxy-ca' WHEN l.path IS NOT NULL THEN '/etc/kubernetes/pki/ca' END AS ca
FROM told t JOIN evidence e ON e.subject = t.subject
-- The one that a command can renew: a leaf whose key lies beside it. A CA's end is another matter.
LEFT JOIN (SELECT node, path, row_number() OVER (PARTITION BY node ORDER BY n) AS k FROM expired
  WHERE path GLOB '/etc/kubernetes/pki/*.crt' AND path NOT GLOB '*/ca.crt' AND path NOT GLOB '*-ca.crt') l ON l.node = t.node AND l.k = 1
ORDER BY e.subject, e.seq, e.file, e.line;
