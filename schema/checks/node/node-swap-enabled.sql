/*
id: node-swap-enabled
title:
  en: "kubelet on {node} refuses to start: swap is on"
  zh: "节点 {node} 上的 kubelet 拒绝启动：swap 已启用"
detail:
  en: "Said {hits} time(s), the last at {last_at}. Swap: {swap}"
  zh: "共出现 {hits} 次，最后一次在 {last_at}。swap：{swap}"
severity: critical
confidence: certain
needs: ["log:kubelet"]
causes:
  - {check: kubelet-not-running, when: same}
  - {check: node-not-ready-unknown, when: same}
  - {check: node-not-registered, when: same}
  - {check: apiserver-to-kubelet-unreachable, when: same}
  - {check: pod-terminating-node-lost, when: same}
  - {check: apiserver-down, when: same}
  - {check: etcd-down, when: same}
  - {check: kcm-down, when: same}
  - {check: scheduler-down, when: same}
  - {check: workload-unavailable, when: pod-on-node}
  - {check: service-endpoints-not-ready, when: pod-on-node}
why:
  en: >-
    With failSwapOn, which is the default, kubelet ends when /proc/swaps is not empty; zram counts, too. Mostly somebody switched it off by hand and
    a reboot brought it back. From 1.28 on a node may use swap when failSwapOn is false and memorySwap is configured.
  zh: >-
    failSwapOn（默认开启）时，只要 /proc/swaps 不为空，kubelet 就会退出，zram 也算在内。多数情况是之前手工关闭了 swap，重启后又自动启用。
    1.28 起可以设置 failSwapOn: false 并配置 memorySwap 来使用 swap。
fix:
  - en: "Switch it off now"
    zh: "立即关闭"
    run: "swapoff -a && systemctl restart {service}"
    on: "{node}"
  - en: "And at the next boot, too: comment its line in /etc/fstab, stop zram and swap units"
    zh: "并让重启后也保持关闭：注释 /etc/fstab 中的 swap 行，停用 zram 和 swap 单元"
    run: "sed -i.before '/\\sswap\\s/s/^#*/#/' /etc/fstab; systemctl list-units --type=swap --all --no-pager"
    on: "{node}"
verify: "cat /proc/swaps; kubectl get node {node}"
refs: ["https://kubernetes.io/docs/concepts/cluster-administration/swap-memory-management/"]
*/
WITH
sick AS (
  SELECT * FROM kubelet_refusals
  WHERE signature = 'kubelet-swap-on' AND (last_ts > :now - 600000000 OR ended) AND NOT coalesce(recovered < :now - 20000000, 0)
),
swaps AS (
  SELECT f.node, l.file, l.line, l.text FROM files f JOIN lines l ON l.file = f.id
  WHERE f.path GLOB '*nodes/*/host/swaps.txt' AND l.text LIKE '/%'
),
evidence AS (
  SELECT node, newest AS seq, file, line, text, ts FROM sick WHERE newest <= 3
  UNION ALL SELECT w.node, 10, w.file, w.line, w.text, NULL FROM swaps w WHERE w.node IN (SELECT node FROM sick)
)
SELECT 'node/' || s.node AS subject, e.file, e.line, e.text, e.ts, s.node, s.service, s.hits, coalesce(iso(s.last_ts), '-') AS last_at,
  coalesce((SELECT group_concat(field(text, 1), ', ') FROM swaps w WHERE w.node = s.node), rx('partition|(/dev/\S+)', s.text, 1), '?') AS swap
FROM sick s JOIN evidence e ON e.node = s.node
WHERE s.newest = 1
ORDER BY s.node, e.seq, e.file, e.line;
