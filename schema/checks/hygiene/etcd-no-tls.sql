/*
id: etcd-no-tls
title:
  en: "etcd on {place} answers everybody on the network, without TLS"
  zh: "{place} 上的 etcd 未启用 TLS 并对网络开放"
detail:
  en: "It listens for clients on {url}."
  zh: "客户端监听地址为 {url}。"
severity: critical
confidence: certain
needs: [[pods, node_processes]]
why:
  en: >-
    etcd holds everything, secrets in plain text included. Whoever reaches this port reads and writes it, past the API server and all permissions. Only its metrics on 127.0.0.1 may go without.
  zh: >-
    etcd 保存着集群的全部数据，包括明文的 Secret。任何能访问该端口的人都可以绕过 API server 和所有权限直接读写。只有 127.0.0.1 上的指标端口可以不加密。
fix:
  - en: "At once: let only the control plane reach port 2379"
    zh: "立即：限制 2379 端口只允许控制平面访问"
    run: "iptables -I INPUT -p tcp --dport 2379 -j DROP && iptables -I INPUT -p tcp --dport 2379 -i lo -j ACCEPT"
    on: "{node}"
  - en: "Make certificates (kubeadm init phase certs etcd-ca and etcd-server), then: --listen-client-urls and --advertise-client-urls with https, --cert-file, --key-file, --client-cert-auth=true, --trusted-ca-file; the same CA and a client certificate for the API server (--etcd-cafile, --etcd-certfile, --etcd-keyfile)"
    zh: "签发证书（kubeadm init phase certs etcd-ca、etcd-server），然后把 --listen-client-urls 和 --advertise-client-urls 改为 https，并设置 --cert-file、--key-file、--client-cert-auth=true、--trusted-ca-file；API server 使用同一 CA 和客户端证书（--etcd-cafile、--etcd-certfile、--etcd-keyfile）"
verify: "ss -lntp | grep 2379"
refs: ["https://etcd.io/docs/v3.5/op-guide/security/"]
*/
WITH RECURSIVE
urls(node, file, line, text, rest, url) AS (
  SELECT node, file, line, text, value || ',', NULL FROM component_flags WHERE component = 'etcd' AND flag = 'listen-client-urls'
  UNION ALL
  SELECT node, file, line, text, substr(rest, instr(rest, ',') + 1), substr(rest, 1, instr(rest, ',') - 1) FROM urls WHERE rest <> ''
)
SELECT coalesce('node/' || node, 'cluster') AS subject, file, line, text, node, coalesce(node, '-') AS place, url FROM urls
WHERE url LIKE 'http://%' AND url NOT LIKE 'http://127.%' AND url NOT LIKE 'http://localhost%' AND url NOT LIKE 'http://[::1]%'
ORDER BY subject, url, file, line;
