/*
id: docker-hung
title:
  en: "Docker on {node} hangs: the daemon runs but does not answer"
  zh: "节点 {node} 上的 Docker 卡死：守护进程在运行但没有响应"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
confidence: certain
needs: [node_units]
causes:
  - {check: node-flapping, when: same}
  - {check: node-runtime-down, when: same}
  - {check: node-pleg-unhealthy, when: same}
  - {check: node-not-ready-kubelet, when: same}
  - {check: apiserver-down, when: same}
  - {check: etcd-down, when: same}
  - {check: kcm-down, when: same}
  - {check: scheduler-down, when: same}
  - {check: kubelet-not-running, when: same}
  - {check: pod-stuck-containercreating, when: pod-on-node}
  - {check: pod-sandbox-create-failing, when: pod-on-node}
  - {check: kubelet-eviction-manager-failing, when: same}
  - {check: kubelet-cadvisor-failed, when: same}
  - {check: container-name-reserved, when: pod-on-node}
  - {check: image-gc-failing, when: same}
  - {check: pod-terminating-stuck, when: pod-on-node}
why:
  en: >-
    The unit is active, but calls to the Docker API never come back, so kubelet can neither list nor start nor stop containers
    here; after 3 minutes it calls its PLEG unhealthy and the node NotReady. Containers that run keep running. The daemon is
    dead-locked or frozen, or waits in the kernel for a disk or a network namespace.
  zh: >-
    docker 服务显示 active，但 Docker API 的调用一直不返回，kubelet 无法列出、启动或停止容器；3 分钟后 PLEG 不健康，节点变为 NotReady。
    已在运行的容器不受影响。守护进程可能死锁、被冻结，或在内核中等待磁盘或网络命名空间。
fix:
  - en: "Look before you restart: a state T is a frozen process, D waits in the kernel (storage, network namespaces)"
    zh: "重启前先看状态：T 表示进程被冻结，D 表示在内核中等待（存储、网络命名空间）"
    run: "ps -o pid,stat,wchan:32,lstart,args -C dockerd,containerd; dmesg -T | grep -E 'blocked for more than|unregister_netdevice' | tail"
    on: "{node}"
  - en: "A frozen daemon (state T) goes on when it gets the signal CONT"
    zh: "被冻结的守护进程（状态 T）收到 CONT 信号后会继续运行"
    run: "kill -CONT $(pidof dockerd)"
    on: "{node}"
    if: stopped
  - en: "When it still does not answer, restart it; when that hangs too, kill it first"
    zh: "如果仍无响应，重启它；如果重启也卡住，先强制杀掉"
    run: "timeout 20 docker ps >/dev/null || timeout 60 systemctl restart docker || { systemctl kill -s KILL docker; systemctl restart docker; }"
    on: "{node}"
  - en: "Processes in state D cannot be killed: when one stays so, reboot the node"
    zh: "状态为 D 的进程无法杀死：如果一直如此，重启节点"
    run: "sleep 10; ps -o stat= -C dockerd | grep -q ^D && systemctl reboot"
    on: "{node}"
verify: "timeout 10 docker ps >/dev/null && echo answers"
refs: ["https://github.com/kubernetes/kubernetes/issues/54381"]
*/
WITH
-- docker's own commands that met their deadline while collecting.
calls AS (
  SELECT c.node, c.line, c.command, f.id AS file, c.ms, coalesce(c.error, c.path) AS text,
    row_number() OVER (PARTITION BY c.node ORDER BY c.line) AS n, count(*) OVER (PARTITION BY c.node) AS calls
  FROM captures c JOIN files f ON f.id = c.manifest
  WHERE c.path GLOB 'nodes/*/runtime/docker/*' AND (c.timed_out OR c.exit_status = 124)
),
-- kubelet's calls that met theirs.
logged AS (
  SELECT h.node, h.file, h.line, h.ts, h.text,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log) AS oldest,
    count(*) OVER (PARTITION BY h.node) AS hits, max(h.ts) OVER (PARTITION BY h.node) AS last_ts
  FROM hits h WHERE h.signature = 'docker-timeout' AND h.node IS NOT NULL AND h.ts > :now - 1800000000
),
frozen AS (
  SELECT node, file, line, stat, args, row_number() OVER (PARTITION BY node ORDER BY line) AS n FROM node_processes
  WHERE rx('[^/]+$', field(args, 1)) IN ('dockerd', 'docker', 'docker-current') AND stat GLOB '[TtD]*'
    AND (args LIKE '%dockerd%' OR args LIKE '%daemon%')
),
kernel AS (
  SELECT node, file, line, ts, text, row_number() OVER (PARTITION BY node ORDER BY log DESC) AS newest
  FROM hits WHERE signature = 'docker-task-hung' AND ts > :now - 1800000000
),
reported AS (
  SELECT c.node, c.last_transition FROM node_conditions c
  WHERE c.type = 'Ready' AND c.status = 'False'
    AND c.message REGEXP 'PLEG is not healthy: pleg was last seen|container runtime is down|operation timeout|DeadlineExceeded'
),
active AS (
  SELECT node, file, line, 1 AS n FROM node_units WHERE unit IN ('docker.service', 'snap.docker.dockerd.service') AND active IN ('active', 'deactivating', 'reloading')
),
-- One slow answer is load. It hangs when its calls time out here and something else saw the same, or when kubelet's calls
-- time out again and again until now.
sick AS (
  SELECT DISTINCT a.node FROM active a
  WHERE (EXISTS (SELECT 1 FROM calls c WHERE c.node = a.node)
      AND (EXISTS (SELECT 1 FROM logged l WHERE l.node = a.node AND l.last_ts > :now - 600000000)
        OR EXISTS (SELECT 1 FROM frozen z WHERE z.node = a.node)
        OR EXISTS (SELECT 1 FROM kernel k WHERE k.node = a.node)
        OR EXISTS (SELECT 1 FROM reported r WHERE r.node = a.node)
        OR EXISTS (SELECT 1 FROM calls c WHERE c.node = a.node AND c.calls >= 2)))
    OR EXISTS (SELECT 1 FROM frozen z WHERE z.node = a.node AND z.stat GLOB '[Tt]*')
    OR (EXISTS (SELECT 1 FROM logged l WHERE l.node = a.node AND l.hits >= 3 AND l.last_ts > :now - 180000000)
      -- Calls that came back while collecting say that it is over.
      AND NOT EXISTS (SELECT 1 FROM captures c WHERE c.node = a.node AND c.path GLOB 'nodes/*/runtime/docker/ps*'
        AND c.state = 'ok' AND c.exit_status = 0 AND NOT c.timed_out AND c.ms < 5000))
),
evidence AS (
  SELECT node, 0 AS seq, file, line, NULL AS text, NULL AS ts FROM frozen WHERE n = 1
  UNION ALL SELECT node, 1, file, line, text, NULL FROM calls WHERE n <= 3
  UNION ALL SELECT node, 2, file, line, text, ts FROM logged WHERE newest <= 2 OR oldest = 1
  UNION ALL SELECT node, 3, file, line, text, ts FROM kernel WHERE newest = 1
  UNION ALL SELECT node, 4, file, line, NULL, NULL FROM active
),
told AS (
  SELECT s.node,
    coalesce((SELECT '`' || c.command || '` did not answer within ' || max(c.ms / 1000, 1) || ' s. ' FROM calls c WHERE c.node = s.node AND n = 1), '')
      || coalesce((SELECT 'dockerd is in state ' || stat || '. ' FROM frozen z WHERE z.node = s.node AND n = 1), '')
      || coalesce((SELECT 'kubelet logged ' || hits || ' calls to it that timed out.' FROM logged l WHERE l.node = s.node AND newest = 1), '') AS what,
    coalesce((SELECT '`' || c.command || '` 在 ' || max(c.ms / 1000, 1) || ' 秒内没有响应。' FROM calls c WHERE c.node = s.node AND n = 1), '')
      || coalesce((SELECT 'dockerd 的进程状态为 ' || stat || '。' FROM frozen z WHERE z.node = s.node AND n = 1), '')
      || coalesce((SELECT 'kubelet 记录了 ' || hits || ' 次调用超时。' FROM logged l WHERE l.node = s.node AND newest = 1), '') AS what_zh
  FROM sick s
)
SELECT 'node/' || t.node AS subject, e.file, e.line, e.text, e.ts, t.node, t.what, t.what_zh,
  (SELECT max(z.stat GLOB '[Tt]*') FROM frozen z WHERE z.node = t.node) AS stopped
FROM told t JOIN evidence e ON e.node = t.node
ORDER BY t.node, e.seq, e.file, e.line;
