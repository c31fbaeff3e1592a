/*
id: coredns-config-error
title:
  en: "CoreDNS does not accept its Corefile ({subject})"
  zh: "CoreDNS 无法解析 Corefile（{subject}）"
detail:
  en: "{message}. {state_en}"
  zh: "原始消息：{message}。{state_zh}"
severity: critical
confidence: certain
needs: [log:kube-dns]
causes:
  - {check: kube-dns-crashloop, when: same}
  - {check: pod-crashloop, when: same}
  - {check: pod-liveness-failing, when: same}
  - {check: pod-readiness-failing, when: same}
  - {check: workload-unavailable, when: same}
  - {check: dns-resolution-broken, when: selects}
  - {check: service-endpoints-not-ready, when: selects}
why:
  en: >-
    A directive of the Corefile is misspelt, or this version of CoreDNS no longer has it: proxy went with 1.5 (forward takes its place), upstream of the kubernetes block with 1.7.
    A running server keeps what it read before and tells the error; one that starts ends.
  zh: >-
    Corefile 中有写错的指令，或当前版本已移除该指令：proxy 在 1.5 移除（改用 forward），kubernetes 块中的 upstream 在 1.7 移除。
    已运行的实例会沿用之前的配置并报错，新启动的实例则直接退出。
fix:
  - en: "The Corefile as it is"
    zh: "查看当前的 Corefile"
    run: "kubectl -n {namespace} get configmap coredns -o jsonpath='{.data.Corefile}'"
  - en: "Directives that are gone: proxy becomes forward, upstream falls away"
    zh: "已移除的指令：proxy 改为 forward，删除 upstream"
    run: "kubectl -n {namespace} get configmap coredns -o yaml | sed -E 's/^( +)proxy /\\1forward /; /^ +upstream *$/d' | kubectl apply -f -"
    if: old
  - en: "Correct the line that the message names"
    zh: "修正消息中指出的那一行"
    run: "kubectl -n {namespace} edit configmap coredns"
  - en: "Start the pods anew"
    zh: "重启 Pod"
    run: "kubectl -n {namespace} rollout restart deployment coredns"
verify: "kubectl -n {namespace} get pods -l k8s-app=kube-dns"
refs: ["https://coredns.io/manual/configuration/"]
*/
WITH
told AS (SELECT * FROM last_words WHERE signature = 'coredns-config-error' AND newest <= 3 AND (ts IS NULL OR ts > :now - 900000000)),
-- Ready pods work on with what they had; a file that was mended is read again, and they say so.
mended AS (
  SELECT t.subject FROM told t JOIN files f ON f.id = t.file JOIN log_lines l ON l.id BETWEEN t.log + 1 AND f.last_log
  WHERE t.newest = 1 AND l.text REGEXP 'Reloading complete|Running configuration (MD5|SHA512)'
)
SELECT t.subject, t.file, t.line, t.text, t.ts, t.node, coalesce(t.namespace, 'kube-system') AS namespace,
  CASE WHEN t.works THEN 'warning' ELSE 'critical' END AS severity,
  substr(rx('[^ ]*(?:Corefile:\d+ - |Unknown directive).*', f.text), 1, 300) AS message,
  CASE WHEN f.text REGEXP '''(proxy|upstream)''' THEN 1 END AS old,
  CASE WHEN t.works THEN 'Its pod still works with the configuration of before.' ELSE 'It ends with it.' END AS state_en,
  CASE WHEN t.works THEN '该 Pod 仍在使用之前的配置工作。' ELSE '进程因此退出。' END AS state_zh
FROM told t JOIN told f ON f.subject = t.subject AND f.newest = 1
WHERE t.subject NOT IN (SELECT subject FROM mended)
ORDER BY t.subject, t.newest, t.file, t.line;
