/*
id: apiserver-port-in-use
title:
  en: "{component} on {node} cannot start: port {port} is taken"
  zh: "节点 {node} 上的 {component} 无法启动：端口 {port} 已被占用"
detail:
  en: "{holder}"
  zh: "{holder_zh}"
severity: critical
confidence: certain
needs: [[log:kube-apiserver, log:etcd, log:kubelet, log:kube-controller-manager, log:kube-scheduler]]
causes:
  - {check: apiserver-down, when: same-node}
  - {check: etcd-down, when: same-node}
  - {check: kcm-down, when: same-node}
  - {check: scheduler-down, when: same-node}
  - {check: kubelet-not-running, when: same-node}
  - {check: apiserver-etcd-unreachable, when: same-node}
  - {check: pod-crashloop, when: pod-on-node}
why:
  en: >-
    Two processes want the same port, and the second one ends each time it is started. Mostly it is the same component twice: a systemd unit and a
    static pod of it (both ways of deployment mixed on one node), or a copy of the manifest in the same folder. For half a minute
    after an edit the old container may still hold the port; that passes.
  zh: >-
    两个进程争用同一端口，后启动的一方每次都会退出。最常见的是同一组件被部署了两次：systemd 服务和静态 Pod 并存，
    或清单目录里留有清单的副本。修改清单后的半分钟内旧容器可能仍占用端口，会自行恢复。
fix:
  - en: "Who holds the port?"
    zh: "查看谁占用了端口"
    run: "ss -ltnp 'sport = :'{port}; systemctl status {component} --no-pager | head -n 5; ls -l /etc/kubernetes/manifests"
    on: "{node}"
  - en: "Keep one of the two. Static pods are in use here: stop the unit"
    zh: "只保留一种部署方式。这里使用静态 Pod：停用 systemd 服务"
    run: "systemctl disable --now {component}"
    on: "{node}"
    if: twice
  - en: "{process} does not belong there: end it, and {component} takes the port when it is started next (disable its unit, too, or it comes back)"
    zh: "{process} 不应占用该端口：结束它，{component} 下次启动时即可使用该端口（同时停用其服务，否则会再次出现）"
    run: "p=$(ss -Hltnp 'sport = :'{port} | grep -o 'pid=[0-9]*' | head -n 1 | cut -d= -f2); case \"$(ps -o unit= -p $p)\" in *.service) systemctl stop $(ps -o unit= -p $p);; *) kill $p;; esac"
    on: "{node}"
    if: stranger
verify: "ss -ltnp 'sport = :'{port}"
*/
WITH
said AS (
  SELECT coalesce(h.node, p.node, h.pod) AS node, h.unit AS component, h.file, h.line, h.text, h.ts, h.log,
    json_extract(h.captures, '$.port') AS port
  FROM hits h LEFT JOIN pods p ON p.namespace = h.namespace AND p.name = h.pod
  WHERE h.signature = 'port-in-use'
),
summed AS (
  SELECT s.*, count(*) OVER w AS hits, max(ts) OVER w AS last_ts, min(ts) OVER w AS first_ts,
    row_number() OVER (PARTITION BY node, component, port ORDER BY log DESC) AS newest
  FROM said s WINDOW w AS (PARTITION BY node, component, port)
),
lasting AS (
  SELECT s.* FROM summed s LEFT JOIN node_components c ON c.node = s.node AND c.component = s.component
  -- An edit of a manifest makes two or three of them within half a minute.
  WHERE (c.state IN ('down', 'stopped') AND s.last_ts > :now - 3600000000)
    OR (s.hits >= 3 AND s.last_ts > :now - 600000000 AND s.last_ts - s.first_ts > 45000000)
    OR (s.component = 'kubelet' AND EXISTS (SELECT 1 FROM node_units u WHERE u.node = s.node AND u.unit = 'kubelet.service' AND u.active <> 'active'))
),
listeners AS (
  SELECT f.node, l.file, l.line, l.text, rx(':(\d+)$', field(l.text, 5), 1) AS port, rx('users:\(\("([^"]+)"', l.text, 1) AS process
  FROM files f JOIN lines l ON l.file = f.id
  WHERE f.path GLOB 'nodes/*/host/ss-listen.txt' AND l.text LIKE 'tcp%'
),
told AS (
  SELECT DISTINCT l.node, l.component, l.port, l.hits,
    (SELECT x.process FROM listeners x WHERE x.node = l.node AND x.port = l.port LIMIT 1) AS process,
    (SELECT u.file FROM node_units u WHERE u.node = l.node AND u.unit = l.component || '.service' AND u.active = 'active') AS unit_file,
    (SELECT u.line FROM node_units u WHERE u.node = l.node AND u.unit = l.component || '.service' AND u.active = 'active') AS unit_line,
    (SELECT c.manifest FROM node_components c WHERE c.node = l.node AND c.component = l.component) AS manifest
  FROM lasting l
),
evidence AS (
  SELECT node, component, port, newest AS seq, file, line, text, ts FROM lasting WHERE newest <= 3
  UNION ALL
  SELECT t.node, t.component, t.port, 10, x.file, x.line, x.text, NULL FROM told t JOIN listeners x ON x.node = t.node AND x.port = t.port
  UNION ALL
  SELECT node, component, port, 11, unit_file, unit_line, NULL, NULL FROM told WHERE unit_file IS NOT NULL AND manifest = 1
)
SELECT 'node/' || t.node AS subject, e.file, e.line, e.text, e.ts, t.node, t.component, t.port, t.hits,
  'It has tried ' || t.hits || ' times.' || coalesce(' ' || t.process || ' listens on the port.', '')
    || CASE WHEN t.manifest = 1 AND t.unit_file IS NOT NULL THEN ' Both a systemd unit and a static pod manifest of it are in place.' ELSE '' END AS holder,
  '已尝试 ' || t.hits || ' 次。' || coalesce('监听该端口的是 ' || t.process || '。', '')
    || CASE WHEN t.manifest = 1 AND t.unit_file IS NOT NULL THEN '该组件的 systemd 服务和静态 Pod 清单同时存在。' ELSE '' END AS holder_zh,
  t.manifest = 1 AND t.unit_file IS NOT NULL AS twice, t.process,
  t.process IS NOT NULL AND substr(t.process, 1, 15) <> substr(t.component, 1, 15) AND NOT coalesce(t.manifest = 1 AND t.unit_file IS NOT NULL, 0) AS stranger
FROM told t JOIN evidence e ON e.node = t.node AND e.component = t.component AND e.port = t.port
ORDER BY 1, t.component, t.port, e.seq, e.file, e.line;
