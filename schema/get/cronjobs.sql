SELECT namespace AS "NAMESPACE", name AS "NAME", doc ->> '$.spec.schedule' AS "SCHEDULE",
  CASE WHEN doc ->> '$.spec.suspend' THEN 'True' ELSE 'False' END AS "SUSPEND", coalesce(json_array_length(doc, '$.status.active'), 0) AS "ACTIVE",
  coalesce(age(:now - us(doc ->> '$.status.lastScheduleTime')), '<none>') AS "LAST SCHEDULE", coalesce(age(:now - created), '<unknown>') AS "AGE",
  (SELECT group_concat(c.value ->> '$.name', ',') FROM json_each(doc, '$.spec.jobTemplate.spec.template.spec.containers') c) AS "CONTAINERS (wide)",
  (SELECT group_concat(c.value ->> '$.image', ',') FROM json_each(doc, '$.spec.jobTemplate.spec.template.spec.containers') c) AS "IMAGES (wide)",
  (SELECT coalesce(group_concat(key || '=' || value, ','), '<none>') FROM (
    SELECT key, value FROM json_each(doc, '$.spec.jobTemplate.spec.selector.matchLabels') ORDER BY key)) AS "SELECTOR (wide)", object
FROM picked
ORDER BY namespace, name
