/*
id: kubelet-lease-failing
title:
  en: "kubelet on {node} cannot renew its lease: {reason}"
  zh: "节点 {node} 上的 kubelet 无法续租：{reason_zh}"
detail:
  en: "{hits} failed attempts, the last at {last_at}: {last_error}"
  zh: "失败 {hits} 次，最后一次在 {last_at}：{last_error}"
severity: critical
needs: ["log:kubelet"]
causes:
  - {check: node-flapping, when: same}
  - {check: node-not-ready-unknown, when: same}
  - {check: pods-evicted-node-lost, when: same}
why:
  en: >-
    The Lease in kube-node-lease is the node's heartbeat, written every ten seconds. When none arrives for 40 seconds (50 since 1.31) the node
    becomes NotReady. The end of the message tells where it is stuck: refused is a stopped API server, a time-out the network or a
    load balancer, x509 and Unauthorized a certificate, forbidden the node's identity.
  zh: >-
    kube-node-lease 中的 Lease 是节点心跳，每十秒写入一次。40 秒（1.31 起为 50 秒）没有心跳，节点变为 NotReady。
    消息末尾说明卡在哪里：refused 是 API server 停止，超时是网络或负载均衡，x509 和 Unauthorized 是证书，forbidden 是节点身份。
fix:
  - en: "Does the API server answer from this node, under the address that kubelet uses?"
    zh: "从该节点用 kubelet 的地址能否访问 API server？"
    run: "curl -skm 5 $(grep -o 'https://[^ ]*' /etc/kubernetes/kubelet.conf | head -n 1)/readyz"
    on: "{node}"
  - en: "x509 or Unauthorized: are kubelet's certificate and the node's clock right?"
    zh: "x509 或 Unauthorized：kubelet 证书和节点时钟是否正确？"
    run: "openssl x509 -noout -subject -enddate -in /var/lib/kubelet/pki/kubelet-client-current.pem; date -u"
    on: "{node}"
  - en: "A connection that hangs although the server answers: a restart makes a new one"
    zh: "服务端有响应但连接卡住：重启 kubelet 会建立新连接"
    run: "systemctl restart kubelet"
    on: "{node}"
verify: "kubectl get lease -n kube-node-lease {node} -o 'jsonpath={.spec.renewTime}'"
k8s: ">=1.13"
*/
WITH
logged AS (
  SELECT h.node, h.file, h.line, h.ts, h.text, h.log,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest, row_number() OVER (PARTITION BY h.node ORDER BY h.log) AS oldest,
    count(*) OVER (PARTITION BY h.node) AS hits, max(h.ts) OVER (PARTITION BY h.node) AS last_ts, min(h.ts) OVER (PARTITION BY h.node) AS first_ts
  FROM hits h WHERE h.signature = 'lease-failed' AND h.node IS NOT NULL AND h.ts > :now - 600000000
),
-- A few refusals are a restart of the API server. It lasts when it spans 40 seconds, has not ended, and no lease came since.
lasting AS (
  SELECT * FROM logged l
  WHERE hits >= 3 AND last_ts > :now - 120000000 AND last_ts - first_ts >= 40000000
    AND NOT EXISTS (SELECT 1 FROM leases e WHERE e.namespace = 'kube-node-lease' AND e.name = l.node AND e.renewed > l.last_ts)
)
SELECT 'node/' || l.node AS subject, l.file, l.line, l.text, l.ts, l.node, l.hits, iso(l.last_ts) AS last_at,
  substr(coalesce(rx('(?:error: |err=")(.*)$', n.text, 1), n.text), 1, 300) AS last_error,
  CASE WHEN n.text LIKE '%connection refused%' THEN 'the API server refuses connections' WHEN n.text REGEXP 'x509|Unauthorized|certificate' THEN 'its certificate is not accepted'
    WHEN n.text LIKE '%forbidden%' THEN 'it may not write it' WHEN n.text REGEXP 'timeout|deadline exceeded|no route' THEN 'no answer in time'
    WHEN n.text LIKE '%etcdserver%' THEN 'etcd does not write' ELSE 'the call fails' END AS reason,
  CASE WHEN n.text LIKE '%connection refused%' THEN 'API server 拒绝连接' WHEN n.text REGEXP 'x509|Unauthorized|certificate' THEN '证书不被接受'
    WHEN n.text LIKE '%forbidden%' THEN '没有写入权限' WHEN n.text REGEXP 'timeout|deadline exceeded|no route' THEN '未在时限内得到应答'
    WHEN n.text LIKE '%etcdserver%' THEN 'etcd 无法写入' ELSE '调用失败' END AS reason_zh
FROM lasting l JOIN lasting n ON n.node = l.node AND n.newest = 1
WHERE l.newest <= 3 OR l.oldest = 1
ORDER BY l.node, l.newest, l.file, l.line;
