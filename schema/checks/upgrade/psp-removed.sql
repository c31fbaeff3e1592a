/*
id: psp-removed
title:
  en: "The API server of {node} asks for PodSecurityPolicy, which 1.25 removed"
  zh: "{node} 的 API server 启用了 1.25 已移除的 PodSecurityPolicy"
severity: info
confidence: certain
needs: [[pods, node_processes, "capture:nodes/*/etc/kubernetes/manifests/kube-apiserver.yaml"]]
causes:
  - {check: apiserver-invalid-flag, when: cluster}
k8s: ">=1.25"
why:
  en: >-
    The admission plugin is gone since 1.25; an API server that is told to enable it does not start ("unknown admission plugin"). Pod Security Admission takes its place, by labels of namespaces.
  zh: >-
    该准入插件在 1.25 中已移除；仍要求启用时 API server 无法启动（unknown admission plugin）。由 Pod Security Admission 取代，通过命名空间标签配置。
fix:
  - en: "Take PodSecurityPolicy out of --enable-admission-plugins"
    zh: "从 --enable-admission-plugins 中去掉 PodSecurityPolicy"
    run: "sed -i -E '/enable-admission-plugins/s/,?PodSecurityPolicy//' /etc/kubernetes/manifests/kube-apiserver.yaml"
    on: "{node}"
  - en: "Say with labels what each namespace may do"
    zh: "用命名空间标签声明安全级别"
    run: "kubectl label namespace default pod-security.kubernetes.io/enforce=baseline --overwrite"
refs: ["https://kubernetes.io/docs/tasks/configure-pod-container/migrate-from-psp/"]
*/
SELECT coalesce('node/' || node, 'cluster') AS subject, file, line, text, node FROM component_flags
WHERE component = 'kube-apiserver' AND flag IN ('enable-admission-plugins', 'admission-control') AND value LIKE '%PodSecurityPolicy%'
ORDER BY subject, file, line;
