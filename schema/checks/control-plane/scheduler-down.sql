/*
id: scheduler-down
title:
  en: "kube-scheduler is not working: no instance of it runs or renews its lease"
  zh: "kube-scheduler 不工作：没有任何实例在运行或续租"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
confidence: certain
needs: [[leases, endpoints, node_processes, node_containers, node_units]]
causes:
  - {check: pod-pending-never-attempted, when: cluster}
  - {check: kcm-leader-lost, when: same-node}
why:
  en: >-
    The scheduler gives every new pod its node. Without it new pods stay Pending with no node, no PodScheduled condition and not
    one event, however much room the nodes have. A pod that is Pending with FailedScheduling events shows the opposite: a
    scheduler that works and finds no place.
  zh: >-
    kube-scheduler 负责为每个新 Pod 选择节点。它停止后，无论节点有多少空闲资源，新 Pod 都会一直 Pending，没有分配节点，没有 PodScheduled 状态，
    也没有任何事件。如果 Pending 的 Pod 有 FailedScheduling 事件，恰恰说明调度器在工作，只是找不到合适的节点。
fix:
  - en: "See how it ended; the last E or F lines name the reason"
    zh: "查看它是怎么退出的；日志最后的 E 或 F 行就是原因"
    run: "c=$(docker ps -aq --filter name=k8s_kube-scheduler 2>/dev/null | head -n 1); if [ -n \"$c\" ]; then docker logs --tail 50 $c; elif c=$(crictl ps -aq --name kube-scheduler 2>/dev/null | head -n 1) && [ -n \"$c\" ]; then crictl logs --tail 50 $c; else journalctl -u kube-scheduler -n 50 --no-pager; fi"
    on: "{node}"
  - en: "Runs as a static pod and its manifest is missing: put it back, kubelet starts it within 20 seconds"
    zh: "若以静态 Pod 方式运行且清单文件缺失：把清单放回去，kubelet 会在 20 秒内拉起它"
    run: "mv {moved} /etc/kubernetes/manifests/kube-scheduler.yaml"
    on: "{node}"
  - en: "Runs as a systemd unit: start it"
    zh: "若以 systemd 服务方式运行：启动它"
    run: "systemctl start kube-scheduler"
    on: "{node}"
verify: "kubectl -n kube-system get lease kube-scheduler -o yaml"
refs: ["https://kubernetes.io/docs/concepts/architecture/leases/"]
*/
WITH
sick AS (
  SELECT node, how, state, manifest FROM node_components
  WHERE component = 'kube-scheduler' AND state IN ('down', 'stopped')
),
running AS (
  SELECT count(*) AS n FROM node_components WHERE component = 'kube-scheduler' AND state = 'running'
),
-- Without leader election the record is old and means nothing.
lease AS (
  SELECT l.holder, l.node, l.renewed, l.duration_s, l.file, l.line, coalesce(l.age, :now - l.renewed) AS age
  FROM leader_leases l
  WHERE l.component = 'kube-scheduler'
    AND NOT EXISTS (SELECT 1 FROM node_processes p
      WHERE p.args LIKE '%kube-scheduler%' AND p.args LIKE '%--leader-elect=false%')
),
stale AS (
  SELECT * FROM lease WHERE age > 4 * duration_s * 1000000
),
-- Where: on each node where it should run and does not; else where its last leader ran.
places AS (
  SELECT s.node, s.how, s.state, s.manifest FROM sick s, running r
  WHERE EXISTS (SELECT 1 FROM stale)
    OR (r.n = 0 AND NOT EXISTS (SELECT 1 FROM lease l
      WHERE l.age <= l.duration_s * 1000000 AND l.node IS NOT NULL AND l.node NOT IN (SELECT node FROM sick)))
      AND NOT EXISTS (SELECT 1 FROM lease l WHERE l.age <= l.duration_s * 1000000 AND l.node IS NULL)
  UNION ALL
  SELECT l.node, NULL, 'stale', NULL FROM stale l WHERE NOT EXISTS (SELECT 1 FROM sick)
),
told AS (
  SELECT coalesce('node/' || p.node, 'cluster') AS subject, p.node,
    CASE p.state
      WHEN 'stopped' THEN 'On ' || p.node || ' its process is frozen (stopped by a signal, or its container is paused).'
      WHEN 'stale' THEN 'Its last leader ' || (SELECT holder FROM stale) || ' last renewed its lease at ' || (SELECT iso(renewed) FROM stale) || ', and nobody took it over.'
      ELSE CASE
        WHEN p.how = 'unit' THEN 'On ' || p.node || ' its systemd unit is not active and no process of it exists.'
        WHEN p.manifest = 0 THEN 'On ' || p.node || ' no process or running container of it exists, and its manifest is not in /etc/kubernetes/manifests.'
        ELSE 'On ' || p.node || ' no process or running container of it exists.' END
    END AS what,
    CASE p.state
      WHEN 'stopped' THEN '节点 ' || p.node || ' 上的进程被冻结（收到停止信号，或容器被暂停）。'
      WHEN 'stale' THEN '最后的主实例 ' || (SELECT holder FROM stale) || ' 在 ' || (SELECT iso(renewed) FROM stale) || ' 之后没有再续租，也没有实例接替。'
      ELSE CASE
        WHEN p.how = 'unit' THEN '节点 ' || p.node || ' 上的 systemd 服务不是 active 状态，也没有对应的进程。'
        WHEN p.manifest = 0 THEN '节点 ' || p.node || ' 上没有对应的进程或运行中的容器，/etc/kubernetes/manifests 里也没有它的清单。'
        ELSE '节点 ' || p.node || ' 上没有对应的进程或运行中的容器。' END
    END AS what_zh,
    (SELECT m.moved FROM moved_manifests m WHERE m.node = p.node AND m.component = 'kube-scheduler') AS moved
  FROM places p
),
evidence AS (
  SELECT node, seq, file, line, text FROM component_evidence WHERE component = 'kube-scheduler'
  UNION ALL
  SELECT node, 4, file, line, text FROM moved_manifests WHERE component = 'kube-scheduler'
  UNION ALL
  SELECT h.node, 6, h.file, h.line, h.text FROM (
    SELECT node, file, line, text, row_number() OVER (PARTITION BY node ORDER BY log DESC) AS newest
    FROM hits WHERE signature = 'leader-lost' AND unit = 'kube-scheduler' AND node IS NOT NULL) h
  WHERE h.newest = 1
)
SELECT t.subject, e.file, e.line, e.text, t.node, t.what, t.what_zh, t.moved, e.seq
FROM told t JOIN evidence e ON e.node = t.node
UNION ALL
SELECT t.subject, l.file, l.line, NULL, t.node, t.what, t.what_zh, t.moved, 0
FROM told t JOIN lease l ON l.age > l.duration_s * 1000000
ORDER BY 1, 9, 2, 3;
