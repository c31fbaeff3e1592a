/*
id: front-proxy-misconfigured
title:
  en: "Aggregated APIs cannot know who asks: the front proxy's CA is missing"
  zh: "聚合 API 无法识别请求者：缺少 front-proxy 的 CA"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
needs: [[configmaps, log]]
causes:
  - {check: apiservice-unavailable, when: cluster}
  - {check: hpa-metrics-unavailable, when: cluster}
why:
  en: >-
    The API server passes requests for aggregated APIs (metrics and the like) on and says who asks; the extension trusts that only with the CA in the
    ConfigMap extension-apiserver-authentication. The API server puts it there when --requestheader-client-ca-file is set. Without it every request is refused.
  zh: >-
    API server 转发聚合 API（如 metrics）的请求并说明请求者身份；扩展服务要凭 ConfigMap extension-apiserver-authentication 中的 CA 才会信任。
    设置了 --requestheader-client-ca-file 后，API server 会写入该 CA。缺少它时所有请求都会被拒绝。
fix:
  - en: "Is it there, and is the flag set?"
    zh: "检查 ConfigMap 和启动参数"
    run: "kubectl -n kube-system get configmap extension-apiserver-authentication -o jsonpath='{.data}' | grep -o '\"requestheader-[a-z-]*\"'; grep -n -e requestheader -e proxy-client /etc/kubernetes/manifests/kube-apiserver.yaml"
    on: "{machine}"
  - en: "The certificate has ended: renew it and restart the API server"
    zh: "证书过期：续期并重启 API server"
    run: "kubeadm certs renew front-proxy-client && crictl ps -q --name '^kube-apiserver$' | xargs -r crictl stop"
    on: "{machine}"
verify: "kubectl get apiservices"
refs: ["https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/"]
*/
WITH
-- Only who serves an aggregated API is hurt.
aggregated AS (SELECT count(*) AS n FROM apiservices WHERE service_name IS NOT NULL),
lacking AS (
  SELECT o.file, o.line FROM objects o, aggregated a
  WHERE o.kind = 'ConfigMap' AND o.namespace = 'kube-system' AND o.name = 'extension-apiserver-authentication' AND a.n > 0
    AND json_type(o.json, '$.data') = 'object' AND o.json -> '$.data."requestheader-client-ca-file"' IS NULL
),
told AS (
  SELECT * FROM said WHERE signature = 'front-proxy-ca-missing' AND times >= 3 AND (last_ts IS NULL OR last_ts > :now - 900000000)
),
evidence AS (
  SELECT 0 AS seq, file, line, NULL AS text, NULL AS ts FROM lacking
  UNION ALL
  SELECT newest, file, line, text, ts FROM told WHERE newest <= 3
)
SELECT 'cluster' AS subject, e.file, e.line, e.text, e.ts, (SELECT min(node) FROM control_plane_nodes) AS machine,
  CASE WHEN EXISTS (SELECT 1 FROM lacking) THEN 'The ConfigMap has no requestheader-client-ca-file.' ELSE 'Extensions say so in their logs.' END AS what,
  CASE WHEN EXISTS (SELECT 1 FROM lacking) THEN 'ConfigMap 中没有 requestheader-client-ca-file。' ELSE '扩展服务的日志这样报告。' END AS what_zh
FROM evidence e ORDER BY e.seq, e.file, e.line;
