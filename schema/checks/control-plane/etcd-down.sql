/*
id: etcd-down
title:
  en: "etcd on {node} is not running"
  zh: "节点 {node} 上的 etcd 没有运行"
detail:
  en: "{what} {scope}"
  zh: "{what_zh}{scope_zh}"
severity: critical
confidence: certain
needs: [[node_processes, node_containers, node_units]]
causes:
  - {check: kubelet-node-status-update-failing, when: cluster}
  - {check: apiserver-etcd-unreachable, when: cluster}
  - {check: apiserver-down, when: cluster}
  - {check: kcm-down, when: cluster}
  - {check: scheduler-down, when: cluster}
  - {check: pod-crashloop, when: pod-on-node}
  - {check: node-not-ready-unknown, when: cluster}
  - {check: controllers-stalled, when: cluster}
  - {check: pod-pending-never-attempted, when: cluster}
  - {check: hpa-metrics-unavailable, when: cluster}
  - {check: kcm-leader-lost, when: cluster}
  - {check: etcd-no-leader, when: cluster}
  - {check: etcd-peer-unreachable, when: cluster}
  - {check: endpoints-stale, when: cluster}
  - {check: kubelet-lease-failing, when: cluster}
why:
  en: >-
    kube-apiserver keeps all its data in etcd. Without it every request hangs or fails, its liveness probe fails and kubelet
    restarts it again and again, and the controller manager and the scheduler lose their leases and exit. Restarting those does
    not help; they recover by themselves when etcd is back.
  zh: >-
    kube-apiserver 的全部数据都存放在 etcd 中。etcd 停止后，所有请求都会卡住或失败，apiserver 因存活探针失败被 kubelet 反复重启，
    controller-manager 和 scheduler 丢失租约后退出。重启这些组件没有用，etcd 恢复后它们会自行恢复。
fix:
  - en: "Read etcd's last lines: they name the reason (disk full, corrupt data, certificate, flag)"
    zh: "查看 etcd 最后的日志，里面有原因（磁盘满、数据损坏、证书、参数）"
    run: "c=$(docker ps -aq --filter name=k8s_etcd_ 2>/dev/null | head -n 1); if [ -n \"$c\" ]; then docker logs --tail 50 $c; elif c=$(crictl ps -aq --name '^etcd$' 2>/dev/null | head -n 1) && [ -n \"$c\" ]; then crictl logs --tail 50 $c; else ls -t /var/log/pods/kube-system_etcd-*/*/*.log | head -n 1 | xargs tail -n 50; fi"
    on: "{node}"
    if: container
  - en: "Read etcd's last lines: they name the reason (disk full, corrupt data, certificate, flag)"
    zh: "查看 etcd 最后的日志，里面有原因（磁盘满、数据损坏、证书、参数）"
    run: "journalctl -u etcd -n 50 --no-pager"
    on: "{node}"
    if: unit
  - en: "Make sure that its disk has room"
    zh: "确认它所在的磁盘还有空间"
    run: "df -h /var/lib/etcd"
    on: "{node}"
  - en: "Its static pod manifest was moved away: put it back, kubelet starts it within 20 seconds"
    zh: "静态 Pod 的清单文件被移走了：把清单放回去，kubelet 会在 20 秒内拉起它"
    run: "mv {moved} /etc/kubernetes/manifests/etcd.yaml"
    on: "{node}"
    if: moved
  - en: "Its static pod manifest is gone: take it from a backup, or let kubeadm write it anew (with --config FILE where the cluster was made with one)"
    zh: "静态 Pod 的清单文件已丢失：从备份恢复，或用 kubeadm 重新生成（集群创建时用过配置文件的，加上 --config FILE）"
    run: "kubeadm init phase etcd local"
    on: "{node}"
    if: lost
  - en: "Start its unit"
    zh: "启动它的 systemd 服务"
    run: "systemctl restart etcd"
    on: "{node}"
    if: unit
  - en: "The manifest is there and no container is: make kubelet read it again"
    zh: "清单存在但没有容器：让 kubelet 重新读取清单"
    run: "systemctl restart kubelet"
    on: "{node}"
    if: kept
  - en: "A frozen process goes on when it gets the signal CONT, a paused container when it is unpaused"
    zh: "被冻结的进程收到 CONT 信号后会继续运行；被暂停的容器需要 unpause"
    run: "pkill -CONT -x etcd; docker ps -q --filter name=k8s_etcd_ --filter status=paused 2>/dev/null | xargs -r docker unpause"
    on: "{node}"
    if: frozen
  - en: "It runs but does not work: end its container, kubelet starts a new one"
    zh: "进程存在但不工作：结束它的容器，kubelet 会启动新的"
    run: "c=$(docker ps -q --filter name=k8s_etcd_ 2>/dev/null | head -n 1); if [ -n \"$c\" ]; then docker restart -t 5 $c; else crictl stop $(crictl ps -q --name '^etcd$'); fi"
    on: "{node}"
    if: hung
verify: "kubectl get --raw /readyz/etcd"
refs: ["https://etcd.io/docs/v3.5/op-guide/failures/"]
*/
WITH
sick AS (
  SELECT c.node, c.how, c.state, c.manifest,
    (SELECT count(*) FROM node_components o WHERE o.component = 'etcd' AND o.state = 'running') AS alive,
    (SELECT count(*) FROM node_components o WHERE o.component = 'etcd') AS members
  FROM node_components c
  WHERE c.component = 'etcd' AND c.state IN ('down', 'stopped')
    -- A member that was moved elsewhere on purpose: this node's API server asks other hosts only.
    AND NOT EXISTS (
      SELECT 1 FROM node_processes p
      WHERE p.node = c.node AND rx('--etcd-servers[= ](\S+)', p.args, 1) IS NOT NULL
        AND rx('--etcd-servers[= ](\S+)', p.args, 1) NOT LIKE '%127.0.0.1%'
        AND rx('--etcd-servers[= ](\S+)', p.args, 1) NOT LIKE '%localhost%'
        AND rx('--etcd-servers[= ](\S+)', p.args, 1) NOT LIKE '%://' || c.node || ':%'
        AND NOT EXISTS (SELECT 1 FROM node_access a WHERE a.node = c.node AND a.address IS NOT NULL
          AND instr(rx('--etcd-servers[= ](\S+)', p.args, 1), '//' || a.address || ':')))
),
told AS (
  SELECT s.*,
    CASE
      WHEN s.state = 'stopped' THEN 'Its process is frozen (stopped by a signal, or its container is paused).'
      WHEN s.how = 'unit' THEN 'Its systemd unit is not active and no process of it exists.'
      WHEN s.manifest = 0 THEN 'No process or running container of it exists, and its manifest is not in /etc/kubernetes/manifests.'
      ELSE 'No process or running container of it exists.' END AS what,
    CASE
      WHEN s.state = 'stopped' THEN '进程被冻结（收到停止信号，或容器被暂停）。'
      WHEN s.how = 'unit' THEN 'systemd 服务不是 active 状态，也没有对应的进程。'
      WHEN s.manifest = 0 THEN '没有对应的进程或运行中的容器，/etc/kubernetes/manifests 里也没有它的清单。'
      ELSE '没有对应的进程或运行中的容器。' END AS what_zh,
    CASE WHEN s.alive > 0 THEN s.alive || ' other member(s) run: the cluster works as long as more than half of all members do.'
      ELSE 'No other running member was seen.' END AS scope,
    CASE WHEN s.alive > 0 THEN '另有 ' || s.alive || ' 个成员在运行：只要超过半数成员存活，集群就能工作。'
      ELSE '没有看到其他正在运行的成员。' END AS scope_zh
  FROM sick s
),
evidence AS (
  SELECT e.node, e.seq, e.file, e.line, e.text FROM component_evidence e WHERE e.component = 'etcd'
  UNION ALL
  SELECT m.node, 4, m.file, m.line, m.text FROM moved_manifests m WHERE m.component = 'etcd'
  UNION ALL
  -- The API server of the same node that dials it in vain.
  SELECT h.node, 6, h.file, h.line, h.text FROM (
    SELECT node, file, line, text, row_number() OVER (PARTITION BY node ORDER BY log DESC) AS newest
    FROM hits WHERE signature = 'apiserver-etcd-unreachable' AND node IS NOT NULL) h
  WHERE h.newest <= 2
)
SELECT 'node/' || t.node AS subject, e.file, e.line, e.text, t.node, t.what, t.what_zh, t.scope, t.scope_zh, r.unit, r.container, r.moved, r.lost, r.kept, r.frozen, r.hung,
  CASE WHEN 2 * t.alive > t.members THEN 'warning' ELSE 'critical' END AS severity
FROM told t JOIN evidence e ON e.node = t.node LEFT JOIN component_remedies r ON r.node = t.node AND r.component = 'etcd'
ORDER BY t.node, e.seq, e.file, e.line;
