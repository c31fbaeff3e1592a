/*
id: kubelet-qos-cgroup-failed
title:
  en: "kubelet on {node} cannot make its QoS cgroups"
  zh: "节点 {node} 上的 kubelet 无法创建 QoS cgroup"
detail:
  en: "{what} The message ends: {tail}"
  zh: "{what_zh}消息末尾：{tail}"
severity: critical
confidence: certain
needs: [log:kubelet]
causes:
  - {check: kubelet-not-running, when: same}
  - {check: node-not-ready-kubelet, when: same}
  - {check: node-not-ready-unknown, when: same}
  - {check: static-control-plane-not-starting, when: same}
why:
  en: >-
    Three faults share these words, and only the first is the bug of 1.6 (fixed in 1.7): (a) "Unit kubepods-burstable.slice
    already exists"; (b) "root container [kubepods] doesn't exist": kubelet and the runtime or systemd do not agree on who makes
    cgroups; (c) "failed to find subsystem mount": the kernel does not offer the controller that is named.
  zh: >-
    三种不同的故障使用同一条消息，只有第一种是 1.6 的缺陷（1.7 已修复）：（a）Unit kubepods-burstable.slice already exists；
    （b）root container [kubepods] doesn't exist：kubelet 与运行时或 systemd 对由谁创建 cgroup 不一致；
    （c）failed to find subsystem mount：内核没有提供所指的控制器。
fix:
  - en: "(a) Let Docker use systemd for cgroups, stop the slices, reboot; better: upgrade to 1.7 or later"
    zh: "（a）让 Docker 使用 systemd 管理 cgroup，停止这些 slice 并重启主机；更好的办法是升级到 1.7 以上"
    run: "grep -n cgroupdriver /etc/docker/daemon.json /usr/lib/systemd/system/docker.service; systemctl stop kubepods-burstable.slice kubepods-besteffort.slice"
    on: "{node}"
  - en: "(b) Compare the cgroup drivers of kubelet and runtime, and make them the same"
    zh: "（b）比较 kubelet 与运行时的 cgroup 驱动，并改成一致"
    run: "grep -i cgroupDriver /var/lib/kubelet/config.yaml; docker info 2>/dev/null | grep -i 'cgroup'; grep -n SystemdCgroup /etc/containerd/config.toml"
    on: "{node}"
  - en: "(c) Which controllers does the kernel offer? Enable the missing one on the kernel's command line"
    zh: "（c）内核提供了哪些控制器？在内核命令行中启用缺少的那个"
    run: "cat /proc/cgroups /sys/fs/cgroup/cgroup.controllers 2>/dev/null; cat /proc/cmdline"
    on: "{node}"
verify: "systemctl is-active kubelet && kubectl get node {node}"
refs: ["https://github.com/kubernetes/kubernetes/issues/43856", "https://github.com/kubernetes/kubernetes/issues/122955"]
*/
WITH
logged AS (
  SELECT h.node, h.file, h.line, h.ts, h.text, h.log, h.captures ->> '$.tail' AS tail,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log) AS oldest,
    max(h.ts) OVER (PARTITION BY h.node) AS last_ts
  FROM hits h WHERE h.signature = 'qos-cgroup-failed' AND h.node IS NOT NULL
),
sick AS (
  SELECT l.node, l.tail, n.kubelet_version,
    CASE WHEN tail REGEXP 'slice already exists' THEN 'a' WHEN tail REGEXP 'root container .{0,40}doesn.t exist' THEN 'b'
      WHEN tail REGEXP '[Ff]ailed to find subsystem mount|controllers? .{0,60}(?:not|missing)' THEN 'c' END AS variant
  FROM logged l LEFT JOIN nodes n ON n.name = l.node
  WHERE newest = 1 AND last_ts > :now - 1800000000
    AND NOT EXISTS (SELECT 1 FROM kubelet_units u WHERE u.node = l.node
      AND (u.active = 'inactive' OR (u.active = 'active' AND u.started > l.last_ts AND u.started < :now - 20000000)))
    -- It ends for another reason now.
    AND NOT EXISTS (SELECT 1 FROM hits o WHERE o.signature = 'kubelet-fatal' AND o.file = l.file AND o.log > l.log
      AND o.ts > l.last_ts + 2000000)
    -- It ran on after the message and the node is Ready: it worked at the second try.
    AND NOT EXISTS (SELECT 1 FROM node_conditions c WHERE c.node = l.node AND c.type = 'Ready' AND c.status = 'True'
      AND c.last_transition > l.last_ts)
)
SELECT 'node/' || s.node AS subject, l.file, l.line, l.text, l.ts, s.node, rtrim(substr(s.tail, 1, 200), '"\]') AS tail,
  CASE s.variant
    WHEN 'a' THEN CASE WHEN s.kubelet_version LIKE 'v1.6.%' THEN 'This is the bug of kubelet 1.6.' ELSE 'The slices of an earlier kubelet are still there (variant a).' END
    WHEN 'b' THEN 'kubelet and the one that makes cgroups here do not agree (variant b); the bug of 1.6 is another.'
    WHEN 'c' THEN 'The kernel lacks a cgroup controller (variant c); the bug of 1.6 is another.'
    ELSE 'kubelet could not make its cgroups.' END AS what,
  CASE s.variant
    WHEN 'a' THEN CASE WHEN s.kubelet_version LIKE 'v1.6.%' THEN '这是 kubelet 1.6 的缺陷。' ELSE '先前 kubelet 的 slice 仍然存在（a 类）。' END
    WHEN 'b' THEN 'kubelet 与创建 cgroup 的一方不一致（b 类），与 1.6 的缺陷无关。'
    WHEN 'c' THEN '内核缺少某个 cgroup 控制器（c 类），与 1.6 的缺陷无关。'
    ELSE 'kubelet 无法创建 cgroup。' END AS what_zh
FROM sick s JOIN logged l ON l.node = s.node AND (l.newest <= 2 OR l.oldest = 1)
ORDER BY s.node, l.newest, l.file, l.line;
