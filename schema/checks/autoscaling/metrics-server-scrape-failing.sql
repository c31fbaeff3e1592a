/*
id: metrics-server-scrape-failing
title:
  en: "metrics-server gets no numbers from {which}: {reason}"
  zh: "metrics-server 无法从 {which_zh} 获取指标：{reason}"
detail:
  en: "{times} failed attempt(s), the last at {last_at}. {hint}"
  zh: "失败 {times} 次，最后一次在 {last_at}。{hint_zh}"
severity: critical
confidence: certain
needs: ["log:metrics-server"]
causes:
  - {check: apiservice-unavailable, when: serves}
  - {check: hpa-metrics-unavailable, when: cluster}
  - {check: dashboard-no-graphs, when: cluster}
  - {check: pod-readiness-failing, when: same}
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
why:
  en: >-
    metrics-server asks the kubelet of every node for the use of CPU and memory over HTTPS. Without its answers kubectl top and autoscalers know nothing of the node,
    and metrics-server does not become ready while it has no numbers at all.
  zh: >-
    metrics-server 通过 HTTPS 向每个节点的 kubelet 查询 CPU 和内存用量。得不到回答时，kubectl top 和自动伸缩对该节点一无所知；
    完全没有指标时，metrics-server 也不会就绪。
fix:
  - en: "kubelet's serving certificate is its own work. Properly: let the cluster sign it (serverTLSBootstrap: true in kubelet's configuration, restart), then approve the requests"
    zh: "kubelet 的服务证书是自签名的。正确做法：由集群签发（在 kubelet 配置中设置 serverTLSBootstrap: true 并重启），然后批准请求"
    run: "kubectl get csr -o name | xargs -r kubectl certificate approve"
    if: certificate
  - en: "Or let metrics-server not look at it"
    zh: "或让 metrics-server 不校验证书"
    run: "kubectl -n {namespace} patch deployment metrics-server --type=json -p '[{\"op\":\"add\",\"path\":\"/spec/template/spec/containers/0/args/-\",\"value\":\"--kubelet-insecure-tls\"}]'"
    if: certificate
  - en: "The nodes' names do not resolve: let it use their addresses"
    zh: "节点名无法解析：改用其 IP 地址"
    run: "kubectl -n {namespace} patch deployment metrics-server --type=json -p '[{\"op\":\"add\",\"path\":\"/spec/template/spec/containers/0/args/-\",\"value\":\"--kubelet-preferred-address-types=InternalIP\"}]'"
    if: names
  - en: "No connection: is kubelet's port open for pods? (firewall, pod network, or metrics-server with hostNetwork)"
    zh: "无法连接：kubelet 端口是否对 Pod 开放？（防火墙、Pod 网络，或为 metrics-server 启用 hostNetwork）"
    run: "timeout 5 bash -c '</dev/tcp/{host}/{port}' && echo open"
    on: "{on_node}"
    if: network
  - en: "kubelet refuses it: it must ask the API server about tokens (authentication.webhook and authorization.mode: Webhook)"
    zh: "kubelet 拒绝访问：需要启用 webhook 认证与授权（authentication.webhook 与 authorization.mode: Webhook）"
    run: "grep -A3 -E 'webhook:|mode:' /var/lib/kubelet/config.yaml; kubectl get clusterrolebinding system:metrics-server -o wide"
    if: refused
verify: "kubectl top nodes"
refs: ["https://github.com/kubernetes-sigs/metrics-server/blob/master/KNOWN_ISSUES.md"]
*/
WITH
-- It tries every 15 to 60 seconds; the first minute is normal.
said AS (
  SELECT h.*, coalesce(h.captures ->> '$.node', h.captures ->> '$.from') AS about, h.captures ->> '$.why' AS why, h.captures ->> '$.address' AS address
  FROM said_running h WHERE h.signature = 'metrics-scrape-failed'
),
sick AS (
  SELECT s.*, j.subject AS owner, row_number() OVER (PARTITION BY j.subject ORDER BY s.why IS NULL, s.ts DESC, s.log DESC) AS n
  FROM said s JOIN pod_subjects j ON j.namespace = s.namespace AND j.pod = s.pod
  WHERE s.times >= 3 AND s.last_ts > :now - 600000000 AND s.last_ts - s.first_ts >= 60000000
),
facts AS (
  SELECT s.owner, count(DISTINCT s.about) AS abouts, min(s.about) AS about, (SELECT count(*) FROM nodes) AS nodes,
    max(s.text LIKE '%no metrics to serve%') AS no_numbers
  FROM sick s WHERE s.ts > :now - 600000000 GROUP BY s.owner
)
SELECT s.owner AS subject, s.file, s.line, s.text, s.ts, s.node, s.namespace, s.times, iso(s.last_ts) AS last_at, coalesce(s.node, 'NODE') AS on_node,
  CASE WHEN f.abouts = 1 THEN 'node ' || f.about WHEN f.abouts > 1 THEN f.abouts || ' nodes' ELSE 'the kubelets' END AS which,
  CASE WHEN f.abouts = 1 THEN '节点 ' || f.about WHEN f.abouts > 1 THEN f.abouts || ' 个节点' ELSE '各节点 kubelet' END AS which_zh,
  coalesce(r.why, 'no reason given') AS reason,
  coalesce(rx('^(.+):\d+$', r.address, 1), r.address, 'HOST') AS host, coalesce(rx(':(\d+)$', r.address, 1), '10250') AS port,
  coalesce(r.why REGEXP 'SANs|authority|certificate', 0) AS certificate, coalesce(r.why = 'no such host', 0) AS names,
  coalesce(r.why REGEXP 'route|timeout|deadline|connection refused', 0) AS network, coalesce(r.why REGEXP 'Unauthorized|orbidden', 0) AS refused,
  CASE WHEN f.no_numbers THEN 'It has no numbers at all.' ELSE '' END AS hint, CASE WHEN f.no_numbers THEN '它没有任何指标。' ELSE '' END AS hint_zh,
  -- Others still answer.
  CASE WHEN f.no_numbers OR f.nodes = 0 OR f.abouts = 0 OR f.abouts >= f.nodes THEN 'critical' ELSE 'warning' END AS severity
FROM sick s JOIN facts f ON f.owner = s.owner JOIN sick r ON r.owner = s.owner AND r.n = 1
WHERE s.n <= 5
ORDER BY s.owner, s.n, s.file, s.line;
