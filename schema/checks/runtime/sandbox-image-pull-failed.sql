/*
id: sandbox-image-pull-failed
title:
  en: "Node {node} cannot pull the sandbox image {image}"
  zh: "节点 {node} 无法拉取 sandbox 镜像 {image}"
detail:
  en: "No new pod can start there. {message}"
  zh: "该节点无法启动任何新 Pod。{message}"
severity: critical
confidence: certain
needs: [[events, log]]
causes:
  - {check: pod-sandbox-create-failing, when: pod-on-node}
  - {check: pod-stuck-containercreating, when: pod-on-node}
  - {check: static-control-plane-not-starting, when: same}
  - {check: apiserver-down, when: same}
why:
  en: >-
    Every pod begins with the pause image, which the runtime pulls for itself, with its own configuration and without the pods' pull secrets. Pods
    that run go on. It hits nodes without a way to the registry, whose runtime names another version than was loaded, or whose image
    garbage collection took it away; k8s.gcr.io gets no new images, registry.k8s.io is its successor.
  zh: >-
    每个 Pod 都从 pause 镜像开始，由运行时按自己的配置拉取，不使用 Pod 的 imagePullSecrets。已在运行的 Pod 不受影响。
    常见于无法访问仓库的节点、运行时配置的版本与预装的不一致，或镜像被垃圾回收；k8s.gcr.io 已停止更新，应使用 registry.k8s.io。
fix:
  - en: "Which one is configured, which one is there?"
    zh: "配置的是哪个，本地有哪个？"
    run: "containerd config dump 2>/dev/null | grep -nE 'sandbox(_image)? = '; crio config 2>/dev/null | grep -n pause_image; crictl images | grep pause"
    on: "{node}"
  - en: "Pull it from a registry that the node can reach and give it the name that is asked for"
    zh: "从节点可访问的仓库拉取，并打上所需的名称"
    run: "ctr -n k8s.io images pull {mirror} && ctr -n k8s.io images tag --force {mirror} {image}"
    on: "{node}"
  - en: "Or name a reachable image in the runtime's configuration (sandbox_image, in containerd 2 pinned_images sandbox; pause_image in CRI-O) and restart it"
    zh: "或在运行时配置中改为可访问的镜像（sandbox_image，containerd 2 为 pinned_images 的 sandbox；CRI-O 为 pause_image）并重启"
    run: "systemctl restart containerd"
    on: "{node}"
verify: "crictl pull {image}"
*/
WITH
told AS (
  SELECT coalesce(p.node, e.host) AS node, e.file, json_line(o.json, o.line, e.message) AS line, e.first_seen AS ts, e.message,
    row_number() OVER (PARTITION BY coalesce(p.node, e.host) ORDER BY e.last_seen DESC, e.line) AS newest
  FROM events e JOIN objects o ON o.id = e.object LEFT JOIN pods p ON p.namespace = e.object_namespace AND p.name = e.object_name
  WHERE e.reason = 'FailedCreatePodSandBox' AND e.last_seen > :now - 1800000000 AND coalesce(p.node, e.host) IS NOT NULL
    AND e.message REGEXP '(failed to get sandbox image|unable to pull sandbox image) "|failed pulling image "[^"]*pause'
),
logged AS (SELECT * FROM node_hits WHERE signature = 'sandbox-image-failed'),
sick AS (SELECT node FROM told UNION SELECT node FROM logged WHERE hits >= 2 AND last_ts > :now - 600000000),
evidence AS (
  SELECT node, newest AS seq, file, line, NULL AS text, ts FROM told WHERE newest <= 2
  UNION ALL SELECT node, 10 + newest, file, line, text, ts FROM logged WHERE newest <= 2 OR oldest = 1
),
named AS (
  SELECT s.node, coalesce(t.message, substr(l.text, instr(l.text, '] ') + 2)) AS message,
    coalesce(rx('(?:sandbox image|pulling image) \\*"([^"\\]+)', coalesce(t.message, l.text), 1), 'registry.k8s.io/pause:3.9') AS image
  FROM sick s LEFT JOIN told t ON t.node = s.node AND t.newest = 1 LEFT JOIN logged l ON l.node = s.node AND l.newest = 1
)
SELECT 'node/' || n.node AS subject, e.file, e.line, e.text, e.ts, n.node, n.image, substr(n.message, 1, 400) AS message,
  'registry.aliyuncs.com/google_containers/' || rx('[^/]+$', n.image) AS mirror
FROM named n JOIN evidence e ON e.node = n.node
ORDER BY n.node, e.seq, e.file, e.line;
