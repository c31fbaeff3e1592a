/*
id: dns-service-missing
title:
  en: "The cluster has no DNS: {what}"
  zh: "集群没有 DNS：{what_zh}"
detail:
  en: "{more} Every lookup of a name inside of pods fails."
  zh: "{more_zh}Pod 内的所有域名解析都会失败。"
severity: critical
confidence: certain
needs: [services, pods, deployments]
causes:
  - {check: dns-resolution-broken, when: cluster}
  - {check: dns-external-resolution-broken, when: cluster}
  - {check: kube-dns-upstream-timeout, when: cluster}
why:
  en: >-
    Pods ask one address for all names: that of the Service kube-dns, which kubelet writes into their resolv.conf. It keeps that name and the label
    k8s-app=kube-dns when CoreDNS stands behind it. Without the Service, or with no pod that it selects, nobody answers.
  zh: >-
    Pod 的所有域名解析都发往同一个地址，即 Service kube-dns 的地址，由 kubelet 写入 resolv.conf。后端为 CoreDNS 时，Service 名称和标签 k8s-app=kube-dns 也不变。
    如果该 Service 不存在，或没有任何 Pod 与其选择器匹配，就没有人应答。
fix:
  - en: "It has no replicas: scale it up"
    zh: "副本数为 0：扩容"
    run: "kubectl -n {namespace} scale deployment {deployment} --replicas=2"
    if: idle
  - en: "The selector of the Service matches no DNS pod: put it right"
    zh: "Service 的选择器与 DNS Pod 不匹配：改正"
    run: "kubectl -n {namespace} patch service {service} --type=json -p '[{\"op\":\"replace\",\"path\":\"/spec/selector\",\"value\":{\"k8s-app\":\"kube-dns\"}}]'"
    if: mismatch
  - en: "The Service is gone: make it anew with the address that the kubelets give to pods"
    zh: "Service 已丢失：用 kubelet 配置给 Pod 的地址重新创建"
    run: "echo '{manifest}' | kubectl create -f -"
    if: manifest
  - en: "The Service is gone: make it anew; its address must be clusterDNS of the kubelets' configuration"
    zh: "Service 已丢失：重新创建；其地址必须是 kubelet 配置中的 clusterDNS"
    run: "grep -A2 clusterDNS /var/lib/kubelet/config.yaml"
    on: "{any_node}"
    if: unknown_address
  - en: "Nothing of the DNS add-on is there: install it again"
    zh: "DNS 组件已不存在：重新安装"
    run: "kubeadm init phase addon coredns"
    on: "{any_node}"
    if: no_addon
verify: "kubectl -n {namespace} get service,endpoints -l k8s-app=kube-dns"
refs: ["https://kubernetes.io/docs/tasks/administer-cluster/dns-debugging-resolution/"]
*/
WITH
dns AS (SELECT * FROM service_backends WHERE dns),
-- What makes DNS pods, by name or by the label that the Service selects; not their autoscaler.
makers AS (
  SELECT w.*, row_number() OVER (ORDER BY w.name) AS n FROM workloads w
  WHERE w.namespace = 'kube-system' AND w.kind IN ('Deployment', 'DaemonSet') AND w.name NOT LIKE '%autoscaler%'
    AND (w.name IN ('coredns', 'kube-dns') OR w.labels ->> '$."k8s-app"' = 'kube-dns')
),
dns_pods AS (
  SELECT count(*) AS n FROM pods p WHERE p.namespace = 'kube-system' AND p.k8s_app = 'kube-dns' AND p.deleted IS NULL
),
address AS (
  SELECT min(d.json ->> '$.kubeletconfig.clusterDNS[0]') AS ip
  FROM files f JOIN documents d ON d.file = f.id WHERE f.path GLOB 'nodes/*/kubelet/*configz.json'
),
-- No pod has been selected by it for a while: neither one that comes nor one that has just gone.
bare AS (
  SELECT d.* FROM dns d
  WHERE d.ready = 0 AND d.waiting = 0 AND NOT EXISTS (SELECT 1 FROM service_pods p WHERE p.namespace = d.namespace AND p.name = d.name)
),
cases AS (
  SELECT b.namespace, b.name AS service, m.name AS deployment,
    CASE WHEN m.name IS NOT NULL AND coalesce(m.desired, 1) = 0 THEN 'idle' WHEN m.name IS NULL THEN 'nothing' ELSE 'mismatch' END AS how,
    b.object AS service_object, m.object AS maker_object
  FROM bare b LEFT JOIN makers m ON m.n = 1
  WHERE m.name IS NULL OR coalesce(m.desired, 1) = 0 OR (SELECT n FROM dns_pods) > 0
  UNION ALL
  SELECT 'kube-system', NULL, m.name, 'gone', NULL, m.object
  FROM makers m WHERE m.n = 1 AND NOT EXISTS (SELECT 1 FROM services v WHERE v.namespace = 'kube-system'
    AND (v.name IN ('kube-dns', 'coredns') OR v.name LIKE '%coredns%' OR v.name LIKE '%-dns%' OR v.selector LIKE '%kube-dns%' OR v.selector LIKE '%coredns%'))
),
evidence AS (
  SELECT c.how, 0 AS seq, o.file, CASE c.how WHEN 'idle' THEN json_key(o.json, o.line, 'replicas') ELSE json_line(o.json, o.line, c.deployment) END AS line, NULL AS text
  FROM cases c JOIN objects o ON o.id = c.maker_object
  UNION ALL
  SELECT c.how, 1, o.file, json_key(o.json, o.line, 'selector'), NULL FROM cases c JOIN objects o ON o.id = c.service_object
  UNION ALL
  SELECT c.how, 2, l.file, 0, 'no DNS service among the services of kube-system'
  FROM cases c JOIN (SELECT min(file) AS file FROM lists WHERE resource = 'services' AND (namespace IS NULL OR namespace = 'kube-system')) l
  WHERE c.how = 'gone' AND l.file IS NOT NULL
)
SELECT CASE c.how WHEN 'idle' THEN 'deployment/' || c.namespace || '/' || c.deployment ELSE 'service/' || c.namespace || '/' || coalesce(c.service, 'kube-dns') END AS subject,
  e.file, e.line, e.text, c.namespace, coalesce(c.service, 'kube-dns') AS service, c.deployment,
  CASE c.how WHEN 'idle' THEN c.deployment || ' has no replicas' WHEN 'gone' THEN 'there is no Service kube-dns'
    WHEN 'nothing' THEN 'there is no DNS Deployment' ELSE 'its Service selects no pod' END AS what,
  CASE c.how WHEN 'idle' THEN c.deployment || ' 的副本数为 0' WHEN 'gone' THEN '没有名为 kube-dns 的 Service'
    WHEN 'nothing' THEN '没有 DNS 的 Deployment' ELSE 'Service 没有匹配到任何 Pod' END AS what_zh,
  CASE c.how WHEN 'idle' THEN 'It was scaled to zero.' WHEN 'gone' THEN 'Its pods may run, but nobody knows their address.'
    WHEN 'nothing' THEN 'The Service is there, and nothing that would answer.' ELSE 'DNS pods are there, with other labels.' END AS more,
  CASE c.how WHEN 'idle' THEN '它被缩容到 0。' WHEN 'gone' THEN 'DNS Pod 可能在运行，但没有人知道它们的地址。'
    WHEN 'nothing' THEN 'Service 存在，但没有任何后端。' ELSE 'DNS Pod 存在，但标签不同。' END AS more_zh,
  c.how = 'idle' AS idle, c.how = 'mismatch' AS mismatch, c.how = 'nothing' AS no_addon, c.how = 'gone' AND a.ip IS NULL AS unknown_address,
  CASE WHEN c.how = 'gone' AND a.ip IS NOT NULL THEN json_object('apiVersion', 'v1', 'kind', 'Service',
    'metadata', json_object('name', 'kube-dns', 'namespace', 'kube-system', 'labels', json_object('k8s-app', 'kube-dns', 'kubernetes.io/name', 'KubeDNS')),
    'spec', json_object('clusterIP', a.ip, 'selector', json_object('k8s-app', 'kube-dns'), 'ports', json_array(
      json_object('name', 'dns', 'port', 53, 'protocol', 'UDP'), json_object('name', 'dns-tcp', 'port', 53, 'protocol', 'TCP')))) END AS manifest,
  coalesce((SELECT min(name) FROM nodes), 'node') AS any_node
FROM cases c JOIN evidence e ON e.how = c.how, address a
ORDER BY 1, e.seq, e.file, e.line;
