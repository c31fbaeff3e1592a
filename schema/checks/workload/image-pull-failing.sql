/*
id: image-pull-failing
title:
  en: "The image {image} cannot be pulled ({subject})"
  zh: "无法拉取镜像 {image}（{subject}）"
detail:
  en: "{reason} in container {container} of {rows_pods} pod(s): {message}"
  zh: "{rows_pods} 个 Pod 的容器 {container} 处于 {reason}：{message}"
severity: warning
confidence: certain
needs: [pods]
causes:
  - {check: apiservice-unavailable, when: serves}
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
  - {check: service-endpoints-not-ready, when: selects}
  - {check: service-no-endpoints, when: selects}
  - {check: dns-resolution-broken, when: selects}
  - {check: pod-stuck-containercreating, when: same}
why:
  en: >-
    The container waits for its image and cannot start before it is there; kubelet tries again at growing intervals, at most every 5
    minutes. The message of the Failed event names the reason: a wrong name or tag, missing credentials, a registry that this
    node cannot reach, or a full disk. kubelet uses the node's own DNS and proxy, not the cluster's.
  zh: >-
    容器在等待镜像，拉取成功前无法启动；kubelet 会以逐渐增大的间隔重试，最长 5 分钟一次。Failed 事件的消息说明了原因：
    名称或标签错误、缺少凭据、节点无法访问镜像仓库，或磁盘已满。kubelet 使用节点自身的 DNS 和代理，而不是集群内的。
fix:
  - en: "Read the whole reason"
    zh: "查看完整的原因"
    run: "kubectl -n {namespace} get events --field-selector reason=Failed,involvedObject.name={pod}"
  - en: "Try it on the node"
    zh: "在节点上手动拉取"
    run: "docker pull {image} || crictl pull {image}"
    on: "{on_node}"
  - en: "A wrong name or tag: correct it in the workload"
    zh: "名称或标签错误：修改工作负载中的镜像"
    run: "kubectl -n {namespace} edit {owner_kind} {owner_name}"
  - en: "Credentials: make a pull secret and name it in the pod's imagePullSecrets"
    zh: "缺少凭据：创建拉取密钥，并写入 Pod 的 imagePullSecrets"
    run: "kubectl -n {namespace} create secret docker-registry pull --docker-server={registry} --docker-username=USER --docker-password=PASSWORD"
  - en: "No way to the registry: put the image on the node yourself"
    zh: "无法访问仓库：手动把镜像导入节点"
    run: "docker load -i image.tar || ctr -n k8s.io images import image.tar"
    on: "{on_node}"
verify: "kubectl -n {namespace} get pod {pod}"
refs: ["https://kubernetes.io/docs/concepts/containers/images/"]
*/
WITH
sick AS (
  SELECT c.*, json_line(o.json, o.line, c.waiting_reason) AS at,
    row_number() OVER (PARTITION BY c.subject ORDER BY c.pod, c.container) AS n,
    count(*) OVER (PARTITION BY c.subject) AS rows_pods
  FROM container_states c JOIN objects o ON o.id = c.object
  WHERE c.waiting_reason IN ('ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull', 'RegistryUnavailable',
      'ImageInspectError', 'SignatureValidationFailed')
    AND c.deleted IS NULL
),
-- The state of ImagePullBackOff says nothing before 1.31; the event of the try before does.
told AS (
  SELECT s.subject, s.pod, e.file, json_line(o.json, o.line, e.message) AS line, e.first_seen, e.message,
    row_number() OVER (PARTITION BY s.subject ORDER BY e.message LIKE 'Failed to pull image%' DESC, e.last_seen DESC, e.line) AS newest
  FROM sick s
  JOIN events e ON e.object_kind = 'Pod' AND e.object_namespace = s.namespace AND e.object_name = s.pod AND e.reason IN ('Failed', 'InspectFailed', 'ErrImageNeverPull')
    AND e.message REGEXP '(?i)^(\(combined from similar events\): )?(Failed to pull image|Failed to apply default image tag|Failed to inspect image|Container image .* is not present)'
  JOIN objects o ON o.id = e.object
),
evidence AS (
  SELECT subject, pod, 1 AS seq, file, at AS line, node, NULL AS ts FROM sick
  UNION ALL
  SELECT t.subject, t.pod, 0, t.file, t.line, (SELECT node FROM sick s WHERE s.subject = t.subject AND s.pod = t.pod LIMIT 1), t.first_seen
  FROM told t WHERE newest = 1
)
SELECT s.subject, e.file, e.line, e.ts, e.node, s.namespace, s.pod, s.container, s.image, s.waiting_reason AS reason, s.rows_pods,
  coalesce((SELECT t.message FROM told t WHERE t.subject = s.subject AND t.newest = 1), s.waiting_message, '-') AS message,
  coalesce(s.node, 'node') AS on_node,
  rx('^([^/]+)/', s.subject, 1) AS owner_kind, rx('[^/]+$', s.subject) AS owner_name,
  coalesce(rx('^([^/]*[.:][^/]*)/', s.image, 1), 'docker.io') AS registry
FROM sick s JOIN evidence e ON e.subject = s.subject
WHERE s.n = 1
ORDER BY s.subject, e.seq, e.pod, e.file, e.line;
