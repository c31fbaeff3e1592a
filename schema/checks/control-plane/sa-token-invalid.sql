/*
id: sa-token-invalid
title:
  en: "The API server of {place} refuses tokens of service accounts"
  zh: "{place} 的 API server 拒绝 ServiceAccount 令牌"
detail:
  en: "{times} refusals within half an hour, the last at {last_at}."
  zh: "半小时内拒绝 {times} 次，最后一次在 {last_at}。"
severity: critical
needs: [log:kube-apiserver]
causes:
  - {check: kube-dns-apiserver-timeout, when: cluster}
  - {check: dashboard-crash-apiserver-unreachable, when: cluster}
  - {check: controllers-stalled, when: cluster}
  - {check: calico-cni-unauthorized, when: cluster}
  - {check: kube-proxy-apiserver-unreachable, when: cluster}
  - {check: flannel-lease-failed, when: cluster}
why:
  en: >-
    Pods prove who they are with tokens that the control plane signed. This API server cannot verify them: on control planes with several nodes
    sa.key and sa.pub differ, or the key was replaced and pods still carry old tokens. A few lines after a machine slept are normal; this many are not.
  zh: >-
    Pod 用控制平面签名的令牌证明身份，而这个 API server 无法验证：多控制平面节点的 sa.key、sa.pub 不一致，或密钥更换后 Pod 仍持有旧令牌。
    机器休眠后出现几行属于正常，这么多就不正常了。
fix:
  - en: "Is the key the same on every control-plane node?"
    zh: "检查各控制平面节点上的密钥是否一致"
    run: "sha256sum /etc/kubernetes/pki/sa.pub; openssl pkey -in /etc/kubernetes/pki/sa.key -pubout | sha256sum"
    on: "{node}"
  - en: "It is not: copy sa.key and sa.pub from the node whose tokens are in use, and restart the API server and the controller manager there"
    zh: "不一致：从令牌正在使用的节点复制 sa.key 和 sa.pub，并重启该节点上的 API server 和 controller-manager"
    run: "for c in kube-apiserver kube-controller-manager; do docker ps -q --filter name=k8s_\"$c\"_ 2>/dev/null | xargs -r docker restart; crictl ps -q --name \"^$c\\$\" 2>/dev/null | xargs -r crictl stop; systemctl try-restart $c 2>/dev/null; done"
    on: "{node}"
  - en: "The key was replaced: pods get new tokens when they start again (one namespace after the other)"
    zh: "密钥已更换：Pod 重启后才会拿到新令牌（逐个命名空间执行）"
    run: "kubectl -n kube-system rollout restart deployment,daemonset"
refs: ["https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/"]
*/
WITH told AS (
  SELECT *, count(*) OVER (PARTITION BY place) AS n_of, min(ts) OVER (PARTITION BY place) AS first_of FROM said
  WHERE signature = 'sa-token-invalid' AND (ts IS NULL OR ts > :now - 1800000000)
)
SELECT subject, file, line, text, ts, first_of AS first_seen, node, place, n_of AS times, coalesce(iso(last_ts), '-') AS last_at
FROM told WHERE n_of >= 10 AND newest <= 5
ORDER BY subject, newest, file, line;
