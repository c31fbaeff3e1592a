/*
id: kcm-down
title:
  en: "kube-controller-manager is not working: no instance of it runs or renews its lease"
  zh: "kube-controller-manager 不工作：没有任何实例在运行或续租"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
confidence: certain
needs: [controller_manager_known]
causes:
  - {check: controllers-stalled, when: cluster}
  - {check: endpoints-stale, when: cluster}
  - {check: kcm-leader-lost, when: same-node}
  - {check: service-no-endpoints, when: cluster}
  - {check: node-no-podcidr, when: cluster}
  - {check: namespace-stuck-terminating, when: cluster}
why:
  en: >-
    The controller manager turns wishes into objects: Deployments into ReplicaSets into pods, ready pods into endpoints, silent
    nodes into NotReady ones. Without it nothing of that happens: new Deployments stay empty, broken pods are not replaced, and
    dead nodes look Ready. Pods that run are not affected. "connection refused" on port 10252 alone is no proof of this.
  zh: >-
    controller-manager 负责把期望变成现实：由 Deployment 创建 ReplicaSet 和 Pod，把就绪的 Pod 写入 Endpoints，把失联的节点标记为 NotReady。
    它停止后，新建的 Deployment 不会产生 Pod，故障 Pod 不会被替换，宕机的节点看起来仍是 Ready。已在运行的 Pod 不受影响。
    仅凭 10252 端口 connection refused 不能说明它已停止。
fix:
  - en: "See how it ended; the last E or F lines name the reason"
    zh: "查看它是怎么退出的；日志最后的 E 或 F 行就是原因"
    run: "c=$(docker ps -aq --filter name=k8s_kube-controller-manager_ 2>/dev/null | head -n 1); if [ -n \"$c\" ]; then docker logs --tail 50 $c; elif c=$(crictl ps -aq --name '^kube-controller-manager$' 2>/dev/null | head -n 1) && [ -n \"$c\" ]; then crictl logs --tail 50 $c; else ls -t /var/log/pods/kube-system_kube-controller-manager-*/*/*.log | head -n 1 | xargs tail -n 50; fi"
    on: "{node}"
    if: container
  - en: "See how it ended; the last E or F lines name the reason"
    zh: "查看它是怎么退出的；日志最后的 E 或 F 行就是原因"
    run: "journalctl -u kube-controller-manager -n 50 --no-pager"
    on: "{node}"
    if: unit
  - en: "Its static pod manifest was moved away: put it back, kubelet starts it within 20 seconds"
    zh: "静态 Pod 的清单文件被移走了：把清单放回去，kubelet 会在 20 秒内拉起它"
    run: "mv {moved} /etc/kubernetes/manifests/kube-controller-manager.yaml"
    on: "{node}"
    if: moved
  - en: "Its static pod manifest is gone: take it from a backup, or let kubeadm write it anew (with --config FILE where the cluster was made with one)"
    zh: "静态 Pod 的清单文件已丢失：从备份恢复，或用 kubeadm 重新生成（集群创建时用过配置文件的，加上 --config FILE）"
    run: "kubeadm init phase control-plane controller-manager"
    on: "{node}"
    if: lost
  - en: "Start its unit"
    zh: "启动它的 systemd 服务"
    run: "systemctl restart kube-controller-manager"
    on: "{node}"
    if: unit
  - en: "The manifest is there and no container is: make kubelet read it again"
    zh: "清单存在但没有容器：让 kubelet 重新读取清单"
    run: "systemctl restart kubelet"
    on: "{node}"
    if: kept
  - en: "A frozen process goes on when it gets the signal CONT, a paused container when it is unpaused"
    zh: "被冻结的进程收到 CONT 信号后会继续运行；被暂停的容器需要 unpause"
    run: "pkill -CONT -x kube-controller; docker ps -q --filter name=k8s_kube-controller-manager_ --filter status=paused 2>/dev/null | xargs -r docker unpause"
    on: "{node}"
    if: frozen
  - en: "It runs but does not work: end its container, kubelet starts a new one"
    zh: "进程存在但不工作：结束它的容器，kubelet 会启动新的"
    run: "c=$(docker ps -q --filter name=k8s_kube-controller-manager_ 2>/dev/null | head -n 1); if [ -n \"$c\" ]; then docker restart -t 5 $c; else crictl stop $(crictl ps -q --name '^kube-controller-manager$'); fi"
    on: "{node}"
    if: hung
verify: "kubectl -n kube-system get lease kube-controller-manager -o yaml"
refs: ["https://kubernetes.io/docs/concepts/architecture/leases/"]
*/
SELECT o.subject, o.file, o.line, o.text, o.node, o.what, o.what_zh, r.unit, r.container, r.moved, r.lost, r.kept, r.frozen, r.hung
FROM component_outages o LEFT JOIN component_remedies r ON r.node = o.node AND r.component = o.component
WHERE o.component = 'kube-controller-manager'
ORDER BY o.subject, o.seq, o.file, o.line;
