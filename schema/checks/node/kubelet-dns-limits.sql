/*
id: kubelet-dns-limits
title:
  en: "The resolv.conf of {node} has more {what} than pods can use"
  zh: "节点 {node} 的 resolv.conf 中{what_zh}超过 Pod 可用的上限"
detail:
  en: "kubelet: {message}"
  zh: "kubelet 的提示：{message}"
severity: warning
confidence: certain
needs: [[events, "log:kubelet"]]
why:
  en: >-
    A pod's resolv.conf can hold three name servers and six search domains (32 since 1.26). kubelet leaves out what is too much. Surplus name servers are
    harmless as long as the first three answer; search domains that are left out make short names fail. On hosts with systemd-resolved kubelet
    should read /run/systemd/resolve/resolv.conf.
  zh: >-
    Pod 的 resolv.conf 最多 3 个 nameserver 和 6 个搜索域（1.26 起为 32 个），多余的会被 kubelet 去掉。
    多余的 nameserver 在前三个可用时没有影响；搜索域被去掉则会导致短域名解析失败。使用 systemd-resolved 的主机，kubelet 应读取 /run/systemd/resolve/resolv.conf。
fix:
  - en: "Which file does kubelet read, and what is in it?"
    zh: "kubelet 读取哪个文件，内容是什么？"
    run: "grep -n resolvConf /var/lib/kubelet/config.yaml; cat /etc/resolv.conf /run/systemd/resolve/resolv.conf 2>/dev/null | grep -E '^(nameserver|search)'"
    on: "{node}"
  - en: "Shorten it, or give kubelet a file of its own (resolvConf in its configuration), then restart kubelet"
    zh: "精简该文件，或为 kubelet 指定单独的文件（配置中的 resolvConf），然后重启 kubelet"
    run: "systemctl restart kubelet"
    on: "{node}"
verify: "kubectl get events --all-namespaces --field-selector reason=DNSConfigForming"
*/
WITH
told AS (
  SELECT coalesce(p.node, e.host) AS node, e.message, e.message NOT LIKE '%Search Line%' AND e.message NOT LIKE '%search line%' AS servers, e.file, json_line(o.json, o.line, e.message) AS line,
    NULL AS text, e.first_seen AS ts, e.last_seen AS at
  FROM events e JOIN objects o ON o.id = e.object LEFT JOIN pods p ON p.namespace = e.object_namespace AND p.name = e.object_name
  WHERE e.reason IN ('DNSConfigForming', 'CheckLimitsForResolvConf') AND coalesce(p.node, e.host) IS NOT NULL
    AND e.message REGEXP 'Nameserver limits were exceeded|Search Line limits were exceeded|Resolv\.conf file .* contains (more than|search line)'
  UNION ALL
  SELECT node, substr(text, instr(text, '] ') + 2), text NOT REGEXP '[Ss]earch [Ll]ine', file, line, text, ts, ts FROM node_hits WHERE signature = 'resolv-conf-limits' AND hits >= 3
),
ranked AS (SELECT *, row_number() OVER (PARTITION BY node ORDER BY servers, text IS NOT NULL, at DESC, file, line) AS n FROM told)
SELECT 'node/' || r.node AS subject, e.file, e.line, e.text, e.ts, r.node, substr(r.message, 1, 300) AS message,
  CASE WHEN r.servers THEN 'info' ELSE 'warning' END AS severity,
  CASE WHEN r.servers THEN 'name servers' ELSE 'search domains' END AS what, CASE WHEN r.servers THEN ' nameserver 数量' ELSE '搜索域' END AS what_zh
FROM ranked r JOIN ranked e ON e.node = r.node AND e.n <= 3
WHERE r.n = 1
ORDER BY r.node, e.n, e.file, e.line;
