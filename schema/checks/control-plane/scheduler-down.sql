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
    run: "c=$(docker ps -aq --filter name=k8s_kube-scheduler_ 2>/dev/null | head -n 1); if [ -n \"$c\" ]; then docker logs --tail 50 $c; elif c=$(crictl ps -aq --name '^kube-scheduler$' 2>/dev/null | head -n 1) && [ -n \"$c\" ]; then crictl logs --tail 50 $c; else ls -t /var/log/pods/kube-system_kube-scheduler-*/*/*.log | head -n 1 | xargs tail -n 50; fi"
    on: "{node}"
    if: container
  - en: "See how it ended; the last E or F lines name the reason"
    zh: "查看它是怎么退出的；日志最后的 E 或 F 行就是原因"
    run: "journalctl -u kube-scheduler -n 50 --no-pager"
    on: "{node}"
    if: unit
  - en: "Its static pod manifest was moved away: put it back, kubelet starts it within 20 seconds"
    zh: "静态 Pod 的清单文件被移走了：把清单放回去，kubelet 会在 20 秒内拉起它"
    run: "mv {moved} /etc/kubernetes/manifests/kube-scheduler.yaml"
    on: "{node}"
    if: moved
  - en: "Its static pod manifest is gone: take it from a backup, or let kubeadm write it anew (with --config FILE where the cluster was made with one)"
    zh: "静态 Pod 的清单文件已丢失：从备份恢复，或用 kubeadm 重新生成（集群创建时用过配置文件的，加上 --config FILE）"
    run: "kubeadm init phase control-plane scheduler"
    on: "{node}"
    if: lost
  - en: "Start its unit"
    zh: "启动它的 systemd 服务"
    run: "systemctl restart kube-scheduler"
    on: "{node}"
    if: unit
  - en: "The manifest is there and no container is: make kubelet read it again"
    zh: "清单存在但没有容器：让 kubelet 重新读取清单"
    run: "systemctl restart kubelet"
    on: "{node}"
    if: kept
  - en: "A frozen process goes on when it gets the signal CONT, a paused container when it is unpaused"
    zh: "被冻结的进程收到 CONT 信号后会继续运行；被暂停的容器需要 unpause"
    run: "pkill -CONT -x kube-scheduler; docker ps -q --filter name=k8s_kube-scheduler_ --filter status=paused 2>/dev/null | xargs -r docker unpause"
    on: "{node}"
    if: frozen
  - en: "It runs but does not work: end its container, kubelet starts a new one"
    zh: "进程存在但不工作：结束它的容器，kubelet 会启动新的"
    run: "c=$(docker ps -q --filter name=k8s_kube-scheduler_ 2>/dev/null | head -n 1); if [ -n \"$c\" ]; then docker restart -t 5 $c; else crictl stop $(crictl ps -q --name '^kube-scheduler$'); fi"
    on: "{node}"
    if: hung
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
    END AS what_zh
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
SELECT t.subject, e.file, e.line, e.text, t.node, t.what, t.what_zh, r.unit, r.container, r.moved, r.lost, r.kept, r.frozen, r.hung, e.seq
FROM told t JOIN evidence e ON e.node = t.node LEFT JOIN component_remedies r ON r.node = t.node AND r.component = 'kube-scheduler'
UNION ALL
SELECT t.subject, l.file, l.line, NULL, t.node, t.what, t.what_zh, r.unit, r.container, r.moved, r.lost, r.kept, r.frozen, r.hung, 0
FROM told t JOIN lease l ON l.age > l.duration_s * 1000000 LEFT JOIN component_remedies r ON r.node = t.node AND r.component = 'kube-scheduler'
ORDER BY 1, seq, 2, 3;
