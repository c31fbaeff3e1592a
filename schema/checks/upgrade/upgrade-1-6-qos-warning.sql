/*
id: upgrade-1-6-qos-warning
title:
  en: "Kubelets of 1.6 may fail to start again; nodes that run one: {count}"
  zh: "{count} 个节点运行 1.6 的 kubelet，重启时可能失败"
detail:
  en: "{versions}"
  zh: "节点版本：{versions}"
severity: info
advice: true
needs: [nodes]
causes:
  - {check: kubelet-qos-cgroup-failed, when: cluster}
why:
  en: >-
    With systemd as the cgroup driver, a kubelet of 1.6 may find the slices of its last run and end with "failed to initialise top
    level QOS containers: ... Unit kubepods-burstable.slice already exists". Fixed in 1.7.
  zh: >-
    使用 systemd 作为 cgroup 驱动时，1.6 的 kubelet 重启后可能因为上次遗留的 slice 而退出，报错
    failed to initialise top level QOS containers: ... Unit kubepods-burstable.slice already exists。1.7 已修复。
fix:
  - en: "Upgrade to 1.7 or later"
    zh: "升级到 1.7 以上"
    run: "kubectl get nodes -o wide"
verify: "kubectl get nodes"
refs: ["https://github.com/kubernetes/kubernetes/issues/43856"]
*/
WITH
drivers AS (
  SELECT f.node, max(coalesce(l.text LIKE '%systemd%', 0)) AS systemd FROM files f JOIN lines l ON l.file = f.id
  WHERE (f.role = 'docker-info' AND l.text REGEXP '^\s*Cgroup Driver:')
    OR (f.role = 'kubelet-cmdline' AND l.text LIKE '%--cgroup-driver=%')
  GROUP BY f.node
),
-- Only a driver that is known to be another one takes a node out.
old AS (
  SELECT name, kubelet_version, object, file, line FROM nodes
  WHERE kubelet_version LIKE 'v1.6.%' AND name NOT IN (SELECT node FROM drivers WHERE NOT systemd)
)
SELECT 'cluster' AS subject, n.file, json_line(o.json, o.line, n.kubelet_version) AS line, n.name AS node,
  (SELECT count(*) FROM old) AS count,
  (SELECT group_concat(name || ' ' || kubelet_version, ', ') FROM (SELECT * FROM old ORDER BY name LIMIT 10)) AS versions
FROM old n JOIN objects o ON o.id = n.object
ORDER BY n.name, n.file, 3;
