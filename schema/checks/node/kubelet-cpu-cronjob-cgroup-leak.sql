/*
id: kubelet-cpu-cronjob-cgroup-leak
title:
  en: "systemd on {node} has leaked {scopes} transient scopes"
  zh: "节点 {node} 上的 systemd 泄漏了 {scopes} 个临时 scope"
detail:
  en: "{scopes} units run-r*.scope; kubelet watches the cgroups of every one of them.{cronjobs}"
  zh: "共有 {scopes} 个 run-r*.scope 单元，kubelet 会监视其中每一个的 cgroup。{cronjobs_zh}"
severity: warning
confidence: certain
needs: ["capture:nodes/*/host/systemctl-units.txt"]
causes:
  - {check: kubelet-inotify-exhausted, when: same}
  - {check: node-pleg-unhealthy, when: same}
  - {check: cgroup-memory-leak, when: same}
why:
  en: >-
    kubelet mounts the volumes of each pod inside a transient scope. systemd before 237 loses track of such a scope when its
    process ends at once, and keeps the unit and its cgroups for ever; CronJobs make some every minute. kubelet's CPU, memory and
    inotify watches grow with their number. Some hundred on a busy node are normal.
  zh: >-
    kubelet 在临时 scope 中为每个 Pod 挂载卷。237 之前的 systemd 在进程很快结束时会丢失对 scope 的跟踪，单元及其 cgroup 会永久残留；
    CronJob 每分钟都会产生一些。kubelet 的 CPU、内存和 inotify 监视数随之增长。繁忙节点上有几百个属于正常。
fix:
  - en: "Stop the leaked scopes (their processes ended long ago)"
    zh: "停止泄漏的 scope（其进程早已结束）"
    run: "systemctl list-units --type=scope --no-legend --plain | awk '/Kubernetes transient mount/ { print $1 }' | xargs -r -n 100 systemctl stop"
    on: "{node}"
  - en: "Do that by a timer until systemd is 237 or later"
    zh: "在 systemd 升级到 237 以上之前，定期执行该清理"
    run: "systemctl --version | head -n 1"
    on: "{node}"
verify: "systemctl list-units --type=scope --no-legend --plain | grep -c '^run-r'"
refs: ["https://github.com/kubernetes/kubernetes/issues/64137"]
*/
WITH
leaks AS (SELECT node, used AS scopes, file FROM node_limits WHERE what = 'transient scopes run-*' AND used > 1000),
rows_of AS (
  SELECT k.node, k.scopes, l.file, l.line, l.text, row_number() OVER (PARTITION BY k.node ORDER BY l.line) AS n
  FROM leaks k JOIN lines l ON l.file = k.file AND l.text GLOB 'run-r*.scope*'
),
crons AS (SELECT count(*) AS n FROM workloads WHERE kind IN ('CronJob', 'ScheduledJob'))
SELECT 'node/' || r.node AS subject, r.file, r.line, trim(r.text) AS text, r.node, r.scopes,
  CASE WHEN c.n > 0 THEN ' The cluster has ' || c.n || ' CronJobs.' ELSE '' END AS cronjobs,
  CASE WHEN c.n > 0 THEN '集群中有 ' || c.n || ' 个 CronJob。' ELSE '' END AS cronjobs_zh
FROM rows_of r, crons c
WHERE r.n <= 3
ORDER BY r.node, r.line, r.file;
