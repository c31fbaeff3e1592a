/*
id: kubelet-eviction-manager-failing
title:
  en: "kubelet on {node} cannot tell whether it must evict pods"
  zh: "节点 {node} 上的 kubelet 无法判断是否需要驱逐 Pod"
detail:
  en: "Said {hits} times in half an hour, the last at {last_at}: {message}"
  zh: "半小时内出现 {hits} 次，最后一次在 {last_at}：{message}"
severity: warning
needs: ["log:kubelet"]
why:
  en: >-
    The eviction manager gets its numbers from the runtime and from the disks, or freed nothing when it tried. Until that is mended nothing protects the node from running
    full. One such line at the start of kubelet is normal.
  zh: >-
    eviction manager 需要从运行时和磁盘获取数据；或者尝试释放空间但没有成效。修复之前，节点的磁盘或内存可能被写满而没有保护。
    kubelet 启动时出现一次属于正常。
fix:
  - en: "Does the runtime answer, and about its disk, too?"
    zh: "运行时是否有响应，能否提供磁盘信息？"
    run: "time timeout 20 crictl stats >/dev/null; timeout 10 crictl imagefsinfo; df -h /var/lib/containerd /var/lib/docker /var/lib/kubelet 2>/dev/null"
    on: "{node}"
  - en: "Nothing freed: what fills the disk is neither an image nor a dead container"
    zh: "没有释放出空间：占满磁盘的既不是镜像也不是已退出的容器"
    run: "du -xh --max-depth=2 /var/log /var/lib/kubelet 2>/dev/null | sort -rh | head -n 15"
    on: "{node}"
verify: "journalctl -u kubelet --since -5min --no-pager | grep -ci 'eviction manager'"
*/
WITH logged AS (
  SELECT h.node, h.file, h.line, h.ts, h.text,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest, row_number() OVER (PARTITION BY h.node ORDER BY h.log) AS oldest,
    count(*) OVER (PARTITION BY h.node) AS hits, max(h.ts) OVER (PARTITION BY h.node) AS last_ts
  FROM hits h WHERE h.signature = 'eviction-manager-failing' AND h.node IS NOT NULL AND h.ts > :now - 1800000000
)
SELECT 'node/' || l.node AS subject, l.file, l.line, l.text, l.ts, l.node, l.hits, iso(l.last_ts) AS last_at,
  (SELECT substr(n.text, instr(n.text, '] ') + 2, 300) FROM logged n WHERE n.node = l.node AND n.newest = 1) AS message
FROM logged l WHERE l.hits >= 3 AND l.last_ts > :now - 180000000 AND (l.newest <= 3 OR l.oldest = 1)
ORDER BY l.node, l.newest, l.file, l.line;
