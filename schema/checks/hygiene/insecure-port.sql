/*
id: insecure-port
title:
  en: "The API server of {place} lets everybody in"
  zh: "{place} 的 API server 对所有人开放"
detail:
  en: "It runs with {what}."
  zh: "启动参数包含 {what}。"
severity: critical
confidence: certain
needs: [[pods, node_processes]]
why:
  en: >-
    The insecure port (removed in 1.24, without effect since 1.20) knows neither login nor permissions, and it listens beyond this machine. AlwaysAllow gives everybody with any account, and with anonymous
    access everybody at all, every right.
  zh: >-
    非安全端口（1.20 起失效，1.24 移除）没有任何认证和鉴权，而且监听在本机之外。AlwaysAllow 则让任何账号（允许匿名时即任何人）拥有全部权限。
fix:
  - en: "--insecure-port=0 and no --insecure-bind-address; kubelet starts the API server anew by itself"
    zh: "设置 --insecure-port=0 并去掉 --insecure-bind-address；kubelet 会自动重启 API server"
    run: "sed -i -e '/--insecure-bind-address/d' -e 's/--insecure-port=.*/--insecure-port=0/' /etc/kubernetes/manifests/kube-apiserver.yaml"
    on: "{node}"
    if: port
  - en: "--authorization-mode=Node,RBAC. Make sure first that those who need rights have roles"
    zh: "改为 --authorization-mode=Node,RBAC；先确认需要权限的组件已有相应角色"
    run: "sed -i 's/--authorization-mode=.*/--authorization-mode=Node,RBAC/' /etc/kubernetes/manifests/kube-apiserver.yaml"
    on: "{node}"
    if: allows
refs: ["https://kubernetes.io/docs/concepts/security/controlling-access/"]
*/
WITH
api AS (SELECT * FROM component_flags WHERE component = 'kube-apiserver'),
open AS (
  SELECT b.node, b.file, b.line, b.text, '--insecure-bind-address=' || b.value AS what, 1 AS port, NULL AS allows
  FROM api b
  WHERE b.flag = 'insecure-bind-address' AND b.value NOT LIKE '127.%' AND b.value NOT IN ('::1', 'localhost')
    AND NOT EXISTS (SELECT 1 FROM api p WHERE p.flag = 'insecure-port' AND p.value = '0' AND p.node IS b.node)
    -- Without effect from 1.20 on.
    AND coalesce((SELECT minor FROM api_minor), 0) < 20
  UNION ALL
  SELECT node, file, line, text, '--authorization-mode=' || value, NULL, 1 FROM api WHERE flag = 'authorization-mode' AND value LIKE '%AlwaysAllow%'
)
SELECT coalesce('node/' || node, 'cluster') AS subject, file, line, text, node, coalesce(node, '-') AS place, group_concat(what, ', ') OVER (PARTITION BY node) AS what,
  max(port) OVER (PARTITION BY node) AS port, max(allows) OVER (PARTITION BY node) AS allows
FROM open ORDER BY subject, file, line, open.what;
