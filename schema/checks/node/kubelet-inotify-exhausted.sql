/*
id: kubelet-inotify-exhausted
title:
  en: "The inotify limits of {node} are used up: kubelet cannot watch files"
  zh: "节点 {node} 的 inotify 限额已用尽：kubelet 无法监视文件"
detail:
  en: "{limit}: max_user_instances is {instances}, max_user_watches is {watches}. No disk is full and no file limit reached.{leak}"
  zh: "{limit_zh}：max_user_instances 为 {instances}，max_user_watches 为 {watches}。磁盘并没有满，打开文件数也没有超限。{leak_zh}"
severity: critical
confidence: certain
needs: [log:kubelet]
causes:
  - {check: kubelet-not-running, when: same}
  - {check: node-not-ready-unknown, when: same}
  - {check: node-not-ready-kubelet, when: same}
  - {check: pod-log-follow-failing, when: [same-node, pod-on-node]}
  - {check: kubelet-cadvisor-failed, when: same}
why:
  en: >-
    kubelet (cAdvisor, static pods, plug-ins) and everything that follows files share two limits a user: how many inotify
    instances, and how many watches in all of them. "no space left on device" from inotify_add_watch is the limit of watches,
    "too many open files" from inotify_init the limit of instances; df and ulimit have nothing to do with it. A kubelet that
    starts now ends itself, one that runs goes on half blind.
  zh: >-
    kubelet（cAdvisor、静态 Pod、插件）和所有监视文件的程序共用每个用户的两个限额：inotify 实例数和监视（watch）总数。
    inotify_add_watch 的 no space left on device 是 watch 数用尽，inotify_init 的 too many open files 是实例数用尽，
    与 df 和 ulimit 无关。此时新启动的 kubelet 会退出，已运行的则部分功能失效。
fix:
  - en: "Raise both limits, where they are lower"
    zh: "提高这两个限额（已更高的不变）"
    run: "for l in max_user_watches=524288 max_user_instances=1024; do test $(sysctl -n fs.inotify.${l%=*}) -ge ${l#*=} || sysctl -w fs.inotify.$l; done"
    on: "{node}"
  - en: "Keep them over a reboot"
    zh: "写入配置，重启后仍有效"
    run: "sysctl fs.inotify.max_user_watches fs.inotify.max_user_instances > /etc/sysctl.d/90-inotify.conf"
    on: "{node}"
  - en: "Restart kubelet"
    zh: "重启 kubelet"
    run: "systemctl restart {service}"
    on: "{node}"
  - en: "Who holds them? A program that leaks them comes back, whatever the limit"
    zh: "查看谁占用最多；泄漏的程序无论限额多大都会再次用尽"
    run: "for f in /proc/[0-9]*/fd/*; do case \"$(readlink $f)\" in *inotify) echo ${f%/fd/*};; esac; done 2>/dev/null | sort | uniq -c | sort -rn | head"
    on: "{node}"
verify: "sysctl fs.inotify && systemctl is-active kubelet"
refs: ["https://github.com/kubernetes/kubernetes/issues/70324"]
*/
WITH
logged AS (
  SELECT h.node, h.file, h.line, h.ts, h.text, h.log,
    h.text LIKE '%Failed to start cAdvisor%' OR h.text LIKE '%failed to run Kubelet%' AS fatal,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log DESC) AS newest,
    row_number() OVER (PARTITION BY h.node ORDER BY h.log) AS oldest,
    max(h.text LIKE '%no space left%') OVER (PARTITION BY h.node) AS any_watches,
    min(h.text LIKE '%no space left%') OVER (PARTITION BY h.node) AS only_watches,
    max(h.text LIKE '%/run-r%.scope%') OVER (PARTITION BY h.node) AS of_scopes,
    count(*) OVER (PARTITION BY h.node) AS hits, max(h.ts) OVER (PARTITION BY h.node) AS last_ts,
    sum(h.text LIKE '%Failed to start cAdvisor%' OR h.text LIKE '%failed to run Kubelet%') OVER (PARTITION BY h.node) AS fatals
  FROM hits h WHERE h.signature = 'inotify-exhausted' AND h.node IS NOT NULL
),
-- Once is enough where kubelet ended over it; otherwise it must last. A kubelet started later that stays up has got over it.
sick AS (
  SELECT node, hits, any_watches AS of_watches, only_watches, of_scopes
  FROM logged l
  WHERE newest = 1 AND (fatals > 0 OR hits >= 3) AND last_ts > :now - 900000000
    -- Silence for a minute under limits that are no longer small: they were raised.
    AND (fatals > 0 OR last_ts > :now - 60000000 OR EXISTS (SELECT 1 FROM node_sysctls k WHERE k.node = l.node
      AND (k.name = 'fs.inotify.max_user_instances' AND CAST(k.value AS INTEGER) < 512 OR k.name = 'fs.inotify.max_user_watches' AND CAST(k.value AS INTEGER) < 65536))
      OR NOT EXISTS (SELECT 1 FROM node_sysctls k WHERE k.node = l.node AND k.name LIKE 'fs.inotify.%'))
    AND NOT EXISTS (SELECT 1 FROM kubelet_units u WHERE u.node = l.node
      AND (u.active = 'inactive' OR (u.active = 'active' AND u.started > l.last_ts AND u.started < :now - 20000000)))
    -- It ends for another reason now.
    AND NOT EXISTS (SELECT 1 FROM hits o WHERE o.signature = 'kubelet-fatal' AND o.file = l.file AND o.log > l.log
      AND o.ts > l.last_ts + 2000000)
),
limits AS (
  SELECT node, max(CASE WHEN what = 'inotify instances' THEN max END) AS instances,
    max(CASE WHEN what = 'inotify watches' THEN max END) AS watches
  FROM node_limits WHERE what LIKE 'inotify%' GROUP BY node
),
evidence AS (
  SELECT node, 0 AS seq, file, line, text, ts FROM (
    SELECT *, row_number() OVER (PARTITION BY node ORDER BY fatal DESC, log DESC) AS worst FROM logged) WHERE worst <= 2
  UNION ALL SELECT node, 1, file, line, text, ts FROM logged WHERE newest = 1 OR oldest = 1
  UNION ALL SELECT node, 2, file, line, NULL, NULL FROM node_limits WHERE what LIKE 'inotify%'
)
SELECT 'node/' || s.node AS subject, e.file, e.line, e.text, e.ts, s.node,
  CASE WHEN s.only_watches THEN 'Watches ran out' WHEN s.of_watches THEN 'Watches and instances ran out' ELSE 'Instances ran out' END AS "limit",
  CASE WHEN s.only_watches THEN 'watch 数用尽' WHEN s.of_watches THEN 'watch 数和实例数用尽' ELSE '实例数用尽' END AS limit_zh,
  coalesce(l.instances, '?') AS instances, coalesce(l.watches, '?') AS watches,
  CASE WHEN s.of_scopes THEN ' The watched paths are run-r*.scope: systemd leaks scopes here, see kubelet-cpu-cronjob-cgroup-leak.' ELSE '' END AS leak,
  CASE WHEN s.of_scopes THEN '被监视的路径是 run-r*.scope：systemd 在泄漏 scope，参见 kubelet-cpu-cronjob-cgroup-leak。' ELSE '' END AS leak_zh,
  coalesce((SELECT u.service FROM kubelet_units u WHERE u.node = s.node), 'kubelet') AS service
FROM sick s JOIN evidence e ON e.node = s.node LEFT JOIN limits l ON l.node = s.node
ORDER BY s.node, e.seq, e.ts DESC, e.file, e.line;
