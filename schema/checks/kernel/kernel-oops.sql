/*
id: kernel-oops
title:
  en: "The kernel of {node} crashed: {what}"
  zh: "节点 {node} 的内核崩溃：{what}"
detail:
  en: "{hits} report(s), the last at {last_at}.{where}"
  zh: "共 {hits} 次报告，最后一次在 {last_at}。{where}"
severity: critical
confidence: certain
needs: [[log:kernel, log:messages]]
causes:
  - {check: node-rebooted, when: same}
  - {check: docker-hung, when: same}
  - {check: containerd-down, when: same}
  - {check: kernel-task-hung, when: same}
  - {check: kernel-soft-lockup, when: same}
  - {check: node-not-ready-unknown, when: same}
why:
  en: >-
    A bug in the kernel, one of its modules or its drivers, or broken memory. The task that ran into it is dead and keeps the locks that it held, so
    others hang after it; with kernel.panic_on_oops the machine reboots. Once is enough.
  zh: >-
    内核、内核模块或驱动的缺陷，也可能是内存损坏。触发它的任务已死亡并一直持有其锁，其他任务随之卡住；设置了 kernel.panic_on_oops 时机器会重启。
    出现一次就需要处理。
fix:
  - en: "The whole report: the first lines, RIP and the modules that are loaded"
    zh: "查看完整报告：开头几行、RIP 和已加载的模块"
    run: "journalctl -k --no-pager | grep -A 30 -E 'BUG:|Oops:|general protection|divide error|Kernel panic' | head -n 60; uname -r; cat /proc/sys/kernel/tainted"
    on: "{node}"
  - en: "Move the pods away and reboot: a kernel after an oops is not to be trusted"
    zh: "迁走 Pod 并重启：发生 oops 之后的内核不可信"
    run: "kubectl drain {node} --ignore-daemonsets --delete-emptydir-data --force --timeout=5m"
  - en: "Update the kernel (and out-of-tree modules); when it comes back on this machine alone, test its memory"
    zh: "升级内核（以及第三方模块）；如果只在这台机器上重复出现，请检测内存"
verify: "cat /proc/sys/kernel/tainted"
*/
WITH
logged AS (SELECT * FROM node_hits WHERE signature = 'kernel-oops'),
-- "RIP: 0010:function+0x12/0x340 [module]" stands a few lines below.
places AS (
  SELECT l.node, rx('RIP: (?:[0-9a-f]+:)?(\S+\+0x\S+(?: \[\w+\])?)', x.text, 1) AS place, row_number() OVER (PARTITION BY l.node ORDER BY x.id) AS n
  FROM logged l JOIN log_lines x ON x.id > l.log AND x.id <= l.log + 30 AND x.file = l.file
  WHERE l.oldest = 1 AND x.text REGEXP 'RIP: (?:[0-9a-f]+:)?\S+\+0x'
)
SELECT 'node/' || l.node AS subject, l.file, l.line, l.text, l.ts, l.node, l.hits, coalesce(iso(l.last_ts), '?') AS last_at,
  (SELECT o.captures ->> '$.what' FROM logged o WHERE o.node = l.node AND o.oldest = 1) AS what,
  coalesce((SELECT ' RIP ' || place FROM places p WHERE p.node = l.node AND p.n = 1), '') AS "where"
FROM logged l
WHERE l.oldest <= 3 OR l.newest = 1
ORDER BY l.node, l.oldest, l.file, l.line;
