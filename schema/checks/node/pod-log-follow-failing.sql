/*
id: pod-log-follow-failing
title:
  en: "Following logs fails{where_node}: no inotify watcher can be made"
  zh: "无法跟踪日志{where_node}：无法创建 inotify 监视"
detail:
  en: "{said}"
  zh: "日志中的错误：{said}"
severity: info
needs: [captures]
why:
  en: >-
    kubectl logs -f needs an inotify instance on the node. The user's limit of them is reached there, so following ends at once;
    logs without -f still work, and the pod itself is fine.
  zh: >-
    kubectl logs -f 需要在节点上创建一个 inotify 实例。节点上的实例数已达上限，所以跟踪会立即结束；
    不带 -f 的日志仍可查看，Pod 本身没有问题。
fix:
  - en: "Raise the limit of instances"
    zh: "提高实例数上限"
    run: "sysctl -w fs.inotify.max_user_instances=1024 fs.inotify.max_user_watches=524288"
    on: "{on_node}"
verify: "sysctl fs.inotify"
*/
WITH
seen AS (
  SELECT h.node, h.file, h.line, h.ts, h.text FROM hits h WHERE h.signature = 'log-follow-failed'
  UNION ALL
  SELECT coalesce(f.node, c.node), f.id, c.line, NULL, c.error FROM captures c JOIN files f ON f.id = c.manifest
  WHERE c.error REGEXP 'failed to (?:create fsnotify watcher|watch file .*): (?:too many open files|no space left on device)'
  UNION ALL
  SELECT f.node, l.file, l.line, NULL, l.text FROM files f JOIN lines l ON l.file = f.id
  WHERE f.role IN ('collect-log', 'kubectl-text')
    AND l.text REGEXP 'failed to (?:create fsnotify watcher|watch file .*): (?:too many open files|no space left on device)'
),
named AS (
  SELECT s.*, coalesce(s.node, (SELECT p.node FROM files f JOIN pods p ON p.namespace = f.namespace AND p.name = f.pod WHERE f.id = s.file)) AS host
  FROM seen s
)
SELECT CASE WHEN host IS NULL THEN 'cluster' ELSE 'node/' || host END AS subject, file, line, text, ts, host AS node,
  coalesce(host, 'node') AS on_node, CASE WHEN host IS NULL THEN '' ELSE ' (' || host || ')' END AS where_node, substr(text, 1, 300) AS said
FROM named
ORDER BY subject, file, line;
