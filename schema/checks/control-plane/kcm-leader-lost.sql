/*
id: kcm-leader-lost
title:
  en: "{component} on {node} {what}"
  zh: "节点 {node} 上的 {component} {what_zh}"
detail:
  en: "It lost the lease {losses} time(s), {tries} attempts to get or keep it failed, between {first_at} and {last_at}. Each loss ends the process; it looks Running again seconds later."
  zh: "{first_at} 到 {last_at} 之间丢失租约 {losses} 次，获取或续租失败 {tries} 次。每次丢失都会导致进程退出，几秒后又显示为 Running。"
severity: warning
needs: [[log:kube-controller-manager, log:kube-scheduler]]
causes:
  - {check: controllers-stalled, when: cluster}
  - {check: endpoints-stale, when: cluster}
why:
  en: >-
    The leader renews its lease every two seconds through the API server, and ends itself when it could not for ten. So this tells of a slow or
    broken way to the lease: the API server, etcd behind it (slow disk), a load balancer that moved, or a controller manager
    without CPU. A single loss while the API server restarts is normal.
  zh: >-
    主实例每 2 秒通过 API server 续租一次，10 秒内未成功就会自行退出。因此问题在续租的路径上：API server、其后的 etcd（磁盘慢）、
    负载均衡切换，或 controller-manager 自身 CPU 不足。API server 重启期间丢失一次属正常现象。
fix:
  - en: "Compare the times with etcd's: slow disks and elections"
    zh: "与 etcd 的时间对照：是否有磁盘慢或重新选举"
    run: "c=$(docker ps -aq --filter name=k8s_etcd_ 2>/dev/null | head -n 1); if [ -n \"$c\" ]; then docker logs --since 1h $c 2>&1; else crictl logs $(crictl ps -aq --name '^etcd$' | head -n 1) 2>&1; fi | grep -E 'took too long|elected leader|lost leader|slow fdatasync' | tail -n 20"
    on: "{node}"
  - en: "See what the component says before it ends"
    zh: "查看组件退出前的日志"
    run: "kubectl -n kube-system logs {pod} --previous --tail 50"
  - en: "Last resort on slow storage: more patience, in the manifest's arguments"
    zh: "存储确实较慢时的最后手段：在清单参数中延长续租时限"
    run: "grep -n leader-elect /etc/kubernetes/manifests/{component}.yaml   # --leader-elect-lease-duration=60s --leader-elect-renew-deadline=40s"
    on: "{node}"
verify: "kubectl -n kube-system get lease {component} -o yaml"
*/
WITH
-- The same log may be in the bundle twice (from the API and from the node), so that losses are counted by their minute.
lost AS (
  SELECT coalesce(h.node, p.node, h.pod) AS node, h.unit AS component, coalesce(h.pod, h.unit || '-' || h.node) AS pod,
    h.file, h.line, h.text, h.ts, h.log, h.text REGEXP 'leaderelection lost|[Ff]ailed to renew lease|lost master' AS loss
  FROM hits h LEFT JOIN pods p ON p.namespace = h.namespace AND p.name = h.pod
  WHERE h.signature = 'leader-lost' AND h.ts IS NOT NULL
),
summed AS (
  SELECT node, component, count(DISTINCT CASE WHEN loss THEN ts / 60000000 END) AS losses, min(ts) AS first_ts, max(ts) AS last_ts,
    sum(NOT loss) AS tries, max(CASE WHEN loss THEN ts END) AS last_loss, min(CASE WHEN loss THEN ts END) AS first_loss,
    min(CASE WHEN NOT loss AND ts > :now - 300000000 THEN ts END) AS first_try
  FROM lost GROUP BY node, component
),
sick AS (
  SELECT * FROM summed
  -- Again and again and lately, or it is trying in vain right now.
  WHERE (losses >= 3 AND last_loss - first_loss > 600000000 AND last_loss > :now - 1800000000)
    OR (losses >= 1 AND tries >= 3 AND last_ts > :now - 60000000 AND last_ts - first_try > 20000000)
),
shown AS (
  SELECT l.*, s.losses, s.tries, s.first_ts, s.last_ts, row_number() OVER (PARTITION BY l.node, l.component ORDER BY l.loss DESC, l.log DESC) AS newest
  FROM lost l JOIN sick s USING (node, component)
)
SELECT 'node/' || node AS subject, file, line, text, ts, node, component, pod, losses, tries,
  CASE WHEN losses > 1 THEN 'loses its leader lease again and again' ELSE 'lost its leader lease and does not get it back' END AS what,
  CASE WHEN losses > 1 THEN '反复丢失主节点租约' ELSE '丢失主节点租约且无法重新获取' END AS what_zh, iso(first_ts) AS first_at, iso(last_ts) AS last_at
FROM shown WHERE newest <= 4
ORDER BY 1, component, newest, file, line;
