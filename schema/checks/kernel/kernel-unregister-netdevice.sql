/*
id: kernel-unregister-netdevice
title:
  en: "The kernel of {node} cannot take network device {device} away (reference leak)"
  zh: "节点 {node} 的内核无法注销网络设备 {device}（引用泄漏）"
detail:
  en: "Said {hits} times, the last at {last_at}."
  zh: "共出现 {hits} 次，最后一次在 {last_at}。"
severity: critical
needs: [[log:kernel, log:messages]]
causes:
  - {check: kernel-task-hung, when: same}
  - {check: docker-hung, when: same}
  - {check: containerd-down, when: same}
  - {check: node-pleg-unhealthy, when: same}
why:
  en: >-
    A container ended, and something in the kernel still counts a reference to its network device. While it waits it holds a lock that every new network
    namespace needs, so no pod on this node can start or stop. Once or twice is a slow close; every ten seconds is the bug, mostly of kernels before 4.18.
  zh: >-
    容器已结束，但内核中仍有对其网络设备的引用。等待期间持有创建网络命名空间所需的锁，该节点上的 Pod 无法启动或停止。
    出现一两次只是关闭缓慢；每十秒一次则是内核缺陷，多见于 4.18 之前的内核。
fix:
  - en: "Move the pods away, then reboot; nothing else frees it"
    zh: "迁走 Pod 后重启，没有其他办法释放"
    run: "kubectl drain {node} --ignore-daemonsets --delete-emptydir-data --force --timeout=5m"
  - en: "Reboot"
    zh: "重启"
    run: "systemctl reboot"
    on: "{node}"
  - en: "For good: a newer kernel; on old ones hairpin mode promiscuous-bridge and switching IPv6 off make it rarer"
    zh: "长期措施：升级内核；旧内核上使用 promiscuous-bridge 或关闭 IPv6 可减少发生"
verify: "journalctl -k --no-pager --since -20min | grep -c unregister_netdevice"
*/
WITH logged AS (
  SELECT h.node, h.file, h.line, h.ts, h.text, h.captures ->> '$.device' AS device,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest, row_number() OVER (PARTITION BY h.node ORDER BY h.log) AS oldest,
    count(*) OVER (PARTITION BY h.node) AS hits, max(h.ts) OVER (PARTITION BY h.node) AS last_ts,
    count(*) OVER (PARTITION BY h.node ORDER BY h.ts RANGE BETWEEN 1200000000 PRECEDING AND CURRENT ROW) AS lately
  FROM hits h WHERE h.signature = 'netdevice-leaked' AND h.node IS NOT NULL
)
-- Three within twenty minutes; what ended half an hour ago is history.
SELECT 'node/' || l.node AS subject, l.file, l.line, l.text, l.ts, l.node, l.device, l.hits, iso(l.last_ts) AS last_at,
  CASE WHEN l.last_ts > :now - 1800000000 THEN 'critical' ELSE 'warning' END AS severity
FROM logged l
WHERE (l.newest <= 4 OR l.oldest = 1) AND EXISTS (SELECT 1 FROM logged x WHERE x.node = l.node AND x.lately >= 3)
ORDER BY l.node, l.newest, l.file, l.line;
