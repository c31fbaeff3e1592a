/*
id: image-never-pull
title:
  en: "{subject} must not pull {image}, and node {on_node} does not have it"
  zh: "{subject} 设置为不拉取镜像 {image}，而节点 {on_node} 上没有"
detail:
  en: "Container {container} of {pods} pod(s): {message}"
  zh: "{pods} 个 Pod 的容器 {container}：{message}"
severity: warning
confidence: certain
needs: [pods]
causes:
  - {check: image-pull-failing, when: same}
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
why:
  en: >-
    With imagePullPolicy: Never kubelet only uses what is on the node already. The image was not loaded there, was loaded into another runtime or namespace (docker instead of containerd's k8s.io), or was deleted to free the disk.
  zh: >-
    imagePullPolicy 为 Never 时，kubelet 只使用节点上已有的镜像。镜像没有导入该节点、导入到了其他运行时或命名空间（docker 而不是 containerd 的 k8s.io），或因清理磁盘被删除。
fix:
  - en: "Load it on the node (from a file made with docker save)"
    zh: "在节点上导入（文件由 docker save 生成）"
    run: "docker load -i image.tar || ctr -n k8s.io images import image.tar"
    on: "{on_node}"
  - en: "Or allow the pull"
    zh: "或允许拉取"
    run: "kubectl -n {namespace} patch {owner_kind} {owner_name} -p '{patch}'"
    if: patch
verify: "kubectl -n {namespace} get pod {pod}"
refs: ["https://kubernetes.io/docs/concepts/containers/images/"]
*/
WITH
sick AS (
  SELECT c.*, json_line(o.json, o.line, c.waiting_reason) AS at, row_number() OVER (PARTITION BY c.subject ORDER BY c.pod, c.container) AS n,
    count(*) OVER (PARTITION BY c.subject) AS pods
  FROM container_states c JOIN objects o ON o.id = c.object
  WHERE c.waiting_reason = 'ErrImageNeverPull' AND c.deleted IS NULL
),
told AS (
  SELECT s.subject, e.message, e.file, json_line(o.json, o.line, e.message) AS line, e.first_seen, row_number() OVER (PARTITION BY s.subject ORDER BY e.last_seen DESC, e.file, e.line) AS n
  FROM sick s JOIN events e ON e.object_kind = 'Pod' AND e.object_namespace = s.namespace AND e.object_name = s.pod AND e.reason IN ('Failed', 'InspectFailed', 'ErrImageNeverPull')
    AND e.message REGEXP 'Container image .* is not present with pull policy of Never' JOIN objects o ON o.id = e.object
),
evidence AS (
  SELECT subject, n AS seq, file, at AS line, node, NULL AS ts FROM sick WHERE n <= 3
  UNION ALL SELECT subject, 0, file, line, NULL, first_seen FROM told WHERE n = 1
)
SELECT s.subject, e.file, e.line, e.ts, coalesce(e.node, s.node) AS node, s.namespace, s.pod, s.container, s.image, s.pods, coalesce(s.node, 'node') AS on_node,
  coalesce((SELECT t.message FROM told t WHERE t.subject = s.subject AND t.n = 1), s.waiting_message, s.waiting_reason) AS message,
  rx('^([^/]+)/', s.subject, 1) AS owner_kind, rx('[^/]+$', s.subject) AS owner_name,
  CASE WHEN s.subject REGEXP '^(deployment|statefulset|daemonset)/' THEN json_object('spec', json_object('template', json_object('spec', json_object('containers',
    json_array(json_object('name', s.container, 'imagePullPolicy', 'IfNotPresent')))))) END AS patch
FROM sick s JOIN evidence e ON e.subject = s.subject
WHERE s.n = 1
ORDER BY s.subject, e.seq, e.file, e.line;
