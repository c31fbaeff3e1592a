/*
id: image-bloat
title:
  en: "{unused} unused images hold {unused_mb} MB on {node}"
  zh: "节点 {node} 上有 {unused} 个未使用的镜像，占用 {unused_mb} MB"
detail:
  en: "{images} images of {total_mb} MB in all on a disk of {disk_mb} MB, {disk_percent}% full; {unused} of them are used by no container. Largest: {largest}."
  zh: "共 {images} 个镜像，{total_mb} MB；磁盘 {disk_mb} MB，已用 {disk_percent}%。其中 {unused} 个没有容器使用。最大的：{largest}。"
severity: warning
confidence: certain
needs: [node_images, node_containers, node_disks]
causes:
  - {check: node-disk-full, when: same}
  - {check: node-disk-pressure, when: same}
  - {check: image-gc-failing, when: same}
why:
  en: >-
    kubelet deletes unused images only when their disk is 85% full (imageGCHighThresholdPercent), and it then must hurry. Until
    then they take the room that pods, logs and pulls need. Layers that images share are counted once where the runtime tells;
    images in use cannot be removed.
  zh: >-
    kubelet 只有在镜像所在磁盘使用率达到 85%（imageGCHighThresholdPercent）时才清理未使用的镜像，那时已经很紧张。
    在此之前，它们占用着 Pod、日志和拉取镜像所需的空间。在运行时能提供信息的情况下，共享层只计一次；正在使用的镜像无法删除。
fix:
  - en: "Rank them by size"
    zh: "按大小排序查看"
    run: "docker system df; docker images --format '{{.Size}}\\t{{.Repository}}:{{.Tag}}\\t{{.ID}}' | sort -h -r | head -n 20 || crictl images"
    on: "{node}"
  - en: "Remove those of the repository that holds most ({repository}); images in use are refused"
    zh: "删除占用最多的仓库（{repository}）的镜像，正在使用的会被拒绝删除"
    run: "docker images --format '{{.Repository}}:{{.Tag}}' {repository} | xargs -r docker rmi"
    on: "{node}"
    if: repository
  - en: "Remove all that no container uses (they are pulled again when needed, where a registry has them)"
    zh: "删除所有没有容器使用的镜像（需要时会重新拉取，前提是镜像仓库中仍有）"
    run: "crictl rmi --prune || docker image prune -a -f"
    on: "{node}"
    if: mixed
  - en: "Let kubelet begin earlier: imageGCHighThresholdPercent: 70, imageGCLowThresholdPercent: 60"
    zh: "让 kubelet 更早开始清理：imageGCHighThresholdPercent: 70，imageGCLowThresholdPercent: 60"
    run: "grep -n imageGC /var/lib/kubelet/config.yaml"
    on: "{node}"
verify: "docker system df || crictl imagefsinfo"
refs: ["https://kubernetes.io/docs/concepts/architecture/garbage-collection/#containers-images"]
*/
WITH
-- A node with both runtimes' tools lists the same images twice.
images AS (
  SELECT i.*, coalesce(own_bytes, bytes) AS frees FROM node_image_use i
  WHERE i.bytes IS NOT NULL AND NOT (i.runtime = 'cri' AND EXISTS (SELECT 1 FROM node_images d WHERE d.node = i.node AND d.runtime = 'docker'))
),
-- Containers must be known, or every image looks unused.
known AS (SELECT DISTINCT node, runtime FROM node_containers),
sums AS (
  SELECT i.node, count(*) AS images, sum(frees) AS total, sum(i.containers = 0) AS unused, sum(CASE WHEN i.containers = 0 THEN frees ELSE 0 END) AS waste
  FROM images i JOIN known k ON k.node = i.node AND k.runtime = i.runtime GROUP BY i.node
),
disks AS (
  SELECT node, bytes, use_percent, file, line, row_number() OVER (PARTITION BY node ORDER BY length(mount) DESC) AS n
  FROM node_disks
  WHERE mount IN ('/', '/var', '/var/lib', '/var/lib/docker', '/var/lib/containerd', '/var/lib/containers', '/var/lib/containers/storage', '/data/docker')
    AND bytes > 0
),
bloated AS (
  SELECT s.*, d.bytes AS disk, d.use_percent, d.file AS disk_file, d.line AS disk_line
  FROM sums s JOIN disks d ON d.node = s.node AND d.n = 1
  WHERE s.waste >= 1000000000 AND s.unused >= 5 AND (s.waste >= 0.2 * d.bytes OR (s.total > 0.5 * d.bytes AND d.use_percent >= 75))
),
repositories AS (
  SELECT i.node, i.repository, i.runtime, sum(i.frees) AS frees, row_number() OVER (PARTITION BY i.node ORDER BY sum(i.frees) DESC, i.repository) AS n
  FROM images i WHERE i.containers = 0 AND i.repository IS NOT NULL GROUP BY i.node, i.repository
),
largest AS (
  SELECT i.node, i.name, i.frees, i.file, i.line, row_number() OVER (PARTITION BY i.node ORDER BY i.frees DESC, i.name) AS n
  FROM images i WHERE i.containers = 0
),
evidence AS (
  SELECT node, n AS seq, file, line FROM largest WHERE n <= 8
  UNION ALL SELECT node, 99, disk_file, disk_line FROM bloated
)
SELECT 'node/' || b.node AS subject, e.file, e.line, b.node, b.images, b.unused, b.waste / 1000000 AS unused_mb, b.total / 1000000 AS total_mb,
  b.disk / 1000000 AS disk_mb, b.use_percent AS disk_percent,
  r.repository, r.repository IS NULL AS mixed,
  (SELECT group_concat(name || ' (' || (frees / 1000000) || ' MB)', ', ') FROM (SELECT * FROM largest l WHERE l.node = b.node AND n <= 3 ORDER BY n)) AS largest
FROM bloated b JOIN evidence e ON e.node = b.node
-- Where most of it is of one repository, that is what to remove; the others may be wanted again, and no registry may have them.
LEFT JOIN repositories r ON r.node = b.node AND r.n = 1 AND r.runtime = 'docker' AND r.frees * 2 > b.waste
ORDER BY b.node, e.seq, e.file, e.line;
