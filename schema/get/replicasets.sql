SELECT namespace AS "NAMESPACE", name AS "NAME", coalesce(doc ->> '$.spec.replicas', 1) AS "DESIRED",
  coalesce(doc ->> '$.status.replicas', 0) AS "CURRENT", coalesce(doc ->> '$.status.readyReplicas', 0) AS "READY",
  coalesce(age(:now - created), '<unknown>') AS "AGE",
  t.containers AS "CONTAINERS (wide)", t.images AS "IMAGES (wide)", s.selector AS "SELECTOR (wide)", object
FROM picked JOIN picked_templates t USING (object) JOIN picked_selectors s USING (object)
ORDER BY namespace, name
