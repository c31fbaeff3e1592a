/*
id: rbac-dangling-ref
title:
  en: "{kind} {name} refers to {what}, which does not exist"
  zh: "{kind} {name} 引用了不存在的 {what}"
severity: info
confidence: certain
advice: true
needs: [clusterroles, clusterrolebindings]
why:
  en: >-
    The binding grants nothing, or to nobody: its role or service account was removed. Whoever makes one of that name later gets these rights.
  zh: >-
    该绑定引用的角色或 ServiceAccount 已被删除，因此没有实际作用；但以后若有人创建同名对象，就会获得这些权限。
fix:
  - en: "Make what is missing, or delete the binding"
    zh: "补建缺失的对象，或删除该绑定"
    run: "kubectl delete {kind} {name}"
    if: wide
  - en: "Make what is missing, or delete the binding"
    zh: "补建缺失的对象，或删除该绑定"
    run: "kubectl -n {namespace} delete {kind} {name}"
    if: namespace
*/
WITH
bindings AS (
  SELECT lower(o.kind) AS kind, o.namespace, o.name, o.json, o.file, o.line, o.json ->> '$.roleRef.kind' AS role_kind, o.json ->> '$.roleRef.name' AS role
  FROM objects o WHERE o.kind IN ('ClusterRoleBinding', 'RoleBinding') AND o.name NOT LIKE 'system:%' AND o.name NOT LIKE 'kubeadm:%'
),
dangling AS (
  SELECT b.*, b.role_kind || ' ' || b.role AS what, b.role AS at FROM bindings b
  WHERE (b.role_kind = 'ClusterRole' AND NOT EXISTS (SELECT 1 FROM objects r WHERE r.kind = 'ClusterRole' AND r.name = b.role))
    OR (b.role_kind = 'Role' AND EXISTS (SELECT 1 FROM lists l WHERE l.resource = 'roles' AND l.namespace IS b.namespace)
      AND NOT EXISTS (SELECT 1 FROM objects r WHERE r.kind = 'Role' AND r.namespace = b.namespace AND r.name = b.role))
  UNION ALL
  SELECT b.*, 'ServiceAccount ' || coalesce(s.value ->> '$.namespace', b.namespace) || '/' || (s.value ->> '$.name'), s.value ->> '$.name'
  FROM bindings b, json_each(b.json, '$.subjects') s
  WHERE s.value ->> '$.kind' = 'ServiceAccount'
    AND EXISTS (SELECT 1 FROM lists l WHERE l.resource = 'serviceaccounts' AND (l.namespace IS NULL OR l.namespace = coalesce(s.value ->> '$.namespace', b.namespace)))
    AND NOT EXISTS (SELECT 1 FROM objects a WHERE a.kind = 'ServiceAccount' AND a.namespace = coalesce(s.value ->> '$.namespace', b.namespace) AND a.name = s.value ->> '$.name')
)
SELECT kind || coalesce('/' || namespace, '') || '/' || name AS subject, file, json_line(json, line, at) AS line, kind, namespace, name, what,
  CASE WHEN namespace IS NULL THEN 1 END AS wide
FROM dangling ORDER BY subject, what;
