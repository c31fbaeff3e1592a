/*
id: docker-down
title:
  en: "Docker on {node} is not running"
  zh: "节点 {node} 上的 Docker 没有运行"
detail:
  en: "{what}{last_words}"
  zh: "{what_zh}{last_words}"
severity: critical
confidence: certain
needs: [[node_units, log:kubelet]]
causes:
  - {check: node-runtime-down, when: same}
  - {check: kubelet-not-running, when: same}
  - {check: node-not-ready-kubelet, when: same}
  - {check: node-not-ready-unknown, when: same}
  - {check: node-pleg-unhealthy, when: same}
  - {check: apiserver-down, when: same}
  - {check: etcd-down, when: same}
  - {check: kcm-down, when: same}
  - {check: scheduler-down, when: same}
  - {check: pod-sandbox-create-failing, when: pod-on-node}
why:
  en: >-
    kubelet uses Docker here and finds nobody behind its socket. Unless live-restore is set, the containers ended with the
    daemon. The daemon's own last lines tell why it does not start: a mistake in daemon.json, a storage driver, a full disk, a
    cgroup version it does not know. A permission denied on the socket is another matter: there it runs.
  zh: >-
    kubelet 在此使用 Docker，但 socket 后面没有守护进程应答。除非配置了 live-restore，容器已随守护进程一起结束。
    守护进程自己的最后几行日志说明原因：daemon.json 写错、存储驱动、磁盘已满或不支持的 cgroup 版本。
    如果是 socket 的 permission denied 则另当别论：那时守护进程是在运行的。
fix:
  - en: "The last words of the daemon: is its configuration valid, does its storage driver start?"
    zh: "查看守护进程的最后几行日志：配置是否有效，存储驱动能否启动？"
    run: "journalctl -u docker -n 50 --no-pager; python3 -m json.tool /etc/docker/daemon.json"
    on: "{node}"
  - en: "Start it"
    zh: "启动它"
    run: "systemctl unmask docker.service docker.socket; systemctl reset-failed docker; systemctl start docker"
    on: "{node}"
  - en: "Let it start at boot, and let containers live through its restarts (\"live-restore\": true in daemon.json)"
    zh: "设置开机自启，并让容器不受守护进程重启的影响（daemon.json 中设置 \"live-restore\": true）"
    run: "systemctl enable docker"
    on: "{node}"
verify: "systemctl is-active docker && timeout 10 docker ps >/dev/null && echo answers"
*/
WITH
-- Docker as a package on a machine whose kubelet uses another runtime is nobody's fault.
uses_docker AS (
  SELECT name AS node FROM nodes WHERE runtime_version LIKE 'docker://%'
  UNION
  SELECT node FROM hits WHERE signature = 'docker-unreachable' AND node IS NOT NULL
  UNION
  -- Without the API's word: kubelets of the time of dockershim, and no other runtime that runs.
  SELECT f.node FROM files f WHERE f.role = 'kubelet-cmdline' AND NOT EXISTS (SELECT 1 FROM nodes)
    AND EXISTS (SELECT 1 FROM lines l WHERE l.file = f.id AND l.text LIKE '%--network-plugin=%' AND l.text NOT LIKE '%--container-runtime=remote%')
),
units AS (
  SELECT u.*, CASE
      WHEN load = 'masked' AND active NOT IN ('active', 'reloading') THEN 'masked'
      WHEN active = 'failed' THEN 'failed'
      WHEN active = 'inactive' THEN 'inactive'
      WHEN active = 'activating' AND sub = 'auto-restart' THEN 'restarting'
    END AS how
  FROM node_units u JOIN uses_docker d ON d.node = u.node
  WHERE u.unit IN ('docker.service', 'snap.docker.dockerd.service') AND load <> 'not-found'
),
logged AS (
  SELECT h.node, h.file, h.line, h.ts, h.text, h.log,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log) AS oldest,
    count(*) OVER (PARTITION BY h.node) AS hits, max(h.ts) OVER (PARTITION BY h.node) AS last_ts
  FROM hits h WHERE h.signature = 'docker-unreachable' AND h.node IS NOT NULL AND h.ts > :now - 1800000000
),
-- Where systemd was not asked, kubelet's log must say so again and again until now: a restart takes seconds.
sick AS (
  SELECT node, how, file, line, restarts, result, sub FROM units WHERE how IS NOT NULL
  UNION ALL
  SELECT node, 'log', NULL, NULL, NULL, NULL, NULL FROM logged l
  WHERE newest = 1 AND hits >= 3 AND last_ts > :now - 180000000
    AND NOT EXISTS (SELECT 1 FROM units u WHERE u.node = l.node)
    AND NOT EXISTS (SELECT 1 FROM captures c WHERE c.node = l.node AND c.path GLOB 'nodes/*/runtime/docker/ps*'
      AND c.state = 'ok' AND c.exit_status = 0)
),
-- What the daemon said last.
said AS (
  SELECT f.node, g.file, g.line, g.ts, g.text, row_number() OVER (PARTITION BY f.node ORDER BY g.id DESC) AS newest
  FROM sick s JOIN files f ON f.node = s.node AND f.unit = 'docker' JOIN log_lines g ON g.id BETWEEN f.first_log AND f.last_log
  WHERE g.text REGEXP 'failed to start daemon|unable to configure the Docker daemon|[Ee]rror starting daemon|level=fatal|invalid character|Error initializing'
),
evidence AS (
  SELECT node, 0 AS seq, file, line, NULL AS text, NULL AS ts FROM sick WHERE file IS NOT NULL
  UNION ALL SELECT node, 1, file, line, text, NULL FROM said WHERE newest = 1
  UNION ALL SELECT l.node, 2, l.file, l.line, l.text, l.ts FROM logged l WHERE newest <= 2 OR oldest = 1
)
SELECT 'node/' || s.node AS subject, e.file, e.line, e.text, e.ts, s.node,
  CASE s.how
    WHEN 'masked' THEN 'The unit is masked, so nothing can start it.'
    WHEN 'failed' THEN 'The unit has failed (' || coalesce(s.result, '?') || ') and systemd does not try again.'
    WHEN 'inactive' THEN 'The unit is inactive (' || coalesce(s.sub, 'dead') || '): it was stopped or never started.'
    WHEN 'restarting' THEN 'It ends and systemd starts it again: ' || coalesce(s.restarts, 0) || ' restarts.'
    ELSE 'kubelet could not connect to it ' || (SELECT hits FROM logged l WHERE l.node = s.node AND newest = 1) || ' times, to the end of its log.'
  END AS what,
  CASE s.how
    WHEN 'masked' THEN '服务被屏蔽（masked），无法启动。'
    WHEN 'failed' THEN '服务已失败（' || coalesce(s.result, '?') || '），systemd 不再重试。'
    WHEN 'inactive' THEN '服务处于 inactive（' || coalesce(s.sub, 'dead') || '）：被停止或从未启动。'
    WHEN 'restarting' THEN '进程反复退出并被 systemd 拉起：已重启 ' || coalesce(s.restarts, 0) || ' 次。'
    ELSE 'kubelet 连接它失败了 ' || (SELECT hits FROM logged l WHERE l.node = s.node AND newest = 1) || ' 次，直到日志末尾。'
  END AS what_zh,
  coalesce(' ' || (SELECT substr(coalesce(rx('\]: (.*)$', text, 1), text), 1, 400) FROM said a WHERE a.node = s.node AND a.newest = 1), '') AS last_words
FROM sick s JOIN evidence e ON e.node = s.node
ORDER BY s.node, e.seq, e.file, e.line;
