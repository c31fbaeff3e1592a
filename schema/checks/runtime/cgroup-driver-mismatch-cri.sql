/*
id: cgroup-driver-mismatch-cri
title:
  en: "kubelet and {runtime} on {node} do not agree on the cgroup driver"
  zh: "节点 {node} 上 kubelet 与 {runtime} 的 cgroup 驱动不一致"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
needs: [[nodes, log]]
causes:
  - {check: static-control-plane-not-starting, when: same}
  - {check: pod-sandbox-create-failing, when: pod-on-node}
  - {check: apiserver-down, when: same}
  - {check: etcd-down, when: same}
why:
  en: >-
    With kubelet on cgroupfs and the runtime on systemd, runc refuses every container ("expected cgroupsPath to be of format slice:prefix:name").
    The other way round nothing complains: limits are kept in two trees, and containers are killed or starved for no visible
    reason. kubelet 1.34 asks the runtime itself, where the runtime can tell (containerd 2, CRI-O 1.28).
  zh: >-
    kubelet 用 cgroupfs 而运行时用 systemd 时，runc 会拒绝每个容器（expected cgroupsPath to be of format slice:prefix:name）。
    反过来则没有任何报错：资源限制分散在两棵 cgroup 树中，容器会莫名被杀或资源不足。
    从 1.34 起，kubelet 会向支持的运行时（containerd 2、CRI-O 1.28）查询。
fix:
  - en: "What do both say?"
    zh: "查看双方的设置"
    run: "grep -n cgroupDriver /var/lib/kubelet/config.yaml; containerd config dump 2>/dev/null | grep -n SystemdCgroup; crio config 2>/dev/null | grep -n cgroup_manager"
    on: "{node}"
  - en: "systemd for both: SystemdCgroup = true in containerd (or cgroup_manager = \"systemd\" in CRI-O), cgroupDriver: systemd in kubelet; drain the node first"
    zh: "双方都用 systemd：containerd 设置 SystemdCgroup = true（CRI-O 设置 cgroup_manager = \"systemd\"），kubelet 设置 cgroupDriver: systemd；先排空节点"
    run: "sed -i 's/SystemdCgroup = false/SystemdCgroup = true/' /etc/containerd/config.toml; sed -i 's/^cgroupDriver:.*/cgroupDriver: systemd/' /var/lib/kubelet/config.yaml; systemctl restart containerd kubelet"
    on: "{node}"
verify: "crictl info | grep -i cgroup; grep cgroupDriver /var/lib/kubelet/config.yaml"
refs: ["https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/configure-cgroup-driver/"]
*/
WITH
logged AS (SELECT * FROM node_hits WHERE signature = 'cgroups-path-format'),
told AS (
  SELECT p.node, e.file, json_line(o.json, o.line, e.message) AS line, e.first_seen AS ts,
    row_number() OVER (PARTITION BY p.node ORDER BY e.last_seen DESC, e.line) AS newest
  FROM events e JOIN objects o ON o.id = e.object JOIN pods p ON p.namespace = e.object_namespace AND p.name = e.object_name
  WHERE e.reason IN ('FailedCreatePodSandBox', 'Failed') AND e.message LIKE '%expected cgroupsPath to be of format%' AND p.node IS NOT NULL AND e.last_seen > :now - 1800000000
),
-- kubelet's effective value, else its file's, else its flag.
kubelets AS (
  SELECT node, driver, file, line, row_number() OVER (PARTITION BY node ORDER BY prio, file) AS n FROM (
    SELECT f.node, d.json ->> '$.kubeletconfig.cgroupDriver' AS driver, f.id AS file, json_key(d.json, 1, 'cgroupDriver') AS line, 1 AS prio
    FROM files f JOIN documents d ON d.file = f.id WHERE f.path GLOB 'nodes/*/kubelet/*configz.json' AND json_valid(d.json)
    UNION ALL
    SELECT f.node, rx('^cgroupDriver:\s*"?([a-z]+)', l.text, 1), l.file, l.line, 2
    FROM files f JOIN lines l ON l.file = f.id WHERE f.path GLOB 'nodes/*/kubelet/config.yaml' AND l.text LIKE 'cgroupDriver:%'
    UNION ALL
    SELECT f.node, rx('--cgroup-driver[= ]([a-z]+)', l.text, 1), l.file, l.line, 0
    FROM files f JOIN lines l ON l.file = f.id WHERE f.path GLOB 'nodes/*/kubelet/cmdline.txt' AND l.text LIKE '%--cgroup-driver%')
  WHERE driver IS NOT NULL
),
runtimes AS (
  SELECT f.node, CASE WHEN f.path GLOB '*crio*' THEN 'CRI-O' ELSE 'containerd' END AS runtime,
    CASE WHEN l.text REGEXP 'SystemdCgroup\s*=\s*true|cgroup_manager\s*=\s*"systemd"' THEN 'systemd' ELSE 'cgroupfs' END AS driver,
    l.file, l.line, row_number() OVER (PARTITION BY f.node ORDER BY l.file, l.line) AS n
  FROM files f JOIN lines l ON l.file = f.id
  WHERE f.path GLOB 'nodes/*/runtime/c*/conf*' AND l.text REGEXP '^\s*(SystemdCgroup\s*=\s*(true|false)|cgroup_manager\s*=\s*")'
),
-- Several runtime classes may differ: then only the log can tell.
agreed AS (SELECT node, runtime, min(driver) AS driver, min(CASE WHEN n = 1 THEN file END) AS file, min(CASE WHEN n = 1 THEN line END) AS line
  FROM runtimes GROUP BY node, runtime HAVING min(driver) = max(driver)),
