SELECT namespace AS "NAMESPACE", name AS "NAME",
  coalesce(doc ->> '$.status.readyReplicas', 0) || '/' || coalesce(doc ->> '$.spec.replicas', 1) AS "READY",
  coalesce(age(:now - created), '<unknown>') AS "AGE", t.containers AS "CONTAINERS (wide)", t.images AS "IMAGES (wide)", object
FROM picked JOIN picked_templates t USING (object)
ORDER BY namespace, name
