/*
id: static-control-plane-not-starting
title:
  en: "kubelet on {node} runs, but starts none of its static pods ({components})"
  zh: "节点 {node} 上的 kubelet 在运行，但没有启动任何静态 Pod（{components}）"
detail:
  en: "Their manifests lie in /etc/kubernetes/manifests, and the runtime has no container of theirs, not even one that ended.{last_words}"
  zh: "清单位于 /etc/kubernetes/manifests，但运行时中没有它们的任何容器，连已退出的也没有。{last_words}"
severity: critical
needs: [node_units, node_components]
causes:
  - {check: apiserver-down, when: same}
  - {check: etcd-down, when: same}
  - {check: kcm-down, when: same}
  - {check: scheduler-down, when: same}
why:
  en: >-
    A component that crashes leaves containers that ended. Here there are none: kubelet cannot even make their sandboxes, or does not look into
    that folder. The usual reasons are the cgroup driver, a sandbox image that cannot be pulled, or a runtime that refuses the call.
  zh: >-
    崩溃的组件会留下已退出的容器。这里一个也没有，说明 kubelet 连 sandbox 都无法创建，或没有读取该目录。
    常见原因：cgroup 驱动不一致、sandbox 镜像拉不下来，或运行时拒绝调用。
fix:
  - en: "What does kubelet say about their sandboxes?"
    zh: "kubelet 对 sandbox 的报错是什么？"
    run: "journalctl -u kubelet -n 500 --no-pager | grep -iE 'sandbox|static|manifest' | tail -n 20"
    on: "{node}"
  - en: "Does it look into the folder?"
    zh: "kubelet 是否读取该目录？"
    run: "grep -n staticPodPath /var/lib/kubelet/config.yaml; ls -l /etc/kubernetes/manifests"
    on: "{node}"
  - en: "Mend that, then restart the runtime and kubelet"
    zh: "修复后重启运行时和 kubelet"
    run: "systemctl restart containerd; systemctl restart kubelet"
    on: "{node}"
verify: "crictl ps -a; crictl pods"
*/
WITH
-- The list of containers was had, be it empty.
listed AS (
  SELECT c.node FROM captures c WHERE c.state = 'ok' AND c.exit_status = 0 AND (c.path GLOB 'nodes/*/runtime/crictl/ps.json' OR c.path GLOB 'nodes/*/runtime/docker/ps.jsonl')
),
missing AS (
  SELECT c.node, c.component, f.id AS file FROM node_components c
  JOIN files f ON f.node = c.node AND f.path GLOB '*etc/kubernetes/manifests/' || c.component || '[.-]*'
  WHERE c.manifest = 1 AND c.state = 'down' AND NOT EXISTS (SELECT 1 FROM node_containers n WHERE n.node = c.node AND n.container = c.component)
),
sick AS (
  SELECT k.node, k.file, k.line FROM kubelet_units k
  WHERE k.active = 'active' AND k.started < :now - 120000000 AND k.node IN (SELECT node FROM listed) AND k.node IN (SELECT node FROM missing)
    AND NOT EXISTS (SELECT 1 FROM node_components c WHERE c.node = k.node AND c.manifest = 1 AND c.state <> 'down')
),
logged AS (SELECT * FROM node_hits WHERE signature = 'sandbox-failed'),
evidence AS (
  SELECT node, 0 AS seq, file, line, NULL AS text FROM sick
  UNION ALL SELECT node, newest, file, line, text FROM logged WHERE newest <= 3
  UNION ALL SELECT node, 10, file, 1, NULL FROM missing
)
SELECT 'node/' || s.node AS subject, e.file, e.line, e.text, s.node,
  (SELECT group_concat(component, ', ') FROM (SELECT component FROM missing m WHERE m.node = s.node ORDER BY component)) AS components,
  coalesce(' kubelet: ' || (SELECT substr(text, instr(text, '] ') + 2, 400) FROM logged l WHERE l.node = s.node AND newest = 1), '') AS last_words
FROM sick s JOIN evidence e ON e.node = s.node
ORDER BY s.node, e.seq, e.file, e.line;
