/*
id: endpoints-api-deprecated
title:
  en: "{place} still reads the Endpoints API"
  zh: "{place} 仍在使用 Endpoints API"
detail:
  en: "{times} warnings in its log."
  zh: "日志中有 {times} 条告警。"
severity: info
confidence: certain
advice: true
needs: [log]
k8s: ">=1.33"
why:
  en: >-
    Endpoints are deprecated since 1.33 (they stay for now): they know one address family only and end at 1000 addresses. EndpointSlices take their place.
  zh: >-
    Endpoints 从 1.33 起弃用（目前仍保留）：只支持单一地址族，且最多 1000 个地址。应改用 EndpointSlice。
fix:
  - en: "Upgrade this component, or change it to discovery.k8s.io/v1 EndpointSlice; it lacks nothing else"
    zh: "升级该组件，或改为使用 discovery.k8s.io/v1 EndpointSlice"
refs: ["https://kubernetes.io/blog/2025/04/24/endpoints-deprecation/"]
*/
SELECT coalesce('pod/' || namespace || '/' || pod, subject) AS subject, file, line, text, node, coalesce(namespace || '/' || pod, place) AS place, times FROM said
WHERE signature = 'endpoints-deprecated' AND newest = 1 AND unit IS NOT 'kube-controller-manager'
ORDER BY 1, file, line;
