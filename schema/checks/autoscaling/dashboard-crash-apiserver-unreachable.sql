/*
id: dashboard-crash-apiserver-unreachable
title:
  en: "The dashboard ends because it cannot reach the API server ({how})"
  zh: "Dashboard 无法访问 API server 而退出（{how_zh}）"
detail:
  en: "{hits} time(s), the last at {last_at}: {reason}"
  zh: "共 {hits} 次，最后一次在 {last_at}：{reason}"
severity: critical
confidence: certain
needs: [log:kubernetes-dashboard]
causes:
  - {check: pod-crashloop, when: same}
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
  - {check: service-endpoints-not-ready, when: selects}
why:
  en: >-
    The dashboard asks the API server when it starts, and ends when that fails. It dials the service address, an IP, so cluster DNS has no part in it, though both often
    fall together, because both need the same way from pods to the API server. A time-out or "no route" is the network (kube-proxy, pod network);
    x509 or Unauthorized is its token or the CA; only "lookup ... no such host" is DNS.
  zh: >-
    Dashboard 启动时会访问 API server，失败就退出。它访问的是 Service 的 IP，与集群 DNS 无关；两者经常同时出问题，只是因为都依赖 Pod 到 API server 的同一条路径。
    超时或 no route 是网络问题（kube-proxy、Pod 网络）；x509 或 Unauthorized 是令牌或 CA 问题；只有 lookup ... no such host 才是 DNS 问题。
fix:
  - en: "Time-out or refused: does the service address answer from the node it runs on?"
    zh: "超时或被拒绝：在其所在节点上能否访问该地址？"
    run: "curl -skm 5 {url}; iptables-save -t nat | grep 'default/kubernetes:https'"
    on: "{on_node}"
  - en: "x509 or Unauthorized: let it get a new token"
    zh: "x509 或 Unauthorized：重建 Pod 以获取新令牌"
    run: "kubectl -n {namespace} delete pod {pod}"
verify: "kubectl -n {namespace} get pods | grep dashboard"
refs: ["https://github.com/kubernetes/kubernetes/issues/46188", "https://github.com/kubernetes/dashboard/blob/master/docs/common/faq.md"]
*/
WITH
logged AS (
  SELECT h.*, coalesce(s.subject, 'pod/' || h.namespace || '/' || h.pod, 'cluster') AS subject, coalesce(s.node, h.node) AS pod_node, h.captures ->> '$.reason' AS reason
  FROM hits h LEFT JOIN pod_subjects s ON s.namespace = h.namespace AND s.pod = h.pod
  WHERE h.signature = 'dashboard-apiserver-unreachable' AND (h.ts IS NULL OR :now IS NULL OR h.ts > :now - 3600000000)
    AND NOT (h.path GLOB 'nodes/*' AND EXISTS (SELECT 1 FROM files f WHERE f.pod = h.pod AND f.container IS h.container AND f.path GLOB 'cluster-resources/*' AND f.lines > 0))
    -- It is ready now: that was in its past.
    AND NOT EXISTS (SELECT 1 FROM pod_conditions c WHERE c.namespace = h.namespace AND c.pod = h.pod AND c.type = 'Ready' AND c.status = 'True')
),
counted AS (
  SELECT *, row_number() OVER (PARTITION BY subject ORDER BY ts DESC, log DESC) AS newest, count(*) OVER (PARTITION BY subject) AS hits,
    max(ts) OVER (PARTITION BY subject) AS last_ts FROM logged
),
told AS (
  SELECT *, CASE WHEN reason REGEXP 'lookup \S+' THEN 'dns' WHEN reason REGEXP 'x509|certificate' THEN 'cert' WHEN reason REGEXP '(?i)unauthorized|forbidden' THEN 'token'
    WHEN reason REGEXP 'connection refused' THEN 'refused' WHEN reason REGEXP 'timeout|deadline|no route|unreachable' THEN 'net' ELSE 'other' END AS class
  FROM counted WHERE newest <= 3
)
SELECT subject, file, line, text, ts, pod_node AS node, coalesce(pod_node, 'node') AS on_node, coalesce(namespace, 'kube-system') AS namespace, coalesce(pod, 'POD') AS pod, hits,
  coalesce(iso(last_ts), '-') AS last_at, substr(coalesce(reason, text), 1, 300) AS reason, coalesce(rx('https?://[^\s"\\]+', reason), 'https://kubernetes.default/version') AS url,
  CASE class WHEN 'dns' THEN 'name not resolved' WHEN 'cert' THEN 'certificate' WHEN 'token' THEN 'token' WHEN 'refused' THEN 'connection refused' WHEN 'net' THEN 'network' ELSE 'see its log' END AS how,
  CASE class WHEN 'dns' THEN '域名无法解析' WHEN 'cert' THEN '证书问题' WHEN 'token' THEN '令牌问题' WHEN 'refused' THEN '连接被拒绝' WHEN 'net' THEN '网络不通' ELSE '见日志' END AS how_zh
FROM told
ORDER BY subject, newest, file, line;
