/*
id: gc-discovery-failing
title:
  en: "The controller manager cannot list all APIs: {api} does not answer"
  zh: "controller-manager 无法列出全部 API：{api} 没有响应"
detail:
  en: "{times} failures, the last at {last_at}."
  zh: "共失败 {times} 次，最后一次在 {last_at}。"
severity: warning
needs: [log:kube-controller-manager]
causes:
  - {check: controllers-stalled, when: cluster}
  - {check: namespace-stuck-terminating, when: cluster}
why:
  en: >-
    The garbage collector, quotas and the deletion of namespaces must know every kind of object that there is. One group that does not answer stops them: owners' children
    stay, quotas are not counted, namespaces stay Terminating.
  zh: >-
    垃圾回收、配额和命名空间删除需要知道集群中的所有资源类型。只要有一个 API 组不响应，这些工作就会停滞：从属对象不被清理，配额不更新，命名空间停在 Terminating。
fix:
  - en: "Which API is it, and who serves it?"
    zh: "查看是哪个 API、由谁提供"
    run: "kubectl get apiservices | grep -v -w True"
  - en: "Bring its pods back, or delete the APIService when what served it is gone"
    zh: "恢复其 Pod；若组件已卸载，删除该 APIService"
verify: "kubectl api-resources >/dev/null && echo ok"
*/
WITH told AS (
  SELECT s.*, coalesce(s.captures ->> '$.api', s.captures ->> '$.api2') AS api FROM said s
  WHERE s.signature = 'gc-discovery-failing' AND s.times >= 3 AND (s.last_ts IS NULL OR s.last_ts > :now - 900000000)
    -- They look every 30 s: when the log goes on for minutes without it, the API has come back.
    AND NOT EXISTS (SELECT 1 FROM files f JOIN log_lines l ON l.id = f.last_log WHERE f.id = s.file AND l.ts > s.last_ts + 150000000)
)
SELECT 'cluster' AS subject, file, line, text, ts, first_ts AS first_seen, node, times, coalesce(iso(last_ts), '-') AS last_at, rtrim(api, ':') AS api
FROM told WHERE newest <= 5
ORDER BY newest, file, line;
