/*
id: csr-pending
title:
  en: "{pending} certificate signing request(s) wait for an answer"
  zh: "有 {pending} 个证书签名请求未处理"
detail:
  en: "The oldest is {minutes} minutes old; requested by {who}, for signer {signer}."
  zh: "最早的已等待 {minutes} 分钟；申请者 {who}，签发者 {signer}。"
severity: warning
confidence: certain
needs: [certificatesigningrequests]
causes:
  - {check: kubelet-serving-cert-missing, when: cluster}
  - {check: node-not-registered, when: cluster}
  - {check: metrics-server-missing, when: cluster}
why:
  en: >-
    Client certificates of kubelets are approved by the controller manager at once; when these wait it is not working or the node may not ask. Serving certificates
    (kubelet-serving) nobody approves by default: a person or a controller must, or logs, exec and metrics of that node fail.
  zh: >-
    kubelet 的客户端证书会由 controller-manager 立即批准；如果一直等待，说明它没有工作，或该节点没有申请权限。服务端证书（kubelet-serving）默认无人批准，
    需要人工或控制器处理，否则该节点的 logs、exec 和指标会失败。
fix:
  - en: "Which are they?"
    zh: "列出未处理的请求"
    run: "kubectl get certificatesigningrequests | grep -w Pending"
  - en: "Check that requester and names belong to a node of yours, then approve"
    zh: "确认申请者和名称属于自己的节点后再批准"
    run: "kubectl describe certificatesigningrequest {csr} && kubectl certificate approve {csr}"
verify: "kubectl get certificatesigningrequests"
refs: ["https://kubernetes.io/docs/reference/access-authn-authz/kubelet-tls-bootstrapping/"]
*/
WITH waiting AS (
  SELECT o.name, o.created, o.json ->> '$.spec.username' AS who, coalesce(o.json ->> '$.spec.signerName', '-') AS signer, o.file,
    json_line(o.json, o.line, o.name) AS line, row_number() OVER (ORDER BY o.created, o.name) AS n, count(*) OVER () AS pending
  FROM objects o
  WHERE o.kind = 'CertificateSigningRequest' AND o.created < :now - 600000000 AND coalesce(json_array_length(o.json, '$.status.conditions'), 0) = 0
)
SELECT 'cluster' AS subject, w.file, w.line, w.created AS ts, f.name AS csr, f.pending, (:now - f.created) / 60000000 AS minutes, coalesce(f.who, '-') AS who, f.signer
FROM waiting w JOIN waiting f ON f.n = 1 WHERE w.n <= 10
ORDER BY w.n;
