/*
id: kubelet-cadvisor-failed
title:
  en: "kubelet on {node} cannot collect statistics of its containers"
  zh: "节点 {node} 上的 kubelet 无法收集容器统计信息"
detail:
  en: "Said {hits} time(s), the last at {last_at}: {message}"
  zh: "共出现 {hits} 次，最后一次在 {last_at}：{message}"
severity: warning
needs: ["log:kubelet"]
causes:
  - {check: kubelet-not-running, when: same}
why:
  en: >-
    Without statistics `kubectl top` and autoscaling lack this node, and kubelet cannot tell when to evict or to clean up images. "invalid capacity 0 on
    image filesystem" once at each start means nothing; again and again it means that the runtime does not tell about its disk.
  zh: >-
    没有统计信息时，kubectl top 和自动扩缩容缺少该节点的数据，kubelet 也无法判断何时驱逐或清理镜像。
    “invalid capacity 0 on image filesystem” 在每次启动时出现一次属于正常；反复出现说明运行时没有提供磁盘信息。
fix:
  - en: "Does the runtime tell about its file system?"
    zh: "运行时能否提供文件系统信息？"
    run: "timeout 10 crictl imagefsinfo || timeout 10 docker info | grep 'Docker Root Dir'"
    on: "{node}"
  - en: "Restart the runtime, then kubelet"
    zh: "重启运行时，再重启 kubelet"
    run: "systemctl try-restart containerd crio docker; systemctl restart kubelet"
    on: "{node}"
verify: "kubectl get --raw /api/v1/nodes/{node}/proxy/stats/summary | head -c 300"
*/
WITH logged AS (
  SELECT h.node, h.file, h.line, h.ts, h.text, h.captures ->> '$.fatal' IS NOT NULL AS fatal,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest, count(*) OVER (PARTITION BY h.node) AS hits,
    max(h.captures ->> '$.fatal' IS NOT NULL) OVER (PARTITION BY h.node) AS ends, max(h.ts) OVER (PARTITION BY h.node) AS last_ts
  FROM hits h WHERE h.signature = 'kubelet-stats-failed' AND h.node IS NOT NULL AND h.ts > :now - 1800000000
)
-- A kubelet that ends of it is started again within seconds; image collection says it every 5 minutes.
SELECT 'node/' || l.node AS subject, l.file, l.line, l.text, l.ts, l.node, l.hits, iso(l.last_ts) AS last_at,
  (SELECT substr(n.text, instr(n.text, '] ') + 2, 300) FROM logged n WHERE n.node = l.node ORDER BY n.fatal DESC, n.newest LIMIT 1) AS message
FROM logged l
WHERE (l.hits >= 3 OR l.ends) AND l.last_ts > :now - CASE WHEN l.ends THEN 90000000 ELSE 600000000 END AND l.newest <= 4
ORDER BY l.node, l.newest, l.file, l.line;
