/*
id: container-name-reserved
title:
  en: "{kind} {name} in {namespace}: its container cannot be made, the name is still reserved by an earlier try"
  zh: "{namespace} 中的 {kind} {name}：无法创建容器，名称仍被上一次尝试占用"
detail:
  en: "Pod {pod} on {on_node}: {message}"
  zh: "Pod {pod}，节点 {on_node}：{message}"
severity: warning
confidence: certain
needs: [[events, pods]]
causes:
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
why:
  en: >-
    This is the second error. The first call to create the container took longer than kubelet waits (two minutes), kubelet tried again, and the
    runtime still works on the first one. So look at what made it slow: the node's disk, above all, or its CPU. A runtime that keeps
    the name after a restart has lost track of a container.
  zh: >-
    这是第二个错误。第一次创建容器的调用超过了 kubelet 的等待时间（两分钟），kubelet 重试时运行时仍在处理第一次调用。
    因此要查找变慢的原因：首先是节点磁盘，其次是 CPU。如果运行时重启后仍保留该名称，说明它丢失了某个容器的状态。
fix:
  - en: "What slowed it down? Disk and CPU pressure, and the first time-out"
    zh: "是什么导致变慢？查看磁盘和 CPU 压力，以及第一次超时"
    run: "cat /proc/pressure/io /proc/pressure/cpu; journalctl -u kubelet --since -1h --no-pager | grep -E 'DeadlineExceeded|context deadline exceeded' | head -n 5"
    on: "{on_node}"
  - en: "It mostly ends by itself; else remove the container that holds the name"
    zh: "多数情况会自行恢复；否则删除占用该名称的容器"
    run: "crictl ps -a --name {container}; crictl rm -f {holder}"
    on: "{on_node}"
verify: "kubectl get pod -n {namespace} {pod}"
*/
WITH
told AS (
  SELECT s.subject, p.namespace, p.name AS pod, p.node, e.message, e.file, json_line(o.json, o.line, e.message) AS line, e.first_seen AS ts, 0 AS seq
  FROM events e JOIN objects o ON o.id = e.object
  JOIN pods p ON p.namespace = e.object_namespace AND p.name = e.object_name JOIN pod_subjects s ON s.namespace = p.namespace AND s.pod = p.name
  WHERE e.reason IN ('Failed', 'FailedCreatePodSandBox') AND e.last_seen > :now - 1800000000 AND p.deleted IS NULL
    AND e.message REGEXP 'failed to reserve (container|sandbox) name|error reserving (ctr|pod) name|name "[^"]+" is reserved for '
  UNION ALL
  SELECT c.subject, c.namespace, c.pod, c.node, c.waiting_message, c.file, json_line(o.json, o.line, c.waiting_message), NULL, 1
  FROM container_states c JOIN objects o ON o.id = c.object
  WHERE c.waiting_reason = 'CreateContainerError' AND c.waiting_message REGEXP 'failed to reserve (container|sandbox) name|error reserving (ctr|pod) name|is reserved for '
),
ranked AS (SELECT *, row_number() OVER (PARTITION BY subject ORDER BY seq, ts DESC, pod, line) AS n FROM told)
SELECT r.subject, e.file, e.line, e.ts, r.node, r.pod, coalesce(r.node, 'node') AS on_node, substr(r.message, 1, 400) AS message,
  coalesce(rx('name \\*"([^"_\\]+)_', r.message, 1), rx('name ([^ _]+)_', r.message, 1), 'CONTAINER') AS container,
  coalesce(rx('is reserved for \\*"([0-9a-f]+)', r.message, 1), 'CONTAINER_ID') AS holder
FROM ranked r JOIN ranked e ON e.subject = r.subject AND e.n <= 4
WHERE r.n = 1
ORDER BY r.subject, e.n, e.file, e.line;
