/*
id: apiserver-to-kubelet-unreachable
title:
  en: "The API server cannot reach the kubelet of {node}"
  zh: "API server 无法连接节点 {node} 的 kubelet"
detail:
  en: "{failures} requests through the API server failed at {address}:10250: {problem}. Logs, exec and metrics of the node's pods are not to be had."
  zh: "经 API server 的 {failures} 个请求在 {address}:10250 失败：{problem}。无法获取该节点上 Pod 的日志、执行 exec，也没有指标。"
severity: warning
confidence: certain
needs: [nodes, captures]
causes:
  - {check: metrics-server-scrape-failing, when: cluster}
why:
  en: >-
    For logs, exec, port-forward and metrics the API server itself opens a connection to port 10250 of the node, the other way round than everything
    else. A firewall, a security group or a node that tells a wrong address breaks just that, while the node stays Ready. With a stopped kubelet or a
    dead machine it is only one more symptom.
  zh: >-
    日志、exec、端口转发和指标都由 API server 主动连接节点的 10250 端口，方向与其他通信相反。防火墙、安全组，或节点上报了错误的地址，
    都会只影响这些功能，而节点仍为 Ready。kubelet 停止或机器宕机时，这只是附带的症状。
fix:
  - en: "Does kubelet listen there, on the node itself?"
    zh: "在节点上查看 kubelet 是否监听该端口"
    run: "ss -ltnp 'sport = :10250'; curl -skm 5 https://127.0.0.1:10250/healthz"
    on: "{node}"
  - en: "From a control-plane node: does the port answer? If not, open it in firewalls, security groups and network policies of the host"
    zh: "从控制平面节点测试该端口；如果不通，在防火墙、安全组和主机网络策略中放行"
    run: "curl -skm 5 https://{address}:10250/healthz"
  - en: "The address is wrong: set --node-ip of kubelet and restart it"
    zh: "如果地址不对：为 kubelet 设置 --node-ip 并重启"
    run: "kubectl get node {node} -o wide"
verify: "kubectl get --raw /api/v1/nodes/{node}/proxy/healthz"
refs: ["https://kubernetes.io/docs/concepts/architecture/control-plane-node-communication/"]
*/
WITH
failed AS (
  SELECT c.line, c.manifest, c.error, rx('dial tcp \[?([0-9A-Fa-f.:]+?)\]?:10250', c.error, 1) AS address,
    rx('https://\[?([^/"]+?)\]?:10250/', c.error, 1) AS host,
    rx('dial tcp \S+:10250: (?:getsockopt: |connect: )?(connection timed out|no route to host|connection refused|i/o timeout)', c.error, 1) AS problem
  FROM captures c
  -- What a node asks of itself does not pass through the API server.
  WHERE c.state = 'failed' AND c.source IN ('kubectl', 'api') AND c.error LIKE '%:10250: %'
),
placed AS (
  SELECT DISTINCT f.*, coalesce(n.name, f.host, f.address) AS node
  FROM failed f LEFT JOIN nodes n ON n.name = f.host
    OR EXISTS (SELECT 1 FROM json_each(n.addresses) a WHERE json_extract(a.value, '$.address') IN (f.address, f.host))
  WHERE f.problem IS NOT NULL
),
counted AS (
  SELECT *, count(*) OVER (PARTITION BY node) AS failures, row_number() OVER (PARTITION BY node ORDER BY manifest, line) AS n FROM placed
)
SELECT 'node/' || c.node AS subject, c.manifest AS file, c.line, c.error AS text, c.node, c.address, c.problem, c.failures
FROM counted c
WHERE c.n <= 3
ORDER BY c.node, c.n;
