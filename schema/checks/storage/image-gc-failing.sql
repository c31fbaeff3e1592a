/*
id: image-gc-failing
title:
  en: "kubelet on {node} cannot free disk space by deleting images"
  zh: "节点 {node} 的 kubelet 无法通过清理镜像释放磁盘空间"
detail:
  en: "Said {times} times, the last at {last_at}: {message}"
  zh: "已报告 {times} 次，最后一次在 {last_at}：{message}"
severity: warning
confidence: certain
needs: [events]
causes:
  - {check: node-disk-pressure, when: same}
why:
  en: >-
    Above 85% of use (by default) kubelet deletes unused images. It could not free enough: the images are in use by containers, also stopped ones, or the disk is full
    of something else: logs, emptyDir volumes, other programs' files. "9223372036854775807 bytes" only means: as much as possible.
  zh: >-
    磁盘使用率超过 85%（默认）时，kubelet 会删除未使用的镜像。现在释放的空间不够：镜像正被容器（包括已停止的）使用，或磁盘被其他内容占满：
    日志、emptyDir 卷、其他程序的文件。9223372036854775807 bytes 只表示尽可能多地释放。
fix:
  - en: "What fills the disk?"
    zh: "是什么占满了磁盘？"
    run: "df -h / /var /var/lib/docker /var/lib/containerd; du -xh --max-depth=3 /var | sort -rh | head -n 20"
    on: "{node}"
  - en: "Stopped containers hold images: remove them, with their logs"
    zh: "已停止的容器会占用镜像：删除它们（连同日志）"
    run: "docker container prune -f; crictl ps -a --state Exited -q | xargs -r crictl rm"
    on: "{node}"
  - en: "Then the images (without a registry to pull from, save them first: docker save, ctr images export)"
    zh: "再清理镜像（没有镜像仓库可拉取时，先备份：docker save、ctr images export）"
    run: "docker image prune -a -f; crictl rmi --prune"
    on: "{node}"
verify: "kubectl get events --field-selector involvedObject.kind=Node,involvedObject.name={node}"
refs: ["https://kubernetes.io/docs/concepts/architecture/garbage-collection/#containers-images"]
*/
WITH
-- It tries every 5 minutes. The first failure after kubelet's start (no capacity known yet) has other words and is harmless.
told AS (
  SELECT e.object_name AS node, e.message, e.count, e.file, json_line(o.json, o.line, e.message) AS line, e.first_seen, e.last_seen,
    row_number() OVER (PARTITION BY e.object_name ORDER BY e.last_seen DESC, e.file, e.line) AS n,
    sum(coalesce(e.count, 1)) OVER (PARTITION BY e.object_name) AS times
  FROM events e JOIN objects o ON o.id = e.object
  WHERE e.object_kind = 'Node' AND e.reason IN ('ImageGCFailed', 'FreeDiskSpaceFailed') AND e.last_seen > :now - 1200000000
    AND e.message REGEXP 'anted to free [0-9]+ bytes, but freed [0-9]+ bytes|ailed to garbage collect required amount of images'
)
SELECT 'node/' || t.node AS subject, t.file, t.line, t.first_seen AS ts, t.node, t.times, iso(t.last_seen) AS last_at, substr(t.message, 1, 600) AS message
FROM told t WHERE t.n <= 3
ORDER BY t.node, t.n, t.file, t.line;
