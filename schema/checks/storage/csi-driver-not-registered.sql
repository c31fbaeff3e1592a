/*
id: csi-driver-not-registered
title:
  en: "The CSI driver {driver} is not registered on node {node}"
  zh: "CSI 驱动 {driver} 未在节点 {node} 上注册"
detail:
  en: "{pods} pod(s) wait for a volume of it, first {pod}. {plugin}"
  zh: "有 {pods} 个 Pod 在等待它的存储卷，首先是 {pod}。{plugin_zh}"
severity: critical
confidence: certain
needs: [pods, events]
causes:
  - {check: volume-mount-failed, when: pod-on-node}
  - {check: volume-attach-failed, when: pod-on-node}
  - {check: pod-stuck-containercreating, when: pod-on-node}
  - {check: workload-unavailable, when: pod-on-node}
why:
  en: >-
    kubelet mounts such volumes through a socket that the driver's node plug-in registers on every node. It is not there: the plug-in's pod does not run on this
    node, has just started, or registers below another folder than kubelet's (--root-dir). That the CSIDriver object exists proves nothing.
  zh: >-
    kubelet 通过驱动的节点插件在每个节点上注册的套接字挂载这类存储卷。该注册不存在：插件的 Pod 没有在此节点运行、刚刚启动，或注册目录与 kubelet 的
    --root-dir 不一致。存在 CSIDriver 对象并不能说明已注册。
fix:
  - en: "Does its plug-in run on the node? (its DaemonSet needs tolerations for the node's taints)"
    zh: "插件是否在该节点运行？（其 DaemonSet 需要容忍该节点的污点）"
    run: "kubectl get csinode {node} -o jsonpath='{.spec.drivers[*].name}{\"\\n\"}'; kubectl get pods -A -o wide --field-selector spec.nodeName={node} | grep -i csi"
  - en: "Where does kubelet look, and what is registered there? Both folders must be the same"
    zh: "kubelet 使用哪个目录，其中注册了什么？两者必须一致"
    run: "tr '\\0' '\\n' </proc/$(pgrep -o kubelet)/cmdline | grep root-dir; ls /var/lib/kubelet/plugins_registry /var/lib/kubelet/plugins"
    on: "{node}"
  - en: "Start the plug-in {plugin_pod} anew, so that it registers again"
    zh: "重启插件 {plugin_pod}，使其重新注册"
    run: "kubectl -n {plugin_namespace} delete pod {plugin_pod}"
    if: plugin_pod
verify: "kubectl get csinode {node} -o jsonpath='{.spec.drivers[*].name}'"
k8s: ">=1.10"
refs: ["https://kubernetes-csi.github.io/docs/node-driver-registrar.html"]
*/
WITH
said AS (
  SELECT f.*, rx('driver name (\S+) not found in the list of registered CSI drivers', f.message, 1) AS driver FROM volume_failures f
  WHERE f.node IS NOT NULL AND f.lasting AND f.last_seen > :now - 600000000
    AND f.message LIKE '%not found in the list of registered CSI drivers%'
),
-- It may have registered since.
sick AS (
  SELECT s.*, row_number() OVER (PARTITION BY s.node ORDER BY s.last_seen DESC, s.namespace, s.pod, s.line) AS n,
    (SELECT count(DISTINCT x.namespace || '/' || x.pod) FROM said x WHERE x.node = s.node) AS pods
  FROM said s
  WHERE s.driver IS NOT NULL AND NOT EXISTS (SELECT 1 FROM objects o, json_each(o.json, '$.spec.drivers') d
    WHERE o.kind = 'CSINode' AND o.name = s.node AND d.value ->> '$.name' = s.driver)
),
-- The plug-in on the node: a pod of a DaemonSet with a registrar in it.
plugins AS (
  SELECT p.node, p.namespace, p.name, p.file, json_key(o.json, o.line, 'phase') AS line, c.status AS ready,
    row_number() OVER (PARTITION BY p.node ORDER BY coalesce(c.status, '') = 'True', p.namespace, p.name) AS n
  FROM pods p JOIN objects o ON o.id = p.object
  LEFT JOIN pod_conditions c ON c.namespace = p.namespace AND c.pod = p.name AND c.type = 'Ready'
  WHERE p.node IN (SELECT node FROM sick) AND p.deleted IS NULL AND EXISTS (SELECT 1 FROM container_specs k
    WHERE k.namespace = p.namespace AND k.pod = p.name AND (k.name LIKE '%registrar%' OR k.image LIKE '%node-driver-registrar%'))
),
evidence AS (
  SELECT node, n AS seq, file, line, first_seen AS ts FROM sick WHERE n <= 5
  UNION ALL SELECT node, 10, file, line, NULL FROM plugins WHERE n = 1
)
SELECT 'node/' || s.node AS subject, e.file, e.line, e.ts, s.node, s.driver, s.pods, s.namespace || '/' || s.pod AS pod,
  g.namespace AS plugin_namespace, g.name AS plugin_pod,
  CASE WHEN g.name IS NULL THEN 'No pod with a driver registrar runs on the node.' WHEN g.ready = 'True' THEN 'A registrar runs there: ' || g.name || '.'
    ELSE 'The pod ' || g.name || ' there is not ready.' END AS plugin,
  CASE WHEN g.name IS NULL THEN '该节点上没有运行驱动注册器的 Pod。' WHEN g.ready = 'True' THEN '该节点上运行着注册器：' || g.name || '。'
    ELSE '该节点上的 Pod ' || g.name || ' 未就绪。' END AS plugin_zh
FROM sick s JOIN evidence e ON e.node = s.node LEFT JOIN plugins g ON g.node = s.node AND g.n = 1
WHERE s.n = 1
ORDER BY s.node, e.seq, e.file, e.line;
