-- Events
SELECT e.type AS "Type", e.reason AS "Reason",
  age(:now - e.last_seen) || CASE WHEN coalesce(e.count, 1) > 1 THEN ' (x' || e.count || ' over ' || age(:now - e.first_seen) || ')' ELSE '' END AS "Age",
  e.component AS "From", trim(e.message, ' ' || char(9, 10, 13)) AS "Message", e.object
FROM temp.chosen c JOIN objects o ON o.id = c.object
JOIN events e ON e.object_kind = o.kind AND e.object_name = o.name AND coalesce(e.object_namespace, '') = coalesce(o.namespace, '')
ORDER BY e.last_seen, e.name
