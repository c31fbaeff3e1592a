/*
id: node-failed-nodeallocatable
title:
  en: "Node {node}: {title_what}"
  zh: "节点 {node}：{title_zh}"
detail:
  en: "{what}{last_words}"
  zh: "{what_zh}{last_words}"
severity: info
confidence: certain
needs: [[events, log:kubelet]]
causes:
  - {check: kubelet-not-running, when: same}
  - {check: node-not-ready-unknown, when: same}
  - {check: node-not-ready-kubelet, when: same}
why:
  en: >-
    kubelet writes the limits of what pods may use (Node Allocatable) into cgroups. It depends on the words: with the empty name
    `Limits ""` the feature is off and the event can be ignored; with ["kubepods"] the pods already use more than the new limit;
    and "Failed to enforce System/Kube Reserved" or "invalid Node Allocatable configuration" ends kubelet at every start, while
    the node may stay Ready because each start reports once.
  zh: >-
    kubelet 会把 Pod 可用资源的上限（Node Allocatable）写入 cgroup。含义取决于消息内容：名称为空（Limits ""）表示该特性未开启，可以忽略；
    ["kubepods"] 表示现有 Pod 的用量已超过新上限；而 Failed to enforce System/Kube Reserved 或 invalid Node Allocatable configuration
    会使 kubelet 每次启动都退出，但由于每次启动都会上报一次，节点可能仍显示 Ready。
fix:
  - en: "What is configured?"
    zh: "查看当前配置"
    run: "grep -nE -A4 'enforceNodeAllocatable|cgroupsPerQOS|[a-z]+Reserved|evictionHard' /var/lib/kubelet/config.yaml"
    on: "{node}"
  - en: "A reserved cgroup does not exist: enforce the reservation on pods only (or make the cgroup that systemReservedCgroup or kubeReservedCgroup names)"
    zh: "预留的 cgroup 不存在：只对 Pod 强制执行预留（或创建 systemReservedCgroup、kubeReservedCgroup 所指的 cgroup）"
    run: "sed -i -E '/^ *- *(system|kube)-reserved *$/d' /var/lib/kubelet/config.yaml"
    on: "{node}"
  - en: "More is reserved than the node has: put the eviction threshold back to its default, and lower kubeReserved and systemReserved"
    zh: "预留量超过节点容量：把驱逐阈值恢复为默认值，并调低 kubeReserved 和 systemReserved"
    run: "sed -i -E 's/^( *memory[.]available:).*/\\1 100Mi/' /var/lib/kubelet/config.yaml"
    on: "{node}"
  - en: "cgroupsPerQOS is off while something is enforced: turn it on, as is the default"
    zh: "cgroupsPerQOS 已关闭却仍要强制执行：把它打开（默认即为打开）"
    run: "sed -i '/^cgroupsPerQOS: false/d' /var/lib/kubelet/config.yaml"
    on: "{node}"
  - en: "Correct the file, then restart kubelet"
    zh: "修正配置文件后重启 kubelet"
    run: "systemctl restart kubelet"
    on: "{node}"
