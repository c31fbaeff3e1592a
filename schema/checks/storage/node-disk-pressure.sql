/*
id: node-disk-pressure
title:
  en: "Node {node} is under disk pressure"
  zh: "节点 {node} 处于磁盘压力（DiskPressure）"
detail:
  en: "DiskPressure=True since {since}: {message}{reclaim}"
  zh: "自 {since} 起 DiskPressure=True：{message}{reclaim}"
severity: critical
confidence: certain
needs: [nodes]
causes:
  - {check: pods-evicted-disk, when: [same-node, pod-on-node]}
  - {check: image-pull-failing, when: pod-on-node}
  - {check: pod-pending-taint, when: pod-on-node}
why:
  en: >-
    kubelet found less free space or fewer free inodes than its thresholds (by default 10% of its disk, 15% of the images'
    disk, 5% of inodes). It deletes unused images, evicts pods, and the taint disk-pressure keeps new pods away. The condition
    stays for up to 5 minutes after the disk has room again.
  zh: >-
    kubelet 发现可用空间或 inode 低于阈值（默认：节点磁盘 10%，镜像磁盘 15%，inode 5%）。它会删除未使用的镜像、驱逐 Pod，
    并打上 disk-pressure 污点阻止新 Pod 调度。磁盘恢复后，该状态最长还会保留 5 分钟。
fix:
  - en: "Which file system, blocks or inodes?"
    zh: "是哪个文件系统，空间还是 inode？"
    run: "df -h / /var /var/lib/kubelet /var/lib/docker /var/lib/containerd; df -i / /var"
    on: "{node}"
  - en: "Remove unused images and stopped containers (with their logs), and truncate overgrown logs; without a registry to pull from, save the images first (docker save, ctr images export)"
    zh: "清理未使用的镜像和已停止的容器（连同其日志），清空过大的日志；没有镜像仓库可拉取时，先备份镜像（docker save、ctr images export）"
    run: "docker system prune -f; crictl rmi --prune; du -xh --max-depth=2 /var | sort -rh | head -n 20"
    on: "{node}"
verify: "kubectl get node {node} -o 'jsonpath={.status.conditions[?(@.type==\"DiskPressure\")].status}'"
refs: ["https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/"]
*/
WITH
sick AS (
  SELECT c.node, c.file, json_line(o.json, o.line, c.reason) AS line, c.last_transition, c.message
  FROM node_conditions c JOIN objects o ON o.id = c.object
  WHERE c.type = 'DiskPressure' AND c.status = 'True'
),
logged AS (
  SELECT h.node, h.file, h.line, h.ts, h.text,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest
  FROM hits h WHERE h.signature = 'disk-pressure-eviction' AND h.node IN (SELECT node FROM sick)
),
-- kubelet's events about its node name what it ran short of.
told AS (
  SELECT e.object_name AS node, e.file, json_line(o.json, o.line, e.message) AS line, e.first_seen, e.message,
    row_number() OVER (PARTITION BY e.object_name ORDER BY e.last_seen DESC, e.line DESC) AS newest
  FROM events e JOIN objects o ON o.id = e.object
  WHERE e.object_kind = 'Node' AND e.reason IN ('EvictionThresholdMet', 'FreeDiskSpaceFailed')
    AND e.object_name IN (SELECT node FROM sick)
),
evidence AS (
  SELECT node, 0 AS seq, file, line, NULL AS text, last_transition AS ts FROM sick
  UNION ALL SELECT node, 1, file, line, NULL, first_seen FROM told WHERE newest = 1
  UNION ALL SELECT node, 2, file, line, text, ts FROM logged WHERE newest <= 2
)
SELECT 'node/' || s.node AS subject, e.file, e.line, e.text, e.ts, s.node, iso(s.last_transition) AS since, s.message,
  coalesce('; ' || (SELECT message FROM told t WHERE t.node = s.node AND newest = 1), '') AS reclaim
FROM sick s JOIN evidence e ON e.node = s.node
ORDER BY s.node, e.seq, e.file, e.line;
