/*
id: image-exec-format
title:
  en: "{kind} {name} in {namespace} runs an image that its node's processor cannot execute"
  zh: "{namespace} 中的 {kind} {name} 使用的镜像无法在其节点的处理器上执行"
detail:
  en: "Container {container} of pod {pod}{arch}: exec format error"
  zh: "Pod {pod} 的容器 {container}{arch}：exec format error"
severity: warning
confidence: certain
needs: [[pods, log]]
causes:
  - {check: pod-crashloop, when: same}
  - {check: oci-runtime-create-failed, when: same}
  - {check: workload-unavailable, when: same}
  - {check: deployment-progress-exceeded, when: same}
  - {check: statefulset-stuck, when: same}
why:
  en: >-
    The kernel does not know the format of the program that the container starts with. Either the image was built for another architecture (an arm64
    laptop, an amd64 cluster), or the entry point is a script whose first line is not #!.
  zh: >-
    内核不认识容器启动程序的格式。要么镜像是为其他架构构建的（在 arm64 笔记本上构建，在 amd64 集群上运行），
    要么启动脚本的第一行不是 #!。
fix:
  - en: "Which architectures do the nodes and the image have?"
    zh: "查看节点和镜像的架构"
    run: "kubectl get nodes -L kubernetes.io/arch; docker manifest inspect {image} | grep architecture"
  - en: "Build it for both"
    zh: "构建多架构镜像"
    run: "docker buildx build --platform linux/amd64,linux/arm64 -t {image} --push ."
  - en: "Until then keep it on nodes that fit"
    zh: "在此之前让它只运行在合适的节点上"
    run: "kubectl patch {owner_kind} -n {namespace} {owner_name} -p '{\"spec\":{\"template\":{\"spec\":{\"nodeSelector\":{\"kubernetes.io/arch\":\"amd64\"}}}}}'"
verify: "kubectl get pod -n {namespace} {pod}"
*/
WITH
said AS (
  SELECT coalesce(s.subject, 'pod/' || h.namespace || '/' || h.pod) AS subject, h.namespace, h.pod, h.container, h.file, h.line, h.text, h.ts, 1 AS seq
  FROM hits h LEFT JOIN pod_subjects s ON s.namespace = h.namespace AND s.pod = h.pod
  WHERE h.signature = 'exec-format-error' AND h.pod IS NOT NULL AND NOT h.copy
  UNION ALL
  SELECT c.subject, c.namespace, c.pod, c.container, c.file, json_line(o.json, o.line, coalesce(c.exit_message, c.last_exit_message, c.waiting_message)), NULL, NULL, 0
  FROM container_states c JOIN objects o ON o.id = c.object
  WHERE coalesce(c.exit_message, c.last_exit_message, c.waiting_message) LIKE '%exec format error%'
),
ranked AS (
  SELECT s.*, row_number() OVER (PARTITION BY s.subject ORDER BY s.seq, s.ts DESC, s.pod, s.line) AS n FROM said s
  -- One of its containers that runs now executes: what was seen is over.
  WHERE NOT EXISTS (SELECT 1 FROM container_statuses c WHERE c.namespace = s.namespace AND c.pod = s.pod AND c.name = s.container AND c.running_since IS NOT NULL AND c.ready)
)
SELECT r.subject, e.file, e.line, e.text, e.ts, p.node, r.namespace, r.pod, r.container, coalesce(c.image, 'IMAGE') AS image,
  coalesce(' on ' || p.node || coalesce(' (' || (n.labels ->> '$."kubernetes.io/arch"') || ')', ''), '') AS arch,
  rx('^([^/]+)/', r.subject, 1) AS owner_kind, rx('[^/]+$', r.subject) AS owner_name
FROM ranked r JOIN ranked e ON e.subject = r.subject AND e.n <= 4
LEFT JOIN pods p ON p.namespace = r.namespace AND p.name = r.pod
LEFT JOIN nodes n ON n.name = p.node
LEFT JOIN container_specs c ON c.namespace = r.namespace AND c.pod = r.pod AND c.name = r.container
WHERE r.n = 1
ORDER BY r.subject, e.n, e.file, e.line;
