/*
id: pods-evicted-disk
title:
  en: "Pods of {subject} were evicted for lack of disk space"
  zh: "{subject} 的 Pod 因磁盘空间不足被驱逐"
detail:
  en: "{rows} evicted pod(s), first {pod} on {on_node}: {message}"
  zh: "{rows} 个 Pod 被驱逐，首先是节点 {on_node} 上的 {pod}：{message}"
severity: warning
needs: [pods]
causes:
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
why:
  en: >-
    kubelet ended these pods to free its node's disk. Their controller makes new ones elsewhere; the records of the evicted
    ones stay listed until they are deleted. When the message speaks of a limit of the pod itself, the pod wrote too much; when it
    says that the node was low, the node is what to look at.
  zh: >-
    kubelet 为释放节点磁盘而终止了这些 Pod。控制器会在别处重建，被驱逐的记录会一直保留到被删除。
    如果消息提到 Pod 自身的限制，是 Pod 写得太多；如果消息说节点资源不足，应检查节点。
fix:
  - en: "Free the node's disk first, then remove the records"
    zh: "先释放节点磁盘，再清理被驱逐的记录"
    run: "kubectl -n {namespace} get pods -o jsonpath='{.items[?(@.status.reason==\"Evicted\")].metadata.name}' | xargs -r kubectl -n {namespace} delete pods"
  - en: "Give pods that write much a limit for ephemeral-storage, or a volume"
    zh: "为写入较多的 Pod 设置 ephemeral-storage 限制，或使用卷"
    run: "kubectl -n {namespace} get pods -o custom-columns=NAME:.metadata.name,LIMITS:.spec.containers[*].resources.limits"
verify: "kubectl -n {namespace} get pods"
*/
SELECT s.subject, p.file, json_line(o.json, o.line, p.message) AS line, p.node, p.name AS pod, coalesce(p.node, '-') AS on_node,
  p.message
FROM pods p
JOIN objects o ON o.id = p.object
JOIN pod_subjects s ON s.namespace = p.namespace AND s.pod = p.name
WHERE p.phase = 'Failed' AND p.reason = 'Evicted'
  AND p.message REGEXP '(?i)ephemeral-storage|ephemeral local storage|EmptyDir volume|inodes|imagefs|nodefs|DiskPressure|low on resource: \[?Disk'
  -- Evicted pods stay listed for months; only what is going on counts.
  AND (EXISTS (SELECT 1 FROM node_conditions c WHERE c.node = p.node AND c.type = 'DiskPressure' AND c.status = 'True')
    OR EXISTS (SELECT 1 FROM events e WHERE e.reason = 'Evicted' AND e.object_namespace = p.namespace AND e.object_name = p.name
      AND e.last_seen > :now - 3600000000))
ORDER BY s.subject, p.name, p.file, 3;
