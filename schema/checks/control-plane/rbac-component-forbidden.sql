/*
id: rbac-component-forbidden
title:
  en: "{user} may not do its work: it is refused to {verb} {resource}"
  zh: "{user} 缺少权限：无法 {verb} {resource}"
detail:
  en: "{times} refusals, the last at {last_at}."
  zh: "共拒绝 {times} 次，最后一次在 {last_at}。"
severity: critical
needs: [log]
causes:
  - {check: kubelet-lease-failing, when: same}
  - {check: kubelet-node-status-update-failing, when: same-node}
  - {check: kcm-down, when: cluster}
  - {check: controllers-stalled, when: cluster}
  - {check: node-not-registered, when: same-node}
why:
  en: >-
    A component of the cluster is known to the API server but lacks a permission that it needs, long after start (while the API server starts, such lines are normal). A role
    or binding was deleted or changed, a node uses another node's identity, or an add-on is newer than its roles.
  zh: >-
    API server 认识该组件，但它缺少所需的权限，且不是在启动阶段（启动时出现属于正常）。可能是角色或绑定被删改、节点使用了别的节点的身份，或插件升级后角色没有更新。
fix:
  - en: "What is it bound to?"
    zh: "查看它的绑定"
    run: "kubectl get clusterrolebindings,rolebindings --all-namespaces -o wide | grep -F -e {user} -e {short}"
  - en: "May it?"
    zh: "验证权限"
    run: "kubectl auth can-i {verb} {resource} --as={user}"
  - en: "Roles of the control plane (system:...) are repaired by the API server when it starts. Restart it, one node after the other"
    zh: "控制平面自带的角色（system:...）会在 API server 启动时自动修复：逐个节点重启 API server"
    run: "crictl ps -q --name '^kube-apiserver$' | xargs -r crictl stop"
    on: "{machine}"
    if: builtin
  - en: "An add-on: apply the manifest of its version again, roles included"
    zh: "插件：重新应用与其版本匹配的清单（包含角色）"
    if: account
refs: ["https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings"]
*/
WITH
told AS (
  SELECT *, captures ->> '$.user' AS user, captures ->> '$.verb' AS verb, captures ->> '$.resource' AS resource, captures ->> '$.node' AS of_node,
    captures ->> '$.account' AS account
  FROM said_lines WHERE signature = 'component-forbidden' AND NOT starting AND (ts IS NULL OR ts > :now - 3600000000)
),
counted AS (
  SELECT *, count(*) OVER (PARTITION BY user) AS times, max(ts) OVER (PARTITION BY user) AS last_ts, min(ts) OVER (PARTITION BY user) AS first_ts,
    row_number() OVER (PARTITION BY user ORDER BY ts DESC, log DESC) AS newest
  FROM told
),
-- An API server that starts refuses for a moment, until it has read its roles: each of its starts is one burst.
bursts AS (
  SELECT user, count(DISTINCT coalesce(ts / 15000000, log)) AS bursts FROM told WHERE ts IS NULL OR :now IS NULL OR ts > :now - 360000000 GROUP BY user
)
SELECT CASE WHEN of_node IS NOT NULL THEN 'node/' || of_node WHEN account IS NOT NULL THEN 'serviceaccount/kube-system/' || account ELSE 'cluster' END AS subject,
  file, line, text, ts, first_ts AS first_seen, coalesce(of_node, node) AS node, user, coalesce(account, user) AS short, verb, resource, times,
  coalesce(iso(last_ts), '-') AS last_at, (SELECT min(node) FROM control_plane_nodes) AS machine, account, CASE WHEN account IS NULL THEN 1 END AS builtin
-- Whoever is refused asks again within a minute: silence since says that it was the start of an API server, or is mended.
FROM counted JOIN bursts USING (user) WHERE bursts >= 3 AND (last_ts IS NULL OR last_ts > :now - 180000000) AND newest <= 5
ORDER BY subject, user, newest, file, line;
