/*
id: apiserver-request-timeouts
title:
  en: "Requests to the API server of {place} time out"
  zh: "{place} 的 API server 请求超时"
detail:
  en: "{rate} within ten minutes, the last at {last_at}. {blame}"
  zh: "十分钟内 {rate} 次，最后一次在 {last_at}。{blame_zh}"
severity: warning
needs: [log:kube-apiserver]
causes:
  - {check: kubelet-node-status-update-failing, when: cluster}
  - {check: kcm-leader-lost, when: cluster}
why:
  en: >-
    The API server gave up on requests that took longer than a minute, or etcd answered it too late. Its own processor is seldom the cause;
    look at etcd first (disk, elections), then at webhooks, then for clients that list everything.
  zh: >-
    API server 放弃了耗时超过一分钟的请求，或 etcd 响应太晚。问题很少在它自身的 CPU；先查 etcd（磁盘、选举），再查 webhook，最后查全量列出对象的客户端。
fix:
  - en: "How long do etcd's answers take? (sum / count, in seconds)"
    zh: "etcd 的响应耗时（sum / count，单位秒）"
    run: "kubectl get --raw /metrics | grep -E '^etcd_request_duration_seconds_(sum|count)' | sort -t' ' -k2 -gr | head"
  - en: "And those of webhooks?"
    zh: "webhook 的响应耗时"
    run: "kubectl get --raw /metrics | grep -E '^apiserver_admission_webhook_admission_duration_seconds_(sum|count)' | sort -t' ' -k2 -gr | head"
  - en: "Which requests run for long now?"
    zh: "哪些请求并发最多？"
    run: "kubectl get --raw /metrics | grep -E '^apiserver_(current_inflight_requests|longrunning_requests|longrunning_gauge)'"
verify: "kubectl get --raw /readyz?verbose"
*/
WITH
rates AS (
  SELECT *, count(*) OVER (PARTITION BY place ORDER BY ts RANGE BETWEEN 600000000 PRECEDING AND CURRENT ROW) AS rate
  FROM said_running WHERE signature = 'apiserver-request-timeout' AND ts IS NOT NULL
),
sick AS (
  SELECT place, max(rate) AS rate, max(last_ts) AS last_ts, sum(captures ->> '$.etcd' IS NOT NULL) AS etcd
  FROM rates WHERE ts > :now - 1800000000 GROUP BY place HAVING max(rate) >= 5
)
SELECT r.subject, r.file, r.line, r.text, r.ts, r.first_ts AS first_seen, r.node, r.place, s.rate, iso(s.last_ts) AS last_at,
  CASE WHEN s.etcd > 0 THEN 'etcd answers too late.' ELSE 'Nothing in these lines names etcd.' END AS blame,
  CASE WHEN s.etcd > 0 THEN 'etcd 响应过慢。' ELSE '这些日志没有提到 etcd。' END AS blame_zh
FROM rates r JOIN sick s USING (place) WHERE r.newest <= 5
ORDER BY r.subject, r.newest, r.file, r.line;
