/*
id: kube-dns-crashloop
title:
  en: "The cluster's DNS keeps crashing ({subject}, container {container})"
  zh: "集群 DNS 反复崩溃（{subject}，容器 {container}）"
detail:
  en: "{crashing} of {pods} DNS pod(s) crash; {restarts} restarts in {pod}, last exit code {code} ({reason}).{words}"
  zh: "{pods} 个 DNS Pod 中有 {crashing} 个崩溃；{pod} 已重启 {restarts} 次，最后退出码 {code}（{reason}）。{words}"
severity: critical
confidence: certain
needs: [pods]
causes:
  - {check: pod-crashloop, when: same}
  - {check: pod-liveness-failing, when: same}
  - {check: pod-readiness-failing, when: same}
  - {check: dns-resolution-broken, when: selects}
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
  - {check: service-endpoints-not-ready, when: selects}
  - {check: dashboard-crash-apiserver-unreachable, when: uses}
why:
  en: >-
    kube-dns (containers kubedns, dnsmasq, sidecar) or CoreDNS ends again and again; while all of its pods do, no pod resolves a name. The container
    that ends is the one to read: wrong arguments or configuration, no way to the API server, a forwarding loop, the memory limit. The
    other containers of the pod fail their probes only in its wake.
  zh: >-
    kube-dns（包含 kubedns、dnsmasq、sidecar 三个容器）或 CoreDNS 反复退出；当所有 Pod 都如此时，集群内的域名解析全部失败。
    应查看真正退出的那个容器：参数或配置错误、无法访问 API server、转发环路、内存限制。同一 Pod 中其他容器的探针失败只是连带结果。
fix:
  - en: "The last words of the container that crashes"
    zh: "查看崩溃容器的最后日志"
    run: "kubectl -n {namespace} logs {pod} -c {container} --previous --tail 30"
  - en: "Its arguments and configuration: correct what the log names"
    zh: "检查其参数和配置，按日志修正"
    run: "kubectl -n {namespace} get {owner_kind} {owner_name} -o yaml; kubectl -n {namespace} get configmap coredns kube-dns -o yaml --ignore-not-found"
  - en: "It came with the last change: go back"
    zh: "如果是最近一次变更引起的：回滚"
    run: "kubectl -n {namespace} rollout undo {owner_kind}/{owner_name}"
    if: earlier
verify: "kubectl -n {namespace} get pods -l k8s-app=kube-dns"
refs: ["https://kubernetes.io/docs/tasks/administer-cluster/dns-debugging-resolution/"]
*/
WITH
dns_pods AS (
  SELECT p.namespace, p.name FROM pods p
  WHERE p.namespace IN ('kube-system', 'openshift-dns')
    AND (p.k8s_app IN ('kube-dns', 'coredns') OR p.name GLOB 'coredns-*' OR p.name GLOB 'kube-dns-*' OR p.name GLOB 'rke2-coredns-*' OR p.name GLOB 'dns-default-*')
    AND p.deleted IS NULL AND p.name NOT LIKE '%autoscaler%'
),
sick AS (
  SELECT c.*,
    CASE WHEN c.exit_code IS NOT NULL THEN c.exit_code ELSE c.last_exit_code END AS code,
    row_number() OVER (PARTITION BY c.subject ORDER BY c.how DESC, c.restarts DESC, c.pod, c.container) AS n,
    dense_rank() OVER (PARTITION BY c.subject ORDER BY c.pod) AS pod_no
  FROM crashing_containers c JOIN dns_pods d ON d.namespace = c.namespace AND d.name = c.pod
  WHERE c.how = 2 OR c.how = 1 AND c.last_finished > :now - 600000000 AND (NOT c.ready OR c.running_since > :now - 60000000)
),
-- The container's own last words: known ones first, else the last line of the try before.
words AS (
  SELECT s.subject, l.file, l.line, l.text, l.ts, log_message(l.text, l.at, l.message) AS message,
    row_number() OVER (PARTITION BY s.subject ORDER BY EXISTS (SELECT 1 FROM log_hits h WHERE h.log = l.id AND h.signature = 'kube-dns-fatal') DESC,
      f.role = 'container-log-previous' DESC, l.id DESC) AS newest
  FROM sick s
  JOIN files f ON f.namespace = s.namespace AND f.pod = s.pod AND f.container = s.container AND f.last_log IS NOT NULL AND f.path GLOB 'cluster-resources/*'
  JOIN log_lines l ON l.id BETWEEN f.last_log - 40 AND f.last_log AND l.file = f.id
  WHERE s.n = 1 AND length(l.text) > 0
),
evidence AS (
  SELECT s.subject, s.n AS seq, s.file, json_line(o.json, o.line, coalesce(s.waiting_message, s.exit_message, s.last_exit_message, s.waiting_reason, s.container_id)) AS line,
    NULL AS text, s.node, coalesce(s.last_finished, s.finished) AS ts
  FROM sick s JOIN objects o ON o.id = s.object
  UNION ALL SELECT subject, 0, file, line, text, NULL, ts FROM words WHERE newest = 1
)
SELECT s.subject, e.file, e.line, e.text, e.ts, coalesce(e.node, s.node) AS node, s.namespace, s.pod, s.container, coalesce(s.restarts, 0) AS restarts,
  coalesce(s.code, 'none') AS code, coalesce(s.exit_reason, s.last_exit_reason, s.waiting_reason, 'Error') AS reason,
  (SELECT max(t.pod_no) FROM sick t WHERE t.subject = s.subject) AS crashing,
  (SELECT count(*) FROM dns_pods d JOIN pod_subjects j ON j.namespace = d.namespace AND j.pod = d.name WHERE j.subject = s.subject) AS pods,
  coalesce(' ' || (SELECT substr(w.message, 1, 300) FROM words w WHERE w.subject = s.subject AND w.newest = 1), '') AS words,
  rx('^([^/]+)/', s.subject, 1) AS owner_kind, rx('[^/]+$', s.subject) AS owner_name,
  EXISTS (SELECT 1 FROM earlier_revisions v WHERE v.subject = s.subject) AS earlier
FROM sick s JOIN evidence e ON e.subject = s.subject
WHERE s.n = 1
ORDER BY s.subject, e.seq, e.file, e.line;
