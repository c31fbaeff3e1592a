/*
id: cr-finalizer-orphan
title:
  en: "{kind} {name} is deleted but does not go away"
  zh: "{kind} {name} 已删除但无法消失"
detail:
  en: "Deleted {minutes} minutes ago; it waits for finalizer {finalizer}."
  zh: "{minutes} 分钟前已删除，在等待 finalizer {finalizer}。"
severity: warning
confidence: possible
needs: []
causes:
  - {check: namespace-stuck-terminating, when: same-namespace}
why:
  en: >-
    A finalizer is a promise that a controller tidies up before the object goes. Nobody kept it: the operator was uninstalled before its
    objects, does not run, or cannot do what it wants to do (its log tells).
  zh: >-
    finalizer 表示控制器要先完成清理，对象才能删除。现在没有控制器处理：组件先于对象被卸载、没有运行，或清理动作失败（看它的日志）。
fix:
  - en: "Is its operator still there? Bring it back and let it do its work"
    zh: "负责的组件还在吗？恢复它并等待清理完成"
    run: "kubectl get deployments,statefulsets --all-namespaces"
  - en: "It is gone for good: what it would have tidied up outside the cluster (volumes, load balancers, DNS) is yours to tidy. Then remove the finalizers"
    zh: "组件已永久移除：先手工清理它在集群外创建的资源（卷、负载均衡、DNS），再移除 finalizer"
    run: "kubectl -n {namespace} patch {kind} {name} --type=merge -p '{\"metadata\":{\"finalizers\":null}}'"
    if: namespace
  - en: "It is gone for good: what it would have tidied up outside the cluster (volumes, load balancers, DNS) is yours to tidy. Then remove the finalizers"
    zh: "组件已永久移除：先手工清理它在集群外创建的资源（卷、负载均衡、DNS），再移除 finalizer"
    run: "kubectl patch {kind} {name} --type=merge -p '{\"metadata\":{\"finalizers\":null}}'"
    if: wide
refs: ["https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/"]
*/
SELECT lower(o.kind) || coalesce('/' || o.namespace, '') || '/' || o.name AS subject, o.file, json_key(o.json, o.line, 'finalizers') AS line, o.deleted AS ts,
  lower(o.kind) AS kind, o.namespace, o.name, (:now - o.deleted) / 60000000 AS minutes, o.json ->> '$.metadata.finalizers[0]' AS finalizer,
  CASE WHEN o.namespace IS NULL THEN 1 END AS wide
FROM objects o
WHERE o.deleted < :now - 600000000 AND o.api_version GLOB '*.*/*' AND o.api_version NOT GLOB '*.k8s.io/*'
  AND json_array_length(o.json, '$.metadata.finalizers') > 0
  AND o.json ->> '$.metadata.finalizers[0]' NOT IN ('foregroundDeletion', 'orphan')
ORDER BY subject;
