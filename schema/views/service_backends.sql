-- Every Service with a selector and how many addresses stand behind it: Endpoints and EndpointSlices merged (a service has many
-- slices). `listed` is 0 when neither kind knows the service; pods counts the pods that its selector matches. DNS marks the
-- cluster's own DNS service, which has diagnoses of its own.
CREATE VIEW service_backends AS
WITH
slices AS (
  SELECT o.namespace, o.json ->> '$.metadata.labels."kubernetes.io/service-name"' AS name, o.id, o.file, o.line,
    (SELECT count(*) FROM json_each(o.json, '$.endpoints') e WHERE e.type = 'object' AND coalesce(e.value ->> '$.conditions.ready', 1)) AS ready,
    (SELECT count(*) FROM json_each(o.json, '$.endpoints') e WHERE e.type = 'object' AND NOT coalesce(e.value ->> '$.conditions.ready', 1)
      AND NOT coalesce(e.value ->> '$.conditions.terminating', 0)) AS waiting
  FROM objects o WHERE o.kind = 'EndpointSlice'
),
slice_sums AS (
  SELECT namespace, name, sum(ready) AS ready, sum(waiting) AS waiting, min(id) AS object FROM slices GROUP BY namespace, name
),
olds AS (
  SELECT e.namespace, e.name, e.object,
    (SELECT coalesce(sum(json_array_length(s.value, '$.addresses')), 0) FROM json_each(coalesce(e.subsets, '[]')) s) AS ready,
    (SELECT coalesce(sum(json_array_length(s.value, '$.notReadyAddresses')), 0) FROM json_each(coalesce(e.subsets, '[]')) s) AS waiting
  FROM endpoints e
)
SELECT v.namespace, v.name, v.type, v.selector, v.ports, v.cluster_ip,
  max(coalesce(o.ready, 0), coalesce(s.ready, 0)) AS ready, max(coalesce(o.waiting, 0), coalesce(s.waiting, 0)) AS waiting,
  o.object IS NOT NULL OR s.object IS NOT NULL AS listed,
  coalesce(o.object, s.object) AS backend_object, v.object, v.file, v.line,
  v.namespace = 'kube-system' AND v.name IN ('kube-dns', 'coredns', 'rke2-coredns-rke2-coredns')
    OR v.namespace = 'openshift-dns' AND v.name = 'dns-default' AS dns,
  coalesce(x.json ->> '$.spec.publishNotReadyAddresses', 0) AS publishes_all
FROM services v
JOIN objects x ON x.id = v.object
LEFT JOIN olds o ON o.namespace = v.namespace AND o.name = v.name
LEFT JOIN slice_sums s ON s.namespace = v.namespace AND s.name = v.name
WHERE json_valid(v.selector) AND v.selector NOT IN ('{}', 'null') AND coalesce(v.type, '') <> 'ExternalName';

-- Which pods (their objects) a service's selector matches, whatever their state. A pod is selected when it has as many of the
-- wanted labels as are wanted: counting them costs what the labels are many, not services times pods.
CREATE VIEW service_selects AS
WITH
wanted AS MATERIALIZED (
  SELECT b.namespace, b.name, k.key, k.value, count(*) OVER (PARTITION BY b.namespace, b.name) AS keys
  FROM services b, json_each(CASE WHEN json_valid(b.selector) THEN b.selector ELSE '{}' END) k
),
had AS MATERIALIZED (
  SELECT p.namespace, p.object, l.key, l.value
  FROM pods p, json_each(CASE WHEN json_valid(p.labels) THEN p.labels ELSE '{}' END) l
)
SELECT w.namespace, w.name, h.object
FROM wanted w JOIN had h ON h.namespace = w.namespace AND h.key = w.key AND h.value = w.value
GROUP BY w.namespace, w.name, h.object
HAVING count(*) = max(w.keys);

-- The pods that do a service's work: those that are going away or done are not among them.
CREATE VIEW service_pods AS
WITH selected AS MATERIALIZED (SELECT * FROM service_selects)
SELECT x.namespace, x.name, p.name AS pod, p.node, p.phase, p.created, s.subject, p.object, p.file, p.line, c.status AS ready
FROM selected x
JOIN pods p ON p.object = x.object
JOIN pod_subjects s ON s.namespace = p.namespace AND s.pod = p.name
LEFT JOIN pod_conditions c ON c.namespace = p.namespace AND c.pod = p.name AND c.type = 'Ready'
WHERE p.deleted IS NULL AND coalesce(p.phase, '') NOT IN ('Succeeded', 'Failed');
