/*
id: anonymous-forbidden
title:
  en: "Requests without credentials are refused (seen by {place})"
  zh: "有未携带凭据的请求被拒绝（由 {place} 记录）"
detail:
  en: "{times} refusals of system:anonymous, the last at {last_at}."
  zh: "system:anonymous 被拒绝 {times} 次，最后一次在 {last_at}。"
severity: warning
needs: [log]
why:
  en: >-
    Somebody speaks to the API server, or the API server to a kubelet, without a certificate or token that is accepted, and so counts as nobody. A kubeconfig without its user, a
    certificate that the proxy between did not pass on, or --kubelet-client-certificate missing.
  zh: >-
    有客户端访问 API server（或 API server 访问 kubelet）时没有携带可接受的证书或令牌，被视为匿名用户。常见原因：kubeconfig 缺少用户凭据、
    中间代理没有转发证书，或缺少 --kubelet-client-certificate。
fix:
  - en: "Whose line is it? That component's kubeconfig lacks its credentials"
    zh: "看日志属于哪个组件：该组件的 kubeconfig 缺少凭据"
    run: "grep -n -E 'client-certificate|client-key|token' /etc/kubernetes/*.conf | cut -c 1-100"
    on: "{node}"
  - en: "logs and exec fail: the API server needs a certificate for kubelets"
    zh: "logs/exec 失败：API server 需要访问 kubelet 的客户端证书"
    run: "grep -n kubelet-client /etc/kubernetes/manifests/kube-apiserver.yaml"
    on: "{machine}"
*/
SELECT subject, file, line, text, ts, first_ts AS first_seen, node, place, times, coalesce(iso(last_ts), '-') AS last_at,
  (SELECT min(node) FROM control_plane_nodes) AS machine
FROM said_running
WHERE signature = 'anonymous-forbidden' AND times >= 3 AND (last_ts IS NULL OR last_ts > :now - 900000000) AND newest <= 3
ORDER BY subject, newest, file, line;
