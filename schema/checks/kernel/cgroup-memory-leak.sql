/*
id: cgroup-memory-leak
title:
  en: "The kernel of {node} has no memory cgroups left"
  zh: "节点 {node} 的内核已没有可用的内存 cgroup"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
needs: [[log:kubelet, node_cgroups, log:kernel]]
causes:
  - {check: pod-sandbox-create-failing, when: pod-on-node}
  - {check: pod-stuck-containercreating, when: pod-on-node}
why:
  en: >-
    Making the folder of a cgroup fails with "no space left on device" or "cannot allocate memory", and no disk is full: the kernel
    numbers memory cgroups up to 65535 and does not give back those whose kernel memory is still charged (kernel 3.10 with kmem
    accounting, mostly). No new pod starts here. The inotify fault has the same words but says inotify_add_watch.
  zh: >-
    创建 cgroup 目录时报 no space left on device 或 cannot allocate memory，但磁盘并没有满：内核的内存 cgroup 编号最多 65535 个，
    仍有内核内存记账的 cgroup 不会被回收（多见于启用 kmem 记账的 3.10 内核）。该节点无法再启动新的 Pod。
    inotify 问题的文字相似，但消息中是 inotify_add_watch。
fix:
  - en: "How many are there, against how many folders?"
    zh: "查看 cgroup 数量与目录数量的对比"
    run: "grep memory /proc/cgroups; find /sys/fs/cgroup/memory -type d | wc -l; uname -r"
    on: "{node}"
  - en: "A reboot gives them back: drain the node first (its pods move; what they keep in emptyDir volumes is lost)"
    zh: "重启主机可以释放：先腾空节点（Pod 会被驱逐，emptyDir 卷中的数据会丢失）"
    run: "kubectl drain {node} --ignore-daemonsets --delete-emptydir-data"
  - en: "So that it stays away: kernel 4.x or later, or cgroup.memory=nokmem on its command line, or a kubelet and runc built with nokmem"
    zh: "彻底解决：使用 4.x 以上内核，或在内核命令行加 cgroup.memory=nokmem，或使用以 nokmem 构建的 kubelet 和 runc"
verify: "grep memory /proc/cgroups"
refs: ["https://github.com/kubernetes/kubernetes/issues/61937"]
*/
WITH
full AS (
  SELECT c.node, c.cgroups, c.file, c.line FROM node_cgroups c
  WHERE c.controller = 'memory' AND c.cgroups > 60000
    -- Version 2 has no such limit.
    AND NOT EXISTS (SELECT 1 FROM lines l WHERE l.file = c.file AND l.text LIKE 'cgroup filesystem: cgroup2%')
),
logged AS (
  SELECT h.node, h.signature, h.file, h.line, h.ts, h.text,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log) AS oldest,
    count(*) OVER (PARTITION BY h.node) AS hits, max(h.ts) OVER (PARTITION BY h.node) AS last_ts,
    max(h.signature = 'cgroup-mkdir-failed') OVER (PARTITION BY h.node) AS mkdir
  FROM hits h
  WHERE h.signature IN ('cgroup-mkdir-failed', 'slub-no-memory') AND h.node IS NOT NULL AND h.ts > :now - 3600000000
),
sick AS (
  SELECT node FROM full
  -- The kernel's own complaint alone is this fault on 3.10 only.
  UNION SELECT l.node FROM logged l WHERE hits >= 3 AND last_ts > :now - 900000000
    AND (mkdir OR coalesce((SELECT n.kernel_version FROM nodes n WHERE n.name = l.node), '3.10.') LIKE '3.10.%')
),
evidence AS (
  SELECT node, 0 AS seq, file, line, NULL AS text, NULL AS ts FROM full
  UNION ALL SELECT node, 1, file, line, text, ts FROM logged WHERE newest <= 3 OR oldest = 1
  UNION ALL SELECT node, 2, file, line, NULL, NULL FROM node_cgroups WHERE controller = 'memory' AND node NOT IN (SELECT node FROM full)
)
SELECT 'node/' || s.node AS subject, e.file, e.line, e.text, e.ts, s.node,
  CASE WHEN s.node IN (SELECT node FROM full) THEN 'certain' ELSE 'likely' END AS confidence,
  trim(coalesce((SELECT cgroups || ' memory cgroups of 65535 are in use. ' FROM full f WHERE f.node = s.node), '')
    || coalesce((SELECT 'Making one failed ' || hits || ' times. ' FROM logged l WHERE l.node = s.node AND newest = 1), '')
    || coalesce((SELECT 'Kernel ' || kernel_version || '.' FROM nodes n WHERE n.name = s.node), '')) AS what,
  coalesce((SELECT '已使用 ' || cgroups || ' 个内存 cgroup（上限 65535）。' FROM full f WHERE f.node = s.node), '')
    || coalesce((SELECT '创建失败 ' || hits || ' 次。' FROM logged l WHERE l.node = s.node AND newest = 1), '')
    || coalesce((SELECT '内核 ' || kernel_version || '。' FROM nodes n WHERE n.name = s.node), '') AS what_zh
FROM sick s JOIN evidence e ON e.node = s.node
ORDER BY s.node, e.seq, e.ts DESC, e.file, e.line;
