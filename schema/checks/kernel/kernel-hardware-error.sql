/*
id: kernel-hardware-error
title:
  en: "The hardware of {node} reports errors ({kinds})"
  zh: "节点 {node} 的硬件报告错误（{kinds}）"
detail:
  en: "{hits} line(s), the last at {last_at}."
  zh: "共 {hits} 行，最后一次在 {last_at}。"
severity: critical
confidence: certain
needs: [[log:kernel, log:messages]]
causes:
  - {check: node-rebooted, when: same}
  - {check: kernel-oops, when: same}
  - {check: vm-or-host-down, when: same}
why:
  en: >-
    Memory, processor or bus told the kernel of a fault. Corrected errors did no harm; many of them announce one that cannot be corrected. An uncorrected or
    fatal one kills what used that memory, or the machine.
  zh: >-
    内存、处理器或总线向内核报告了故障。已纠正的错误没有造成损害，但数量增多预示着将出现不可纠正的错误。
    不可纠正或致命错误会杀死使用该内存的进程，甚至使机器宕机。
fix:
  - en: "Which part is it?"
    zh: "是哪个部件？"
    run: "ras-mc-ctl --errors 2>/dev/null | tail -n 20; edac-util -v 2>/dev/null; ipmitool sel list 2>/dev/null | tail -n 20; journalctl -k --no-pager | grep -iE 'hardware error|EDAC' | tail -n 20"
    on: "{node}"
  - en: "Uncorrected, or corrected ones by the hundred: move the pods away and have the part replaced"
    zh: "不可纠正，或大量已纠正的错误：迁走 Pod 并更换部件"
    run: "kubectl drain {node} --ignore-daemonsets --delete-emptydir-data"
verify: "journalctl -k --no-pager --since -1h | grep -ciE 'hardware error|EDAC'"
*/
WITH logged AS MATERIALIZED (
  SELECT h.*, CASE
      WHEN captures ->> '$.severity' = 'fatal' OR captures ->> '$.edac' = 'UE' OR (captures ->> '$.mce' IS NOT NULL AND text REGEXP 'Machine Check Exception|Uncorrected|PROCESSOR.*MCG.*UC') THEN 3
      WHEN captures ->> '$.severity' = 'recoverable' OR (captures ->> '$.mce' IS NOT NULL AND text NOT REGEXP 'events logged|Corrected') THEN 2
      ELSE 1 END AS weight,
    coalesce(captures ->> '$.severity', CASE captures ->> '$.edac' WHEN 'UE' THEN 'uncorrected' WHEN 'CE' THEN 'corrected' END, CASE WHEN captures ->> '$.ce' IS NOT NULL THEN 'corrected' END, 'machine check') AS sort
  FROM node_hits h WHERE h.signature = 'hardware-error'
),
worst AS (SELECT node, max(weight) AS weight, max(CASE WHEN weight = 3 THEN log END) AS fatal FROM logged GROUP BY node)
SELECT 'node/' || l.node AS subject, l.file, l.line, l.text, l.ts, l.node, l.hits, coalesce(iso(l.last_ts), '?') AS last_at,
  CASE w.weight WHEN 3 THEN 'critical' WHEN 2 THEN 'warning' ELSE CASE WHEN l.hits >= 100 THEN 'warning' ELSE 'info' END END AS severity,
  (SELECT group_concat(sort, ', ') FROM (SELECT DISTINCT sort FROM logged k WHERE k.node = l.node ORDER BY sort)) AS kinds
FROM logged l JOIN worst w ON w.node = l.node
WHERE l.newest <= 3 OR l.oldest = 1 OR l.log = w.fatal
ORDER BY l.node, l.newest, l.file, l.line;
