/*
id: cert-unknown-authority
title:
  en: "{unit} on {place} meets certificates of a CA that it does not trust"
  zh: "{place} 上的 {unit} 遇到不受信任的 CA 签发的证书"
detail:
  en: "{times} refusals, the last at {last_at}.{rebuilt}"
  zh: "共拒绝 {times} 次，最后一次在 {last_at}。{rebuilt_zh}"
severity: critical
needs: [log]
causes:
  - {check: kubelet-lease-failing, when: same}
  - {check: kubelet-node-status-update-failing, when: same-node}
  - {check: node-not-registered, when: same-node}
  - {check: node-not-ready-unknown, when: same}
  - {check: apiserver-etcd-unreachable, when: cluster}
  - {check: kcm-down, when: cluster}
  - {check: scheduler-down, when: cluster}
why:
  en: >-
    Both sides of a connection have CAs of their own. Mostly the cluster was built anew (kubeadm reset and init) and a node, a kubeconfig or a
    component still has the old ca.crt; "verification error ... candidate authority" proves that. Registries and webhooks are not meant here.
  zh: >-
    连接双方使用的 CA 不同。最常见的情况是集群重建过（kubeadm reset 后 init），而某个节点、kubeconfig 或组件仍在用旧的 ca.crt；
    日志中的 verification error ... candidate authority 可以证明这一点。镜像仓库和 webhook 的情况不在此列。
fix:
  - en: "Compare the CA on this node with that of the control plane, and with the one inside its kubeconfig"
    zh: "比较本节点、控制平面以及 kubeconfig 中的 CA 指纹"
    run: "openssl x509 -in /etc/kubernetes/pki/ca.crt -noout -fingerprint -sha256; sed -n 's/.*certificate-authority-data: *//p' /etc/kubernetes/kubelet.conf | base64 -d | openssl x509 -noout -fingerprint -sha256"
    on: "{node}"
  - en: "A worker with the old CA: join it again. Make the command on a control-plane node"
    zh: "工作节点使用旧 CA：重新加入集群。在控制平面节点上生成命令"
    run: "kubeadm token create --print-join-command"
  - en: "On the worker, before joining (its pods end)"
    zh: "在该工作节点上加入前执行（节点上的 Pod 会停止）"
    run: "kubeadm reset"
    on: "{node}"
verify: "kubectl get nodes"
refs: ["https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/troubleshooting-kubeadm/#tls-certificate-errors"]
*/
WITH told AS (
  SELECT *, max(captures ->> '$.rebuilt' IS NOT NULL) OVER (PARTITION BY place) AS re FROM said
  WHERE signature = 'cert-unknown-authority' AND times >= 3 AND (last_ts IS NULL OR last_ts > :now - 180000000)
)
SELECT subject, file, line, text, ts, first_ts AS first_seen, node, place, unit, times, coalesce(iso(last_ts), '-') AS last_at,
  CASE WHEN re THEN ' A CA of the same name has another key: the cluster was built anew.' ELSE '' END AS rebuilt,
  CASE WHEN re THEN '同名 CA 的密钥不同：集群重建过。' ELSE '' END AS rebuilt_zh
FROM told WHERE newest <= 5
ORDER BY subject, newest, file, line;
