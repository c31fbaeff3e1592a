/*
id: apiserver-oom
title:
  en: "kube-apiserver on {node} was killed for lack of memory"
  zh: "{node} 上的 kube-apiserver 因内存不足被杀死"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
confidence: certain
needs: [[pods, log:kernel]]
causes:
  - {check: apiserver-down, when: same-node}
  - {check: pod-oomkilled, when: same}
  - {check: pod-crashloop, when: same}
  - {check: kcm-leader-lost, when: cluster}
why:
  en: >-
    The kernel killed the API server: it went over the limit of its container, or the node had no memory left. Its memory grows with what
    clients list at once and with the number of objects, so one client that lists all pods or all custom resources every few seconds is enough. After a
    restart all clients list again, which can kill it once more.
  zh: >-
    内核杀死了 API server：它超过了容器的内存限制，或者节点内存耗尽。它的内存随客户端一次列出的对象数量增长，一个每隔几秒列出全部 Pod 或自定义资源的客户端就足够了。
    重启后所有客户端会重新全量列出，可能再次触发。
fix:
  - en: "How much memory has the node, and who uses it?"
    zh: "查看节点内存和占用情况"
    run: "free -m; ps -eo rss,args --sort=-rss | head -n 8 | cut -c 1-120"
    on: "{node}"
  - en: "Which objects are most numerous?"
    zh: "哪种对象最多？"
    run: "kubectl get --raw /metrics | grep -E '^(apiserver_storage_objects|etcd_object_counts)' | sort -t' ' -k2 -gr | head"
  - en: "Which requests are lists of everything?"
    zh: "哪些请求在全量列出？"
    run: "kubectl get --raw /metrics | grep '^apiserver_request_total' | grep 'verb=.LIST' | sort -t' ' -k2 -gr | head"
  - en: "Give the control plane more memory, or raise the limit in /etc/kubernetes/manifests/kube-apiserver.yaml; bound what runs at once with --max-requests-inflight"
    zh: "为控制平面增加内存，或提高 /etc/kubernetes/manifests/kube-apiserver.yaml 中的限制；用 --max-requests-inflight 限制并发"
verify: "kubectl -n kube-system get pods -l component=kube-apiserver"
*/
WITH
killed AS (
  SELECT c.namespace, c.pod, c.node, c.restarts, CASE WHEN c.exit_reason = 'OOMKilled' THEN c.finished ELSE c.last_finished END AS ts, c.object
  FROM container_states c
  WHERE c.container = 'kube-apiserver' AND (c.exit_reason = 'OOMKilled' OR c.last_exit_reason = 'OOMKilled')
),
kernel AS (
  SELECT s.*, p.namespace AS pod_namespace, p.name AS pod_name
  FROM said s LEFT JOIN pods p ON p.node = s.node AND p.component = 'kube-apiserver'
  WHERE s.signature = 'apiserver-killed' AND (s.ts IS NULL OR s.ts > :now - 86400000000)
),
evidence AS (
  SELECT 'pod/' || k.namespace || '/' || k.pod AS subject, k.node, 1 AS seq, o.file, json_line(o.json, o.line, 'OOMKilled') AS line, NULL AS text, k.ts,
    'Its container was OOMKilled at ' || coalesce(iso(k.ts), '-') || '; ' || coalesce(k.restarts, 0) || ' restarts.' AS what,
    '容器在 ' || coalesce(iso(k.ts), '-') || ' 被 OOMKilled，共重启 ' || coalesce(k.restarts, 0) || ' 次。' AS what_zh
  FROM killed k JOIN objects o ON o.id = k.object
  WHERE k.ts IS NULL OR k.ts > :now - 86400000000
  UNION ALL
  SELECT coalesce('pod/' || pod_namespace || '/' || pod_name, subject), node, 1 + newest, file, line, text, ts,
    'The kernel killed it ' || times || ' time(s), the last at ' || coalesce(iso(last_ts), '-') || '.',
    '内核杀死了它 ' || times || ' 次，最后一次在 ' || coalesce(iso(last_ts), '-') || '。'
  FROM kernel WHERE newest <= 5
)
SELECT subject, file, line, text, ts, node, what, what_zh FROM evidence
ORDER BY subject, seq, file, line;
