/*
id: crio-down
title:
  en: "CRI-O on {node} {state}"
  zh: "节点 {node} 上的 CRI-O {state_zh}"
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
    kubelet uses CRI-O here and finds nobody behind its socket. Containers that run go on under conmon, but nothing new starts and the node turns
    NotReady. After a power cut its storage may be damaged; CRI-O says so when it starts.
  zh: >-
    kubelet 在此使用 CRI-O，但 socket 后面没有进程应答。已在运行的容器由 conmon 维持，但无法启动新容器，节点会变为 NotReady。
    断电后其存储可能损坏，CRI-O 启动时会在日志中说明。
fix:
  - en: "Its last words, and is its configuration valid?"
    zh: "查看它的最后几行日志，以及配置是否有效"
    run: "journalctl -u crio -n 50 --no-pager; crio config >/dev/null && echo valid; df -h /var/lib/containers"
    on: "{node}"
  - en: "Start it, and let it start at boot"
    zh: "启动它，并设置开机自启"
    run: "systemctl unmask crio; systemctl reset-failed crio; systemctl enable --now crio"
    on: "{node}"
  - en: "Running but silent: a stopped process (state T) goes on with CONT; otherwise restart it, killing it first when that hangs"
    zh: "在运行但无响应：被停止的进程（状态 T）用 CONT 恢复；否则重启，卡住时先强制杀掉"
    run: "kill -CONT $(pidof crio); timeout 10 crictl ps >/dev/null || timeout 60 systemctl restart crio || { systemctl kill -s KILL crio; systemctl restart crio; }"
    on: "{node}"
  - en: "Storage that is damaged: wipe it (images are pulled again, containers of this node are made anew)"
    zh: "存储损坏：清空它（镜像会重新拉取，该节点的容器会重建）"
    run: "systemctl stop kubelet crio; crio wipe -f; systemctl start crio kubelet"
    on: "{node}"
verify: "systemctl is-active crio && timeout 10 crictl ps >/dev/null && echo answers"
*/
WITH
-- Without systemd's word, kubelet's log must say so again and again until now: a restart takes seconds.
sick AS (
  SELECT * FROM runtime_outages
  WHERE runtime = 'crio' AND CASE how WHEN 'log' THEN hits >= 3 AND last_ts > :now - 180000000 AND NOT coalesce(answers, 0)
      WHEN 'hung' THEN frozen_file IS NOT NULL OR slow_ts > :now - 600000000 ELSE 1 END
),
logged AS (SELECT * FROM node_hits WHERE signature = 'crio-unreachable'),
-- What the daemon said last.
said AS (
  SELECT h.node, h.file, h.line, h.text, row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest
  FROM hits h WHERE h.signature = 'runtime-fatal' AND h.unit = 'crio'
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
