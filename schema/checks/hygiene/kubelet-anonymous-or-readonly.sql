/*
id: kubelet-anonymous-or-readonly
title:
  en: "kubelet on {node} answers without asking who is there"
  zh: "节点 {node} 的 kubelet 无需认证即可访问"
detail:
  en: "{what}"
  zh: "配置项：{what}"
severity: warning
confidence: certain
advice: true
needs: [["capture:nodes/*/kubelet/configz.json", "capture:nodes/*/kubelet/config.yaml", node_processes]]
why:
  en: >-
    The read-only port shows all pods with their environment to whoever reaches the node. Anonymous access together with authorization AlwaysAllow lets
    everybody run commands in every container of this node.
  zh: >-
    只读端口会向任何能访问该节点的人暴露所有 Pod 及其环境变量。匿名访问加上 AlwaysAllow 授权，则任何人都能在该节点的任意容器中执行命令。
fix:
  - en: "In /var/lib/kubelet/config.yaml: readOnlyPort: 0, authentication.anonymous.enabled: false, authorization.mode: Webhook. Then restart kubelet"
    zh: "在 /var/lib/kubelet/config.yaml 中设置 readOnlyPort: 0、authentication.anonymous.enabled: false、authorization.mode: Webhook，然后重启 kubelet"
    run: "systemctl restart kubelet"
    on: "{node}"
verify: "curl -sk https://{node}:10250/pods | head -c 100"
refs: ["https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/"]
*/
WITH
served AS (
  SELECT f.node, f.id AS file, d.json, d.json -> '$.kubeletconfig' AS c FROM files f JOIN documents d ON d.file = f.id
  WHERE f.path GLOB 'nodes/*/kubelet/configz.json' AND json_valid(d.json)
),
open AS (
  SELECT node, file, json_key(json, 1, 'readOnlyPort') AS line, 'readOnlyPort: ' || (c ->> '$.readOnlyPort') AS what FROM served WHERE c ->> '$.readOnlyPort' > 0
  UNION ALL
  SELECT node, file, json_key(json, 1, 'anonymous'), 'anonymous.enabled: true' FROM served WHERE c ->> '$.authentication.anonymous.enabled' = 1
  UNION ALL
  SELECT node, file, json_key(json, 1, 'authorization'), 'authorization.mode: AlwaysAllow' FROM served WHERE c ->> '$.authorization.mode' = 'AlwaysAllow'
  UNION ALL
  SELECT f.node, l.file, l.line, trim(l.text) FROM files f JOIN lines l ON l.file = f.id
  WHERE f.path GLOB 'nodes/*/kubelet/config.yaml' AND f.node NOT IN (SELECT node FROM served) AND l.text REGEXP '^readOnlyPort: [1-9]|^\s+mode: AlwaysAllow'
  UNION ALL
  SELECT node, file, line, 'anonymous.enabled: true' FROM (
    SELECT f.node, l.file, l.line, l.text, lag(l.text) OVER (PARTITION BY l.file ORDER BY l.line) AS before FROM files f JOIN lines l ON l.file = f.id
    WHERE f.path GLOB 'nodes/*/kubelet/config.yaml' AND f.node NOT IN (SELECT node FROM served))
  WHERE text REGEXP '^\s+enabled: true' AND before REGEXP '^\s+anonymous:'
  UNION ALL
  SELECT node, file, line, '--' || flag || '=' || value FROM component_flags
  WHERE component = 'kubelet' AND (flag = 'read-only-port' AND value NOT IN ('0', '') OR flag = 'anonymous-auth' AND value IN ('true', '') OR flag = 'authorization-mode' AND value = 'AlwaysAllow')
)
SELECT 'node/' || node AS subject, file, line, node, group_concat(what, ', ') OVER (PARTITION BY node) AS what
FROM open ORDER BY node, file, line, open.what;
