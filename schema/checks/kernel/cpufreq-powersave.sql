/*
id: cpufreq-powersave
title:
  en: "The processors of {node} run with the governor {governor}"
  zh: "节点 {node} 的 CPU 使用 {governor} 调频策略"
detail:
  en: "On {cpus} processor(s) of a physical machine."
  zh: "物理机上的 {cpus} 个 CPU。"
severity: info
advice: true
confidence: certain
needs: ["capture:nodes/*/host/cpufreq.txt"]
why:
  en: >-
    powersave and ondemand lower the clock while little is to do, which costs latency at each burst: etcd, the API server and databases feel it. On a server performance
    is the usual choice. A virtual machine cannot choose, so it is left out.
  zh: >-
    powersave 和 ondemand 会在空闲时降频，每次负载突增都会增加延迟，etcd、API server 和数据库对此敏感。服务器通常使用 performance。
    虚拟机无法设置，因此不计在内。
fix:
  - en: "Set it now"
    zh: "立即设置"
    run: "for g in /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor; do echo performance > $g; done"
    on: "{node}"
  - en: "And at each boot"
    zh: "并在每次启动时生效"
    run: "tuned-adm profile throughput-performance 2>/dev/null || printf 'GOVERNOR=performance\\n' > /etc/default/cpufrequtils"
    on: "{node}"
verify: "cat /sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"
*/
-- "powersave 32": a governor and on how many processors. intel_pstate's powersave is the driver's normal mode, so only "acpi-cpufreq" and its like count.
WITH governors AS (
  SELECT f.node, field(l.text, 1) AS governor, CAST(field(l.text, 2) AS INTEGER) AS cpus, field(l.text, 3) AS driver, l.file, l.line
  FROM files f JOIN lines l ON l.file = f.id WHERE f.path GLOB 'nodes/*/host/cpufreq.txt' AND l.text REGEXP '^[a-z]+ [0-9]+ \S+$'
)
SELECT 'node/' || g.node AS subject, g.file, g.line, g.node, g.governor, g.cpus FROM governors g
WHERE g.governor IN ('powersave', 'ondemand', 'conservative') AND g.driver NOT LIKE 'intel_pstate%' AND g.driver NOT LIKE 'amd-pstate-epp%'
  AND EXISTS (SELECT 1 FROM files v JOIN lines x ON x.file = v.id WHERE v.node = g.node AND v.path GLOB 'nodes/*/host/virt.txt' AND x.text = 'none')
ORDER BY g.node, g.cpus DESC, g.line;
