/*
id: image-invalid-name
title:
  en: "{subject} has an image name that cannot be read: {image}"
  zh: "{subject} 的镜像名无法解析：{image}"
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
    kubelet could not even ask a registry. A name is lower case, without http:// and blanks, as registry/path:tag or registry/path@sha256:...; often a variable of a template was left empty.
  zh: >-
    kubelet 还没有访问镜像仓库就失败了。镜像名必须小写，不带 http:// 和空格，形如 registry/path:tag 或 registry/path@sha256:...；常见原因是模板中的变量为空。
fix:
  - en: "Perhaps {candidate} is meant"
    zh: "也许应为 {candidate}"
    run: "kubectl -n {namespace} set image {owner_kind}/{owner_name} {container}={candidate}"
    if: candidate
  - en: "Correct the name in the workload"
    zh: "在工作负载中改正镜像名"
    run: "kubectl -n {namespace} get {owner_kind} {owner_name} -o yaml | grep -n image:; kubectl -n {namespace} edit {owner_kind} {owner_name}"
verify: "kubectl -n {namespace} get pod {pod}"
refs: ["https://kubernetes.io/docs/concepts/containers/images/"]
*/
WITH
sick AS (
  SELECT c.*, json_line(o.json, o.line, c.waiting_reason) AS at, row_number() OVER (PARTITION BY c.subject ORDER BY c.pod, c.container) AS n,
    count(*) OVER (PARTITION BY c.subject) AS pods
  FROM container_states c JOIN objects o ON o.id = c.object
  WHERE c.waiting_reason = 'InvalidImageName' AND c.deleted IS NULL
),
told AS (
  SELECT s.subject, e.message, e.file, json_line(o.json, o.line, e.message) AS line, e.first_seen, row_number() OVER (PARTITION BY s.subject ORDER BY e.last_seen DESC, e.file, e.line) AS n
  FROM sick s JOIN events e ON e.object_kind = 'Pod' AND e.object_namespace = s.namespace AND e.object_name = s.pod AND e.reason IN ('Failed', 'InspectFailed', 'ErrImageNeverPull')
    AND e.message REGEXP '(Failed to apply default image tag|couldn''t parse image (reference|name))' JOIN objects o ON o.id = e.object
),
evidence AS (
  SELECT subject, n AS seq, file, at AS line, node, NULL AS ts FROM sick WHERE n <= 3
  UNION ALL SELECT subject, 0, file, line, NULL, first_seen FROM told WHERE n = 1
)
SELECT s.subject, e.file, e.line, e.ts, coalesce(e.node, s.node) AS node, s.namespace, s.pod, s.container, s.image, s.pods, coalesce(s.node, 'node') AS on_node,
  coalesce((SELECT t.message FROM told t WHERE t.subject = s.subject AND t.n = 1), s.waiting_message, s.waiting_reason) AS message,
  rx('^([^/]+)/', s.subject, 1) AS owner_kind, rx('[^/]+$', s.subject) AS owner_name,
  -- What is left when the usual slips are taken away; only where a controller can be given it.
  CASE WHEN s.subject REGEXP '^(deployment|statefulset|daemonset)/' AND lower(trim(s.image)) <> s.image AND lower(trim(s.image)) REGEXP '^[a-z0-9][a-z0-9._-]*(:[0-9]+)?(/[a-z0-9._-]+)*(:[a-z0-9_.-]+)?$'
    THEN lower(trim(s.image)) END AS candidate
FROM sick s JOIN evidence e ON e.subject = s.subject
WHERE s.n = 1
ORDER BY s.subject, e.seq, e.file, e.line;
