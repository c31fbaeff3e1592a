/*
id: vm-or-host-down
title:
  en: "The machine {node} is down"
  zh: "机器 {node} 已宕机"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
needs: [[node_access, events]]
causes:
  - {check: apiserver-to-kubelet-unreachable, when: same}
  - {check: node-not-ready-unknown, when: same}
  - {check: network-partition, when: same}
  - {check: apiserver-down, when: same}
  # The only API server went with it: every kubelet tells.
  - {check: kubelet-node-status-update-failing, when: same-node}
  - {check: etcd-down, when: same}
  - {check: kcm-down, when: same}
  - {check: scheduler-down, when: same}
  - {check: etcd-peer-unreachable, when: cluster}
  - {check: etcd-no-leader, when: cluster}
why:
  en: >-
    The control plane has lost it and the machine does not answer the collector either, while its neighbours do: not only its
    kubelet is silent. A refused connection or a rejected key would show a machine that lives; neither was seen. Its pods are
    evicted after five minutes and stay Terminating until it comes back or its Node is deleted.
  zh: >-
    控制面已失去它的消息，采集器也无法访问这台机器，而其他节点都能访问：不只是 kubelet 没有响应。
    如果是连接被拒绝或密钥不被接受，说明机器还活着，这里并非如此。五分钟后其 Pod 会被驱逐，并停留在 Terminating，直到机器恢复或 Node 被删除。
fix:
  - en: "Power, console, cloud state: start it"
    zh: "检查电源、控制台、云主机状态：把它启动"
    run: "ping -c 3 -W 2 {address}"
  - en: "It will not come back: delete the Node, so that its pods and volumes move (this gives up what ran there)"
    zh: "如果无法恢复：删除该 Node，使其 Pod 和卷可以迁移（意味着放弃其上运行的内容）"
    run: "kubectl delete node {node}"
  - en: "Let the cloud or the hypervisor restart machines by itself"
    zh: "启用云平台或虚拟化平台的自动重启功能"
verify: "kubectl get node {node}"
*/
WITH
lost AS (
  SELECT c.node, c.file, json_line(o.json, o.line, c.message) AS line, c.last_transition
  FROM node_conditions c JOIN objects o ON o.id = c.object
  WHERE c.type = 'Ready' AND c.status = 'Unknown'
),
-- Nobody there, as opposed to somebody who refuses.
unreachable AS (
  SELECT a.node, a.file, a.line, a.error, a.address FROM node_access a
  WHERE NOT a.reached
    AND a.error REGEXP '(?i)timed? ?out|no route to host|unreachable|host is down|no answer|did not answer|in time'
    AND a.error NOT REGEXP '(?i)refused|denied|auth|password|key|banner'
    AND EXISTS (SELECT 1 FROM node_access p WHERE p.reached)
),
-- Several that went at once are cut off, which is the same to look at.
together AS (
  SELECT a.node FROM lost a JOIN unreachable x ON x.node = a.node
  WHERE (SELECT count(*) FROM lost b JOIN unreachable y ON y.node = b.node
    WHERE abs(a.last_transition - b.last_transition) <= 60000000) >= 2
),
deleted AS (
  SELECT e.object_name AS node, e.file, json_line(o.json, o.line, e.message) AS line, e.last_seen, e.message
  FROM events e JOIN objects o ON o.id = e.object
  WHERE e.reason IN ('DeletingNode', 'NodeNotExist', 'DeletingAllPods')
    AND e.message REGEXP 'because it does not exist in the cloud provider|doesn.t exist in the cloud provider'
),
sick AS (
  SELECT u.node FROM unreachable u WHERE u.node NOT IN (SELECT node FROM together)
    AND (u.node IN (SELECT node FROM lost)
      -- A silent API cannot tell who is lost: nobody answers at all there, but the neighbours do.
      OR NOT EXISTS (SELECT 1 FROM node_conditions c WHERE c.type = 'Ready'))
  UNION SELECT node FROM deleted
),
evidence AS (
  SELECT node, 0 AS seq, file, coalesce(line, 0) AS line, NULL AS ts, node AS place FROM unreachable
  UNION ALL SELECT node, 1, file, line, last_transition, node FROM lost
  UNION ALL SELECT node, 2, file, line, last_seen, node FROM deleted
  -- The API server may have gone with it, which all kubelets feel; while the API answers, theirs is another trouble.
  UNION ALL SELECT u.node, 3, u.file, coalesce(u.line, 0), NULL, k.node FROM unreachable u JOIN kubelet_units k ON k.node <> u.node
  WHERE NOT EXISTS (SELECT 1 FROM node_conditions c WHERE c.type = 'Ready')
)
SELECT 'node/' || s.node AS subject, e.file, e.line, e.ts, e.place AS node,
  CASE WHEN s.node IN (SELECT node FROM deleted) THEN 'certain' ELSE 'likely' END AS confidence,
  trim(coalesce((SELECT 'The cloud says that the instance is gone: ' || rtrim(message, '. ') || '. ' FROM deleted d WHERE d.node = s.node LIMIT 1), '')
    || coalesce((SELECT 'The collector got no answer from it: ' || error || '.' FROM unreachable u WHERE u.node = s.node), '')) AS what,
  coalesce((SELECT '云平台表示该实例已不存在：' || rtrim(message, '. ') || '。' FROM deleted d WHERE d.node = s.node LIMIT 1), '')
    || coalesce((SELECT '采集器没有得到它的应答：' || error || '。' FROM unreachable u WHERE u.node = s.node), '') AS what_zh,
  coalesce((SELECT address FROM unreachable u WHERE u.node = s.node), s.node) AS address
FROM sick s JOIN evidence e ON e.node = s.node
ORDER BY s.node, e.seq, e.place, e.file, e.line;
