/*
id: kube-proxy-down
title:
  en: "kube-proxy does not run on {place}"
  zh: "{place_zh} 没有运行 kube-proxy"
detail:
  en: "{what} New and changed services do not work there; rules that are in place go stale."
  zh: "{what_zh}新建或变更的 Service 在那里不会生效，已有的规则会过期。"
severity: critical
confidence: certain
needs: [[daemonsets, node_units]]
causes:
  - {check: pod-crashloop, when: same}
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
  - {check: kube-dns-apiserver-timeout, when: pod-on-node}
  - {check: pod-network-cross-node-broken, when: same-node}
  - {check: kube-proxy-stale-rules, when: same-node}
  - {check: service-unreachable, when: [same-node, pod-on-node]}
why:
  en: >-
    kube-proxy writes the kernel's rules that turn a service address into the address of a pod. Without it existing rules stay, so nothing breaks at once;
    but endpoints that move are still sent to where they were, and new services answer nowhere. Clusters whose network plug-in replaces
    kube-proxy (Cilium, Calico eBPF) or carry it inside of another program (k3s) are meant to have none.
  zh: >-
    kube-proxy 负责写入把 Service 地址转换为 Pod 地址的内核规则。它停止后已有规则仍在，因此不会立刻出错；但 Pod 迁移后流量仍会发往旧地址，新建的 Service 完全不通。
    如果网络插件替代了 kube-proxy（Cilium、Calico eBPF），或它内嵌在其他程序中（k3s），没有它是正常的。
fix:
  - en: "What does its DaemonSet say: how many are wanted, on which nodes?"
    zh: "查看 DaemonSet：期望数量和节点选择器"
    run: "kubectl -n {namespace} get daemonset {name} -o wide; kubectl -n {namespace} get daemonset {name} -o jsonpath='{.spec.template.spec.nodeSelector}{\"\\n\"}'; kubectl -n {namespace} get pods -l k8s-app=kube-proxy -o wide"
    if: daemonset
  - en: "No node meets its node selector {unmet}: take that away"
    zh: "没有节点满足其节点选择器 {unmet}：将其删除"
    run: "kubectl -n {namespace} patch daemonset {name} --type=json -p '[{\"op\":\"remove\",\"path\":\"/spec/template/spec/nodeSelector/{unmet_path}\"}]'"
    if: unmet
  - en: "It is a systemd unit: start it, now and at boot"
    zh: "如果是 systemd 服务：启动它并设置开机自启"
    run: "systemctl enable --now kube-proxy"
    on: "{node}"
    if: unit
  - en: "When it ends again: its log says why"
    zh: "如果启动后又退出：查看日志"
    run: "journalctl -u kube-proxy -n 50 --no-pager"
    on: "{node}"
    if: unit
  - en: "When its pods do not start: their log says why"
    zh: "如果 Pod 启动失败：查看日志"
    run: "kubectl -n {namespace} logs -l k8s-app=kube-proxy --tail 50"
    if: daemonset
*/
WITH
-- What takes kube-proxy's place: then nobody misses it.
replaced AS (
  SELECT 1 FROM pods p WHERE (p.k8s_app IN ('cilium', 'antrea-agent', 'kube-router') OR p.name GLOB 'cilium-*' OR p.name GLOB 'anetd-*' OR p.name GLOB 'kube-router-*')
    AND p.deleted IS NULL
  UNION ALL SELECT 1 FROM node_units WHERE active = 'active' AND unit IN ('k3s.service', 'k3s-agent.service', 'rke2-server.service', 'rke2-agent.service',
    'snap.microk8s.daemon-kubelite.service')
),
sets AS (
  SELECT w.*, 'daemonset/' || w.namespace || '/' || w.name AS subject,
    (SELECT k.key || '=' || k.value FROM json_each(coalesce(w.node_selector, '{}')) k
      WHERE NOT EXISTS (SELECT 1 FROM nodes n, json_each(coalesce(n.labels, '{}')) l WHERE l.key = k.key AND l.value = k.value) ORDER BY k.key LIMIT 1) AS unmet
  FROM workloads w
  WHERE w.kind = 'DaemonSet' AND (w.name = 'kube-proxy' OR json_extract(w.labels, '$."k8s-app"') = 'kube-proxy' OR json_extract(w.labels, '$.component') = 'kube-proxy')
    -- Calico's way to make room for its own.
    AND coalesce(w.node_selector, '') NOT LIKE '%non-calico%'
),
idle AS (
  SELECT * FROM sets WHERE coalesce(desired, 0) = 0 AND coalesce(observed_generation, 0) >= 1 AND EXISTS (SELECT 1 FROM nodes) AND NOT EXISTS (SELECT 1 FROM replaced)
),
-- Pods that are not ready, on nodes that are: a lost node is its own diagnosis.
absent AS (
  SELECT s.subject, s.namespace, s.name, s.unmet, p.name AS pod, p.node, p.file, json_line(o.json, o.line, coalesce(nullif(c.message, ''), c.reason)) AS line, c.last_transition AS ts,
    row_number() OVER (PARTITION BY s.subject ORDER BY p.node, p.name) AS n
  FROM sets s JOIN pods p ON p.namespace = s.namespace AND p.owner_kind = 'DaemonSet' AND p.owner_name = s.name AND p.deleted IS NULL
  JOIN objects o ON o.id = p.object
  JOIN pod_conditions c ON c.namespace = p.namespace AND c.pod = p.name AND c.type = 'Ready' AND c.status <> 'True'
  WHERE p.phase IN ('Running', 'Pending', 'Failed') AND :now - c.last_transition > 60000000
    AND EXISTS (SELECT 1 FROM node_conditions r WHERE r.node = p.node AND r.type = 'Ready' AND r.status = 'True')
),
units AS (
  SELECT u.* FROM node_units u
  WHERE u.unit IN ('kube-proxy.service', 'snap.kube-proxy.daemon.service') AND u.load <> 'not-found' AND u.active IN ('inactive', 'failed', 'deactivating')
    AND (u.enabled IN ('enabled', 'enabled-runtime') OR u.active = 'failed' OR EXISTS (SELECT 1 FROM files f WHERE f.node = u.node AND f.unit = 'kube-proxy' AND f.lines > 1))
    AND NOT EXISTS (SELECT 1 FROM node_processes p WHERE p.node = u.node AND rx('[^/]+$', field(p.args, 1)) = 'kube-proxy')
    AND NOT EXISTS (SELECT 1 FROM sets s WHERE coalesce(s.desired, 0) > 0)
    AND NOT EXISTS (SELECT 1 FROM replaced)
),
-- The node asked kube-proxy's own port, and nobody answered.
ports AS (
  SELECT c.node, f.id AS file FROM captures c JOIN files f ON f.id = c.file AND f.lines > 0
  WHERE c.path GLOB 'nodes/*/host/ports/kube-proxy-healthz.txt' AND c.exit_status IN (7, 28, 52, 56)
),
evidence AS (
  SELECT i.subject, 0 AS seq, i.file, json_key(o.json, o.line, 'desiredNumberScheduled') AS line, NULL AS ts, NULL AS node FROM idle i JOIN objects o ON o.id = i.object
  UNION ALL SELECT i.subject, 1, i.file, json_key(o.json, o.line, rx('^[^=]+', i.unmet)), NULL, NULL FROM idle i JOIN objects o ON o.id = i.object WHERE i.unmet IS NOT NULL
  UNION ALL SELECT i.subject, 2, p.file, 1, NULL, p.node FROM idle i, ports p
  UNION ALL SELECT subject, 3, file, line, ts, node FROM absent
  UNION ALL SELECT 'node/' || node, 0, file, line, NULL, node FROM units
  UNION ALL SELECT 'node/' || u.node, 1, p.file, 1, NULL, p.node FROM units u JOIN ports p ON p.node = u.node
),
told AS (
  SELECT subject, namespace, name, 'any node' AS place, '所有节点' AS place_zh, 'Its DaemonSet wants no pod at all'
      || coalesce(': no node has ' || unmet, '') || '.' AS what, 'DaemonSet 的期望数量为 0' || coalesce('：没有节点带有 ' || unmet, '') || '。' AS what_zh, unmet, NULL AS node
  FROM idle
  UNION ALL
  SELECT a.subject, a.namespace, a.name, (SELECT group_concat(x.node, ', ') FROM absent x WHERE x.subject = a.subject AND x.n <= 3) || CASE WHEN max(a.n) > 3 THEN ' and others' ELSE '' END,
    (SELECT group_concat(x.node, '、') FROM absent x WHERE x.subject = a.subject AND x.n <= 3) || CASE WHEN max(a.n) > 3 THEN ' 等节点' ELSE '' END,
    max(a.n) || ' of its pods are not ready.', '有 ' || max(a.n) || ' 个 Pod 未就绪。', max(a.unmet), min(a.node)
  FROM absent a WHERE a.subject NOT IN (SELECT subject FROM idle) GROUP BY a.subject, a.namespace, a.name
  UNION ALL
  SELECT 'node/' || u.node, 'kube-system', 'kube-proxy', u.node, '节点 ' || u.node, 'The unit is ' || u.active || coalesce(' (' || u.result || ')', '') || '.',
    '服务状态为 ' || u.active || coalesce('（' || u.result || '）', '') || '。', NULL, u.node
  FROM units u
)
SELECT t.subject, e.file, e.line, e.ts, e.node, t.namespace, t.name, t.place, t.place_zh, t.what, t.what_zh, t.unmet,
  replace(replace(rx('^[^=]+', t.unmet), '~', '~0'), '/', '~1') AS unmet_path, t.subject GLOB 'daemonset/*' AS daemonset, t.subject GLOB 'node/*' AS unit
FROM told t JOIN evidence e ON e.subject = t.subject
ORDER BY t.subject, e.seq, e.node, e.file, e.line;
