/*
id: kubelet-static-pod-mirror-failed
title:
  en: "Static pods of {place} are not shown in the API: their mirrors are refused"
  zh: "{place} 的静态 Pod 在 API 中不可见：镜像 Pod 被拒绝"
detail:
  en: "{times} refusals, the last at {last_at}. {message}"
  zh: "共拒绝 {times} 次，最后一次在 {last_at}。{message}"
severity: warning
needs: [log:kubelet]
why:
  en: >-
    kubelet runs static pods by itself and shows each in the API through a mirror pod. Admission refuses these: a pod security policy or level,
    or a webhook that covers kube-system. The control plane works meanwhile, but nobody sees its pods, and tools count them as missing.
  zh: >-
    kubelet 自行运行静态 Pod，并在 API 中为每个创建镜像 Pod。准入阶段拒绝了它们：PodSecurityPolicy、Pod 安全级别，或覆盖 kube-system 的 webhook。
    控制平面仍在运行，但在 API 中看不到这些 Pod。
fix:
  - en: "Who refuses? A webhook's name, a policy or a security level stands in the line"
    zh: "谁在拒绝？日志中有 webhook 名称、策略或安全级别"
    run: "journalctl -u kubelet --no-pager | grep 'mirror pod' | tail -n 3"
    on: "{node}"
  - en: "Pod security: let kube-system be privileged"
    zh: "Pod 安全级别：将 kube-system 设为 privileged"
    run: "kubectl label namespace kube-system pod-security.kubernetes.io/enforce=privileged --overwrite"
  - en: "A webhook: exempt kube-system with a namespaceSelector (kubernetes.io/metadata.name NotIn kube-system)"
    zh: "webhook：用 namespaceSelector 排除 kube-system（kubernetes.io/metadata.name NotIn kube-system）"
    run: "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations"
verify: "kubectl -n kube-system get pods -o wide"
*/
SELECT subject, file, line, text, ts, first_ts AS first_seen, node, place, times, coalesce(iso(last_ts), '-') AS last_at,
  substr(coalesce(rx('(?:is forbidden|failed calling webhook|admission webhook|violates).*', text), ''), 1, 300) AS message
FROM said
WHERE signature = 'mirror-pod-denied' AND times >= 3 AND (last_ts IS NULL OR last_ts > :now - 1800000000) AND newest <= 3
ORDER BY subject, newest, file, line;
