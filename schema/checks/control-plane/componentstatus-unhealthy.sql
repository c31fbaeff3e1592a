/*
id: componentstatus-unhealthy
title:
  en: "componentstatuses calls {name} unhealthy"
  zh: "componentstatuses 显示 {name} 不健康"
detail:
  en: "{message}"
  zh: "返回信息：{message}"
severity: info
confidence: possible
needs: [componentstatuses]
why:
  en: >-
    This old API (deprecated since 1.19) asks fixed ports of the API server's own host. For the scheduler and the controller manager "connection refused"
    on 10251 and 10252 is its known false alarm and is not reported here; for etcd it is worth a look.
  zh: >-
    这个旧接口（1.19 起弃用）只探测 API server 本机的固定端口。scheduler 和 controller-manager 在 10251/10252 上的 connection refused 是众所周知的误报，
    这里不报告；etcd 的异常则值得检查。
fix:
  - en: "Ask the API server itself"
    zh: "直接查询 API server 的就绪状态"
    run: "kubectl get --raw '/readyz?verbose'"
  - en: "And the leases, for the controller manager and the scheduler"
    zh: "controller-manager 和 scheduler 看租约"
    run: "kubectl -n kube-system get leases kube-controller-manager kube-scheduler"
refs: ["https://kubernetes.io/docs/reference/using-api/health-checks/"]
*/
SELECT 'componentstatus/' || o.name AS subject, o.file, json_line(o.json, o.line, coalesce(c.value ->> '$.message', c.value ->> '$.error')) AS line, o.name,
  coalesce(c.value ->> '$.message', c.value ->> '$.error', '-') AS message
FROM objects o, json_each(o.json, '$.conditions') c
WHERE o.kind = 'ComponentStatus' AND c.value ->> '$.type' = 'Healthy' AND c.value ->> '$.status' <> 'True'
  AND coalesce(c.value ->> '$.message', c.value ->> '$.error', '') NOT REGEXP ':(10251|10252|10257|10259)\b.*(connection refused|EOF)'
ORDER BY subject, c.key;
