SELECT namespace AS "NAMESPACE", name AS "NAME",
  coalesce(doc ->> '$.status.succeeded', 0) || '/' || coalesce(doc ->> '$.spec.completions',
    CASE WHEN coalesce(doc ->> '$.spec.parallelism', 0) > 1 THEN '1 of ' || (doc ->> '$.spec.parallelism') ELSE '1' END) AS "COMPLETIONS",
  coalesce(age(coalesce(us(doc ->> '$.status.completionTime'), :now) - us(doc ->> '$.status.startTime')), '') AS "DURATION",
  coalesce(age(:now - created), '<unknown>') AS "AGE",
  t.containers AS "CONTAINERS (wide)", t.images AS "IMAGES (wide)", s.selector AS "SELECTOR (wide)", object
FROM picked JOIN picked_templates t USING (object) JOIN picked_selectors s USING (object)
ORDER BY namespace, name
