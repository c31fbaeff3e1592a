/*
id: kube-dns-apiserver-timeout
title:
  en: "The cluster's DNS cannot reach the API server at {target}"
  zh: "集群 DNS 无法通过 {target} 访问 API server"
detail:
  en: "{hits} failures in {sick_pods} of {pods} DNS pod(s), the last at {last_at}.{where}"
  zh: "{pods} 个 DNS Pod 中有 {sick_pods} 个共失败 {hits} 次，最后一次在 {last_at}。{where_zh}"
severity: critical
needs: [log:kube-dns]
causes:
  - {check: kube-dns-crashloop, when: same}
  - {check: pod-crashloop, when: same}
  - {check: pod-readiness-failing, when: same}
  - {check: pod-liveness-failing, when: same}
  - {check: dns-resolution-broken, when: selects}
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
why:
  en: >-
    kube-dns and CoreDNS learn services and endpoints from the API server through the service address "kubernetes", and cannot list them. Despite
    its look "Timeout waiting for initialization" is this and not an upstream server that does not answer: kube-dns gives up after 60 seconds
    without the API server. A time-out points at kube-proxy or the pod network of that node, "refused" at the API server itself.
  zh: >-
    kube-dns 和 CoreDNS 通过名为 kubernetes 的 Service 地址从 API server 获取 Service 和 Endpoints，但现在取不到。
    Timeout waiting for initialization 常被误认为是上游 DNS 超时，其实正是这个原因：kube-dns 等待 API server 60 秒后放弃。
    超时说明该节点的 kube-proxy 或 Pod 网络有问题，refused 说明 API server 本身有问题。
fix:
  - en: "Does the service address answer from the node itself? When it does, the way from pods to it is broken"
    zh: "在节点上能否访问该地址？如果能，说明 Pod 到它的路径不通"
    run: "curl -skm 5 https://{target}/version"
    on: "{on_node}"
  - en: "Are kube-proxy's rules for it in place?"
    zh: "kube-proxy 的规则是否存在？"
    run: "iptables-save -t nat | grep 'default/kubernetes:https'; sysctl net.ipv4.ip_forward; iptables -S FORWARD | head -n 1"
    on: "{on_node}"
  - en: "Are kube-proxy and the network plug-in running there?"
    zh: "该节点上的 kube-proxy 和网络插件是否在运行？"
    run: "kubectl -n kube-system get pods -o wide --field-selector spec.nodeName={on_node}"
verify: "kubectl -n kube-system logs -l k8s-app=kube-dns --all-containers --tail 20"
refs: ["https://github.com/kubernetes/kubernetes/issues/46188"]
*/
WITH
logged AS (
  SELECT h.*, h.captures ->> '$.target' AS target, h.text LIKE '%Timeout waiting for initialization%' AS fatal,
    coalesce(s.subject, CASE WHEN h.pod IS NULL THEN 'cluster' ELSE 'pod/kube-system/' || h.pod END) AS subject,
    coalesce(s.node, h.node) AS pod_node
  FROM hits h LEFT JOIN pod_subjects s ON s.namespace = h.namespace AND s.pod = h.pod
  WHERE h.signature = 'kube-dns-apiserver-unreachable'
    -- The same log lies in the API's and in the node's folder: one copy is enough.
    AND NOT (h.path GLOB 'nodes/*' AND EXISTS (SELECT 1 FROM files f WHERE f.pod = h.pod AND f.container IS h.container AND f.path GLOB 'cluster-resources/*' AND f.lines > 0))
    AND (h.pod IS NULL OR s.subject IS NOT NULL OR NOT EXISTS (SELECT 1 FROM lists WHERE resource = 'pods'))
),
counted AS (
  SELECT *, row_number() OVER (PARTITION BY subject ORDER BY ts DESC, log DESC) AS newest,
    row_number() OVER (PARTITION BY subject ORDER BY ts, log) AS oldest,
    row_number() OVER (PARTITION BY subject, pod ORDER BY ts DESC, log DESC) AS newest_of_pod,
    count(*) OVER (PARTITION BY subject) AS hits, max(ts) OVER (PARTITION BY subject) AS last_ts, min(ts) OVER (PARTITION BY subject) AS first_ts,
    max(fatal) OVER (PARTITION BY subject) AS gave_up
  FROM logged
),
-- kube-proxy's rules may come some seconds after the pod: what was over within half a minute was a start.
sick AS (
  SELECT * FROM counted
  WHERE (hits >= 3 AND coalesce(last_ts - first_ts, 60000000) > 30000000 OR gave_up)
    -- It tries again twice a minute; only a pod that gave up may wait for minutes until it is started again.
    AND (last_ts IS NULL OR :now IS NULL OR last_ts > :now - CASE WHEN gave_up THEN 600000000 ELSE 150000000 END)
),
sums AS (
  SELECT subject, count(DISTINCT pod) AS sick_pods, group_concat(DISTINCT pod_node) AS nodes, max(target) AS target, min(pod_node) AS on_node
  FROM sick GROUP BY subject
),
totals AS (
  SELECT m.subject, count(j.pod) AS pods, count(DISTINCT j.node) AS nodes FROM sums m LEFT JOIN pod_subjects j ON j.subject = m.subject GROUP BY m.subject
)
SELECT s.subject, s.file, s.line, s.text, s.ts, s.pod_node AS node, s.hits, m.sick_pods, max(t.pods, m.sick_pods) AS pods, coalesce(iso(s.last_ts), '-') AS last_at,
  coalesce(m.target, (SELECT cluster_ip || ':443' FROM services WHERE namespace = 'default' AND name = 'kubernetes'), 'kubernetes.default:443') AS target,
  coalesce(m.on_node, 'node') AS on_node,
  CASE WHEN m.sick_pods < t.pods THEN ' Only the pods on ' || m.nodes || ' fail: look at these nodes first.' ELSE '' END AS "where",
  CASE WHEN m.sick_pods < t.pods THEN '只有 ' || m.nodes || ' 上的 Pod 失败：先检查这些节点。' ELSE '' END AS where_zh,
  CASE WHEN s.gave_up OR s.hits >= 10 THEN 'certain' ELSE 'likely' END AS confidence
FROM sick s JOIN sums m ON m.subject = s.subject JOIN totals t ON t.subject = s.subject
WHERE s.newest <= 2 OR s.oldest = 1 OR s.newest_of_pod = 1
ORDER BY s.subject, s.newest, s.file, s.line;
