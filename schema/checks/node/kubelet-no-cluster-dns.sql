/*
id: kubelet-no-cluster-dns
title:
  en: "kubelet on {node} does not give pods the cluster's DNS"
  zh: "节点 {node} 上的 kubelet 没有为 Pod 配置集群 DNS"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: critical
needs: [[events, "capture:nodes/*/kubelet/*configz.json"]]
causes:
  - {check: dns-resolution-broken, when: cluster}
why:
  en: >-
    kubelet writes clusterDNS into the resolv.conf of each new pod. Without it pods get the node's own servers, which know no Service; with a wrong
    address every lookup times out. A node-local cache (169.254.20.10) is right, too. Pods keep what they were made with.
  zh: >-
    kubelet 会把 clusterDNS 写入每个新 Pod 的 resolv.conf。没有配置时，Pod 使用节点自身的 DNS，无法解析 Service；地址写错时所有查询都会超时。
    节点本地缓存（169.254.20.10）也是正确的。已有 Pod 保持创建时的配置。
fix:
  - en: "What does kubelet have, and what is the Service's address?"
    zh: "kubelet 的配置和 Service 的地址分别是什么？"
    run: "kubectl get --raw /api/v1/nodes/{node}/proxy/configz | grep -o '\"cluster[^]]*]'; kubectl get service -n kube-system kube-dns"
  - en: "Set clusterDNS and clusterDomain in kubelet's configuration and restart it"
    zh: "在 kubelet 配置中设置 clusterDNS 和 clusterDomain，然后重启"
    run: "grep -n -A1 -E '^cluster(DNS|Domain)' /var/lib/kubelet/config.yaml; systemctl restart kubelet"
    on: "{node}"
  - en: "Make its pods anew, so that they get it"
    zh: "重建该节点上的 Pod 使配置生效"
    run: "kubectl drain {node} --ignore-daemonsets --delete-emptydir-data && kubectl uncordon {node}"
verify: "kubectl get --raw /api/v1/nodes/{node}/proxy/configz | grep -o '\"clusterDNS[^]]*]'"
*/
WITH
told AS (
  SELECT coalesce(p.node, e.host, CASE WHEN e.object_kind = 'Node' THEN e.object_name END) AS node, e.message, e.file, json_line(o.json, o.line, e.message) AS line, e.first_seen AS ts,
    row_number() OVER (PARTITION BY coalesce(p.node, e.host, e.object_name) ORDER BY e.last_seen DESC, e.line) AS newest
  FROM events e JOIN objects o ON o.id = e.object LEFT JOIN pods p ON p.namespace = e.object_namespace AND p.name = e.object_name
  WHERE e.reason = 'MissingClusterDNS'
),
config AS (
  SELECT f.node, d.json -> '$.kubeletconfig.clusterDNS' AS dns, f.id AS file, json_key(d.json, 1, 'clusterDNS') AS line, d.json -> '$.kubeletconfig' IS NOT NULL AS read,
    row_number() OVER (PARTITION BY f.node ORDER BY f.path) AS n
  FROM files f JOIN documents d ON d.file = f.id WHERE f.path GLOB 'nodes/*/kubelet/*configz.json' AND json_valid(d.json)
),
-- Services and link-local caches answer; anything else is a guess at an address. Where no Service is known nothing can be said.
wrong AS (
  SELECT c.node, c.dns, c.file, c.line FROM config c
  WHERE c.n = 1 AND c.read AND EXISTS (SELECT 1 FROM services) AND coalesce(c.dns, '[]') <> '[]'
    AND NOT EXISTS (SELECT 1 FROM json_each(c.dns) a WHERE a.value LIKE '169.254.%' OR a.value LIKE 'f%' OR a.value IN (SELECT cluster_ip FROM services)
      OR EXISTS (SELECT 1 FROM services s JOIN objects o ON o.id = s.object, json_each(o.json, '$.spec.clusterIPs') i WHERE i.value = a.value))
    AND EXISTS (SELECT 1 FROM service_backends b WHERE b.dns)
),
sick AS (SELECT node, 'event' AS how FROM told WHERE node IS NOT NULL UNION SELECT node, 'wrong' FROM wrong WHERE node NOT IN (SELECT node FROM told WHERE node IS NOT NULL)),
evidence AS (
  SELECT node, 0 AS seq, file, line, ts FROM told WHERE newest <= 2
  UNION ALL SELECT c.node, 1, c.file, c.line, NULL FROM config c WHERE c.n = 1 AND c.read
)
SELECT 'node/' || s.node AS subject, e.file, e.line, e.ts, s.node, CASE s.how WHEN 'event' THEN 'certain' ELSE 'likely' END AS confidence,
  CASE s.how WHEN 'event' THEN (SELECT substr(message, 1, 300) FROM told t WHERE t.node = s.node AND newest = 1)
    ELSE 'clusterDNS is ' || (SELECT dns FROM wrong w WHERE w.node = s.node) || ', which is the address of no Service.' END AS what,
  CASE s.how WHEN 'event' THEN (SELECT substr(message, 1, 300) FROM told t WHERE t.node = s.node AND newest = 1)
    ELSE 'clusterDNS 为 ' || (SELECT dns FROM wrong w WHERE w.node = s.node) || '，不是任何 Service 的地址。' END AS what_zh
FROM sick s JOIN evidence e ON e.node = s.node
ORDER BY s.node, e.seq, e.file, e.line;
