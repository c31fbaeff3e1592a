SELECT namespace AS "NAMESPACE", name AS "NAME", coalesce(doc ->> '$.status.desiredNumberScheduled', 0) AS "DESIRED",
  coalesce(doc ->> '$.status.currentNumberScheduled', 0) AS "CURRENT", coalesce(doc ->> '$.status.numberReady', 0) AS "READY",
  coalesce(doc ->> '$.status.updatedNumberScheduled', 0) AS "UP-TO-DATE", coalesce(doc ->> '$.status.numberAvailable', 0) AS "AVAILABLE",
  (SELECT coalesce(group_concat(key || '=' || value, ','), '<none>') FROM (
    SELECT key, value FROM json_each(doc, '$.spec.template.spec.nodeSelector') ORDER BY key)) AS "NODE SELECTOR",
  coalesce(age(:now - created), '<unknown>') AS "AGE",
  t.containers AS "CONTAINERS (wide)", t.images AS "IMAGES (wide)", s.selector AS "SELECTOR (wide)", object
FROM picked JOIN picked_templates t USING (object) JOIN picked_selectors s USING (object)
ORDER BY namespace, name
