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
needs: [scheduler_known]
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
SELECT o.subject, o.file, o.line, o.text, o.node, o.what, o.what_zh, r.unit, r.container, r.moved, r.lost, r.kept, r.frozen, r.hung
FROM component_outages o LEFT JOIN component_remedies r ON r.node = o.node AND r.component = o.component
WHERE o.component = 'kube-scheduler'
ORDER BY o.subject, o.seq, o.file, o.line;
