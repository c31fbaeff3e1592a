/*
id: kernel-task-hung
title:
  en: "Tasks on {node} hang in the kernel: {tasks}"
  zh: "节点 {node} 上有任务卡在内核中：{tasks}"
detail:
  en: "{hits} report(s), the last at {last_at}.{stack}"
  zh: "共 {hits} 次报告，最后一次在 {last_at}。{stack}"
severity: critical
needs: [[log:kernel, log:messages]]
causes:
  - {check: docker-hung, when: same}
  - {check: containerd-down, when: same}
  - {check: crio-down, when: same}
  - {check: node-pleg-unhealthy, when: same}
  - {check: kubelet-hung, when: same}
  - {check: node-not-ready-kubelet, when: same}
  - {check: etcd-down, when: same}
why:
  en: >-
    A task in state D waits for something that does not come, mostly a disk, an NFS server or a lock on network namespaces, and cannot be killed. The top
    of its call trace names it: nfs_, xfs_, ext4_, copy_net_ns. One report under heavy I/O is load; the same ones again and again, or the
    runtime's own, mean that containers on this node can neither start nor stop.
  zh: >-
    状态为 D 的任务在等待迟迟不来的资源，多为磁盘、NFS 服务器或网络命名空间锁，而且无法被杀死。调用栈顶部会指明：nfs_、xfs_、ext4_、copy_net_ns。
    高 I/O 负载下出现一次属于压力；反复出现或涉及容器运行时，则该节点的容器无法启动或停止。
fix:
  - en: "What do they wait for?"
    zh: "它们在等待什么？"
    run: "ps -eo pid,stat,wchan:32,args | awk '$2 ~ /^D/'; dmesg -T | grep -A 12 'blocked for more than' | tail -n 40"
    on: "{node}"
  - en: "Disk or NFS: does it answer? (a hang of this command is an answer, too)"
    zh: "磁盘或 NFS 是否有响应？（命令卡住本身也是答案）"
    run: "timeout 10 df -h; grep -E ' nfs4? ' /proc/mounts; cat /proc/pressure/io"
    on: "{node}"
  - en: "State D ends only with the wait or with a reboot"
    zh: "D 状态只能等待结束或重启节点"
    run: "systemctl reboot"
    on: "{node}"
verify: "journalctl -k --no-pager --since -10min | grep -c 'blocked for more than'"
*/
WITH
-- The tasks of a Docker that kubelet uses are docker-hung's.
logged AS (
  SELECT h.node, h.file, h.line, h.ts, h.text, h.log, h.captures ->> '$.task' AS task
  FROM hits h
  WHERE h.signature = 'task-hung' AND h.node IS NOT NULL AND h.ts > :now - 7200000000
    AND NOT (h.captures ->> '$.task' REGEXP '^(dockerd?|docker-containe|containerd|runc)' AND EXISTS (SELECT 1 FROM node_units u WHERE u.node = h.node AND u.unit = 'docker.service' AND u.active = 'active'))
),
summed AS (
  SELECT *, row_number() OVER (PARTITION BY node ORDER BY log DESC) AS newest, row_number() OVER (PARTITION BY node ORDER BY log) AS oldest,
    count(*) OVER (PARTITION BY node) AS hits, max(ts) OVER (PARTITION BY node) AS last_ts, min(ts) OVER (PARTITION BY node) AS first_ts,
    max(task REGEXP '^(dockerd?|docker-containe|containerd|crio|runc|crun|conmon|kubelet|umount|etcd)') OVER (PARTITION BY node) AS vital
  FROM logged
),
-- The trace stands in the lines below.
stacks AS (
  SELECT s.node, rx('\b((?:nfs|xfs|ext4|jbd2|btrfs|rpc|copy_net_ns|wait_on_|io_schedule|blk_|overlay|ovl|cgroup)[a-z0-9_]*)\+0x', l.text, 1) AS name,
    row_number() OVER (PARTITION BY s.node ORDER BY l.id) AS n
  FROM summed s JOIN log_lines l ON l.id > s.log AND l.id <= s.log + 25 AND l.file = s.file
  WHERE s.newest = 1 AND l.text REGEXP '\b((?:nfs|xfs|ext4|jbd2|btrfs|rpc|copy_net_ns|wait_on_|io_schedule|blk_|overlay|ovl|cgroup)[a-z0-9_]*)\+0x'
)
SELECT 'node/' || s.node AS subject, s.file, s.line, s.text, s.ts, s.node, s.hits, iso(s.last_ts) AS last_at,
  CASE WHEN s.last_ts > :now - 1800000000 AND (s.vital OR (s.hits >= 3 AND s.last_ts - s.first_ts >= 60000000)) THEN 'critical' ELSE 'warning' END AS severity,
  (SELECT group_concat(task, ', ') FROM (SELECT DISTINCT task FROM summed t WHERE t.node = s.node ORDER BY task LIMIT 6)) AS tasks,
  coalesce((SELECT ' ' || name FROM stacks k WHERE k.node = s.node AND k.n = 1), '') AS stack
FROM summed s
WHERE s.newest <= 4 OR s.oldest = 1
ORDER BY s.node, s.newest, s.file, s.line;
