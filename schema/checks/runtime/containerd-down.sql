/*
id: containerd-down
title:
  en: "containerd on {node} {state}"
  zh: "节点 {node} 上的 containerd {state_zh}"
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
  - {check: node-flapping, when: same}
  - {check: static-control-plane-not-starting, when: same}
  - {check: pod-sandbox-create-failing, when: pod-on-node}
  - {check: pod-stuck-containercreating, when: pod-on-node}
  - {check: kubelet-eviction-manager-failing, when: same}
  - {check: container-name-reserved, when: pod-on-node}
why:
  en: >-
    kubelet uses containerd here and finds nobody behind its socket. Containers that run go on, each under its shim, but nothing new starts, probes
    by exec fail, and after three minutes the node is NotReady. The daemon's own last line tells why it does not come up: mostly a mistake
    in config.toml, or metadata on a full or damaged disk.
  zh: >-
    kubelet 在此使用 containerd，但 socket 后面没有进程应答。已在运行的容器由各自的 shim 维持，但无法启动新容器，exec 探针失败，
    三分钟后节点变为 NotReady。守护进程的最后一行日志说明原因：多为 config.toml 写错，或磁盘已满、元数据损坏。
fix:
  - en: "Its last words, and is its configuration valid?"
    zh: "查看它的最后几行日志，以及配置是否有效"
    run: "journalctl -u containerd -n 50 --no-pager; containerd config dump >/dev/null && echo valid; df -h /var/lib/containerd"
    on: "{node}"
  - en: "Start it, and let it start at boot"
    zh: "启动它，并设置开机自启"
    run: "systemctl unmask containerd; systemctl reset-failed containerd; systemctl enable --now containerd"
    on: "{node}"
  - en: "Running but silent: a stopped process (state T) goes on with CONT; otherwise restart it, killing it first when that hangs"
    zh: "在运行但无响应：被停止的进程（状态 T）用 CONT 恢复；否则重启，卡住时先强制杀掉"
    run: "kill -CONT $(pidof containerd); timeout 10 crictl ps >/dev/null || timeout 60 systemctl restart containerd || { systemctl kill -s KILL containerd; systemctl restart containerd; }"
    on: "{node}"
  - en: "A configuration that cannot be mended: write the default one (keep the old file), then set SystemdCgroup and the sandbox image again"
    zh: "配置无法修复时：生成默认配置（保留旧文件），再重新设置 SystemdCgroup 和 sandbox 镜像"
    run: "cp /etc/containerd/config.toml /etc/containerd/config.toml.before && containerd config default > /etc/containerd/config.toml"
    on: "{node}"
verify: "systemctl is-active containerd && timeout 10 crictl ps >/dev/null && echo answers"
*/
WITH
-- Without systemd's word, kubelet's log must say so again and again until now: a restart takes seconds.
sick AS (
  SELECT * FROM runtime_outages
  WHERE runtime = 'containerd' AND CASE how WHEN 'log' THEN hits >= 3 AND last_ts > :now - 180000000 AND NOT coalesce(answers, 0)
      WHEN 'hung' THEN frozen_file IS NOT NULL OR slow_ts > :now - 600000000 ELSE 1 END
),
logged AS (SELECT * FROM node_hits WHERE signature = 'containerd-unreachable'),
-- What the daemon said last.
said AS (
  SELECT h.node, h.file, h.line, h.text, row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest
  FROM hits h WHERE h.signature = 'runtime-fatal' AND h.unit = 'containerd'
),
evidence AS (
  SELECT node, 0 AS seq, file, line, NULL AS text, NULL AS ts FROM sick WHERE file IS NOT NULL
  UNION ALL SELECT node, 0, frozen_file, frozen_line, NULL, NULL FROM sick WHERE frozen_file IS NOT NULL
  UNION ALL SELECT s.node, 0, s.manifest, s.call, s.call_text, NULL FROM sick s WHERE s.call IS NOT NULL
  UNION ALL SELECT h.node, 1, h.file, h.line, h.text, h.ts FROM node_hits h JOIN sick s ON s.node = h.node AND s.how = 'hung' WHERE h.signature = 'docker-timeout' AND h.newest <= 2
  UNION ALL SELECT node, 1, file, line, text, NULL FROM said WHERE newest = 1
  UNION ALL SELECT node, 1 + newest, file, line, text, ts FROM logged WHERE newest <= 2 OR oldest = 1
)
SELECT 'node/' || s.node AS subject, e.file, e.line, e.text, e.ts, s.node,
  CASE s.how WHEN 'hung' THEN 'hangs: it runs but does not answer' ELSE 'is not running' END AS state,
  CASE s.how WHEN 'hung' THEN '卡死：进程在运行但没有响应' ELSE '没有运行' END AS state_zh,
  CASE s.how
    WHEN 'hung' THEN CASE WHEN s.frozen_file IS NOT NULL THEN 'Its process is stopped (state T).' ELSE 'crictl and kubelet wait for it in vain.' END
    WHEN 'masked' THEN 'The unit is masked, so nothing can start it.'
    WHEN 'failed' THEN 'The unit has failed (' || coalesce(s.result, '?') || ') and systemd does not try again.'
    WHEN 'inactive' THEN 'The unit is inactive (' || coalesce(s.sub, 'dead') || '): it was stopped or never started.'
    WHEN 'restarting' THEN 'It ends and systemd starts it again: ' || coalesce(s.restarts, 0) || ' restarts.'
    ELSE 'kubelet could not connect to it ' || s.hits || ' times, to the end of its log.'
  END AS what,
  CASE s.how
    WHEN 'hung' THEN CASE WHEN s.frozen_file IS NOT NULL THEN '其进程被停止（状态 T）。' ELSE 'crictl 和 kubelet 的调用都没有返回。' END
    WHEN 'masked' THEN '服务被屏蔽（masked），无法启动。'
    WHEN 'failed' THEN '服务已失败（' || coalesce(s.result, '?') || '），systemd 不再重试。'
    WHEN 'inactive' THEN '服务处于 inactive（' || coalesce(s.sub, 'dead') || '）：被停止或从未启动。'
    WHEN 'restarting' THEN '进程反复退出并被 systemd 拉起：已重启 ' || coalesce(s.restarts, 0) || ' 次。'
    ELSE 'kubelet 连接它失败了 ' || s.hits || ' 次，直到日志末尾。'
  END AS what_zh,
  coalesce(' ' || (SELECT substr(coalesce(rx('\]: (.*)$', text, 1), text), 1, 400) FROM said a WHERE a.node = s.node AND a.newest = 1), '') AS last_words
FROM sick s JOIN evidence e ON e.node = s.node
ORDER BY s.node, e.seq, e.file, e.line;
