/*
id: kubelet-configmap-watch-saturation
title:
  en: "kubelet on {node} watches {watches} ConfigMaps and Secrets; its connection carries about 236"
  zh: "节点 {node} 上的 kubelet 监视了 {watches} 个 ConfigMap 和 Secret，而其连接只能承载约 236 个"
detail:
  en: "kubelet {version}: {configmaps} ConfigMaps and {secrets} Secrets are referred to by its running pods, each once. The limit is 250 streams, some of which other watches take.{stuck}"
  zh: "kubelet {version}：正在运行的 Pod 引用了 {configmaps} 个 ConfigMap 和 {secrets} 个 Secret（去重后）。上限为 250 个流，其中一部分被其他 watch 占用。{stuck_zh}"
severity: critical
needs: [nodes, pods]
k8s: ">=1.12 <1.16"
causes:
  - {check: kubelet-node-status-update-failing, when: same}
  - {check: node-not-ready-unknown, when: same}
  - {check: node-flapping, when: same}
  - {check: pod-stuck-containercreating, when: pod-on-node}
  - {check: kubelet-lease-failing, when: same}
why:
  en: >-
    From 1.12 on kubelet watches every ConfigMap and Secret of its pods, each with one stream of its single HTTP/2 connection. With
    the API server's limit of 250 streams nothing else gets through, not even the node's status, and the node turns NotReady
    while its runtime answers quickly. Kubelets of 1.14 and later, and late patches of 1.12 and 1.13, do not have it.
  zh: >-
    从 1.12 起，kubelet 会监视其 Pod 用到的每个 ConfigMap 和 Secret，每个占用唯一一条 HTTP/2 连接中的一个流。
    达到 API server 的 250 个流上限后，其他请求（包括节点状态）都发不出去，节点变为 NotReady，而容器运行时却响应正常。
    1.14 及以后的 kubelet，以及 1.12、1.13 的后期补丁版本没有此问题。
fix:
  - en: "Let kubelet cache instead of watch, and restart it"
    zh: "让 kubelet 使用缓存而不是 watch，并重启它"
    run: "grep -q '^configMapAndSecretChangeDetectionStrategy:' /var/lib/kubelet/config.yaml || echo 'configMapAndSecretChangeDetectionStrategy: Cache' >> /var/lib/kubelet/config.yaml; systemctl restart kubelet"
    on: "{node}"
  - en: "Or raise the API server's limit: --http2-max-streams-per-connection=1000 in its manifest"
    zh: "或者提高 API server 的上限：在其清单中设置 --http2-max-streams-per-connection=1000"
    run: "grep -n http2-max-streams-per-connection /etc/kubernetes/manifests/kube-apiserver.yaml"
  - en: "Upgrade the nodes to 1.14 or later"
    zh: "把节点升级到 1.14 以上"
verify: "kubectl get --raw /api/v1/nodes/{node}/proxy/configz | grep -o '\"configMapAndSecretChangeDetectionStrategy\":\"[A-Za-z]*\"'"
refs: ["https://github.com/kubernetes/kubernetes/issues/74412"]
*/
WITH
affected AS (SELECT name AS node, kubelet_version, object, file, line FROM nodes WHERE kubelet_version REGEXP '^v1\.1[23]\.'),
-- What the kubelet says of itself counts more than its version.
strategy AS (
  SELECT f.node, d.file, d.json ->> '$.kubeletconfig.configMapAndSecretChangeDetectionStrategy' AS how
  FROM files f JOIN documents d ON d.file = f.id WHERE f.path GLOB 'nodes/*/kubelet/*configz.json'
),
counted AS (
  SELECT a.*, w.watches, w.configmaps, w.secrets FROM affected a JOIN node_watches w ON w.node = a.node
  WHERE w.watches > 236 AND NOT EXISTS (SELECT 1 FROM strategy s WHERE s.node = a.node AND s.how IN ('Cache', 'Get'))
),
logged AS (
  SELECT h.node, h.file, h.line, h.ts, h.text, row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest,
    count(*) OVER (PARTITION BY h.node) AS hits
  FROM hits h WHERE h.signature = 'object-cache-timeout' AND h.node IS NOT NULL
),
evidence AS (
  SELECT c.node, 0 AS seq, c.file, json_line(o.json, o.line, c.kubelet_version) AS line, NULL AS text, NULL AS ts
  FROM counted c JOIN objects o ON o.id = c.object
  UNION ALL
  -- The pods that bring most of them.
  SELECT node, 1, file, line, NULL, NULL FROM (
    SELECT c.node, p.file, p.line, row_number() OVER (PARTITION BY c.node ORDER BY length(p.volumes) DESC, p.namespace, p.name) AS n
    FROM counted c JOIN pods p ON p.node = c.node AND p.phase NOT IN ('Succeeded', 'Failed')) WHERE n <= 3
  UNION ALL SELECT node, 2, file, line, text, ts FROM logged WHERE newest <= 3
)
SELECT 'node/' || c.node AS subject, e.file, e.line, e.text, e.ts, c.node, c.watches, c.configmaps, c.secrets,
  c.kubelet_version AS version,
  CASE WHEN EXISTS (SELECT 1 FROM logged l WHERE l.node = c.node AND hits >= 3) THEN 'certain' ELSE 'likely' END AS confidence,
  coalesce((SELECT ' kubelet logged ' || hits || ' failures to read them.' FROM logged l WHERE l.node = c.node AND newest = 1), '') AS stuck,
  coalesce((SELECT 'kubelet 记录了 ' || hits || ' 次读取失败。' FROM logged l WHERE l.node = c.node AND newest = 1), '') AS stuck_zh
FROM counted c JOIN evidence e ON e.node = c.node
ORDER BY c.node, e.seq, e.file, e.line;
