/*
id: apiserver-overloaded
title:
  en: "The API server turns requests away: too many at once"
  zh: "API server 请求过多，正在拒绝请求"
detail:
  en: "{times} refusals (429) in the logs of {places} place(s), the last at {last_at}."
  zh: "{places} 处日志中有 {times} 次拒绝（429），最后一次在 {last_at}。"
severity: warning
needs: [log]
causes:
  - {check: kubelet-node-status-update-failing, when: cluster}
  - {check: kcm-leader-lost, when: cluster}
why:
  en: >-
    More requests are under way than the API server lets in, in all or for one priority level (429). Either a client asks far too
    much, or each request takes long because etcd or a webhook is slow. A client that throttles itself says so in other words and is not
    meant here.
  zh: >-
    同时进行的请求超过了 API server 的总上限或某个优先级的上限（429）。要么某个客户端请求太多，要么 etcd 或 webhook 太慢导致每个请求耗时过长。
    客户端自身限流的日志是另一回事，不在此列。
fix:
  - en: "Which priority level turns away, and why? (reason: queue-full, time-out, concurrency-limit)"
    zh: "哪个优先级在拒绝，原因是什么？（queue-full、time-out、concurrency-limit）"
    run: "kubectl get --raw /metrics | grep -E '^apiserver_flowcontrol_rejected_requests_total|^apiserver_dropped_requests_total' | sort -t' ' -k2 -gr | head"
  - en: "Which flows wait in the queues now?"
    zh: "当前哪些请求流在排队？"
    run: "kubectl get --raw /debug/api_priority_and_fairness/dump_priority_levels"
  - en: "Mend or stop that client. Give it a FlowSchema of its own if it must go on, so that the others keep their share; add API servers if all is in order"
    zh: "修复或停止该客户端。如必须保留，为它单独设置 FlowSchema，避免影响其他请求；若属正常负载，增加 API server 实例"
    run: "kubectl get flowschemas,prioritylevelconfigurations"
refs: ["https://kubernetes.io/docs/concepts/cluster-administration/flow-control/"]
*/
WITH told AS (
  SELECT *, row_number() OVER (ORDER BY ts DESC, log DESC) AS n, count(*) OVER () AS all_times, max(ts) OVER () AS all_last, min(ts) OVER () AS all_first
  FROM said WHERE signature = 'apiserver-429' AND (ts IS NULL OR ts > :now - 3600000000)
)
SELECT 'cluster' AS subject, file, line, text, ts, all_first AS first_seen, node, all_times AS times, (SELECT count(DISTINCT place) FROM told) AS places, coalesce(iso(all_last), '-') AS last_at
FROM told WHERE all_times >= 3 AND (all_last IS NULL OR all_last > :now - 900000000) AND n <= 5
ORDER BY n, file, line;
