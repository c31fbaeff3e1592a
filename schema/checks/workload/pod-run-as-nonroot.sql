/*
id: pod-run-as-nonroot
title:
  en: "{subject} must not run as root, and its image does"
  zh: "{subject} 禁止以 root 运行，但镜像默认使用 root"
detail:
  en: "Container {container} of {pods} pod(s): {message}"
  zh: "{pods} 个 Pod 的容器 {container}：{message}"
severity: warning
confidence: certain
needs: [pods]
causes:
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
why:
  en: >-
    runAsNonRoot asks kubelet to make sure that the user is not 0. The image names none (then it is root), or names one by name, which kubelet cannot look up in it. A number decides.
  zh: >-
    runAsNonRoot 要求 kubelet 确保用户不是 0。镜像没有指定用户（即 root），或以名称指定，而 kubelet 无法在镜像中查找名称。使用数字用户 ID 即可。
fix:
  - en: "Name the user by number (1000 for example; the program must be able to run as it)"
    zh: "以数字指定用户（例如 1000；程序必须能以该用户运行）"
    run: "kubectl -n {namespace} patch {owner_kind} {owner_name} -p '{patch}'"
    if: patch
  - en: "Or build the image with a line USER 1000; or, when it really needs root, take runAsNonRoot away"
    zh: "或在构建镜像时加入 USER 1000；确实需要 root 时，去掉 runAsNonRoot"
    run: "kubectl -n {namespace} edit {owner_kind} {owner_name}"
verify: "kubectl -n {namespace} get pod {pod}"
refs: ["https://kubernetes.io/docs/tasks/configure-pod-container/security-context/"]
*/
WITH
sick AS (
  SELECT c.*, json_line(o.json, o.line, c.waiting_message) AS at, row_number() OVER (PARTITION BY c.subject ORDER BY c.pod, c.container) AS n,
    count(*) OVER (PARTITION BY c.subject) AS pods
  FROM container_states c JOIN objects o ON o.id = c.object
  WHERE c.waiting_reason IN ('CreateContainerConfigError', 'CreateContainerError') AND c.deleted IS NULL
    AND c.waiting_message REGEXP 'container has runAsNonRoot and image (will run as root|has non-numeric user)'
),
told AS (
  SELECT s.subject, e.file, json_line(o.json, o.line, e.message) AS line, e.first_seen, row_number() OVER (PARTITION BY s.subject ORDER BY e.last_seen DESC, e.file, e.line) AS n
  FROM sick s JOIN events e ON e.object_kind = 'Pod' AND e.object_namespace = s.namespace AND e.object_name = s.pod AND e.reason = 'Failed'
    AND e.message REGEXP 'container has runAsNonRoot and image (will run as root|has non-numeric user)' JOIN objects o ON o.id = e.object
),
evidence AS (
  SELECT subject, n AS seq, file, at AS line, node, NULL AS ts FROM sick WHERE n <= 3
  UNION ALL SELECT subject, 10, file, line, NULL, first_seen FROM told WHERE n = 1
)
SELECT s.subject, e.file, e.line, e.ts, e.node, s.namespace, s.pod, s.container, s.pods, s.waiting_message AS message,
  rx('^([^/]+)/', s.subject, 1) AS owner_kind, rx('[^/]+$', s.subject) AS owner_name,
  CASE WHEN s.subject REGEXP '^(deployment|statefulset|daemonset)/' THEN json_object('spec', json_object('template', json_object('spec', json_object(
    CASE WHEN s.list = 'initContainerStatuses' THEN 'initContainers' ELSE 'containers' END,
    json_array(json_object('name', s.container, 'securityContext', json_object('runAsUser', 1000))))))) END AS patch
FROM sick s JOIN evidence e ON e.subject = s.subject
WHERE s.n = 1
ORDER BY s.subject, e.seq, e.file, e.line;
