SELECT namespace AS "NAMESPACE", name AS "NAME",
  (SELECT coalesce(group_concat(key || '=' || value, ','), '<none>') FROM (
    SELECT key, value FROM json_each(doc, '$.spec.podSelector.matchLabels') ORDER BY key)) AS "POD-SELECTOR",
  coalesce(age(:now - created), '<unknown>') AS "AGE", object
FROM picked ORDER BY namespace, name
