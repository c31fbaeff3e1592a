/*
id: apiserver-tls-handshake-bad-cert
title:
  en: "{source} cannot agree with the API server on a certificate"
  zh: "{source} 与 API server 的证书校验失败"
detail:
  en: "{times} broken handshakes, the last at {last_at}: {error}"
  zh: "共 {times} 次握手失败，最后一次在 {last_at}：{error}"
severity: warning
confidence: possible
needs: [log:kube-apiserver]
why:
  en: >-
    A client breaks off, as it does not trust the API server's certificate, or offers one that the API server refuses. From a node's address it is a kubelet, a
    proxy or a pod with an old CA; from elsewhere a person with an old kubeconfig, or somebody who speaks plain HTTP. Load balancers that only open a connection ("EOF") are not counted.
  zh: >-
    客户端不信任 API server 的证书而中断，或其证书被 API server 拒绝。来源是节点地址时，是使用旧 CA 的 kubelet、代理或 Pod；来自其他地址时，是使用旧 kubeconfig 的用户，
    或有人用明文 HTTP 访问。负载均衡只建立连接的探测（EOF）不计入。
fix:
  - en: "Whose address is it?"
    zh: "这是谁的地址？"
    run: "kubectl get nodes -o wide | grep -w -e {source}; kubectl get pods --all-namespaces -o wide | grep -w -e {source}"
  - en: "There: is its CA the cluster's?"
    zh: "在该机器上检查 CA 是否是本集群的"
    run: "sed -n 's/.*certificate-authority-data: *//p' /etc/kubernetes/kubelet.conf | base64 -d | openssl x509 -noout -fingerprint -sha256 -enddate"
    on: "{source_node}"
*/
WITH
told AS (
  SELECT s.*, s.captures ->> '$.from' AS source, s.captures ->> '$.error' AS error
  FROM said s WHERE s.signature = 'tls-handshake-bad-cert' AND s.ts > :now - 3600000000
),
counted AS (
  SELECT *, count(*) OVER (PARTITION BY source) AS n_of, max(ts) OVER (PARTITION BY source) AS last_of, min(ts) OVER (PARTITION BY source) AS first_of,
    row_number() OVER (PARTITION BY source ORDER BY ts DESC, log DESC) AS newest_of
  FROM told
),
owners AS (
  SELECT n.name, a.value ->> '$.address' AS address FROM nodes n, json_each(CASE WHEN json_valid(n.addresses) THEN n.addresses ELSE '[]' END) a
)
SELECT coalesce('node/' || (SELECT name FROM owners o WHERE o.address = c.source), 'address/' || trim(c.source, '[]')) AS subject, c.file, c.line, c.text, c.ts, c.first_of AS first_seen,
  c.source, (SELECT name FROM owners o WHERE o.address = c.source) AS source_node, c.n_of AS times, iso(c.last_of) AS last_at, c.error
FROM counted c WHERE c.n_of >= 10 AND c.last_of > :now - 900000000 AND c.newest_of <= 3
ORDER BY subject, c.newest_of, c.file, c.line;
