/*
id: deprecated-ssh-manifest
title:
  en: "{subject} was made from a manifest of extensions/v1beta1"
  zh: "{subject} 由 extensions/v1beta1 的清单创建"
severity: info
confidence: certain
advice: true
needs: [[deployments, daemonsets, replicasets, ingresses, networkpolicies]]
why:
  en: >-
    Old recipes, the SSH pod among them, use extensions/v1beta1. The API has not served workloads of that group since 1.16 (Ingress since 1.22), so the
    same file can no longer be applied, nor this object made again from it. The running object is fine.
  zh: >-
    旧教程（包括 SSH Pod）使用 extensions/v1beta1。自 1.16 起 API 不再提供该组的工作负载（Ingress 自 1.22 起），
    同一份文件已无法再次应用，也无法据此重建该对象。正在运行的对象不受影响。
fix:
  - en: "Change the file: apps/v1 with a selector for workloads, networking.k8s.io/v1 for Ingress and NetworkPolicy"
    zh: "修改清单：工作负载改为 apps/v1 并填写 selector，Ingress 和 NetworkPolicy 改为 networking.k8s.io/v1"
    run: "kubectl -n {namespace} get {kind} {name} -o yaml"
verify: "kubectl -n {namespace} get {kind} {name} -o jsonpath='{.metadata.annotations}'"
refs: ["https://kubernetes.io/docs/reference/using-api/deprecation-guide/"]
*/
SELECT lower(o.kind) || '/' || coalesce(o.namespace, 'default') || '/' || o.name AS subject, o.file,
  json_line(o.json, o.line, json_extract(o.json, '$.metadata.annotations."kubectl.kubernetes.io/last-applied-configuration"')) AS line
FROM objects o
WHERE o.kind IN ('Deployment', 'DaemonSet', 'ReplicaSet', 'Ingress', 'NetworkPolicy')
  AND o.json LIKE '%last-applied-configuration%extensions/v1beta1%'
  AND json_extract(json_extract(o.json, '$.metadata.annotations."kubectl.kubernetes.io/last-applied-configuration"'), '$.apiVersion') = 'extensions/v1beta1'
  AND json_type(o.json, '$.metadata.ownerReferences') IS NULL
ORDER BY 1, 2, 3;
