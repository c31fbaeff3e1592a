/*
id: rbac-anonymous-admin
title:
  en: "Everybody is administrator: {name} binds cluster-admin to {who}"
  zh: "权限过大：{name} 把 cluster-admin 授予了 {who}"
severity: critical
confidence: certain
needs: [clusterrolebindings]
why:
  en: >-
    {reach} can read every secret and change everything in the cluster. Such bindings are made to get rid of an error message and then stay.
  zh: >-
    {reach_zh}可以读取所有 Secret 并修改集群中的任何内容。这种绑定往往是为了消除一条报错而加，之后一直留着。
fix:
  - en: "Remove it. Whoever really needs rights gets a role of their own"
    zh: "删除该绑定；确实需要权限的对象应使用单独的角色"
    run: "kubectl delete clusterrolebinding {name}"
  - en: "It was open to all: replace what may have been read (tokens, passwords, keys)"
    zh: "曾对外开放：更换可能已泄露的令牌、密码和密钥"
verify: "kubectl auth can-i '*' '*' --as=system:anonymous"
refs: ["https://kubernetes.io/docs/reference/access-authn-authz/rbac/"]
*/
SELECT 'clusterrolebinding/' || o.name AS subject, o.file, json_line(o.json, o.line, s.value ->> '$.name') AS line, o.name, s.value ->> '$.name' AS who,
  CASE s.value ->> '$.name' WHEN 'system:authenticated' THEN 'Everybody with any account' WHEN 'system:anonymous' THEN 'Everybody who reaches the API server, without any password,'
    WHEN 'system:unauthenticated' THEN 'Everybody who reaches the API server, without any password,' ELSE 'Every pod that uses this account' END AS reach,
  CASE s.value ->> '$.name' WHEN 'system:authenticated' THEN '任何有账号的人' WHEN 'system:anonymous' THEN '任何能访问 API server 的人（无需密码）'
    WHEN 'system:unauthenticated' THEN '任何能访问 API server 的人（无需密码）' ELSE '任何使用该账号的 Pod ' END AS reach_zh
FROM objects o, json_each(o.json, '$.subjects') s
WHERE o.kind = 'ClusterRoleBinding' AND o.json ->> '$.roleRef.name' = 'cluster-admin'
  AND (s.value ->> '$.name' IN ('system:anonymous', 'system:unauthenticated', 'system:authenticated', 'system:serviceaccounts')
    OR s.value ->> '$.kind' = 'ServiceAccount' AND s.value ->> '$.name' IN ('default', 'kubernetes-dashboard'))
ORDER BY subject, s.key;
