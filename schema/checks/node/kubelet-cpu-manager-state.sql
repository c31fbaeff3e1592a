/*
id: kubelet-cpu-manager-state
title:
  en: "kubelet on {node} does not start: its {manager} manager's checkpoint does not fit its policy"
  zh: "节点 {node} 上的 kubelet 无法启动：{manager} manager 的 checkpoint 与策略不符"
detail:
  en: "Said {hits} time(s), the last at {last_at}: {message}"
  zh: "共出现 {hits} 次，最后一次在 {last_at}：{message}"
severity: critical
confidence: certain
needs: ["log:kubelet"]
causes:
  - {check: kubelet-not-running, when: same}
  - {check: node-not-ready-unknown, when: same}
  - {check: node-not-ready-kubelet, when: same}
  - {check: apiserver-to-kubelet-unreachable, when: same}
  - {check: workload-unavailable, when: pod-on-node}
  - {check: service-endpoints-not-ready, when: pod-on-node}
why:
  en: >-
    kubelet keeps in a file which CPUs (and memory) belong to which container. When cpuManagerPolicy was changed, or the machine has other CPUs
    than before, the file does not fit any more, and kubelet ends rather than guess.
  zh: >-
    kubelet 用文件记录 CPU（和内存）分配给了哪个容器。修改了 cpuManagerPolicy 或机器的 CPU 发生变化后，文件不再匹配，
    kubelet 会退出而不是猜测。
fix:
  - en: "Move the pods away"
    zh: "先迁走 Pod"
    run: "kubectl drain {node} --ignore-daemonsets --delete-emptydir-data"
  - en: "Put the checkpoint aside and start kubelet"
    zh: "移走 checkpoint 文件并启动 kubelet"
    run: "systemctl stop kubelet; mv /var/lib/kubelet/{manager}_manager_state /root/{manager}_manager_state.before; systemctl start kubelet"
    on: "{node}"
  - en: "Let it take pods again"
    zh: "恢复调度"
    run: "kubectl uncordon {node}"
verify: "systemctl is-active kubelet"
k8s: ">=1.10"
*/
WITH
sick AS (
  SELECT * FROM kubelet_refusals
  WHERE signature = 'kubelet-checkpoint-mismatch' AND (last_ts > :now - 600000000 OR ended) AND NOT coalesce(recovered < :now - 20000000, 0)
),
state AS (
  SELECT f.node, l.file, l.line, l.text FROM files f JOIN lines l ON l.file = f.id AND l.line = 1 WHERE f.path GLOB 'nodes/*/kubelet/*_manager_state'
),
evidence AS (
  SELECT node, newest AS seq, file, line, text, ts FROM sick WHERE newest <= 3
  UNION ALL SELECT t.node, 5, t.file, t.line, t.text, NULL FROM state t
)
SELECT 'node/' || s.node AS subject, e.file, e.line, e.text, e.ts, s.node, s.hits, coalesce(iso(s.last_ts), '-') AS last_at,
  CASE WHEN s.text LIKE '%memory manager%' OR s.text LIKE '%memory_manager_state%' THEN 'memory' ELSE 'cpu' END AS manager,
  substr(coalesce(rx('(?:configured policy|the configured|could not restore|[Ss]tart (?:cpu|memory) manager error).*$', s.text), s.text), 1, 300) AS message
FROM sick s JOIN evidence e ON e.node = s.node
WHERE s.newest = 1
ORDER BY s.node, e.seq, e.file, e.line;