configured AS (
  SELECT k.node, a.runtime, k.driver AS kubelet, a.driver AS other, k.file AS kubelet_file, k.line AS kubelet_line, a.file, a.line
  FROM kubelets k JOIN agreed a ON a.node = k.node JOIN nodes n ON n.name = k.node
  WHERE k.n = 1 AND k.driver <> a.driver AND n.runtime_version LIKE CASE a.runtime WHEN 'CRI-O' THEN 'cri-o://%' ELSE 'containerd://%' END
    AND CAST(rx('^v1\.([0-9]+)', n.kubelet_version, 1) AS INTEGER) < 34
),
sick AS (
  SELECT node FROM logged WHERE hits >= 2 AND last_ts > :now - 1800000000 UNION SELECT node FROM told UNION SELECT node FROM configured
),
evidence AS (
  SELECT node, newest AS seq, file, line, text, ts FROM logged WHERE newest <= 2 OR oldest = 1
  UNION ALL SELECT node, 5, file, line, NULL, ts FROM told WHERE newest = 1
  UNION ALL SELECT node, 6, kubelet_file, kubelet_line, NULL, NULL FROM configured
  UNION ALL SELECT node, 7, file, line, NULL, NULL FROM configured
)
SELECT 'node/' || s.node AS subject, e.file, e.line, e.text, e.ts, s.node, coalesce(c.runtime, 'containerd') AS runtime,
  CASE WHEN l.node IS NOT NULL OR t.node IS NOT NULL THEN 'critical' ELSE 'warning' END AS severity,
  CASE WHEN l.node IS NOT NULL OR t.node IS NOT NULL THEN 'certain' ELSE 'likely' END AS confidence,
  coalesce('kubelet says ' || c.kubelet || ', the runtime ' || c.other || '.', 'runc refuses containers: the runtime uses systemd, kubelet names cgroupfs paths.') AS what,
  coalesce('kubelet 为 ' || c.kubelet || '，运行时为 ' || c.other || '。', 'runc 拒绝创建容器：运行时使用 systemd，而 kubelet 给出的是 cgroupfs 路径。') AS what_zh
FROM sick s JOIN evidence e ON e.node = s.node
LEFT JOIN configured c ON c.node = s.node LEFT JOIN logged l ON l.node = s.node AND l.newest = 1 LEFT JOIN told t ON t.node = s.node AND t.newest = 1
ORDER BY s.node, e.seq, e.file, e.line;
