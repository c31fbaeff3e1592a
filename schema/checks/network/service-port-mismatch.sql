/*
id: service-port-mismatch
title:
  en: "Service {namespace}/{name} sends to port {target}, which its pods do not have"
  zh: "Service {namespace}/{name} 转发到端口 {target}，而其 Pod 没有该端口"
detail:
  en: "{what}"
  zh: "{what_zh}"
severity: warning
needs: [services, pods]
causes:
  - {check: service-no-endpoints, when: same}
  - {check: service-unreachable, when: same}
  - {check: apiservice-unavailable, when: serves}
  - {check: webhook-unreachable, when: serves}
  - {check: webhook-no-backend, when: serves}
why:
  en: >-
    A service sends to targetPort of its pods. A name that no container gives to a port resolves to nothing, so that the service gets no address at all.
    A number goes through whether a container declares it or not: declaring ports is optional. So a number is only suspected, and only when the pods
    declare one single other port that no service uses.
  zh: >-
    Service 把流量转发到 Pod 的 targetPort。若写的是名称而没有任何容器端口叫这个名称，就解析不到端口，Service 得不到任何后端地址。
    若写的是数字，则无论容器是否声明都会转发（声明端口是可选的）。因此数字不一致只是怀疑，且仅当这些 Pod 只声明了另一个端口、又没有任何 Service 使用它时才提出。
fix:
  - en: "Does the port answer? Ask a pod directly, without the service"
    zh: "绕过 Service，直接访问 Pod 的端口"
    run: "kubectl -n {namespace} get endpoints {name}; kubectl -n {namespace} get pods -o wide"
  - en: "Send to the port that the pods declare, {declared}"
    zh: "改为 Pod 声明的端口 {declared}"
    run: "kubectl -n {namespace} patch service {name} --type=json -p '[{\"op\":\"replace\",\"path\":\"/spec/ports/{index}/targetPort\",\"value\":{declared}}]'"
    if: declared
  - en: "Give targetPort the name or number of a port of the pods"
    zh: "把 targetPort 改为 Pod 端口的名称或数字"
    run: "kubectl -n {namespace} edit service {name}"
    if: unclear
verify: "kubectl -n {namespace} get endpoints {name}"
refs: ["https://kubernetes.io/docs/concepts/services-networking/service/#defining-a-service"]
*/
WITH
-- A port of a service as it is written; without targetPort it is the port's own number (v1 defaults.go).
targets AS (
  SELECT b.namespace, b.name, b.object, b.file, o.json, o.line, p.key AS n, coalesce(p.value ->> '$.targetPort', p.value ->> '$.port') AS target,
    coalesce(p.value ->> '$.protocol', 'TCP') AS protocol, p.value ->> '$.targetPort' IS NOT NULL AS written, o.json ->> '$.spec.clusterIP' AS cluster_ip,
    count(*) OVER (PARTITION BY b.object) AS ports
  FROM service_backends b JOIN objects o ON o.id = b.object, json_each(b.ports) p
  WHERE json_valid(b.ports) AND p.type = 'object'
),
behind AS MATERIALIZED (
  SELECT s.namespace, s.name, s.pod, s.file, s.object, o.json, o.line FROM service_pods s JOIN objects o ON o.id = s.object
),
-- Sidecars of an init container (restartPolicy Always) have ports as well.
declared AS MATERIALIZED (
  SELECT b.namespace, b.name, b.pod, t.value ->> '$.name' AS port_name, t.value ->> '$.containerPort' AS number, coalesce(t.value ->> '$.protocol', 'TCP') AS protocol
  FROM behind b, json_each(json_array(b.json -> '$.spec.containers', b.json -> '$.spec.initContainers')) list, json_each(CASE list.type WHEN 'array' THEN list.value ELSE '[]' END) c,
    json_each(CASE WHEN json_type(c.value, '$.ports') = 'array' THEN c.value -> '$.ports' ELSE '[]' END) t
  WHERE c.type = 'object' AND t.type = 'object'
),
counted AS (
  SELECT namespace, name, count(*) AS pods, sum(coalesce(json ->> '$.spec.hostNetwork', 0)) AS on_host FROM behind GROUP BY namespace, name
),
named AS (
  SELECT t.*, 1 AS certain FROM targets t
  WHERE t.target GLOB '*[a-z]*' AND NOT EXISTS (SELECT 1 FROM declared d WHERE d.namespace = t.namespace AND d.name = t.name AND d.port_name = t.target AND d.protocol = t.protocol)
),
numbered AS (
  SELECT t.*, 0 AS certain FROM targets t JOIN counted c ON c.namespace = t.namespace AND c.name = t.name
  WHERE t.ports = 1 AND t.written AND t.target NOT GLOB '*[^0-9]*' AND c.on_host = 0 AND t.cluster_ip <> 'None'
    AND c.pods = (SELECT count(DISTINCT d.pod) FROM declared d WHERE d.namespace = t.namespace AND d.name = t.name)
    AND NOT EXISTS (SELECT 1 FROM declared d WHERE d.namespace = t.namespace AND d.name = t.name AND d.number = CAST(t.target AS INTEGER))
    AND (SELECT count(DISTINCT d.number) FROM declared d WHERE d.namespace = t.namespace AND d.name = t.name) = 1
    -- A port for scraping or probes alone, or one that another service of the same pods sends to, says nothing of this one.
    AND NOT EXISTS (SELECT 1 FROM declared d WHERE d.namespace = t.namespace AND d.name = t.name AND (d.port_name GLOB '*metric*' OR d.port_name GLOB '*prom*' OR d.port_name GLOB '*health*' OR d.port_name GLOB '*prob*'))
    AND NOT EXISTS (SELECT 1 FROM declared d JOIN behind o ON o.namespace = d.namespace AND o.pod = d.pod AND o.name <> t.name JOIN targets u ON u.namespace = o.namespace AND u.name = o.name
      WHERE d.namespace = t.namespace AND d.name = t.name AND u.target IN (d.number, d.port_name))
),
wrong AS (
  SELECT w.*, c.pods, (SELECT group_concat(p, ', ') FROM (SELECT DISTINCT coalesce(d.port_name || '=', '') || d.number || '/' || d.protocol AS p FROM declared d
      WHERE d.namespace = w.namespace AND d.name = w.name ORDER BY d.number, p)) AS have,
    (SELECT CASE WHEN count(DISTINCT d.number) = 1 THEN min(d.number) END FROM declared d WHERE d.namespace = w.namespace AND d.name = w.name AND d.protocol = w.protocol) AS declared
  FROM (SELECT * FROM named UNION ALL SELECT * FROM numbered) w JOIN counted c ON c.namespace = w.namespace AND c.name = w.name
),
evidence AS (
  SELECT namespace, name, 0 AS seq, file, coalesce(CASE WHEN written THEN json_line(json, line, target) END, json_key(json, line, 'ports')) AS line FROM wrong
  UNION
  SELECT b.namespace, b.name, 1, b.file, coalesce(json_key(b.json, b.line, 'containerPort'), json_key(b.json, b.line, 'containers'))
  FROM behind b WHERE b.pod = (SELECT min(x.pod) FROM behind x WHERE x.namespace = b.namespace AND x.name = b.name)
)
SELECT 'service/' || w.namespace || '/' || w.name AS subject, e.file, e.line, CASE WHEN w.certain THEN 'certain' ELSE 'possible' END AS confidence, w.namespace, w.name, w.target,
  CASE WHEN w.certain THEN 'No container of its ' || w.pods || ' pod(s) gives the name ' || w.target || ' to a ' || w.protocol || ' port'
    ELSE 'Its ' || w.pods || ' pod(s) declare another port and no service sends to that one' END || '; they declare: ' || coalesce(w.have, 'none') || '.' AS what,
  CASE WHEN w.certain THEN '其 ' || w.pods || ' 个 Pod 中没有容器把 ' || w.protocol || ' 端口命名为 ' || w.target
    ELSE '其 ' || w.pods || ' 个 Pod 声明的是另一个端口，而没有 Service 使用它' END || '；声明的端口：' || coalesce(w.have, '无') || '。' AS what_zh,
  w.n AS "index", w.declared, w.declared IS NULL AS unclear
FROM wrong w JOIN evidence e ON e.namespace = w.namespace AND e.name = w.name
ORDER BY w.namespace, w.name, w.certain DESC, w.n, e.seq, e.file, e.line;
