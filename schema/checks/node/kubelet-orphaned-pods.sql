/*
id: kubelet-orphaned-pods
title:
  en: "kubelet on {node} cannot clean up folders of pods that are gone"
  zh: "节点 {node} 上的 kubelet 无法清理已删除 Pod 的目录"
detail:
  en: "Said {hits} times since {first_at}, for instance about pod {uid}{mounted}."
  zh: "自 {first_at} 起出现 {hits} 次，例如 Pod {uid}{mounted_zh}。"
severity: warning
needs: ["log:kubelet"]
causes:
  - {check: pod-terminating-stuck, when: pod-on-node}
why:
  en: >-
    A pod was deleted, but a volume below /var/lib/kubelet/pods is still there: a mount that would not go, or files that were written where a mount had
    been. kubelet deletes nothing that might be data, says so every two seconds, and holds the disk space.
  zh: >-
    Pod 已删除，但 /var/lib/kubelet/pods 下的卷目录仍然存在：挂载点未能卸载，或在挂载消失后写入了文件。
    kubelet 不会删除可能是数据的内容，因此每两秒报一次，并继续占用磁盘空间。
fix:
  - en: "Is anything mounted below it? Then unmount that, never delete through a mount"
    zh: "下面是否还有挂载？有则先卸载，切勿在挂载状态下删除"
    run: "grep {uid} /proc/mounts; find /var/lib/kubelet/pods/{uid}/volumes -mindepth 2 -maxdepth 3"
    on: "{node}"
  - en: "Nothing mounted, nothing needed in it: take the folder away"
    zh: "没有挂载且内容不再需要：移除该目录"
    run: "grep -q {uid} /proc/mounts || rm -rf --one-file-system /var/lib/kubelet/pods/{uid}/volumes"
    on: "{node}"
verify: "journalctl -u kubelet --since -1min --no-pager | grep -ci 'orphaned pod'"
refs: ["https://github.com/kubernetes/kubernetes/issues/60987"]
*/
WITH
-- While a pod is being deleted it is normal for a moment.
logged AS (
  SELECT * FROM node_hits WHERE signature = 'orphaned-pod' AND hits >= 3 AND last_ts > :now - 300000000 AND last_ts - first_ts >= 600000000
),
mounts AS (
  SELECT l.node, m.file, m.line, m.text, row_number() OVER (PARTITION BY l.node ORDER BY m.line) AS n
  FROM logged l JOIN files f ON f.node = l.node AND f.path GLOB 'nodes/*/host/mount.txt' JOIN lines m ON m.file = f.id
  WHERE l.newest = 1 AND m.text LIKE '%' || (l.captures ->> '$.uid') || '%'
),
evidence AS (
  SELECT node, newest AS seq, file, line, text, ts FROM logged WHERE newest <= 2 OR oldest = 1
  UNION ALL SELECT node, 1000000 + n, file, line, text, NULL FROM mounts WHERE n <= 2
)
SELECT 'node/' || l.node AS subject, e.file, e.line, e.text, e.ts, l.node, l.hits, iso(l.first_ts) AS first_at, l.captures ->> '$.uid' AS uid,
  CASE WHEN m.node IS NULL THEN '' ELSE ', which still has a mount' END AS mounted, CASE WHEN m.node IS NULL THEN '' ELSE '，其下仍有挂载' END AS mounted_zh
FROM logged l JOIN evidence e ON e.node = l.node LEFT JOIN mounts m ON m.node = l.node AND m.n = 1
WHERE l.newest = 1
ORDER BY l.node, e.seq, e.file, e.line;
