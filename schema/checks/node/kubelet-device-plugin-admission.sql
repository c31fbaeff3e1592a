/*
id: kubelet-device-plugin-admission
title:
  en: "{count} pod(s) of {kind} {name} in {namespace} were turned away by kubelet ({reason})"
  zh: "{namespace} 中 {kind} {name} 的 {count} 个 Pod 被 kubelet 拒绝（{reason}）"
detail:
  en: "Pod {pod} on {on_node}: {message}"
  zh: "Pod {pod}，节点 {on_node}：{message}"
severity: warning
confidence: certain
needs: [pods]
causes:
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
why:
  en: >-
    The scheduler chose the node, and kubelet, which knows it better, refused. UnexpectedAdmissionError: a device plugin does not answer or has no device
    left. TopologyAffinityError: CPUs and devices of one NUMA node do not suffice. OutOfcpu and the like are a race, mostly after a restart of
    kubelet, and heal when the pod is made anew. Failed pods stay behind either way.
  zh: >-
    调度器选中了节点，但更了解节点状况的 kubelet 拒绝了。UnexpectedAdmissionError：设备插件没有响应或已无可用设备。
    TopologyAffinityError：单个 NUMA 节点的 CPU 和设备不足。OutOfcpu 等多为 kubelet 重启后的竞态，Pod 重建后即恢复。Failed 的 Pod 会遗留下来。
fix:
  - en: "What does the node offer, and does the device plugin run there?"
    zh: "节点提供哪些资源，设备插件是否在运行？"
    run: "kubectl get node {on_node} -o 'jsonpath={.status.allocatable}'; kubectl get pods --all-namespaces -o wide --field-selector spec.nodeName={on_node} | grep -iE 'plugin|gpu|device'"
  - en: "Take the leftovers away; their controller has made others"
    zh: "删除遗留的 Pod，控制器已创建新的"
    run: "kubectl delete pods -n {namespace} --field-selector status.phase=Failed"
verify: "kubectl get pods -n {namespace} --field-selector status.phase=Failed"
*/
WITH refused AS (
  SELECT s.subject, p.namespace, p.name AS pod, p.node, p.reason, p.message, p.started, p.file, json_line(o.json, o.line, p.reason) AS line,
    row_number() OVER (PARTITION BY s.subject ORDER BY p.created DESC, p.name) AS n, count(*) OVER (PARTITION BY s.subject) AS count
  FROM pods p JOIN objects o ON o.id = p.object JOIN pod_subjects s ON s.namespace = p.namespace AND s.pod = p.name
  WHERE p.phase = 'Failed' AND (p.reason IN ('UnexpectedAdmissionError', 'TopologyAffinityError', 'SMTAlignmentError', 'NodeAffinity') OR p.reason LIKE 'OutOf%')
)
SELECT r.subject, e.file, e.line, e.started AS ts, e.node, r.pod, coalesce(r.node, 'node') AS on_node, r.reason, r.count, substr(coalesce(r.message, '-'), 1, 400) AS message,
  CASE WHEN r.reason LIKE 'OutOf%' THEN 'info' ELSE 'warning' END AS severity
FROM refused r JOIN refused e ON e.subject = r.subject AND e.n <= 5
WHERE r.n = 1
ORDER BY r.subject, e.n, e.file, e.line;
