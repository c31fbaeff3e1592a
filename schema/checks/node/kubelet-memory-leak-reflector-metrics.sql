/*
id: kubelet-memory-leak-reflector-metrics
title:
  en: "kubelet on {node} leaks memory in its reflector metrics: {series} series"
  zh: "节点 {node} 上的 kubelet 因 reflector 指标泄漏内存：共 {series} 条序列"
detail:
  en: "{series} series of metrics named reflector_*, most of them {biggest}.{memory}"
  zh: "名为 reflector_* 的指标共有 {series} 条序列，最多的是 {biggest}。{memory_zh}"
severity: warning
confidence: certain
needs: ["capture:nodes/*/kubelet/metrics.txt"]
k8s: ">=1.8 <1.16"
causes:
  - {check: system-oom, when: same}
  - {check: node-memory-pressure, when: same}
why:
  en: >-
    Kubelets of 1.12 and 1.13 that run out of hyperkube make several new series for every watch they open, and never forget one.
    The more ConfigMaps and pods come and go, the faster it grows, up to gigabytes. A big kubelet alone proves nothing; the
    thousands of series do. 1.14 has no such metrics.
  zh: >-
    由 hyperkube 启动的 1.12 和 1.13 kubelet 每打开一个 watch 都会新建若干条指标序列，并且永不释放。
    ConfigMap 和 Pod 变动越频繁增长越快，可达数 GB。仅仅占用内存大不能证明此问题，成千上万条序列才能。1.14 已移除这些指标。
fix:
  - en: "Restart kubelet: that frees the memory for a while and does not touch containers"
    zh: "重启 kubelet：可暂时释放内存，不影响容器"
    run: "systemctl restart kubelet"
    on: "{node}"
  - en: "Upgrade to 1.14, or to a patch of 1.12 or 1.13 of March 2019 or later"
    zh: "升级到 1.14，或 1.12、1.13 在 2019 年 3 月之后的补丁版本"
    run: "kubectl get nodes -o wide"
verify: "kubectl get --raw /api/v1/nodes/{node}/proxy/metrics | grep -c '^reflector_'"
refs: ["https://github.com/kubernetes/kubernetes/issues/73587"]
*/
WITH
series AS (
  SELECT m.node, m.name, m.series, m.file, m.line, row_number() OVER (PARTITION BY m.node ORDER BY m.series DESC, m.name) AS n,
    sum(m.series) OVER (PARTITION BY m.node) AS total
  FROM metrics m JOIN files f ON f.id = m.file
  WHERE f.role = 'kubelet-metrics' AND m.name LIKE 'reflector\_%' ESCAPE '\' AND m.node IS NOT NULL
),
kubelets AS (
  SELECT node, file, line, rss_bytes FROM node_processes
  WHERE rx('[^/]+$', field(args, 1)) = 'kubelet'
    OR (rx('[^/]+$', field(args, 1)) = 'hyperkube' AND ltrim(field(args, 2), '/') = 'kubelet')
),
evidence AS (
  SELECT node, n AS seq, file, line FROM series WHERE n <= 3 AND total > 1000
  UNION ALL SELECT k.node, 9, k.file, k.line FROM kubelets k
)
SELECT 'node/' || s.node AS subject, e.file, e.line, s.node, s.total AS series, s.name || ' (' || s.series || ')' AS biggest,
  coalesce((SELECT ' Its process holds ' || (max(rss_bytes) / 1048576) || ' MB.' FROM kubelets k WHERE k.node = s.node), '') AS memory,
  coalesce((SELECT '其进程占用 ' || (max(rss_bytes) / 1048576) || ' MB 内存。' FROM kubelets k WHERE k.node = s.node), '') AS memory_zh
FROM series s JOIN evidence e ON e.node = s.node
WHERE s.n = 1 AND s.total > 1000
ORDER BY s.node, e.seq, e.file, e.line;
