/*
id: metrics-server-missing
title:
  en: "The cluster has no metrics server"
  zh: "集群没有安装 metrics-server"
detail:
  en: "No APIService serves metrics.k8s.io; {hpas} HorizontalPodAutoscaler(s) would need one."
  zh: "没有任何 APIService 提供 metrics.k8s.io；有 {hpas} 个 HorizontalPodAutoscaler 依赖它。"
severity: info
confidence: certain
needs: [apiservices]
causes:
  - {check: hpa-metrics-unavailable, when: cluster}
  - {check: dashboard-no-graphs, when: cluster}
why:
  en: >-
    The API group metrics.k8s.io, which kubectl top, the dashboard's graphs and autoscaling by CPU or memory read, is served by an
    add-on that Kubernetes does not bring along. Nothing is broken without it, but autoscalers cannot act.
  zh: >-
    kubectl top、Dashboard 图表以及基于 CPU/内存的自动伸缩都依赖 metrics.k8s.io 这个 API 组，它由附加组件提供，Kubernetes 不自带。
    没有它集群并不会出错，但自动伸缩无法工作。
fix:
  - en: "On a machine with internet access, fetch the manifest of a release for this Kubernetes version, and the image that it names"
    zh: "在可以上网的机器上，下载适用于该 Kubernetes 版本的清单及其镜像"
    run: "curl -LO https://github.com/kubernetes-sigs/metrics-server/releases/{release}/components.yaml && grep image: components.yaml"
  - en: "Install it; without a registry that the nodes reach, load the image on every node first (docker load, ctr -n k8s.io images import)"
    zh: "安装；若节点访问不到镜像仓库，先在每个节点导入镜像（docker load 或 ctr -n k8s.io images import）"
    run: "kubectl apply -f components.yaml"
  - en: "Kubelets with self-signed serving certificates: add this argument to it"
    zh: "如果 kubelet 使用自签名服务证书：给它加上此参数"
    run: "kubectl -n kube-system patch deployment metrics-server --type=json -p '[{\"op\":\"add\",\"path\":\"/spec/template/spec/containers/0/args/-\",\"value\":\"--kubelet-insecure-tls\"}]'"
verify: "kubectl get apiservice v1beta1.metrics.k8s.io && kubectl top nodes"
k8s: ">=1.8"
refs: ["https://github.com/kubernetes-sigs/metrics-server#compatibility-matrix"]
*/
WITH
missing AS (
  SELECT l.file FROM lists l
  WHERE l.resource = 'apiservices' AND l.items > 0
    AND NOT EXISTS (SELECT 1 FROM apiservices a WHERE a.name GLOB 'v[0-9]*.metrics.k8s.io')
    -- heapster serves kubectl top and autoscalers of clusters before 1.13.
    AND NOT EXISTS (SELECT 1 FROM services s WHERE s.namespace = 'kube-system' AND s.name = 'heapster')
  ORDER BY l.file LIMIT 1
),
evidence AS (
  SELECT 2 AS seq, file, 0 AS line, 'no APIService named v1beta1.metrics.k8s.io in this list' AS text FROM missing
  UNION ALL
  SELECT 1, f.id, 1, NULL FROM captures c JOIN files f ON f.id = c.file AND f.lines > 0, missing
  WHERE c.path GLOB 'kubectl/top-*' AND c.error LIKE '%etrics API not available%'
)
-- Releases by Kubernetes version: the compatibility matrix in metrics-server's README.
SELECT 'cluster' AS subject, e.file, e.line, e.text, (SELECT count(*) FROM hpas) AS hpas,
  (SELECT CASE WHEN minor >= 31 THEN 'latest/download' WHEN minor >= 27 THEN 'download/v0.7.2' WHEN minor >= 25 THEN 'download/v0.6.4' WHEN minor < 25 THEN 'download/v0.5.2'
    ELSE 'latest/download' END FROM (SELECT (SELECT minor FROM api_minor) AS minor)) AS release
FROM evidence e
ORDER BY e.seq, e.file, e.line;
