/*
id: node-disk-full
title:
  en: "The disk of {node} that holds {mount} is full"
  zh: "节点 {node} 上 {mount} 所在的磁盘已满"
detail:
  en: "{percent}% used, {free_mb} MB free of {size_mb} MB ({inodes}).{biggest}"
  zh: "已用 {percent}%，剩余 {free_mb} MB，共 {size_mb} MB（{inodes_zh}）。{biggest_zh}"
severity: critical
confidence: certain
needs: [node_disks]
causes:
  - {check: node-disk-pressure, when: same}
  - {check: pods-evicted-disk, when: [same-node, pod-on-node]}
  - {check: image-pull-failing, when: pod-on-node}
  - {check: docker-hung, when: same}
  - {check: etcd-down, when: same}
  - {check: apiserver-down, when: same}
  - {check: kcm-down, when: same}
  - {check: scheduler-down, when: same}
  - {check: kubelet-not-running, when: same}
  - {check: etcd-disk-full, when: same}
  - {check: etcd-data-corrupt, when: same}
  - {check: pod-sandbox-create-failing, when: pod-on-node}
  - {check: image-gc-failing, when: same}
why:
  en: >-
    kubelet, the runtime, images, logs and emptyDir volumes share this file system. Below a tenth of free space kubelet
    deletes unused images, then evicts pods and refuses new ones; when nothing is left, pulls fail, etcd stops, and docker may hang.
    Deleting pods does not help for long: find what grew.
  zh: >-
    kubelet、容器运行时、镜像、日志和 emptyDir 都在这个文件系统上。剩余空间不足 10% 时，kubelet 会先删除未使用的镜像，再驱逐 Pod 并拒绝新 Pod；
    空间耗尽后，镜像无法拉取，etcd 会停止，docker 可能卡死。删除 Pod 只能缓解一时，要找出是什么占用了空间。
fix:
  - en: "Find what grew: large files first, then folders"
    zh: "找出占用空间的内容：先看大文件，再看目录"
    run: "find {mount} -xdev -type f -size +100M -printf '%s %p\\n' | sort -rn | head -n 20; du -xh --max-depth=3 {mount} | sort -rh | head -n 20"
    on: "{node}"
  - en: "Empty what nobody needs: look at it first, its content is lost (truncating frees the space of a file that a process holds open, too; deleting does not)"
    zh: "清空确认无用的文件：先查看，内容将丢失（清空对仍被进程打开的文件也有效，删除则不会释放空间）"
    run: "truncate -c -s 0 {waste}"
    on: "{node}"
  - en: "Remove unused images, stopped containers (with their logs) and old journals; without a registry to pull from, save the images first (docker save, ctr images export)"
    zh: "清理未使用的镜像、已停止的容器（连同其日志）和旧日志；没有镜像仓库可拉取时，先备份镜像（docker save、ctr images export）"
    run: "docker system prune -f; crictl rmi --prune; journalctl --vacuum-size=500M"
    on: "{node}"
  - en: "Rotate container logs, so that it stays so"
    zh: "为容器日志配置轮转，避免再次发生"
    run: "grep -A3 log-opts /etc/docker/daemon.json; grep containerLogMax /var/lib/kubelet/config.yaml"
    on: "{node}"
verify: "df -h {mount}; kubectl get node {node}"
refs: ["https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/"]
*/
WITH
full AS (
  SELECT * FROM v_node_filesystems
  WHERE use_percent >= 90 OR available * 10 < bytes
),
-- One device mounted in several places is one disk.
worst AS (
  SELECT *, row_number() OVER (PARTITION BY node, device ORDER BY length(mount), mount) AS n FROM full
),
-- Large files that the collector saw below the mount.
big AS (
  SELECT w.node, w.mount, b.file, b.line, b.text, rest(b.text, 3) AS name, CAST(field(b.text, 1) AS INTEGER) AS size,
    row_number() OVER (PARTITION BY w.node, w.mount ORDER BY CAST(field(b.text, 1) AS INTEGER) DESC) AS n
  FROM worst w JOIN files f ON f.node = w.node AND f.path GLOB 'nodes/*/host/big-files.txt'
  JOIN lines b ON b.file = f.id
  WHERE w.n = 1 AND b.text REGEXP '^[0-9]+ [0-9-]+ /' AND (w.mount = '/' OR rest(b.text, 3) LIKE w.mount || '/%')
),
named AS (
  SELECT w.*, (SELECT g.name FROM big g WHERE g.node = w.node AND g.mount = w.mount AND g.n = 1) AS big_file,
    (SELECT g.size / 1048576 FROM big g WHERE g.node = w.node AND g.mount = w.mount AND g.n = 1) AS big_mb,
    -- Only a log, dump or leftover is named for deletion: the largest file may be somebody's database.
    (SELECT g.name FROM big g WHERE g.node = w.node AND g.mount = w.mount AND g.name NOT LIKE '/var/lib/%'
       AND g.name NOT LIKE '/var/log/journal/%' AND g.name NOT LIKE '/var/log/audit/%' AND (g.name LIKE '/var/log/%' OR g.name LIKE '/tmp/%' OR g.name LIKE '/var/tmp/%' OR g.name LIKE '/var/crash/%')
     ORDER BY g.n LIMIT 1) AS waste
  FROM worst w WHERE w.n = 1
),
evidence AS (
  SELECT node, mount, 0 AS seq, file, line, NULL AS text FROM named
  UNION ALL SELECT node, mount, n, file, line, text FROM big WHERE n <= 3
)
SELECT 'node/' || d.node AS subject, e.file, e.line, e.text, d.node, d.mount,
  d.use_percent AS percent, d.available / 1048576 AS free_mb, d.bytes / 1048576 AS size_mb,
  CASE WHEN d.inodes > 0 THEN d.inodes_percent || '% of inodes used' ELSE 'inodes not counted' END AS inodes,
  CASE WHEN d.inodes > 0 THEN 'inode 已用 ' || d.inodes_percent || '%' ELSE '未统计 inode' END AS inodes_zh,
  d.big_file, d.waste,
  coalesce(' The largest file on it is ' || d.big_file || ' (' || d.big_mb || ' MB).', '') AS biggest,
  coalesce('其中最大的文件是 ' || d.big_file || '（' || d.big_mb || ' MB）。', '') AS biggest_zh
FROM named d JOIN evidence e ON e.node = d.node AND e.mount = d.mount
ORDER BY d.node, d.use_percent DESC, d.mount, e.seq, e.file, e.line;
