/*
id: node-inodes-exhausted
title:
  en: "The file system of {node} that holds {mount} has no inodes left"
  zh: "节点 {node} 上 {mount} 所在的文件系统 inode 已耗尽"
detail:
  en: "{inodes_percent}% of {inodes} inodes are used, {percent}% of the space."
  zh: "{inodes} 个 inode 已用 {inodes_percent}%，空间已用 {percent}%。"
severity: critical
confidence: certain
needs: [node_disks]
causes:
  - {check: node-disk-pressure, when: same}
  - {check: image-gc-failing, when: same}
  - {check: pods-evicted-disk, when: [same-node, pod-on-node]}
  - {check: image-pull-failing, when: pod-on-node}
  - {check: docker-hung, when: same}
  - {check: etcd-down, when: same}
  - {check: apiserver-down, when: same}
  - {check: kcm-down, when: same}
  - {check: scheduler-down, when: same}
  - {check: kubelet-not-running, when: same}
  - {check: pod-sandbox-create-failing, when: pod-on-node}
why:
  en: >-
    Every file takes an inode, and this file system was made with a fixed number of them. No file can be made although there is room, and programs say "no space
    left on device". Kubelet reports DiskPressure below 5% of free inodes. Some folder holds a great number of small files.
  zh: >-
    每个文件占用一个 inode，而该文件系统的 inode 数量在格式化时就已固定。即使还有空间也无法创建文件，程序会报告 no space left on device。
    空闲 inode 低于 5% 时 kubelet 报告 DiskPressure。通常是某个目录中有大量小文件。
fix:
  - en: "Which folders hold the most files?"
    zh: "哪些目录中的文件最多？"
    run: "find {mount} -xdev -printf '%h\\n' | sort | uniq -c | sort -rn | head -n 20"
    on: "{node}"
  - en: "Remove unused images and stopped containers: their layers hold many small files (without a registry to pull from, save the images first)"
    zh: "清理未使用的镜像和已停止的容器：其镜像层包含大量小文件（没有镜像仓库可拉取时，先备份镜像）"
    run: "if command -v docker >/dev/null; then docker system prune -f; else crictl rmi --prune; fi"
    on: "{node}"
  - en: "Delete what nobody needs in the folder found (look at it first; DIR is that folder)"
    zh: "清理找到的目录中确认无用的文件（先查看；DIR 为该目录）"
    run: "find DIR -xdev -type f -mtime +7 -print | head; find DIR -xdev -type f -mtime +7 -delete"
    on: "{node}"
verify: "df -i {mount}; kubectl get node {node}"
refs: ["https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/"]
*/
WITH
-- XFS and Btrfs make inodes as they need them: theirs run out when the space does, which is another diagnosis.
full AS (
  SELECT d.*, n.fstype, row_number() OVER (PARTITION BY d.node, d.device ORDER BY length(d.mount), d.mount) AS n
  FROM v_node_filesystems d JOIN node_disks n ON n.file = d.file AND n.line = d.line
  WHERE d.inodes > 0 AND d.inodes_percent >= 95 AND (coalesce(n.fstype, '') NOT IN ('xfs', 'btrfs') OR d.use_percent < 90)
),
counted AS (
  SELECT u.node, u.mount, l.file, l.line FROM full u JOIN files f ON f.role = 'df-inodes' AND f.node = u.node JOIN lines l ON l.file = f.id
  WHERE rx('%\s+(/.*)$', l.text, 1) = u.mount
),
evidence AS (
  SELECT node, mount, 0 AS seq, file, line FROM counted
  UNION ALL SELECT node, mount, 1, file, line FROM full WHERE n = 1
)
SELECT 'node/' || u.node AS subject, e.file, e.line, u.node, u.mount, u.inodes, u.inodes_percent, u.use_percent AS percent
FROM full u JOIN evidence e ON e.node = u.node AND e.mount = u.mount
WHERE u.n = 1
ORDER BY u.node, u.inodes_percent DESC, u.mount, e.seq, e.file, e.line;
