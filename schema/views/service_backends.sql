-- Every Service with a selector and how many addresses stand behind it: Endpoints and EndpointSlices merged (a service has many
-- slices). `listed` is 0 when neither kind knows the service; pods counts the pods that its selector matches. DNS marks the
-- cluster's own DNS service, which has diagnoses of its own.
CREATE VIEW service_backends AS
WITH
slices AS (
  SELECT o.namespace, o.json ->> '$.metadata.labels."kubernetes.io/service-name"' AS name, o.id, o.file, o.line,
    (SELECT count(*) FROM json_each(o.json, '$.endpoints') e WHERE coalesce(e.value ->> '$.conditions.ready', 1)) AS ready,
    (SELECT count(*) FROM json_each(o.json, '$.endpoints') e WHERE NOT coalesce(e.value ->> '$.conditions.ready', 1)
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

-- The pods that a service selects; those that are going away or done are not among them.
CREATE VIEW service_pods AS
SELECT b.namespace, b.name, p.name AS pod, p.node, p.phase, p.created, s.subject, p.object, p.file, p.line,
  (SELECT c.status FROM pod_conditions c WHERE c.namespace = p.namespace AND c.pod = p.name AND c.type = 'Ready') AS ready
FROM services b
JOIN pods p ON p.namespace = b.namespace
JOIN pod_subjects s ON s.namespace = p.namespace AND s.pod = p.name
WHERE json_valid(b.selector) AND b.selector NOT IN ('{}', 'null') AND json_valid(p.labels)
  AND p.deleted IS NULL AND coalesce(p.phase, '') NOT IN ('Succeeded', 'Failed')
  AND NOT EXISTS (SELECT 1 FROM json_each(b.selector) w
    WHERE NOT EXISTS (SELECT 1 FROM json_each(p.labels) h WHERE h.key = w.key AND h.value = w.value));
