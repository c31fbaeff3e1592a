SELECT namespace AS "NAMESPACE", name AS "NAME",
  coalesce(doc ->> '$.status.readyReplicas', 0) || '/' || coalesce(doc ->> '$.spec.replicas', 1) AS "READY",
  coalesce(doc ->> '$.status.updatedReplicas', 0) AS "UP-TO-DATE", coalesce(doc ->> '$.status.availableReplicas', 0) AS "AVAILABLE",
  coalesce(age(:now - created), '<unknown>') AS "AGE",
  t.containers AS "CONTAINERS (wide)", t.images AS "IMAGES (wide)", s.selector AS "SELECTOR (wide)", object
FROM picked JOIN picked_templates t USING (object) JOIN picked_selectors s USING (object)
ORDER BY namespace, name
