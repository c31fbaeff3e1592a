WITH told AS (
  SELECT *,
    (SELECT group_concat(e.value, ',') FROM json_each(doc, '$.spec.externalIPs') e) AS external,
    (SELECT group_concat(ip, ',') FROM (
      SELECT DISTINCT coalesce(nullif(i.value ->> '$.ip', ''), i.value ->> '$.hostname') AS ip FROM json_each(doc, '$.status.loadBalancer.ingress') i ORDER BY 1)) AS balancer
  FROM picked
)
SELECT namespace AS "NAMESPACE", name AS "NAME", doc ->> '$.spec.type' AS "TYPE",
  coalesce(nullif(doc ->> '$.spec.clusterIPs[0]', ''), nullif(doc ->> '$.spec.clusterIP', ''), '<none>') AS "CLUSTER-IP",
  CASE doc ->> '$.spec.type'
    WHEN 'LoadBalancer' THEN coalesce(balancer || ',' || external, external, balancer, '<pending>')
    WHEN 'ExternalName' THEN doc ->> '$.spec.externalName'
    ELSE coalesce(external, '<none>') END AS "EXTERNAL-IP",
  (SELECT coalesce(group_concat((p.value ->> '$.port') || CASE WHEN coalesce(p.value ->> '$.nodePort', 0) > 0 THEN ':' || (p.value ->> '$.nodePort') ELSE '' END
      || '/' || coalesce(p.value ->> '$.protocol', 'TCP'), ','), '<none>')
    FROM json_each(doc, '$.spec.ports') p) AS "PORT(S)",
  coalesce(age(:now - created), '<unknown>') AS "AGE",
  (SELECT coalesce(group_concat(key || '=' || value, ','), '<none>') FROM (
    SELECT key, value FROM json_each(doc, '$.spec.selector') ORDER BY key)) AS "SELECTOR (wide)",
  object
FROM told
ORDER BY namespace, name