verify: "systemctl is-active kubelet; kubectl describe node {node} | grep -A8 '^Allocatable'"
refs: ["https://kubernetes.io/docs/tasks/administer-cluster/reserve-compute-resources/", "https://github.com/kubernetes/kubernetes/issues/42701"]
*/
WITH
logged AS (
  SELECT h.node, h.file, h.line, h.ts, h.text, h.log,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log) AS oldest,
    max(h.ts) OVER (PARTITION BY h.node) AS last_ts
  FROM hits h WHERE h.signature = 'node-allocatable-fatal' AND h.node IS NOT NULL
),
-- Once is enough, unless a kubelet that was started later stays up.
fatal AS (
  SELECT node, text FROM logged l
  WHERE newest = 1 AND last_ts > :now - 1800000000 AND NOT EXISTS (SELECT 1 FROM kubelet_units u WHERE u.node = l.node
      AND (u.active = 'inactive' OR (u.active = 'active' AND u.started > l.last_ts AND u.started < :now - 20000000)))
    -- It ends for another reason now.
    AND NOT EXISTS (SELECT 1 FROM hits o WHERE o.signature = 'kubelet-fatal' AND o.file = l.file AND o.log > l.log
      AND o.ts > l.last_ts + 2000000)
),
told AS (
  SELECT e.object_name AS node, e.file, json_line(o.json, o.line, e.message) AS line, e.last_seen, e.first_seen, e.count, e.message,
    e.message REGEXP 'Limits "":' AS empty, row_number() OVER (PARTITION BY e.object_name ORDER BY e.last_seen DESC, e.name) AS newest
  FROM events e JOIN objects o ON o.id = e.object
  WHERE e.reason = 'FailedNodeAllocatableEnforcement' AND e.object_kind = 'Node' AND e.last_seen > :now - 3600000000
    AND e.message LIKE '%Failed to update Node Allocatable Limits%'
),
-- What can be ignored must not explain a kubelet that is down for another reason.
harmless AS (
  SELECT * FROM told t WHERE newest = 1 AND count >= 3 AND node NOT IN (SELECT node FROM fatal)
    AND NOT EXISTS (SELECT 1 FROM kubelet_units u WHERE u.node = t.node AND (u.active <> 'active' OR u.sub = 'auto-restart'))
    AND NOT EXISTS (SELECT 1 FROM node_conditions c WHERE c.node = t.node AND c.type = 'Ready' AND c.status <> 'True')
),
sick AS (
  SELECT f.node, 'critical' AS severity, l.file, l.line, l.text, l.ts,
    CASE WHEN f.text REGEXP 'invalid Node Allocatable' THEN 'too-large' WHEN f.text REGEXP 'Failed to enforce' THEN 'no-cgroup'
      ELSE 'qos-off' END AS how, rx('\] (.*)$', f.text, 1) AS said
  FROM fatal f JOIN logged l ON l.node = f.node AND (l.newest <= 2 OR l.oldest = 1)
  UNION ALL
  SELECT node, CASE WHEN empty THEN 'info' ELSE 'warning' END, file, line, NULL, first_seen,
    CASE WHEN empty THEN 'off' ELSE 'in-use' END, message
  FROM harmless
)
SELECT 'node/' || s.node AS subject, s.file, s.line, s.text, s.ts, s.node, s.severity,
  CASE s.how WHEN 'too-large' THEN 'kubelet ends at every start, because more is reserved than the node has'
    WHEN 'no-cgroup' THEN 'kubelet ends at every start, because a reserved cgroup does not exist'
    WHEN 'qos-off' THEN 'kubelet ends at every start, because it shall enforce reservations without cgroupsPerQOS'
    WHEN 'in-use' THEN 'the limit of what pods may use cannot be set'
    ELSE 'FailedNodeAllocatableEnforcement again and again, as the feature is off' END AS title_what,
  CASE s.how WHEN 'too-large' THEN '预留量超过节点容量，kubelet 每次启动都退出'
    WHEN 'no-cgroup' THEN '预留的 cgroup 不存在，kubelet 每次启动都退出'
    WHEN 'qos-off' THEN 'cgroupsPerQOS 已关闭却要强制执行预留，kubelet 每次启动都退出'
    WHEN 'in-use' THEN '无法设置 Pod 可用资源的上限'
    ELSE '不断出现 FailedNodeAllocatableEnforcement（该特性未开启）' END AS title_zh,
  CASE s.how WHEN 'in-use' THEN 'The pods already use more than the new limit, or the cgroup refuses the value.'
    WHEN 'off' THEN 'The cgroup has no name in it, so node allocatable is not in use here: the event can be ignored; better turn it on.'
    ELSE 'kubelet said at its end:' END AS what,
  CASE s.how WHEN 'in-use' THEN '现有 Pod 的用量已超过新上限，或 cgroup 拒绝该值。'
    WHEN 'off' THEN '消息中的 cgroup 名称为空，说明节点没有启用 Node Allocatable：该事件可以忽略，但最好启用它。'
    ELSE 'kubelet 退出前的消息：' END AS what_zh,
  coalesce(' ' || substr(s.said, 1, 400), '') AS last_words
FROM sick s
ORDER BY s.node, s.ts DESC, s.file, s.line;
