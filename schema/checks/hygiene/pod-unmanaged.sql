/*
id: pod-unmanaged
title:
  en: "{rows} pod(s) of namespace {namespace} belong to no controller"
  zh: "命名空间 {namespace} 中有 {rows} 个 Pod 不受控制器管理"
detail:
  en: "First {pod} on {pod_node}. When its node goes, or it is evicted, nobody makes it again."
  zh: "首先是 {pod}（节点 {pod_node}）。节点故障或被驱逐后不会有人重建它。"
severity: info
confidence: certain
advice: true
needs: [pods]
why:
  en: >-
    Deployments, StatefulSets and Jobs replace the pods that they own; a bare pod is deleted with its node and stays away. A drain refuses to
    touch it without --force. Static pods of a node, helm's tests and finished pods are not meant.
  zh: >-
    Deployment、StatefulSet 和 Job 会重建自己的 Pod；裸 Pod 会随节点一起消失，不会恢复，drain 时也必须加 --force 才会处理它。
    节点的静态 Pod、Helm 测试 Pod 和已结束的 Pod 不在此列。
fix:
  - en: "Make a Deployment of it (with a Service before it), then delete the bare pod"
    zh: "改为 Deployment（配合 Service），然后删除裸 Pod"
    run: "kubectl -n {namespace} get pod {pod} -o yaml"
verify: "kubectl -n {namespace} get pods -o custom-columns=NAME:.metadata.name,OWNER:.metadata.ownerReferences[0].kind"
*/
SELECT 'namespace/' || p.namespace AS subject, p.file, json_line(o.json, p.line, p.name) AS line, p.namespace, p.name AS pod, coalesce(p.node, '-') AS pod_node, NULL AS node
FROM pods p JOIN objects o ON o.id = p.object
WHERE p.owner_kind IS NULL AND p.mirror IS NULL AND p.deleted IS NULL AND p.phase IN ('Running', 'Pending', 'Unknown')
  AND json_extract(o.json, '$.metadata.annotations."kubernetes.io/config.source"') IS NULL
  AND json_extract(o.json, '$.metadata.annotations."helm.sh/hook"') IS NULL
  -- kubectl debug and kubectl run leave these for as long as somebody looks.
  AND p.name NOT GLOB 'node-debugger-*' AND coalesce(p.restart_policy, 'Always') <> 'Never'
ORDER BY p.namespace, p.name, p.file, p.line;
