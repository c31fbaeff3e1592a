/*
id: apparmor-denied
title:
  en: "AppArmor on {node} denies containers an operation ({operation})"
  zh: "节点 {node} 上的 AppArmor 拒绝了容器的操作（{operation}）"
detail:
  en: "{hits} denials by the profile {profile}, the last at {last_at}."
  zh: "配置文件 {profile} 共拒绝 {hits} 次，最后一次在 {last_at}。"
severity: info
confidence: certain
needs: [[log:kernel, log:messages]]
why:
  en: >-
    The runtime's default profile forbids containers to mount, to trace others and to write to parts of /proc and /sys. Most programs try and go on without; one that needs it
    fails with "permission denied". Denied signals keep containers from ending (runc and AppArmor 4 on new kernels).
  zh: >-
    运行时的默认配置禁止容器挂载、跟踪其他进程以及写入 /proc 和 /sys 的部分内容。多数程序尝试失败后会继续运行；
    确实需要的程序会报 permission denied。如果被拒绝的是信号，容器会无法结束（较新内核上的 runc 与 AppArmor 4）。
fix:
  - en: "What was denied?"
    zh: "拒绝了什么？"
    run: "journalctl -k --no-pager | grep 'apparmor=\"DENIED\"' | tail -n 10"
    on: "{node}"
  - en: "A pod that must do it: a profile of its own, or Unconfined in its securityContext (before 1.30: the annotation container.apparmor.security.beta.kubernetes.io)"
    zh: "确实需要的 Pod：为它编写配置文件，或在 securityContext 中设为 Unconfined（1.30 之前用注解 container.apparmor.security.beta.kubernetes.io）"
verify: "journalctl -k --no-pager --since -1h | grep -c 'apparmor=\"DENIED\"'"
*/
SELECT 'node/' || l.node AS subject, l.file, l.line, l.text, l.ts, l.node, l.hits, coalesce(iso(l.last_ts), '?') AS last_at,
  (SELECT n.captures ->> '$.operation' FROM node_hits n WHERE n.signature = 'apparmor-denied' AND n.node = l.node AND n.newest = 1) AS operation,
  (SELECT n.captures ->> '$.profile' FROM node_hits n WHERE n.signature = 'apparmor-denied' AND n.node = l.node AND n.newest = 1) AS profile
FROM node_hits l
WHERE l.signature = 'apparmor-denied' AND l.hits >= 3 AND (l.newest <= 3 OR l.oldest = 1)
ORDER BY l.node, l.newest, l.file, l.line;
