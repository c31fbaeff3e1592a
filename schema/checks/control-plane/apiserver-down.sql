/*
id: apiserver-down
title:
  en: "kube-apiserver on {node} is down"
  zh: "节点 {node} 上的 kube-apiserver 已停止服务"
detail:
  en: "{what} Pods that already run keep running; nothing can be changed, scheduled or repaired meanwhile."
  zh: "{what_zh}已在运行的 Pod 不受影响，但在此期间无法变更、调度或自愈。"
severity: critical
confidence: certain
needs: [[node_processes, node_containers, node_units]]
causes:
  - {check: kubelet-node-status-update-failing, when: cluster}
  - {check: node-not-ready-unknown, when: cluster}
  - {check: kcm-down, when: cluster}
  - {check: scheduler-down, when: cluster}
  - {check: pod-crashloop, when: pod-on-node}
  - {check: controllers-stalled, when: cluster}
  - {check: pod-pending-never-attempted, when: cluster}
  - {check: hpa-metrics-unavailable, when: cluster}
  - {check: kcm-leader-lost, when: cluster}
  - {check: endpoints-stale, when: cluster}
  - {check: node-not-registered, when: cluster}
  - {check: kube-dns-apiserver-timeout, when: cluster}
  - {check: dashboard-crash-apiserver-unreachable, when: cluster}
  - {check: kubelet-lease-failing, when: cluster}
  - {check: kube-proxy-apiserver-unreachable, when: cluster}
  - {check: flannel-lease-failed, when: cluster}
why:
  en: >-
    Everything in the cluster talks to everything else through kube-apiserver. While it is down kubectl is refused, kubelets
    cannot report (after 40 to 50 seconds their nodes count as unknown), and the controller manager and the scheduler lose
    their leases and restart. Their complaints are effects; the one thing to repair is this process.
  zh: >-
    集群各组件之间的通信都要经过 kube-apiserver。它停止后，kubectl 会被拒绝连接，kubelet 无法上报状态（40 到 50 秒后节点被视为失联），
    controller-manager 和 scheduler 也会因丢失租约而反复重启。这些报错都是结果，真正要修复的只有这一个进程。
fix:
  - en: "See how it ended; the last E or F lines name the reason"
    zh: "查看它是怎么退出的；日志最后的 E 或 F 行就是原因"
    run: "c=$(docker ps -aq --filter name=k8s_kube-apiserver_ 2>/dev/null | head -n 1); if [ -n \"$c\" ]; then docker logs --tail 50 $c; elif c=$(crictl ps -aq --name '^kube-apiserver$' 2>/dev/null | head -n 1) && [ -n \"$c\" ]; then crictl logs --tail 50 $c; else ls -t /var/log/pods/kube-system_kube-apiserver-*/*/*.log | head -n 1 | xargs tail -n 50; fi"
    on: "{node}"
    if: container
  - en: "See how it ended; the last E or F lines name the reason"
    zh: "查看它是怎么退出的；日志最后的 E 或 F 行就是原因"
    run: "journalctl -u kube-apiserver -n 50 --no-pager"
    on: "{node}"
    if: unit
  - en: "Its static pod manifest was moved away: put it back, kubelet starts it within 20 seconds"
    zh: "静态 Pod 的清单文件被移走了：把清单放回去，kubelet 会在 20 秒内拉起它"
    run: "mv {moved} /etc/kubernetes/manifests/kube-apiserver.yaml"
    on: "{node}"
    if: moved
  - en: "Its static pod manifest is gone: take it from a backup, or let kubeadm write it anew (with --config FILE where the cluster was made with one)"
    zh: "静态 Pod 的清单文件已丢失：从备份恢复，或用 kubeadm 重新生成（集群创建时用过配置文件的，加上 --config FILE）"
    run: "kubeadm init phase control-plane apiserver"
    on: "{node}"
    if: lost
  - en: "Start its unit"
    zh: "启动它的 systemd 服务"
    run: "systemctl restart kube-apiserver"
    on: "{node}"
    if: unit
  - en: "The manifest is there and no container is: make kubelet read it again"
    zh: "清单存在但没有容器：让 kubelet 重新读取清单"
    run: "systemctl restart kubelet"
    on: "{node}"
    if: kept
  - en: "A frozen process goes on when it gets the signal CONT, a paused container when it is unpaused"
    zh: "被冻结的进程收到 CONT 信号后会继续运行；被暂停的容器需要 unpause"
    run: "pkill -CONT -x kube-apiserver; docker ps -q --filter name=k8s_kube-apiserver_ --filter status=paused 2>/dev/null | xargs -r docker unpause"
    on: "{node}"
    if: frozen
  - en: "It runs but does not work: end its container, kubelet starts a new one"
    zh: "进程存在但不工作：结束它的容器，kubelet 会启动新的"
    run: "c=$(docker ps -q --filter name=k8s_kube-apiserver_ 2>/dev/null | head -n 1); if [ -n \"$c\" ]; then docker restart -t 5 $c; else crictl stop $(crictl ps -q --name '^kube-apiserver$'); fi"
    on: "{node}"
    if: hung
verify: "kubectl get --raw /readyz"
refs: ["https://kubernetes.io/docs/tasks/debug/debug-cluster/"]
*/
WITH
-- It runs, but the node itself gets no answer from it, and the collector got none either. Only for the port that was asked.
silent AS (
  SELECT c.node, c.component, f.id AS file
  FROM node_components c
  JOIN captures p ON p.node = c.node AND p.path GLOB 'nodes/*/host/ports/kube-apiserver-livez.txt'
  JOIN files f ON f.id = p.file AND f.lines > 0
  CROSS JOIN api_state a
  WHERE c.component = 'kube-apiserver' AND c.state = 'running' AND p.exit_status IN (7, 28, 35, 52, 56)
    AND NOT a.answered AND a.failures > 0
    AND NOT EXISTS (SELECT 1 FROM node_processes x WHERE x.node = c.node AND x.args REGEXP '--secure-port[= ](?!6443\b)')
),
sick AS (
  SELECT node, how, state, manifest FROM node_components
  WHERE component = 'kube-apiserver' AND state IN ('down', 'stopped')
  UNION ALL
  SELECT c.node, c.how, 'silent', c.manifest FROM silent s JOIN node_components c USING (node, component)
),
told AS (
  SELECT s.*,
    CASE s.state
      WHEN 'stopped' THEN 'Its process is frozen (stopped by a signal, or its container is paused).'
      WHEN 'silent' THEN CASE WHEN s.how = 'container' AND s.manifest = 0
        THEN 'It is ending: its manifest is no longer in /etc/kubernetes/manifests, and it does not answer on its own node any more.'
        ELSE 'A process of it exists, but does not answer on its own node: it starts, hangs or is restarted over and over.' END
      ELSE CASE
        WHEN s.how = 'unit' THEN 'Its systemd unit is not active and no process of it exists.'
        WHEN s.manifest = 0 THEN 'No process or running container of it exists, and its manifest is not in /etc/kubernetes/manifests.'
        ELSE 'No process or running container of it exists.' END
    END AS what,
    CASE s.state
      WHEN 'stopped' THEN '进程被冻结（收到停止信号，或容器被暂停）。'
      WHEN 'silent' THEN CASE WHEN s.how = 'container' AND s.manifest = 0
        THEN '正在退出：/etc/kubernetes/manifests 中已没有它的清单，在本机上也不再响应。'
        ELSE '进程存在，但在本机上也不响应：正在启动、卡死或反复重启。' END
      ELSE CASE
        WHEN s.how = 'unit' THEN 'systemd 服务不是 active 状态，也没有对应的进程。'
        WHEN s.manifest = 0 THEN '没有对应的进程或运行中的容器，/etc/kubernetes/manifests 里也没有它的清单。'
        ELSE '没有对应的进程或运行中的容器。' END
    END AS what_zh
  FROM sick s
),
evidence AS (
  SELECT e.node, e.seq, e.file, e.line, e.text FROM component_evidence e WHERE e.component = 'kube-apiserver'
  UNION ALL
  SELECT s.node, 0, s.file, 1, NULL FROM silent s
  UNION ALL
  SELECT m.node, 4, m.file, m.line, m.text FROM moved_manifests m WHERE m.component = 'kube-apiserver'
  UNION ALL
  SELECT t.node, 6, a.file, a.line, a.text
  FROM told t JOIN (SELECT file, line, text FROM api_failures ORDER BY path LIKE 'kubectl/%' DESC, path LIMIT 2) a
  UNION ALL
  -- What the kubelets say of it: any node's newest complaint.
  SELECT t.node, 7, h.file, h.line, h.text
  FROM told t JOIN (
    SELECT file, line, text, row_number() OVER (PARTITION BY node ORDER BY log DESC) AS newest
    FROM hits WHERE signature = 'kubelet-apiserver-refused') h ON h.newest = 1
)
SELECT 'node/' || t.node AS subject, e.file, e.line, e.text, t.node, t.what, t.what_zh, r.unit, r.container, r.moved, r.lost, r.kept, r.frozen, r.hung
FROM told t JOIN evidence e ON e.node = t.node LEFT JOIN component_remedies r ON r.node = t.node AND r.component = 'kube-apiserver'
ORDER BY t.node, e.seq, e.file, e.line;
