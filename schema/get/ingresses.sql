WITH told AS (
  SELECT *, (SELECT group_concat(h, ',') FROM (SELECT r.value ->> '$.host' AS h FROM json_each(doc, '$.spec.rules') r WHERE coalesce(r.value ->> '$.host', '') <> '')) AS hosts
  FROM picked
)
SELECT namespace AS "NAMESPACE", name AS "NAME",
  coalesce(doc ->> '$.spec.ingressClassName', doc ->> '$.metadata.annotations."kubernetes.io/ingress.class"', '<none>') AS "CLASS",
  coalesce(hosts, '*') AS "HOSTS",
  (SELECT group_concat(ip, ',') FROM (
    SELECT DISTINCT coalesce(nullif(i.value ->> '$.ip', ''), i.value ->> '$.hostname') AS ip FROM json_each(doc, '$.status.loadBalancer.ingress') i ORDER BY 1)) AS "ADDRESS",
  CASE WHEN coalesce(json_array_length(doc, '$.spec.tls'), 0) > 0 THEN '80, 443' ELSE '80' END AS "PORTS",
  coalesce(age(:now - created), '<unknown>') AS "AGE", object
FROM told ORDER BY namespace, name
