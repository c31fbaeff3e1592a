/*
id: etcd-too-many-requests
title:
  en: "etcd refuses requests: {what} ({place})"
  zh: "etcd 拒绝请求：{what_zh}（{place}）"
detail:
  en: "{times} refused, the last at {last_at}."
  zh: "共拒绝 {times} 次，最后一次在 {last_at}。"
severity: warning
needs: [[log:etcd, log:kube-apiserver]]
why:
  en: >-
    "request is too large" is one object over 1.5 MiB (a ConfigMap, a Secret, a custom resource, often a Helm release), which can never
    be stored. "too many requests" is load: more writes are under way than etcd takes at once (5000), because it or its disk is slow, or
    a client writes in a loop.
  zh: >-
    request is too large 表示单个对象超过 1.5 MiB（ConfigMap、Secret、自定义资源，常见于 Helm release），永远无法保存。
    too many requests 表示负载过高：未完成的写入超过 etcd 的上限（5000），原因是 etcd 或磁盘太慢，或者有客户端在循环写入。
fix:
  - en: "Too large: find the biggest objects of a kind and split or shrink them"
    zh: "对象过大：找出最大的对象，拆分或缩小"
    run: "kubectl get configmaps,secrets --all-namespaces -o json | jq -r '.items[] | [(tojson | length), .kind, .metadata.namespace, .metadata.name] | @tsv' | sort -rn | head"
  - en: "Too many: which client writes most?"
    zh: "请求过多：哪种请求最多？"
    run: "kubectl get --raw /metrics | grep '^apiserver_request_total' | grep -E 'verb=.(POST|PUT|PATCH|DELETE)' | sort -t' ' -k2 -gr | head"
refs: ["https://etcd.io/docs/v3.5/dev-guide/limit/"]
*/
WITH kinds AS (
  SELECT *, sum(captures ->> '$.many' IS NOT NULL) OVER (PARTITION BY place) AS many FROM said
  WHERE signature = 'etcd-too-many-requests' AND times >= 3 AND (last_ts IS NULL OR last_ts > :now - 3600000000)
)
SELECT subject, file, line, text, ts, first_ts AS first_seen, node, place, times, coalesce(iso(last_ts), '-') AS last_at,
  CASE WHEN many > 0 THEN 'too many at once' ELSE 'an object is too large' END AS what,
  CASE WHEN many > 0 THEN '并发过多' ELSE '对象过大' END AS what_zh
FROM kinds WHERE newest <= 5
ORDER BY subject, newest, file, line;
