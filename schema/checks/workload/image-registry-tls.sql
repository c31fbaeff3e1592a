/*
id: image-registry-tls
title:
  en: "Node {on_node} and the registry {registry} do not agree on TLS ({image})"
  zh: "节点 {on_node} 与镜像仓库 {registry} 的 TLS 连接失败（{image}）"
detail:
  en: "Container {container} of {pods} pod(s): {message}"
  zh: "{pods} 个 Pod 的容器 {container}：{message}"
severity: warning
confidence: certain
needs: [pods, events]
causes:
  - {check: image-pull-failing, when: same}
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
why:
  en: >-
    The registry was reached, and the runtime does not trust its certificate (signed by a CA of one's own, expired, for another name), or the registry speaks plain HTTP. The runtime of every
    node has its own list of CAs and insecure registries; pods and kubectl have no part in it.
  zh: >-
    镜像仓库可达，但容器运行时不信任其证书（由自建 CA 签发、已过期、名称不符），或仓库只提供 HTTP。每个节点的运行时有各自的 CA 和非安全仓库列表，
    与 Pod 和 kubectl 无关。
fix:
  - en: "Look at the certificate"
    zh: "查看证书"
    run: "echo | openssl s_client -connect {host_port} -servername {host} 2>&1 | openssl x509 -noout -subject -issuer -dates -ext subjectAltName"
    on: "{on_node}"
    if: certificate
  - en: "A CA of one's own: put its certificate (ca.crt) where the runtime looks, on every node; docker and containerd (with config_path) read it at the next pull"
    zh: "自建 CA：将其证书 ca.crt 放到每个节点运行时读取的位置；docker 与（配置了 config_path 的）containerd 下次拉取即生效"
    run: "mkdir -p /etc/docker/certs.d/{registry} /etc/containerd/certs.d/{registry} && cp ca.crt /etc/docker/certs.d/{registry}/ca.crt && printf 'server = \"https://%s\"\\n[host.\"https://%s\"]\\n  ca = \"/etc/docker/certs.d/%s/ca.crt\"\\n' {registry} {registry} {registry} >/etc/containerd/certs.d/{registry}/hosts.toml"
    on: "{on_node}"
    if: certificate
  - en: "It speaks plain HTTP: allow that for containerd (needs config_path = /etc/containerd/certs.d); docker wants it in insecure-registries of /etc/docker/daemon.json"
    zh: "仓库只提供 HTTP：为 containerd 放行（需要 config_path = /etc/containerd/certs.d）；docker 则写入 /etc/docker/daemon.json 的 insecure-registries"
    run: "mkdir -p /etc/containerd/certs.d/{registry} && printf 'server = \"http://%s\"\\n[host.\"http://%s\"]\\n  skip_verify = true\\n' {registry} {registry} >/etc/containerd/certs.d/{registry}/hosts.toml"
    on: "{on_node}"
    if: plain
verify: "kubectl -n {namespace} get pod {pod}"
refs: ["https://kubernetes.io/docs/concepts/containers/images/"]
*/
WITH
sick AS (
  SELECT f.*, row_number() OVER (PARTITION BY f.subject ORDER BY f.last_seen DESC, f.pod, f.container, f.line) AS n
  FROM v_pull_failures f
  WHERE f.message REGEXP 'x509: (certificate|cannot validate)|http: server gave HTTP response to HTTPS client|tls: (first record does not look like a TLS handshake|failed to verify certificate)'
)
SELECT s.subject, s.file, s.line, s.first_seen AS ts, s.node, x.namespace, x.pod, x.container, x.image, x.registry, substr(x.message, 1, 500) AS message, x.owner_kind, x.owner_name,
  coalesce(x.node, 'node') AS on_node, (SELECT count(DISTINCT y.pod) FROM sick y WHERE y.subject = s.subject) AS pods,
  CASE WHEN instr(x.registry, ':') > 0 THEN x.registry ELSE x.registry || ':443' END AS host_port, coalesce(rx('^([^:]+):', x.registry, 1), x.registry) AS host,
  x.message LIKE '%x509%' OR x.message LIKE '%verify certificate%' AS certificate, x.message LIKE '%HTTP response%' OR x.message LIKE '%first record%' AS plain
FROM sick s JOIN sick x ON x.subject = s.subject AND x.n = 1
WHERE s.n <= 3
ORDER BY s.subject, s.n, s.file, s.line;
