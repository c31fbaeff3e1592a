/*
id: kubelet-serving-cert-missing
title:
  en: "kubelet on {node} has no serving certificate: its request is not approved"
  zh: "节点 {node} 上的 kubelet 没有服务端证书：证书请求未被批准"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: warning
needs: [["log:kubelet", certificatesigningrequests]]
causes:
  - {check: apiserver-to-kubelet-unreachable, when: same}
  - {check: metrics-server-scrape-failing, when: cluster}
why:
  en: >-
    With serverTLSBootstrap kubelet asks the cluster for the certificate of its port 10250, and nothing in Kubernetes approves such requests: a person
    or an approver must. Until then logs, exec and metrics of this node fail with "tls: internal error". Requests that nobody answers are
    deleted after a day and made anew.
  zh: >-
    启用 serverTLSBootstrap 后，kubelet 会向集群申请 10250 端口的证书，而 Kubernetes 自身不会批准这类请求，需要人工或批准控制器处理。
    在此之前，该节点的 logs、exec 和指标会报 “tls: internal error”。无人处理的请求一天后会被删除并重新创建。
fix:
  - en: "Which requests wait? Check that the names in them are the node's own"
    zh: "有哪些待批准的请求？确认其中的名称属于该节点"
    run: "kubectl get csr | grep -E 'kubelet-serving|Pending'; kubectl describe csr {csr}"
  - en: "Approve it"
    zh: "批准请求"
    run: "kubectl certificate approve {csr}"
  - en: "For good: run an approver (kubelet-csr-approver), or set serverTLSBootstrap: false"
    zh: "长期措施：运行批准控制器（kubelet-csr-approver），或设置 serverTLSBootstrap: false"
verify: "kubectl get csr; kubectl get --raw /api/v1/nodes/{node}/proxy/healthz"
refs: ["https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-certs/#kubelet-serving-certs"]
*/
WITH
pending AS (
  SELECT substr(o.json ->> '$.spec.username', 13) AS node, o.name AS csr, o.created, o.file, json_line(o.json, o.line, o.name) AS line,
    row_number() OVER (PARTITION BY o.json ->> '$.spec.username' ORDER BY o.created DESC, o.name) AS n, count(*) OVER (PARTITION BY o.json ->> '$.spec.username') AS requests
  FROM objects o
  WHERE o.kind = 'CertificateSigningRequest' AND o.json ->> '$.spec.username' LIKE 'system:node:%'
    AND (o.json ->> '$.spec.signerName' = 'kubernetes.io/kubelet-serving' OR (o.json ->> '$.spec.signerName' IS NULL AND o.json ->> '$.spec.usages' LIKE '%server auth%'))
    AND coalesce(o.json -> '$.status.conditions', '[]') = '[]' AND o.created < :now - 120000000
),
logged AS (SELECT * FROM node_hits WHERE signature = 'serving-cert-missing'),
-- Right after the start it is normal for some seconds.
sick AS (
  SELECT node FROM logged WHERE newest = 1 AND hits >= 3 AND last_ts > :now - 600000000 AND last_ts - first_ts > 60000000
  UNION SELECT node FROM pending
),
evidence AS (
  SELECT node, n AS seq, file, line, NULL AS text, created AS ts FROM pending WHERE n <= 2
  UNION ALL SELECT node, 10 + newest, file, line, text, ts FROM logged WHERE newest <= 2 OR oldest = 1
)
SELECT 'node/' || s.node AS subject, e.file, e.line, e.text, e.ts, s.node, coalesce(p.csr, 'CSR_NAME') AS csr,
  coalesce(p.requests || ' request(s) wait, the newest is ' || p.csr || ' of ' || iso(p.created) || '. ', '') || coalesce('kubelet turned away ' || l.hits || ' connection(s), the last at ' || iso(l.last_ts) || '.', '') AS what,
  coalesce('有 ' || p.requests || ' 个请求待批准，最新的是 ' || p.csr || '（' || iso(p.created) || '）。', '') || coalesce('kubelet 拒绝了 ' || l.hits || ' 个连接，最后一次在 ' || iso(l.last_ts) || '。', '') AS what_zh
FROM sick s JOIN evidence e ON e.node = s.node LEFT JOIN pending p ON p.node = s.node AND p.n = 1 LEFT JOIN logged l ON l.node = s.node AND l.newest = 1
ORDER BY s.node, e.seq, e.file, e.line;
