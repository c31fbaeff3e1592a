SELECT name AS "NAME", (doc ->> '$.roleRef.kind') || '/' || (doc ->> '$.roleRef.name') AS "ROLE",
  coalesce(age(:now - created), '<unknown>') AS "AGE",
  (SELECT group_concat(s.value ->> '$.name', ', ') FROM json_each(doc, '$.subjects') s WHERE s.value ->> '$.kind' = 'User') AS "USERS (wide)",
  (SELECT group_concat(s.value ->> '$.name', ', ') FROM json_each(doc, '$.subjects') s WHERE s.value ->> '$.kind' = 'Group') AS "GROUPS (wide)",
  (SELECT group_concat((s.value ->> '$.namespace') || '/' || (s.value ->> '$.name'), ', ') FROM json_each(doc, '$.subjects') s
    WHERE s.value ->> '$.kind' = 'ServiceAccount') AS "SERVICEACCOUNTS (wide)", object
FROM picked ORDER BY name
