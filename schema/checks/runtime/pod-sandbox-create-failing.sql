/*
id: pod-sandbox-create-failing
title:
  en: "{kind} {name} in {namespace} cannot start: the sandbox of its pod cannot be made"
  zh: "{namespace} 中的 {kind} {name} 无法启动：创建 Pod sandbox 失败"
detail:
  en: "On {node}, {count} tries: {meaning}. {message}"
  zh: "在节点 {node} 上尝试 {count} 次：{meaning_zh}。{message}"
severity: critical
needs: [events, pods]
causes:
  - {check: pod-stuck-containercreating, when: same}
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
  - {check: service-no-endpoints, when: selects}
  - {check: service-endpoints-not-ready, when: selects}
why:
  en: >-
    The sandbox is what holds a pod together: its network namespace, its address and the pause container. Nothing of the pod itself has run yet, so
    its image and its configuration are not to blame. The end of the message names who refused: the network plugin, the runtime, or the
    kernel.
  zh: >-
    sandbox 是 Pod 的基础：网络命名空间、IP 地址和 pause 容器。此时 Pod 自身的内容还没有运行，与其镜像和配置无关。
    消息末尾说明是谁拒绝了：网络插件、运行时还是内核。
fix:
  - en: "The full message, and whether other pods of the node have it, too"
    zh: "查看完整消息，以及该节点上其他 Pod 是否也有同样问题"
    run: "kubectl get events --all-namespaces --field-selector reason=FailedCreatePodSandBox --sort-by=.lastTimestamp | tail -n 20"
  - en: "Network: is the add-on running on the node, and are its configuration and programs there?"
    zh: "网络：插件在该节点上是否运行，配置和程序是否存在？"
    run: "ls -l /etc/cni/net.d /opt/cni/bin; journalctl -u kubelet -n 200 --no-pager | grep -i cni | tail -n 5"
    on: "{node}"
  - en: "Runtime: what does it say itself?"
    zh: "运行时：它自己的日志怎么说？"
    run: "journalctl -u containerd -u crio -u docker -n 100 --no-pager | grep -iE 'error|fail' | tail -n 20"
    on: "{node}"
verify: "kubectl get pod -n {namespace} {pod} -o wide"
*/
WITH
-- It still waits: a pod that came up later has its events for an hour.
waiting AS (
  SELECT p.namespace, p.name AS pod, p.node, s.subject FROM pods p JOIN pod_subjects s ON s.namespace = p.namespace AND s.pod = p.name
  WHERE p.deleted IS NULL AND p.phase = 'Pending' AND p.node IS NOT NULL
    AND EXISTS (SELECT 1 FROM events e WHERE e.object_namespace = p.namespace AND e.object_name = p.name AND e.reason = 'FailedCreatePodSandBox')
    AND NOT EXISTS (SELECT 1 FROM container_statuses c WHERE c.namespace = p.namespace AND c.pod = p.name AND (c.running_since IS NOT NULL OR c.exit_code IS NOT NULL))
),
told AS (
  SELECT w.*, e.message, coalesce(e.count, 1) AS count, e.file, json_line(o.json, o.line, e.message) AS line, e.first_seen,
    row_number() OVER (PARTITION BY w.subject ORDER BY e.last_seen DESC, w.pod, e.line) AS newest,
    sum(coalesce(e.count, 1)) OVER (PARTITION BY w.subject) AS tries, max(e.last_seen) OVER (PARTITION BY w.subject) AS last_seen
  FROM waiting w JOIN events e ON e.object_namespace = w.namespace AND e.object_name = w.pod AND e.reason = 'FailedCreatePodSandBox'
  JOIN objects o ON o.id = e.object
  WHERE e.message REGEXP '(?i)failed (to )?create pod sandbox:|createPodSandbox'
)
SELECT t.subject, e.file, e.line, e.first_seen AS ts, t.node, t.pod, t.tries AS count, substr(replace(t.message, char(10), ' '), 1, 500) AS message,
  CASE
    WHEN t.message REGEXP 'cgroupsPath to be of format' THEN 'kubelet and the runtime use different cgroup drivers'
    WHEN t.message REGEXP 'sandbox image|pulling image "[^"]*pause' THEN 'the pause image cannot be pulled'
    WHEN t.message REGEXP '/sys/fs/cgroup.*(no space left|cannot allocate)' THEN 'the kernel has no cgroups left'
    WHEN t.message REGEXP 'no space left on device' THEN 'a disk of the node is full'
    WHEN t.message REGEXP '(?i)No available addresses|no IP addresses available|failed to allocate (for range|address)|no free addresses|exhausted' THEN 'the node has no pod addresses left'
    WHEN t.message REGEXP '(?i)unauthorized' THEN 'the network plugin''s credentials are refused'
    WHEN t.message REGEXP 'failed to find plugin' THEN 'a program of the network plugin is missing in /opt/cni/bin'
    WHEN t.message REGEXP 'subnet\.env' THEN 'flannel has not written its subnet file'
    WHEN t.message REGEXP '(?i)cni|network' THEN 'the network plugin failed'
    WHEN t.message REGEXP 'DeadlineExceeded|context deadline exceeded|name "[^"]+" is reserved' THEN 'the runtime did not answer in time'
    WHEN t.message REGEXP 'RuntimeHandler|runtime class|no runtime for' THEN 'the node does not have the RuntimeClass of the pod'
    ELSE 'the runtime refused it' END AS meaning,
  CASE
    WHEN t.message REGEXP 'cgroupsPath to be of format' THEN 'kubelet 与运行时的 cgroup 驱动不一致'
    WHEN t.message REGEXP 'sandbox image|pulling image "[^"]*pause' THEN 'pause 镜像无法拉取'
    WHEN t.message REGEXP '/sys/fs/cgroup.*(no space left|cannot allocate)' THEN '内核的 cgroup 已耗尽'
    WHEN t.message REGEXP 'no space left on device' THEN '节点磁盘已满'
    WHEN t.message REGEXP '(?i)No available addresses|no IP addresses available|failed to allocate (for range|address)|no free addresses|exhausted' THEN '节点的 Pod 地址已用完'
    WHEN t.message REGEXP '(?i)unauthorized' THEN '网络插件的凭据被拒绝'
    WHEN t.message REGEXP 'failed to find plugin' THEN '/opt/cni/bin 中缺少网络插件程序'
    WHEN t.message REGEXP 'subnet\.env' THEN 'flannel 没有写出 subnet 文件'
    WHEN t.message REGEXP '(?i)cni|network' THEN '网络插件失败'
    WHEN t.message REGEXP 'DeadlineExceeded|context deadline exceeded|name "[^"]+" is reserved' THEN '运行时未在时限内应答'
    WHEN t.message REGEXP 'RuntimeHandler|runtime class|no runtime for' THEN '节点没有该 Pod 的 RuntimeClass'
    ELSE '被运行时拒绝' END AS meaning_zh
FROM told t JOIN told e ON e.subject = t.subject AND e.newest <= 3
WHERE t.newest = 1 AND (t.tries >= 2 OR t.last_seen > :now - 300000000)
ORDER BY t.subject, e.newest, e.file, e.line;
