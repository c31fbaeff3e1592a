/*
id: kubelet-hung
title:
  en: "kubelet on {node} hangs: the unit is active, but it does nothing"
  zh: "节点 {node} 上的 kubelet 卡死：服务显示 active 但不工作"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
confidence: certain
needs: [node_units]
causes:
  - {check: apiserver-to-kubelet-unreachable, when: same}
  - {check: node-not-ready-unknown, when: same}
  - {check: apiserver-down, when: same}
why:
  en: >-
    systemd only sees that the process exists. It does not log, does not answer on its health port and does not renew its
    lease: it is frozen by a signal, waits in the kernel for a disk or a network file system that never answers, or is dead-locked.
    A kubelet that merely cannot reach the API server goes on logging errors.
  zh: >-
    systemd 只能看到进程存在。它既不写日志、也不应答健康检查端口、也不续租 Lease：可能被信号冻结、在内核中等待不响应的磁盘或网络文件系统，或发生死锁。
    如果只是连不上 API server，kubelet 会不断记录错误日志。
fix:
  - en: "What does it wait for? T is frozen by a signal, D waits in the kernel (dead NFS, disk)"
    zh: "它在等什么？T 表示被信号冻结，D 表示在内核中等待（NFS 失联、磁盘）"
    run: "ps -o pid,stat,wchan:32,args -C kubelet; cat /proc/$(pidof kubelet)/stack; grep -E ' nfs4? ' /proc/mounts"
    on: "{node}"
  - en: "A frozen kubelet (state T) goes on when it gets the signal CONT"
    zh: "被冻结的 kubelet（状态 T）收到 CONT 信号后会继续运行"
    run: "kill -CONT $(pidof kubelet)"
    on: "{node}"
  - en: "Otherwise restart it; it does not touch running containers"
    zh: "否则重启它，不会影响正在运行的容器"
    run: "systemctl restart {service}"
    on: "{node}"
  - en: "When a dead network file system holds it: unmount that lazily"
    zh: "如果被失联的网络文件系统卡住：延迟卸载它"
    run: "grep -E ' nfs4? ' /proc/mounts | awk '{ print $2 }' | while read -r m; do timeout 5 stat -t \"$m\" >/dev/null || umount -fl \"$m\"; done"
    on: "{node}"
verify: "curl -sS -m 5 http://127.0.0.1:10248/healthz; kubectl get node {node}"
*/
WITH
active AS (SELECT * FROM kubelet_units WHERE active IN ('active', 'deactivating') AND sub IS NOT 'auto-restart'),
frozen AS (
  SELECT p.node, p.stat, p.file, p.line, row_number() OVER (PARTITION BY p.node ORDER BY p.line) AS n
  FROM node_processes p
  WHERE rx('[^/]+$', field(p.args, 1)) IN ('kubelet', 'k3s', 'kubelite')
    OR (rx('[^/]+$', field(p.args, 1)) = 'hyperkube' AND ltrim(field(p.args, 2), '/') = 'kubelet')
),
-- Its last word, against the end of what was collected.
silent AS (
  SELECT f.node, f.id AS file, max(g.line) AS line, max(g.ts) AS last_ts
  FROM files f JOIN log_lines g ON g.id BETWEEN f.first_log AND f.last_log
  WHERE f.unit = 'kubelet' AND f.role IN ('journal', 'var-log')
  GROUP BY f.node, f.id
  HAVING max(g.ts) < :now - 300000000
),
mute AS (
  SELECT c.node, c.line, f.id AS file, c.command, c.ms, row_number() OVER (PARTITION BY c.node ORDER BY c.line) AS n
  FROM captures c JOIN files f ON f.id = c.manifest
  WHERE c.path GLOB 'nodes/*/kubelet/healthz*' AND (c.timed_out OR c.exit_status = 28)
),
-- Nobody has heard of it for longer than it may be silent.
lost AS (
  SELECT l.name AS node, l.file, l.line, l.renewed AS since FROM leases l
  WHERE l.namespace = 'kube-node-lease' AND l.renewed < :now - 60000000
  UNION ALL
  SELECT c.node, c.file, json_line(o.json, o.line, c.message), c.last_heartbeat
  FROM node_conditions c JOIN objects o ON o.id = c.object
  WHERE c.type = 'Ready' AND c.status = 'Unknown'
),
sick AS (
  SELECT a.* FROM active a
  WHERE EXISTS (SELECT 1 FROM frozen z WHERE z.node = a.node AND z.stat GLOB '[Tt]*')
    OR (EXISTS (SELECT 1 FROM mute m WHERE m.node = a.node)
      AND (EXISTS (SELECT 1 FROM lost l WHERE l.node = a.node) OR EXISTS (SELECT 1 FROM silent s WHERE s.node = a.node)))
    OR (EXISTS (SELECT 1 FROM silent s WHERE s.node = a.node) AND EXISTS (SELECT 1 FROM lost l WHERE l.node = a.node)
      AND a.started < :now - 300000000)
),
evidence AS (
  SELECT node, 0 AS seq, file, line, NULL AS ts FROM frozen WHERE n = 1
  UNION ALL SELECT node, 1, file, line, NULL FROM mute WHERE n = 1
  UNION ALL SELECT node, 2, file, line, last_ts FROM silent
  UNION ALL SELECT node, 3, file, line, NULL FROM lost
  UNION ALL SELECT node, 4, file, line, NULL FROM active
)
SELECT 'node/' || s.node AS subject, e.file, e.line, e.ts, s.node, s.service,
  trim(coalesce((SELECT 'The process is in state ' || stat || '. ' FROM frozen z WHERE z.node = s.node AND n = 1 AND stat GLOB '[TtD]*'), '')
    || coalesce((SELECT '`' || command || '` got no answer. ' FROM mute m WHERE m.node = s.node AND n = 1), '')
    || coalesce((SELECT 'Its last log line is of ' || iso(last_ts) || '. ' FROM silent q WHERE q.node = s.node), '')
    || coalesce((SELECT 'The API has not heard of it since ' || iso(min(since)) || '.' FROM lost l WHERE l.node = s.node), '')) AS what,
  coalesce((SELECT '进程状态为 ' || stat || '。' FROM frozen z WHERE z.node = s.node AND n = 1 AND stat GLOB '[TtD]*'), '')
    || coalesce((SELECT '`' || command || '` 没有应答。' FROM mute m WHERE m.node = s.node AND n = 1), '')
    || coalesce((SELECT '最后一行日志的时间是 ' || iso(last_ts) || '。' FROM silent q WHERE q.node = s.node), '')
    || coalesce((SELECT 'API 自 ' || iso(min(since)) || ' 起没有收到它的消息。' FROM lost l WHERE l.node = s.node), '') AS what_zh
FROM sick s JOIN evidence e ON e.node = s.node
ORDER BY s.node, e.seq, e.file, e.line;
